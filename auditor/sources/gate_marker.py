"""The marker that the gate leaves when it refuses: its first line is the admission status."""

from __future__ import annotations

from auditor.records.collector import Notes

KINDS = ("gate_marker",)
FACTS = frozenset({"gate.marker"})


class Source:
    """Notes the first line."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def plain(self, line: int, data: bytes) -> None:
        """Read one line."""
        if line == 1:
            self._notes.fact("gate.marker", data.decode("utf-8", "replace").strip(), line)

    def close(self) -> None:
        """The marker has no end mark."""
