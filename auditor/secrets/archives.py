"""Compressed and archived artifacts: what is in them is scanned too, within a budget."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from auditor.zips import TooManyMembersError, open_zip

if TYPE_CHECKING:
    from bz2 import BZ2Decompressor
    from lzma import LZMADecompressor
    from zipfile import ZipFile, ZipInfo

MOST_INFLATED = 1 << 29
"""The most bytes that one artifact may unpack to."""
MOST_ZIPPED = 1 << 26
"""The largest zip archive that is opened, in bytes."""
MOST_MEMBERS = 100_000
"""The most gzip, bzip2 or xz streams in a row, or members of a zip archive, that are opened."""
_STEP = 1 << 20
_LEAST_BITE = 1 << 10

Take = Callable[[bytes], None]


class Unpacker(Protocol):
    """Takes an artifact's bytes and gives what they unpack to."""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""

    def close(self) -> str:
        """End; say what could not be read, or nothing."""


class Inflater:
    """Unpacks a gzip, bzip2 or xz file, also one of several members."""

    def __init__(self, form: str, take: Take) -> None:
        self._form = form
        self._take = take
        self._left = MOST_INFLATED
        self._members = 0
        self._member: _Member | None = None
        self._bite = _LEAST_BITE
        self._fault = ""

    def feed(self, chunk: bytes) -> None:
        """Unpack the next bytes, in steps, until the budget is used up."""
        at = 0
        while at < len(chunk) and not self._fault:
            at += self._step(chunk[at : at + self._bite])

    def _step(self, piece: bytes) -> int:
        """Unpack `piece`; return how many of its bytes were used."""
        if self._member is None:
            padding = len(piece) - len(piece.lstrip(b"\0"))
            if padding < len(piece):
                self._begin()
            return padding
        try:
            for plain in self._member.unpack(piece):
                self._take(plain)
                self._left -= len(plain)
                if self._left <= 0:
                    self._fault = f"it unpacks to more than {MOST_INFLATED} bytes; the rest was not read"
                    return len(piece)
        except (zlib.error, OSError, EOFError, ValueError, MemoryError) as error:
            self._fault = f"it is no sound {self._form} stream ({type(error).__name__})"
            return len(piece)
        self._bite = min(2 * self._bite, _STEP)
        used = len(piece) - len(self._member.unused)
        if self._member.ended:
            self._member = None
        return used

    def _begin(self) -> None:
        # What follows a member's end is copied out of the bite it ended in, so a member's first bites are small.
        self._bite = _LEAST_BITE
        self._members += 1
        self._member = _member(self._form)
        if self._members > MOST_MEMBERS:
            self._fault = f"it is packed in more than {MOST_MEMBERS} parts; the others were not read"

    def close(self) -> str:
        """Say what could not be unpacked, or nothing."""
        if self._member is not None and not self._fault:
            return f"the {self._form} stream is cut off before its end"
        return self._fault


class _Member(Protocol):
    """One of the streams that a packed file consists of, mostly its only one."""

    @property
    def ended(self) -> bool:
        """Whether the stream's end was reached."""

    @property
    def unused(self) -> bytes:
        """What followed the stream's end."""

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        """Give what `piece` unpacks to, a step at a time. Raises OSError, EOFError, ValueError or zlib.error."""


class _Gzip:
    def __init__(self) -> None:
        self._engine = zlib.decompressobj(wbits=31)

    @property
    def ended(self) -> bool:
        return self._engine.eof

    @property
    def unused(self) -> bytes:
        return self._engine.unused_data

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        plain = self._engine.decompress(piece, _STEP)
        yield plain
        while not self._engine.eof and (self._engine.unconsumed_tail or len(plain) == _STEP):
            plain = self._engine.decompress(self._engine.unconsumed_tail, _STEP)
            yield plain


