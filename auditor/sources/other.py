"""Files of no kind of their own: never ignored, and read for model evidence in known shapes."""

from __future__ import annotations

from typing import Any

from auditor.records.collector import Notes
from auditor.sources._foreign import note_each, note_foreign, note_plain, time_of

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
        """Read one plain line: an event stream or a list of records."""
        note_plain(self._notes, line, data)

    def listed(self, values: list[Any]) -> None:
        """Read a document that is a list of records."""
        note_each(self._notes, None, values)

    def close(self) -> None:
        """Nothing is expected of these files."""
