"""What packed artifacts of any kind share: their bounds, their documents and the notes of their members."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from auditor.facts import Grade
from auditor.records.collector import Notes
from auditor.records.documents import DocumentSource
from auditor.records.json_text import JsonFault, RepeatedKey, parse, parse_object, pointer_step

MAX_UNPACKED = 1 << 29
"""The most bytes that one artifact may unpack to, all members together."""
MAX_RATIO = 400
"""The most bytes that one packed byte may become, once a mebibyte was unpacked. Logs stay far below it; bombs come near
deflate's own limit of 1032."""

NESTED = "it is packed inside a packed file, which is not opened"
"""Why an archive in an archive is a gap."""

_FREE = 1 << 20  # below this a ratio says nothing
_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08")
_HEAD = 4
_LINE_SUFFIXES = (".jsonl", ".ndjson", ".log", ".sse")


class Reader(Protocol):
    """Turns the bytes of one packed text into facts."""

    def feed(self, chunk: bytes) -> None:
        """Take the next unpacked bytes."""

    def close(self) -> None:
        """Take note that the text has ended, or that no more of it can be had."""


def inner_format(name: str) -> Literal["json", "mixed"] | None:
    """Return how the packed text `name` is written, by its suffix (``.gz`` left aside); None if no reader knows it."""
    plain = name.removesuffix(".gz")
    if plain.endswith(".json"):
        return "json"
    return "mixed" if plain.endswith(_LINE_SUFFIXES) else None


class PackedDocument:
    """Gathers one unpacked JSON document and hands the object on at the end; one larger than `limit` is a gap.

    A list or another JSON value that is no object holds no record. What is no JSON at all is a gap only where it was
    `promised`: a member of a format whose members are JSON.
    """

    def __init__(self, source: DocumentSource, notes: Notes, limit: int, *, promised: bool) -> None:
        self._source = source
        self._notes = notes
        self._limit = limit
        self._promised = promised
        self._text = bytearray()
        self._cut = False

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._cut = self._cut or len(self._text) + len(chunk) > self._limit
        if self._cut:
            self._text.clear()
        else:
            self._text += chunk

    def close(self) -> None:
        """Decode, and hand on."""
        if self._cut:
            self._notes.gap(f"a packed document is larger than {self._limit} bytes")
            return
        text = bytes(self._text)
        self._text.clear()
        try:
            data = parse_object(text)
        except RepeatedKey as fault:
            self._notes.fact("json.repeated-key", self._notes.kind, None, fault.pointer)
            for reading in fault.readings(self._notes.kind):
                self._source.document(reading)
            return
        except JsonFault as fault:
            if self._promised and not _is_json(text):
                self._notes.gap(f"a packed document cannot be read: {fault}")
            return
        self._source.document(data)


def _is_json(text: bytes) -> bool:
    try:
        parse(text)
    except JsonFault:
        return False
    return True


class MemberNotes(Notes):
    """The notebook of one member: what is written here stands in the archive's, under the member's name.

    Equal facts are counted, and facts and gaps capped, for the archive as a whole.
    """

    def __init__(self, archive: Notes, member: str) -> None:
        super().__init__(archive._collector, archive.path, archive.kind, archive.witness)
        self._archive = archive
        self._under = "/" + pointer_step(member)

    def fact(
        self,
        kind: str,
        value: Any,
        line: int | None = None,
        pointer: str | None = None,
        *,
        grade: Grade | None = None,
        time: int | None = None,
    ) -> None:
        """Note a fact of the member; `pointer` is the place inside its record."""
        self._archive.fact(kind, value, line, self._under + (pointer or ""), grade=grade, time=time)

    def once(
        self,
        kind: str,
        value: Any,
        line: int | None = None,
        pointer: str | None = None,
        *,
        grade: Grade | None = None,
        time: int | None = None,
        times: int = 1,
    ) -> None:
        """Note a fact whose repetition, in this member or another, adds nothing."""
        self._archive.once(kind, value, line, self._under + (pointer or ""), grade=grade, time=time, times=times)

    def gap(self, reason: str, line: int | None = None) -> None:
        """Note what could not be read in the member."""
        self._archive.gap(reason, line)

    def settle(self) -> None:
        """Nothing is kept here: the archive's notebook settles for all its members."""


class Cut(Exception):  # noqa: N818 - a bound that was reached is no error
    """A bound was reached; the message says which."""


class Full(Cut):
    """The bound on the artifact as a whole was reached: nothing more of it is to be unpacked."""


class Unpacked:
    """Passes unpacked bytes on to a reader and holds them to the bounds."""

    def __init__(self, reader: Reader | None) -> None:
        self._reader = reader
        self._head = b""
        self.size = 0

    def feed(self, plain: bytes, packed: int, before: int) -> None:
        """Take bytes that `packed` packed ones gave so far, `before` bytes being unpacked already by others.

        Raise `Cut` where a bound is reached or the bytes are packed themselves, `Full` where it is the artifact's own.
        """
        self.size += len(plain)
        if before + self.size > MAX_UNPACKED:
            raise Full(f"it unpacks to more than {MAX_UNPACKED} bytes; the rest was not read")
        if self.size > _FREE and self.size > packed * MAX_RATIO:
            raise Cut(f"it unpacks to more than {MAX_RATIO} times its size; the rest was not read")
        if len(self._head) < _HEAD:
            self._head = (self._head + plain)[:_HEAD]
            if self._head.startswith(_MAGIC):
                self._reader = None
                raise Cut(NESTED)
        if self._reader is not None:
            self._reader.feed(plain)

    def close(self) -> None:
        """Tell the reader that this was all."""
        if self._reader is not None:
            self._reader.close()
