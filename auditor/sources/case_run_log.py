"""Case's run log: one line a run, written at its end, with the outcome. Its `phases` follow the leftover events and say
"skipped" of phases that ran, so only the outcome and the identity are read."""

from __future__ import annotations

from typing import Any

from auditor.records.collector import Notes
from auditor.records.record import Record
from auditor.sources.case_stderr import Identity, Outcome

KINDS = ("case_run_log",)
FACTS = frozenset({"case.identity", "case.outcome"})


class Source:
    """Reads one run log."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def record(self, line: int, record: dict[str, Any]) -> None:
        """Read one run's line."""
        item = Record(self._notes.path, line, record)
        self._notes.once("case.identity", Identity(item.text("runId"), item.text("task")), line, "/runId")
        outcome = item.text("outcome") or "unstated"
        self._notes.fact("case.outcome", Outcome(outcome, "run log"), line, "/outcome")

    def plain(self, line: int, data: bytes) -> None:
        """The format has no plain lines."""

    def close(self) -> None:
        """The run log has no end mark."""
