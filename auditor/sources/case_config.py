"""The generated Case configuration: which model each role is configured to use. Grade `configured`.

Case takes ``models.<role>``, else ``models.default``, else silently its hard default. A role set to null uses the
default. The hard default is never noted as named: the file does not name it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from auditor.facts import Host, Naming
from auditor.providers import host_of
from auditor.records.collector import Notes
from auditor.records.json_text import pointer_step
from auditor.records.record import Record

KINDS = ("case_config",)
FACTS = frozenset({"document.case_config", "model.named", "config.override", "host.contacted"})


_ENDPOINT = re.compile(r"(api_?)?(base|endpoint)(_?ur[il])?|base_?ur[il]", re.IGNORECASE)

_OTHER_MODEL = re.compile(
    r"(?:fall_?backs?|back_?ups?|alternat(?:es?|ives?)|secondary|[a-z_](?:models?|providers?))\Z", re.IGNORECASE
)
"""Keys beside a role's provider and model under which a configuration names what else may be called."""


class Source:
    """Reads one configuration."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def document(self, data: dict[str, Any]) -> None:
        """Read the object."""
        record = Record(self._notes.path, None, data)
        self._notes.fact("document.case_config", record)
        for pointer, host in _endpoints(data):
            self._notes.once("host.contacted", Host(host, "case.config"), None, pointer)
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
                continue
            for key in chosen if isinstance(chosen, dict) else ():
                if _OTHER_MODEL.search(key) and isinstance(chosen[key], (str, list, dict)) and chosen[key]:
                    self._notes.fact("config.override", f"default.{key}", None, record.at("models", role, key).pointer)


def _endpoints(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the pointer and host of every endpoint that the configuration sets, however deep."""
    pending: list[tuple[str, Any]] = [("", data)]
    while pending:
        place, value = pending.pop()
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, child in children:
            pointer = f"{place}/{pointer_step(str(key))}"
            if isinstance(child, str) and _ENDPOINT.fullmatch(str(key)) and (host := host_of(child)):
                yield pointer, host
            pending.append((pointer, child))
