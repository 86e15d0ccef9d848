"""The harness's copy of the admission record: its bytes, judged as the authority is, and never instead of it."""

from __future__ import annotations

from auditor.admission import MAX_RECORD_BYTES
from auditor.records.collector import Notes

KINDS = ("admission_copy",)
FACTS = frozenset({"admission.copy"})


class Source:
    """Takes the raw bytes; a copy may be no JSON at all, as the record it copies may."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk; of a file beyond the size of any record only the fact that it is larger matters."""
        if self._size <= MAX_RECORD_BYTES:
            self._pieces.append(chunk)
            self._size += len(chunk)

    def close(self) -> None:
        """Note the bytes."""
        self._notes.fact("admission.copy", b"".join(self._pieces))
