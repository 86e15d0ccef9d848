"""The first and the last sign of an agent at work in a trace."""

from __future__ import annotations

from auditor.records.collector import Notes


class Span:
    """The first and the last tool call or network request: they must lie inside the life of Case."""

    def __init__(self) -> None:
        self._first: tuple[int, int] | None = None
        self._last: tuple[int, int] | None = None

    def see(self, line: int, sequence: object) -> None:
        """Take one event with its line and sequence number; one without a number is another check's matter."""
        if type(sequence) is int:
            seen = (line, sequence)
            self._first = seen if self._first is None else min(self._first, seen)
            self._last = seen if self._last is None else max(self._last, seen)

    def close(self, notes: Notes) -> None:
        """Note both ends (fact kind `trace.activity`; the value is the sequence number)."""
        ends = {end for end in (self._first, self._last) if end is not None}
        for line, sequence in sorted(ends):
            notes.fact("trace.activity", sequence, line)
