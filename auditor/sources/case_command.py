"""How Case was started: its argument list and its environment, as the harness recorded them. Grade `configured`.

The ``--model`` flag and ``CASE_MODEL_OVERRIDE`` override the configuration, and with either the provider becomes
`anthropic` whatever the configuration says.
"""

from __future__ import annotations

from typing import Any

from auditor.facts import Naming
from auditor.records.collector import Notes
from auditor.records.record import Record

KINDS = ("argv", "env")
FACTS = frozenset({"document.argv", "document.env", "model.named"})

_OVERRIDE = "CASE_MODEL_OVERRIDE"
_OVERRIDE_PROVIDER = "anthropic"


class Source:
    """Reads ``argv.json`` or ``env.json``."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def document(self, data: dict[str, Any]) -> None:
        """Read the object."""
        record = Record(self._notes.path, None, data)
        self._notes.fact(f"document.{self._notes.kind}", record)
        if self._notes.kind == "argv":
            self._flags(record)
        elif record.text(_OVERRIDE):
            naming = Naming(_OVERRIDE_PROVIDER, record.text(_OVERRIDE), "case.env-override")
            self._notes.once("model.named", naming, None, f"/{_OVERRIDE}", grade="configured")

    def _flags(self, record: Record) -> None:
        argv = record.texts("argv") or ()
        for index, argument in enumerate(argv):
            flag, equals, value = argument.partition("=")
            if flag != "--model":
                continue
            named = value if equals else (argv[index + 1] if index + 1 < len(argv) else None)
            if named is not None:
                naming = Naming(_OVERRIDE_PROVIDER, named, "case.model-flag")
                self._notes.once("model.named", naming, None, f"/argv/{index}", grade="configured")
