"""Case's stdout: progress lines; each start of an agent has one, and the last one says how the
pipeline ended. It names no model."""

from __future__ import annotations

import re

from auditor.records.collector import Notes
from auditor.sources.case_stderr import Outcome, PhaseTold

KINDS = ("case_stdout",)
FACTS = frozenset({"case.outcome", "case.phase-told"})

_STARTING = re.compile(rb"(?:\[[\w-]{1,40}\] )?\[([\w-]{1,80})\] starting ([\w-]{1,80})\.\.\.\s*")
_ENDED = re.compile(rb"(?:\[[\w-]+\] )?Pipeline (completed|failed)\b")


class Source:
    """Reads one stdout."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def plain(self, line: int, data: bytes) -> None:
        """Read one line."""
        if b"Pipeline " in data and (match := _ENDED.match(data)):
            self._notes.fact("case.outcome", Outcome(match.group(1).decode(), "stdout"), line)
        elif b"] starting " in data and (match := _STARTING.fullmatch(data)):
            phase, agent = (part.decode() for part in match.groups())
            self._notes.fact("case.phase-told", PhaseTold("stdout", phase, agent), line)

    def close(self) -> None:
        """Stdout has no end mark of its own."""
