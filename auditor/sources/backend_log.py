"""The harness's own log of its backend: when lines were written, and how it says the child ended."""

from __future__ import annotations

import re
from typing import Any

from auditor.instants import instant
from auditor.records.collector import Notes
from auditor.sources._foreign import note_foreign, note_plain

KINDS = ("backend_log",)
FACTS = frozenset({"backend.exited", "model.named", "model.response", "host.contacted"})

_TIMED = re.compile(rb"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))\s")
_EXITED = re.compile(rb"\b(?:ca|case)\s+exited(?:\s+with)?(?:\s+(?:code|status))?[\s:=]+(-?\d{1,6})\b", re.IGNORECASE)


class Source:
    """Notes the child's exit code where a line states it, and model evidence in known shapes."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def plain(self, line: int, data: bytes) -> None:
        """Read one plain line."""
        if b"exited" in data and (match := _EXITED.search(data)):
            timed = _TIMED.match(data)
            time = instant(timed.group(1).decode()) if timed else None
            self._notes.fact("backend.exited", int(match.group(1)), line, time=time)
        note_plain(self._notes, line, data)

    def record(self, line: int, record: dict[str, Any]) -> None:
        """Read one JSON line."""
        note_foreign(self._notes, line, record)

    def close(self) -> None:
        """A log has no end mark."""
