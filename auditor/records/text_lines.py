"""Text artifacts: every line goes to the source as it is."""

from __future__ import annotations

from auditor.records.collector import Notes
from auditor.records.json_lines import LineSource


class TextLines:
    """A `LineSink` that decodes nothing."""

    def __init__(self, source: LineSource, notes: Notes) -> None:
        self._source = source
        self._notes = notes

    def block(self, first: int, data: bytes) -> int:
        """Pass on whole lines without their newlines."""
        lines = data.split(b"\n")
        for number, line in enumerate(lines[:-1], first):
            self._source.plain(number, line)
        return first + len(lines) - 1

    def rest(self, number: int, data: bytes) -> None:
        """Pass on a last line that lacks its newline: in text that is no fault."""
        self._source.plain(number, data)

    def too_long(self, number: int) -> None:
        """A line over the cap is a gap."""
        self._notes.gap("the line is too long to be read", number)
