"""Archives inside other bytes, and the printable forms in which files travel: uuencode and Ascii85."""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib

from auditor.secrets.decode import Buffer, Decoded, unescape

INFLATED = 1 << 22
"""The most bytes that one archived or encoded file inside an artifact may give."""
_FAR = 65536
_LINE = re.compile(rb"\r?\n")
_LOCAL = struct.Struct("<HHHHHIIIHH")
_STORED, _DEFLATED = 0, 8
_MAGIC = b"BZh"


def member(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """What the member of a zip archive whose header begins at `start` holds, as far as it is in sight."""
    if len(data) - end < _LOCAL.size:
        return None
    _, _, method, _, _, _, size, _, named, extra = _LOCAL.unpack_from(data, end)
    low = end + _LOCAL.size + named + extra
    view = "zip"
    if method == _STORED:
        high = min(low + size, len(data), low + INFLATED)
        return Decoded(bytes(data[low:high]), view, start, start + 1, ((0, start),)) if size else None
    if method != _DEFLATED:
        return None
    engine = zlib.decompressobj(wbits=-15)
    try:
        text = engine.decompress(data[low:], INFLATED)
    except zlib.error:
        return None
    cut = "" if engine.eof else "a member of an archive was read only in part"
    return Decoded(text, view, start, start + 1, ((0, start),), cut, len(text) // 4096)


def squeezed(data: Buffer, start: int, _end: int, _number: int) -> Decoded | None:
    """What the bzip2 or xz stream that begins at `start` holds, as far as it is in sight."""
    import bz2  # noqa: PLC0415  # rarely needed
    import lzma  # noqa: PLC0415

    bzip = data[start : start + len(_MAGIC)] == _MAGIC
    engine = bz2.BZ2Decompressor() if bzip else lzma.LZMADecompressor()
    try:
        text = engine.decompress(bytes(data[start : start + INFLATED]), INFLATED)
    except (OSError, lzma.LZMAError):
        return None
    return (
        Decoded(text, "bzip2" if bzip else "xz", start, start + 1, ((0, start),), "", len(text) // 1024)
        if text
        else None
    )


def uuencoded(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """The file that uuencode wrote: lines of up to forty-five bytes, each with its length before it."""
    text = bytes(data[start : start + _FAR])
    first = text.find(b"\n")
    if first < 0 or text.find(b"\\n", 0, first) >= 0:
        text = unescape(text)
    plain = bytearray()
    for line in _LINE.split(text)[1:]:
        if not line or line in {b"`", b" ", b"end"}:
            break
        try:
            plain += binascii.a2b_uu(line)
        except binascii.Error:
            break
    return Decoded(bytes(plain), "uuencode", start, end, ((0, start),)) if plain else None


def ascii85(data: Buffer, start: int, _end: int, _number: int) -> Decoded | None:
    """The text between ``<~`` and ``~>``."""
    low = start + len(b"<~")
    close = data.find(b"~>", low, low + _FAR)
    if close < 0:
        return None
    try:
        plain = base64.a85decode(unescape(data[low:close]))
    except ValueError:
        return None
    return Decoded(plain, "ascii85", start, close, ((0, start),))
