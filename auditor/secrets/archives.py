"""Compressed and archived artifacts: what is in them is scanned too, within a budget."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Protocol

MOST_INFLATED = 1 << 29
"""The most bytes that one artifact may unpack to."""
MOST_ZIPPED = 1 << 26
"""The largest zip archive that is opened, in bytes."""
_STEP = 1 << 20

Take = Callable[[bytes], None]


class Unpacker(Protocol):
    """Takes an artifact's bytes and gives what they unpack to."""

    view: str

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""

    def close(self) -> str:
        """End; say what could not be read, or nothing."""


class Inflater:
    """Unpacks a gzip, bzip2 or xz stream, also one of several members."""

    def __init__(self, view: str, take: Take) -> None:
        self.view = view
        self._take = take
        self._left = MOST_INFLATED
        self._engine = _engine(view)
        self._fault = ""

    def feed(self, chunk: bytes) -> None:
        """Unpack the next bytes, in steps, until the budget is used up."""
        while chunk and not self._fault:
            try:
                chunk = self._step(chunk)
            except (zlib.error, OSError, EOFError, ValueError, MemoryError) as error:
                self._fault = f"it is no sound {self.view} stream ({type(error).__name__})"
            if self._left <= 0:
                self._fault = f"it unpacks to more than {MOST_INFLATED} bytes; the rest was not read"

    def _step(self, chunk: bytes) -> bytes:
        plain, rest, ended = self._engine(chunk)
        self._left -= len(plain)
        self._take(plain)
        if ended:
            self._engine = _engine(self.view)
            return rest.lstrip(b"\0")
        return rest

    def close(self) -> str:
        """Say what could not be unpacked, or nothing."""
        return self._fault


def _engine(view: str) -> Callable[[bytes], tuple[bytes, bytes, bool]]:
    """A step of one decompressor: bytes in; plain bytes, the bytes it has not used, and whether the stream ended."""
    if view == "gzip":
        gzip = zlib.decompressobj(wbits=31)

        def inflate(chunk: bytes) -> tuple[bytes, bytes, bool]:
            plain = gzip.decompress(chunk, _STEP)
            return plain, gzip.unused_data if gzip.eof else gzip.unconsumed_tail, gzip.eof

        return inflate
    other = _other(view)

    def unpack(chunk: bytes) -> tuple[bytes, bytes, bool]:
        plain = other.decompress(chunk, _STEP)
        while not other.eof and not other.needs_input and len(plain) < 64 * _STEP:
            plain += other.decompress(b"", _STEP)
        return plain, other.unused_data if other.eof else b"", other.eof

    return unpack


class _Decompressor(Protocol):
    """What bz2 and lzma have in common."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether there is nothing more to give before the next bytes."""

    @property
    def unused_data(self) -> bytes:
        """What followed the stream's end."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Unpack the next bytes."""


def _other(view: str) -> _Decompressor:
    if view == "bzip2":
        import bz2  # noqa: PLC0415  # rarely needed

        return bz2.BZ2Decompressor()
    import lzma  # noqa: PLC0415  # rarely needed

    return lzma.LZMADecompressor(memlimit=1 << 28)


class Unzipper:
    """Keeps a zip archive until it is whole, then gives its members, names first."""

    view = "zip"

    def __init__(self, take: Take) -> None:
        self._take = take
        self._parts: list[bytes] = []
        self._size = 0

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

        fault, left = "", MOST_INFLATED
        try:
            with zipfile.ZipFile(io.BytesIO(b"".join(self._parts))) as archive:
                for member in archive.infolist():
                    self._take(b"\n" + member.filename.encode("utf-8", "surrogateescape") + b"\n")
                    if member.flag_bits & 1:
                        fault = "a member of the zip archive is encrypted"
                        continue
                    with archive.open(member) as body:
                        while left > 0 and (plain := body.read(_STEP)):
                            left -= len(plain)
                            self._take(plain)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            ValueError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            return f"it is no sound zip archive ({type(error).__name__})"
        return fault or ("" if left > 0 else f"it unpacks to more than {MOST_INFLATED} bytes; the rest was not read")


_SEALED = {b"\x28\xb5\x2f\xfd": "zstd", b"7z\xbc\xaf": "7-zip", b"Rar!": "rar", b"\x04\x22\x4d\x18": "lz4"}


def unpacker(head: bytes, take: Take) -> Unpacker | str | None:
    """What unpacks an artifact that begins with `head`: None where it is plain, a reason where it cannot be done."""
    if head.startswith(b"\x1f\x8b\x08"):
        return Inflater("gzip", take)
    if head.startswith(b"BZh") and head[4:10] == b"1AY&SY":
        return Inflater("bzip2", take)
    if head.startswith(b"\xfd7zXZ\0"):
        return Inflater("xz", take)
    if head.startswith(b"PK\x03\x04"):
        return Unzipper(take)
    name = _SEALED.get(head[:4])
    return f"it is packed by {name}, which is not opened" if name else None
