"""Documents that are facts as they stand: the rules read their fields."""

from __future__ import annotations

from typing import Any

from auditor.records.collector import Notes
from auditor.records.record import Record

KINDS = ("fixture_before", "fixture_after", "baseline_report", "task")
FACTS = frozenset(f"document.{kind}" for kind in KINDS)


class Source:
    """Notes one document."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def document(self, data: dict[str, Any]) -> None:
        """Note the document."""
        self._notes.fact(f"document.{self._notes.kind}", Record(self._notes.path, None, data))
