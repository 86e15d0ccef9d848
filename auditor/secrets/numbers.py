"""Disguises that write every byte as a number, or the text in another alphabet."""

from __future__ import annotations

import base64
import binascii
import codecs
import re

from auditor.secrets.decode import Buffer, Decoded, run_end, run_start, starts_freely
from auditor.secrets.escapes import token_around

_SPACED = b"0123456789abcdefABCDEF xX:,\\nr\r\n|"
_DUMP_LINE = re.compile(rb"(?:^|\n|\\+n|[\"' ])[ \t]*[0-9a-fA-F]{6,8}:?[ \t]{1,3}")
_COLUMN = re.compile(rb"(?:[ \t]*\|[^\n\\]{1,16}\||[ \t]{2,}[^\n\\|]{1,16})(?=\n|\\+n|\\+\"|\Z)")
_PAIR = re.compile(rb"(?:0[xX])?([0-9a-fA-F]{2})")
_DECIMAL = b"0123456789, \r\n\\n[]"
_PADDING = re.compile(rb"={1,2}(?![A-Za-z0-9_=-])")
"""The end of base64, which is not the beginning of a word; an equals sign before a name may be."""
_BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def spaced_hex(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """Bytes as hex pairs with something between them: ``73 6b``, ``73:6b``, ``0x73, 0x6b`` or a hex dump."""
    low, high = max(0, start - 512), min(len(data), end + 8192)
    dump = _DUMP_LINE.search(data, low, start)
    if dump is None:
        low, high = run_start(data, start, _SPACED, 512), run_end(data, end, _SPACED, 8192)
    else:
        low = dump.start()
    text = data[low:high]
    if dump is not None:
        text = _DUMP_LINE.sub(b"\n", _COLUMN.sub(b"", text))
    gap = re.search(rb"[^0-9a-fA-FxX :,\\nr\r\n\t|]", text)
    pairs = _PAIR.findall(text[: gap.start()] if gap else text)
    return Decoded(bytes.fromhex(b"".join(pairs).decode("ascii")), "hex", low, high, ((0, low),)) if pairs else None


def decimal(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """Bytes as a list of decimal numbers, as a buffer is written in JSON."""
    low, high = run_start(data, start, _DECIMAL, 1024), run_end(data, end, _DECIMAL, 16384)
    numbers = [int(digits) for digits in re.findall(rb"[0-9]{1,4}", data[low:high])]
    return Decoded(bytes(n if n < 256 else 0 for n in numbers), "decimal", low, high, ((0, low),))


def base32_run(data: Buffer, start: int, end: int, phase: int) -> Decoded | None:
    """The base32 run around a fragment that begins `phase` characters into a group of eight."""
    low, high = run_start(data, start, _BASE32), run_end(data, end, _BASE32)
    low += (start - low - phase) % 8
    text = data[low:high]
    text = text[: len(text) - (len(text) % 8 in {1, 3, 6})]
    try:
        plain = base64.b32decode(text + b"=" * (-len(text) % 8))
    except (ValueError, binascii.Error):
        return None
    return Decoded(plain, "base32", low, high, ((0, low),))


def rot13(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """The word that begins with the trigger, each letter thirteen places on."""
    if not starts_freely(data, start):
        return None
    low, high = token_around(data, start, end)
    text = codecs.encode(data[low:high].decode("latin-1"), "rot13")
    return Decoded(text.encode("latin-1"), "rot13", low, high, ((0, low),))


def backwards(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """The word that ends with the trigger, read from its end."""
    # Were it to begin anywhere, what is turned round once would be turned back, and so on.
    if data[end : end + 1].isalnum() or data[end : end + 1] == b"_" or _PADDING.match(data, end):
        return None
    low, high = token_around(data, start, end)
    return Decoded(bytes(data[low:high][::-1]), "reversed", low, high, ((0, low),))


def utf16(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """Text of which every other byte is zero, around a trigger that begins with a character."""
    low = high = start
    while low >= 2 and start - low < 2048 and data[low - 1] == 0 and data[low - 2]:
        low -= 2
    while high + 1 < len(data) and high - end < 16384 and data[high] and data[high + 1] == 0:
        high += 2
    high += high < len(data) and data[high] != 0
    return Decoded(bytes(data[low:high:2]), "utf-16", low, high, ((0, low),))


def utf32(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """Text of which each byte is followed by three zeros, around a trigger that begins with a character."""
    low, high = start, end
    while low >= 4 and start - low < 4096 and data[low - 3 : low] == b"\0\0\0" and data[low - 4]:
        low -= 4
    while high - end < 32768 and data[high : high + 3] == b"\0\0\0" and data[high + 3 : high + 4].strip(b"\0"):
        high += 4
    return Decoded(bytes(data[low:high:4]), "utf-32", low, high, ((0, low),))
