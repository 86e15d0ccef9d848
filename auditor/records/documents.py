"""JSON documents: one object a file, read whole, bounded in size."""

from __future__ import annotations

from typing import Any, Protocol

from auditor.records.collector import Notes
from auditor.records.json_text import JsonFault, RepeatedKey, parse, parse_object


class DocumentSource(Protocol):
    """Reads the one object of an artifact."""

    def document(self, data: dict[str, Any]) -> None:
        """Take the object."""


class Document:
    """Gathers one document's bytes and hands the object on at the end; a larger one than `limit` is a gap."""

    def __init__(self, source: DocumentSource, notes: Notes, limit: int, *, evidence: bool = True) -> None:
        self._source = source
        self._notes = notes
        self._limit = limit
        self._evidence = evidence
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk."""
        self._size += len(chunk)
        if self._size <= self._limit:
            self._pieces.append(chunk)
        else:
            self._pieces.clear()

    def close(self) -> None:
        """Decode, and hand on."""
        if self._size > self._limit:
            self._gap(f"the document is larger than {self._limit} bytes")
            return
        text = b"".join(self._pieces)
        try:
            data = parse_object(text)
        except RepeatedKey as fault:
            self._notes.fact("json.repeated-key", self._notes.kind, None, fault.pointer)
            for reading in fault.readings(self._notes.kind):
                self._source.document(reading)
            return
        except JsonFault as fault:
            if not self._as_list(text):
                self._gap(f"the document cannot be read: {fault}")
            return
        finally:
            self._pieces.clear()
        self._source.document(data)

    def _as_list(self, text: bytes) -> bool:
        """Hand on a document that is a list, where the source takes one."""
        if not hasattr(self._source, "listed") or not text.lstrip().startswith(b"["):
            return False
        try:
            self._source.listed(parse(text))
        except JsonFault:
            return False
        return True

    def _gap(self, reason: str) -> None:
        # A foreign file that is no JSON object takes no evidence away: nothing was expected of it.
        if self._evidence:
            self._notes.gap(reason)
