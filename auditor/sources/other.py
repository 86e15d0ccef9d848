"""Files of no kind of their own: never ignored, and read for model evidence in known shapes."""

from __future__ import annotations

from typing import Any

from auditor.records.collector import Notes
from auditor.records.json_text import JsonFault, parse_object
from auditor.sources._foreign import note_foreign, time_of
from auditor.sources.shapes import sse_payload

KINDS = ("other",)
FACTS = frozenset({"model.named", "model.response", "host.contacted"})


class Source:
    """Reads JSON documents and JSON lines of other programs."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def document(self, data: dict[str, Any]) -> None:
        """Read one document."""
        note_foreign(self._notes, None, data, time_of(data))

    def record(self, line: int, record: dict[str, Any]) -> None:
        """Read one JSON line."""
        note_foreign(self._notes, line, record, time_of(record))

    def plain(self, line: int, data: bytes) -> None:
        """Read one plain line: only the lines of an event stream carry records."""
        payload = sse_payload(data)
        if payload is None:
            return
        try:
            record = parse_object(payload)
        except JsonFault:
            return  # not JSON: the end mark of a stream, or prose; nothing was expected of it
        note_foreign(self._notes, line, record, body=True)

    def close(self) -> None:
        """Nothing is expected of these files."""
