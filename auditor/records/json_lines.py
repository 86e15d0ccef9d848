"""Lines to records: JSON lines, alone or mixed with plain ones, each with its line number.

Whole blocks, or else whole lines, are decoded fast where that provably gives the same as a strict look; a line with
anything odd in it gets that look. The fast ways and the slow way have one meaning.
"""

from __future__ import annotations

from typing import Any, Protocol

from auditor.records import whole_lines
from auditor.records.collector import Notes
from auditor.records.json_text import JsonFault, RepeatedKey, parse_object

_PIECE = 1 << 17
_COPIED = 1 << 12
"""Bytes of a line up to which a copy costs less than a view of it."""


class LineSource(Protocol):
    """Reads the records of one artifact."""

    def record(self, line: int, record: dict[str, Any]) -> None:
        """Take one JSON object."""

    def plain(self, line: int, data: bytes) -> None:
        """Take one line that is no JSON object (only in mixed and text artifacts), without its newline."""

    def close(self) -> None:
        """Take note that the artifact has ended."""


class JsonLines:
    """A `LineSink` that decodes. With `mixed`, lines that are no JSON object go to the source as plain lines."""

    def __init__(self, source: LineSource, notes: Notes, *, mixed: bool) -> None:
        self._source = source
        self._notes = notes
        self._mixed = mixed
        self._objects = whole_lines.ObjectReader()

    def block(self, first: int, data: bytes) -> int:
        """Decode a block of whole lines, a piece at a time: what a piece makes then stays in the processor's cache."""
        start = 0
        while start < len(data):
            end = data.rfind(b"\n", start, start + _PIECE) + 1 or data.index(b"\n", start) + 1
            if whole_lines.are_long(data, start):
                first = self._one_by_one(first, data, start, end)
            else:
                first = self._at_once(first, data, start, end)
            start = end
        return first

    def _at_once(self, first: int, data: bytes, start: int, end: int) -> int:
        """Decode whole lines and return the number of the line after them."""
        records = whole_lines.decode(data[start:end])
        if records is None:
            return self._one_by_one(first, data, start, end)
        take = self._source.record
        for number, record in enumerate(records, first):
            take(number, record)
        return first + len(records)

    def _one_by_one(self, first: int, data: bytes, start: int, end: int) -> int:
        """Decode each line by itself; a long one is not copied for it."""
        take, decode = self._source.record, self._objects.decode
        view = memoryview(data)
        number = first
        while start < end:
            stop = data.index(b"\n", start)
            record = decode(view[start:stop] if stop - start > _COPIED else data[start:stop])
            if record is not None:
                take(number, record)
            else:
                self._line(number, data[start:stop], torn=False)
            number, start = number + 1, stop + 1
        return number

    def rest(self, number: int, data: bytes) -> None:
        """Decode a last line that lacks its newline."""
        self._line(number, data, torn=True)

    def too_long(self, number: int) -> None:
        """A line over the cap is a gap: it was digested and scanned for secrets, but not understood."""
        self._notes.gap("the line is too long to be read as a record", number)

    def _line(self, number: int, line: bytes, *, torn: bool) -> None:
        stripped = line.strip(b" \t\r")
        if not stripped:
            return
        if self._mixed and not stripped.startswith(b"{"):
            self._source.plain(number, line)
            return
        try:
            record = parse_object(stripped)
        except RepeatedKey as fault:
            self._notes.fact("json.repeated-key", self._notes.kind, number, fault.pointer)
            record = fault.value
        except JsonFault as fault:
            self._unreadable(number, line, str(fault), torn=torn)
            return
        self._source.record(number, record)

    def _unreadable(self, number: int, line: bytes, reason: str, *, torn: bool) -> None:
        if self._mixed and (self._notes.kind != "case_stderr" or b'"msg"' not in line):
            self._source.plain(number, line)
            return
        if torn:
            self._notes.fact("json.torn", self._notes.kind, number)
        self._notes.gap(f"the line is not a JSON object: {reason}", number)
