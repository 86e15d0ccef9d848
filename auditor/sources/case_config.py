"""The generated Case configuration: which model each role is configured to use. Grade `configured`.

Case takes ``models.<role>``, else ``models.default``, else silently its hard default. A role set to null uses the
default. The hard default is never noted as named: the file does not name it.
"""

from __future__ import annotations

from typing import Any

from auditor.facts import Naming
from auditor.records.collector import Notes
from auditor.records.record import Record

KINDS = ("case_config",)
FACTS = frozenset({"document.case_config", "model.named", "config.override"})

ROLES = ("implementer", "verifier", "reviewer", "closer", "retrospective", "orchestrator")


class Source:
    """Reads one configuration."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def document(self, data: dict[str, Any]) -> None:
        """Read the object."""
        record = Record(self._notes.path, None, data)
        self._notes.fact("document.case_config", record)
        models = record.get("models")
        for role, chosen in (models if isinstance(models, dict) else {}).items():
            if chosen is None:
                continue
            place = record.at("models", role).pointer
            provider, model = record.text("models", role, "provider"), record.text("models", role, "model")
            if provider is not None or model is not None:
                naming = Naming(provider, model, "case.config", role=role)
                self._notes.once("model.named", naming, None, place, grade="configured")
            if role != "default":
                self._notes.fact("config.override", role, None, place)
