"""Compressed values inside other text or bytes."""

from __future__ import annotations

import base64
import re
import zlib

from auditor.secrets.decode import Buffer, Decoded, base64_run, run_end, starts_freely

INFLATED = 1 << 22
"""The most bytes that one compressed value inside an artifact may give."""

_BYTES_A_UNIT = 40
"""Unpacked bytes that cost one unit of effort: they are denser with anchors than any text that is written out."""
DEAR = 7500
"""The cost, in units of effort, of a stream that goes on for long and then proves to be none."""
_ANY = 47
"""zlib's number for a stream of either kind, gzip or zlib."""
_TRIAL = 512
_CONVINCING = 256
"""Bytes that only a true stream gives before an error shows it to be none."""
_BREAK = re.compile(rb"\\+[nr]|[\r\n\\]+")
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_\\\r\n"
_STANDARD = bytes.maketrans(b"-_", b"+/")
_ZLIB = b"\x01\x5e\x9c\xda"


def inflate(data: Buffer, start: int, _end: int, _number: int) -> Decoded | None:
    """What the gzip or zlib stream that begins at `start` holds, as far as it goes and is in sight."""
    if data[start : start + 1] == b"x" and data[start + 1] not in _ZLIB:
        return None
    view = "gzip" if data[start : start + 1] == b"\x1f" else "zlib"
    if not _begins_well(data[start : start + _TRIAL]):
        return None
    engine = zlib.decompressobj(wbits=_ANY)
    try:
        text = engine.decompress(data[start:], INFLATED)
    except zlib.error:
        return Decoded(b"", view, start, start, (), cost=DEAR)
    if not text or (len(text) < _CONVINCING and not engine.eof):
        return None
    end = len(data) - len(engine.unused_data) - len(engine.unconsumed_tail)
    cut = "a compressed value was read only in part" if not engine.eof else ""
    return Decoded(text, view, start, end, ((0, start),), cut, cost=len(text) // _BYTES_A_UNIT)


def _begins_well(head: Buffer) -> bool:
    """Whether a compressed stream may begin like this: of what only looks like one, nearly all fails at once."""
    try:
        zlib.decompressobj(wbits=_ANY).decompress(head, _CONVINCING)
    except zlib.error:
        return False
    return True


def packed_base64(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """A base64 run that from `start` on reads like a gzip or zlib stream does, if it is one."""
    if data[start : start + 1] == b"e" and not starts_freely(data, start):
        return None
    head = _BREAK.sub(b"", data[start : run_end(data, start, _ALPHABET, _TRIAL)]).translate(_STANDARD)
    if not _begins_well(base64.b64decode(head[: len(head) // 4 * 4])):
        return None
    decoded = base64_run(data, start, end, 0)
    if decoded is None:
        return None
    at = next((offset for offset, source in decoded.pieces if source == start), -1)
    inner = inflate(decoded.text, at, at + 2, 0) if at >= 0 else None
    weighed = (len(decoded.text) + len(decoded.pieces)) // 4
    if inner is None or not inner.text:
        return Decoded(b"", "base64", start, start, (), cost=weighed + (inner.cost if inner else 0))
    view = f"base64+{inner.view}"
    return Decoded(inner.text, view, decoded.start, decoded.end, decoded.pieces[:1], inner.cut, weighed)
