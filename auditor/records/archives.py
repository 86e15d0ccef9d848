"""Packed artifacts: a zip archive's members and a gzip stream's text, read as if they lay unpacked, within bounds.

The sinks here take an artifact's bytes and feed what they unpack to into readers of their own choice. Whatever a bound
cuts, a password seals or damage takes away is a gap, so that a packed file never says less than it holds without a
word. Nothing is unpacked twice: an archive inside an archive is a gap as well.

A place inside: `Where.path` stays the artifact's, because that is what is digested and what rules join on. For a zip
archive the pointer's first reference token is the member's name, escaped as RFC 6901 asks (``/samples~11.json/events/0``
is ``/events/0`` of the member ``samples/1.json``), and a line is counted in the member. A gzip stream holds one text, so
its pointers and lines are those of that text.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from auditor.records.collector import Notes
from auditor.records.packed import NESTED, Cut, Full, MemberNotes, Reader, Unpacked
from auditor.zips import TooManyMembersError, open_zip

MAX_MEMBERS = 20_000
"""The most members of one archive, and the most streams strung together in one gzip file."""
MAX_NAME = 512
"""The longest member name, in characters: it stands in the place of each of the member's facts."""

_STEP = 1 << 18  # unpacked bytes at a time
_SLICE = 1 << 14  # packed bytes at a time: each end of a stream copies what is left of its slice

_STARTS = (b"PK\x03\x04", b"PK\x05\x06")  # of the first member, or of the end of an archive without any
_NESTED_SUFFIXES = (".zip", ".eval", ".gz")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # the same on every Python, whatever else it can unpack
_UNSOUND = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, RuntimeError, OverflowError)

OpenMember = Callable[[str, Notes], Reader | None]
"""Given a member's name and the notes for its facts, what reads it; None where nothing is to be understood in it."""


class GzipStream:
    """Unpacks a gzip stream, also one of several strung together, while it comes in, and feeds `reader`."""

    def __init__(self, reader: Reader, notes: Notes) -> None:
        self._unpacked = Unpacked(reader)
        self._notes = notes
        self._inflating: Any | None = None
        self._streams = 0
        self._packed = 0
        self._fault = ""

    def feed(self, chunk: bytes) -> None:
        """Unpack the next bytes, in steps, until a bound is reached or they are no gzip."""
        for start in range(0, len(chunk), _SLICE):
            if self._fault:
                return
            piece = chunk[start : start + _SLICE]
            self._packed += len(piece)
            try:
                self._inflate(piece)
            except zlib.error:
                self._fault = "it is no sound gzip stream; what follows the damage was not read"
            except Cut as cut:
                self._fault = str(cut)

    def _inflate(self, data: bytes) -> None:
        while True:
            if self._inflating is None:
                data = data.lstrip(b"\0") if self._streams else data  # padding may follow a stream, not precede it
                if not data:
                    return
                self._streams += 1
                if self._streams > MAX_MEMBERS:
                    raise Cut(f"it holds more than {MAX_MEMBERS} gzip streams; the rest was not read")
                self._inflating = zlib.decompressobj(wbits=31)
            plain = self._inflating.decompress(data, _STEP)
            if plain:
                self._unpacked.feed(plain, self._packed, 0)
            if self._inflating.eof:
                data, self._inflating = self._inflating.unused_data, None
                continue
            data = self._inflating.unconsumed_tail
            if not data and len(plain) < _STEP:
                return

    def close(self) -> None:
        """Say what could not be unpacked, and let the reader sum up what could."""
        if not self._fault and (self._inflating is not None or not self._streams):
            self._fault = "the gzip stream ends before its end"
        if self._fault:
            self._notes.gap(self._fault)
        self._unpacked.close()


class ZipArchive:
    """Keeps a zip archive of up to `limit` bytes until it is whole, then reads its members in the directory's order.

    It must be whole because a zip archive's directory stands at its end. Members are told apart in gaps by their number
    in the directory, from 1: a name is the input's word, and a gap quotes none.
    """

    def __init__(self, notes: Notes, open_member: OpenMember, limit: int) -> None:
        self._notes = notes
        self._open_member = open_member
        self._limit = limit
        self._kept = io.BytesIO()
        self._size = 0
        self._unpacked = 0
        self._full = False

    def feed(self, chunk: bytes) -> None:
        """Keep the next bytes, unless the archive is too large to open."""
        self._size += len(chunk)
        if self._size <= self._limit:
            self._kept.write(chunk)
        else:
            self._kept = io.BytesIO()

    def close(self) -> None:
        """Read every member."""
        if self._size > self._limit:
            self._notes.gap(f"the archive is larger than {self._limit} bytes and was not opened")
            return
        whole = self._kept.getvalue()
        if not whole.startswith(_STARTS):
            self._notes.gap("it does not begin like a zip archive")
        try:
            archive = open_zip(whole, MAX_MEMBERS)
        except TooManyMembersError:
            self._notes.gap(f"the archive has more than {MAX_MEMBERS} members and was not opened")
            return
        except _UNSOUND as error:
            self._notes.gap(f"it is no sound zip archive ({type(error).__name__})")
            return
        with archive:
            self._members(archive)

    def _members(self, archive: zipfile.ZipFile) -> None:
        members = archive.infolist()
        if len({member.filename for member in members}) < len(members):
            self._notes.gap("two members of the archive have one name: two readers would read two archives")
        for number, member in enumerate(members, 1):
            fault = self._sealed(member) or self._read(archive, member)
            if fault:
                self._notes.gap(f"member {number} of the archive: {fault}")
            if self._full:
                return  # each of many members that share their bytes would else cost a step more

    @staticmethod
    def _sealed(member: zipfile.ZipInfo) -> str:
        """Say why a member is not to be opened at all, or nothing."""
        if member.flag_bits & 1:
            return "it is encrypted"
        if member.compress_type not in _METHODS:
            return f"it is packed by method {member.compress_type}, which is not opened"
        if member.filename.endswith(_NESTED_SUFFIXES):
            return NESTED
        if len(member.filename) > MAX_NAME:
            return f"its name is longer than {MAX_NAME} characters"
        return ""

    def _read(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
        """Read one member to its end, where its checksum is compared; say what went wrong, or nothing."""
        reader = self._open_member(member.filename, MemberNotes(self._notes, member.filename))
        unpacked = Unpacked(reader)
        fault = ""
        try:
            for plain in _pieces(archive, member):
                unpacked.feed(plain, member.compress_size, self._unpacked)
        except Cut as cut:
            fault = str(cut)
            self._full = isinstance(cut, Full)
        self._unpacked += unpacked.size
        unpacked.close()
        return fault


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Unpack a member in steps. Raise `Cut` where it is damaged: its checksum is compared at its end."""
    try:
        with archive.open(member) as body:
            while plain := body.read(_STEP):
                yield plain
    except _UNSOUND as error:
        raise Cut(f"it is damaged ({type(error).__name__})") from None
