"""Compressed values inside other text or bytes."""

from __future__ import annotations

import base64
import zlib

from auditor.secrets.decode import Buffer, Decoded, base64_run, starts_freely

INFLATED = 1 << 22
"""The most bytes that one compressed value inside an artifact may give."""

_CONVINCING = 256
"""Bytes that only a true stream gives before an error shows it to be none."""
_STANDARD = bytes.maketrans(b"-_", b"+/")
_ZLIB = b"\x01\x5e\x9c\xda"


def inflate(data: Buffer, start: int, _end: int, _number: int) -> Decoded | None:
    """What the gzip or zlib stream that begins at `start` holds, as far as it goes and is in sight."""
    if data[start : start + 1] == b"x" and data[start + 1] not in _ZLIB:
        return None
    engine = zlib.decompressobj(wbits=47)
    try:
        text = engine.decompress(data[start:], INFLATED)
    except zlib.error:
        return None
    if not text or (len(text) < _CONVINCING and not engine.eof):
        return None
    end = len(data) - len(engine.unused_data) - len(engine.unconsumed_tail)
    cut = "a compressed value was read only in part" if not engine.eof else ""
    view = "gzip" if data[start : start + 1] == b"\x1f" else "zlib"
    return Decoded(text, view, start, end, ((0, start),), cut)


def packed_base64(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """A base64 run that begins like a gzip or zlib stream does, if it is one."""
    if data[start : start + 1] == b"e" and not starts_freely(data, start):
        return None
    head = data[start : start + 16].translate(_STANDARD)
    if data[start : start + 1] == b"e" and not _plausible(base64.b64decode(head)):
        return None
    decoded = base64_run(data, start, end, 0)
    if decoded is None:
        return None
    at = decoded.text.find(b"\x1f\x8b\x08") if data[start : start + 1] == b"H" else _zlib_start(decoded, start)
    if at < 0:
        return None
    inner = inflate(decoded.text, at, at + 2, 0)
    if inner is None:
        return None
    return Decoded(inner.text, f"base64+{inner.view}", decoded.start, decoded.end, decoded.pieces[:1], inner.cut)


def _plausible(head: bytes) -> bool:
    """Whether a zlib stream may begin like this: the first block is not of a reserved kind."""
    return len(head) > 2 and head[2] & 0b110 != 0b110


def _zlib_start(decoded: Decoded, start: int) -> int:
    near = [offset for offset, source in decoded.pieces if source == start]
    at = near[0] if near else -1
    return at if at >= 0 and decoded.text[at : at + 1] == b"x" else -1


DEAR = frozenset({inflate, packed_base64})
"""Decoders that cost much even where nothing is hidden."""
