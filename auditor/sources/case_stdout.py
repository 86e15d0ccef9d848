"""Case's stdout: progress lines; the last one says how the pipeline ended. It names no model."""

from __future__ import annotations

import re

from auditor.records.collector import Notes
from auditor.sources.case_stderr import Outcome

KINDS = ("case_stdout",)
FACTS = frozenset({"case.outcome"})

_ENDED = re.compile(rb"(?:\[[\w-]+\] )?Pipeline (completed|failed)\b")


class Source:
    """Reads one stdout."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def plain(self, line: int, data: bytes) -> None:
        """Read one line."""
        if b"Pipeline " in data and (match := _ENDED.match(data)):
            self._notes.fact("case.outcome", Outcome(match.group(1).decode(), "stdout"), line)

    def close(self) -> None:
        """Stdout has no end mark of its own."""