class _Blockwise:
    """A bzip2 or xz stream, by what their two modules have in common."""

    def __init__(self, engine: BZ2Decompressor | LZMADecompressor, error: type[Exception]) -> None:
        self._engine = engine
        self._error = error

    @property
    def ended(self) -> bool:
        return self._engine.eof

    @property
    def unused(self) -> bytes:
        return self._engine.unused_data

    def unpack(self, piece: bytes) -> Iterator[bytes]:
        try:
            yield self._engine.decompress(piece, _STEP)
            while not self._engine.eof and not self._engine.needs_input:
                yield self._engine.decompress(b"", _STEP)
        except self._error as error:
            raise ValueError(str(error)) from error


def _member(form: str) -> _Member:
    if form == "gzip":
        return _Gzip()
    if form == "bzip2":
        import bz2  # noqa: PLC0415  # rarely needed

        return _Blockwise(bz2.BZ2Decompressor(), OSError)
    import lzma  # noqa: PLC0415  # rarely needed

    return _Blockwise(lzma.LZMADecompressor(memlimit=1 << 28), lzma.LZMAError)


class Unzipper:
    """Keeps a zip archive until it is whole, then gives its members, names first."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._parts: list[bytes] = []
        self._size = 0
        self._left = MOST_INFLATED
        self._fault = ""

    def feed(self, chunk: bytes) -> None:
        """Keep the next bytes, unless the archive is too large to open."""
        self._size += len(chunk)
        if self._size <= MOST_ZIPPED:
            self._parts.append(chunk)
        else:
            self._parts.clear()

    def close(self) -> str:
        """Read every member; say what could not be read, or nothing."""
        if self._size > MOST_ZIPPED:
            return f"a zip archive of more than {MOST_ZIPPED} bytes is not opened"
        import zipfile  # noqa: PLC0415  # rarely needed

        try:
            with open_zip(b"".join(self._parts), MOST_MEMBERS) as archive:
                for member in archive.infolist():
                    self._member(archive, member)
                    if self._left <= 0:
                        return f"it unpacks to more than {MOST_INFLATED} bytes; the rest was not read"
        except TooManyMembersError:
            return f"the zip archive has more than {MOST_MEMBERS} members and was not opened"
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, struct.error) as error:
            return f"it is no sound zip archive ({type(error).__name__})"
        return self._fault

    def _member(self, archive: ZipFile, member: ZipInfo) -> None:
        """Give a member's name and what it holds. One that cannot be read does not hide those after it."""
        import lzma  # noqa: PLC0415  # rarely needed, as is zipfile, which has loaded it
        import zipfile  # noqa: PLC0415

        self._take(b"\n" + member.filename.encode("utf-8", "surrogateescape") + b"\n")
        if member.flag_bits & 1:
            self._fault = "a member of the zip archive is encrypted"
            return
        faults = (zlib.error, lzma.LZMAError, zipfile.BadZipFile, struct.error, NotImplementedError, RuntimeError)
        try:
            with archive.open(member) as body:
                while self._left > 0 and (plain := body.read(_STEP)):
                    self._left -= len(plain)
                    self._take(plain)
        except (OSError, EOFError, ValueError, *faults) as error:
            self._fault = f"a member of the zip archive is not sound ({type(error).__name__})"


_MAGIC = {
    b"\x1f\x8b\x08": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"PK\x03\x04": "zip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf": "7-zip",
    b"Rar!": "rar",
    b"\x04\x22\x4d\x18": "lz4",
}
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
"""How bzip2 goes on after its level: with a block, or with the end of an empty stream."""


def packing(head: bytes) -> str | None:
    """The name of what an artifact that begins with `head` is packed by, None where it is plain."""
    name = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
    return None if name == "bzip2" and head[4:10] not in _BZIP2_BLOCKS else name


def unpacker(name: str, take: Take) -> Unpacker | str:
    """What unpacks an artifact that is packed by `name`, or the reason why it is not opened."""
    if name in {"gzip", "bzip2", "xz"}:
        return Inflater(name, take)
    return Unzipper(take) if name == "zip" else f"it is packed by {name}, which is not opened"
