"""Lines to records: JSON lines, alone or mixed with plain ones, each with its line number.

Pieces, or else single lines, are decoded fast where that provably gives the same as a strict look; a line with
anything odd in it gets that look. The fast ways and the slow way have one meaning.
"""

from __future__ import annotations

from typing import Any, Protocol

from auditor.records import whole_lines
from auditor.records.collector import Notes
from auditor.records.json_text import JsonFault, RepeatedKey, parse_object
from auditor.records.object_reader import ObjectReader
from auditor.records.row_reader import RowReader, RowSource


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
        self._rows = RowReader(source) if isinstance(source, RowSource) else None
        self._decode = ObjectReader().decode

    def block(self, first: int, data: bytes) -> int:
        """Decode whole lines, many at once where the source takes them so."""
        number = None if self._rows is None else self._rows.read(first, data)
        return self._in_dicts(first, data) if number is None else number

    def _in_dicts(self, first: int, data: bytes) -> int:
        """Decode whole lines and return the number of the line after them."""
        records = None if whole_lines.are_long(data) else whole_lines.decode(data)
        if records is None:
            return self._one_by_one(first, data)
        for number, record in enumerate(records, first):
            self._source.record(number, record)
        if self._rows is not None:
            self._rows.learn(records)
        return first + len(records)

    def _one_by_one(self, first: int, data: bytes) -> int:
        """Decode each of some whole lines by itself and return the number of the line after them."""
        take, decode = self._source.record, self._decode
        learned: list[dict[str, Any]] = []
        start = 0
        while start < len(data):
            stop = data.index(b"\n", start)
            line = data[start:stop]
            record = decode(line)
            if record is None:
                self._line(first, line, torn=False)
            else:
                take(first, record)
                if self._rows is not None:
                    learned.append(record)
            first, start = first + 1, stop + 1
        if self._rows is not None:
            self._rows.learn(learned)
        return first

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
            for reading in fault.readings(self._notes.kind):
                self._source.record(number, reading)
            return
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
