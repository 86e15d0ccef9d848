"""Case's run log: one line a run, written at its end, with the day and the outcome.

Its `phases`, by agent, follow the leftover events and say "skipped" of phases that ran; that one failed is said of no
phase that did not.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from auditor.records.collector import Notes
from auditor.records.record import Record
from auditor.sources.case_stderr import Identity, Outcome, PhaseTold

KINDS = ("case_run_log",)
FACTS = frozenset({"case.identity", "case.outcome", "case.phase-told", "case.agent-failed", "case.date"})

_MAX_AGENTS = 100
"""Agents of one run that are looked at; Case has half a dozen."""


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
        if (date := item.text("date")) is not None:
            self._notes.fact("case.date", date, line, "/date")
        if (failed := item.text("failedAgent")) is not None:
            self._notes.fact("case.agent-failed", failed, line, "/failedAgent")
        phases = item.get("phases")
        for agent, ended in islice(phases.items() if isinstance(phases, dict) else (), _MAX_AGENTS):
            self._notes.fact("case.phase-told", PhaseTold("run log", None, agent), line, "/phases")
            if ended == "failed":
                self._notes.fact("case.agent-failed", agent, line, "/phases")

    def plain(self, line: int, data: bytes) -> None:
        """The format has no plain lines."""

    def close(self) -> None:
        """The run log has no end mark."""
