"""Private key blocks: is what stands between the lines a key, whole, cut short, or words?

The three kinds of body each say how long they are: DER and OpenSSH's own format by lengths inside, OpenPGP by a checksum.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import cache

from auditor.expressions import expression
from auditor.secrets.opinion import Opinion
from auditor.secrets.published import is_published
from auditor.secrets.sequences import is_sequential

_LINES = expression(rb"(?:\\+[rn]|[\r\n])+")
_JOINED = expression(rb"[\"'][ \t]*\+[ \t]*\Z")
_AROUND = b" \t\"',;\\"
"""What may stand around a line of a key in a program that puts it together."""
_NOT_BASE64 = expression(rb"[^A-Za-z0-9+/=]")
_WORDS = expression(rb"[A-Za-z0-9][ _.,-][A-Za-z]")
_SAID = expression(rb"fake|dummy|test|example|sample|mock|placeholder|secret", re.IGNORECASE)
_CODE = expression(rb"[(){}\[\]<>$#%&!?|]|=[ \t]|=[^=\s\"'\\]")
"""What no line of a key has, and a line of the program that makes one or reads one."""
_WRITTEN = 200
"""Characters of a body below which a word in it was written and is no chance."""
_VERSION = 4
"""Bytes that the number of a format's version may take."""
_SHORTEST = 32
"""Characters of base64 without which there is no key."""
_LONG_RUN = expression(rb"[A-Za-z0-9+/]{%d,}={0,2}" % _SHORTEST)
_SMALLEST = 48
"""Bytes of the smallest private key there is, an Ed25519 key in PKCS #8; less of a longer one is its public beginning."""
_LARGE = 300
"""Bytes from which on a key is RSA's or DSA's; the first line of such a one is public, too."""
_OPENSSH = b"openssh-key-v1\0"
_MOST_KEYS = 16
_CRC24_INIT, _CRC24_POLY = 0xB704CE, 0x1864CFB


def pem(value: bytes) -> Opinion:
    """A private key block, confirmed only where the body is as long as it says it is; words in its place are doubtful."""
    lines = [_JOINED.sub(b"", line).strip(_AROUND) for line in _LINES.split(value)[1:-1]]
    body_lines = [_literal(line) for line in lines if b":" not in line and not line.startswith(b"=")]
    if len(_WORDS.findall(b" ".join(body_lines))) - len(body_lines) >= 2:
        return "doubtful"
    body = _NOT_BASE64.sub(b"", b"".join(body_lines))
    if len(body) < _SHORTEST:
        return "rejected"
    if body.rstrip(b"=").isalpha() and _SAID.search(body):
        return "doubtful"
    body = body.rstrip(b"=")
    try:
        key = base64.b64decode(body + b"=" * (-len(body) % 4), validate=True)
    except (ValueError, binascii.Error):
        return "unknown"
    if is_published(key) or is_sequential(body) or (key.isascii() and key.decode().isprintable()) or _is_public(key):
        return "doubtful"
    formed = key.startswith((b"\x30", _OPENSSH)) or key[0] & 0x80
    if not formed and len(body) < _WRITTEN and _SAID.search(body):
        return "doubtful"
    if any(line.startswith(b"Proc-Type:") for line in lines):
        return "confirmed" if len(key) % 8 == 0 else "unknown"  # whole blocks of a cipher
    if key.startswith(_OPENSSH):
        return _openssh(key)
    if key.startswith(b"\x30"):
        return _sized(key, _der_length(key))
    sums = [line[1:] for line in lines if re.fullmatch(rb"=[A-Za-z0-9+/]{4}", line)]
    return "confirmed" if key[0] & 0x80 and sums and base64.b64decode(sums[0]) == _crc24(key) else "unknown"


def _literal(line: bytes) -> bytes:
    """What of a line can be a key: all of it, or its long pieces of base64 if the rest is a program's text."""
    return line if _CODE.search(line) is None else b"".join(_LONG_RUN.findall(line))


def _is_public(key: bytes) -> bool:
    """Whether a DER sequence begins with a large number, as RSA's public keys do; a private key's first is its version."""
    header = 4 if len(key) > 1 and key[1] == 0x82 else 3 if len(key) > 1 and key[1] == 0x81 else 2
    return key.startswith(b"\x30") and len(key) > header + 1 and key[header] == 0x02 and key[header + 1] > _VERSION


def _sized(key: bytes, length: int) -> Opinion:
    """What it means that a key of `length` bytes, as it says itself, was found as it is."""
    if len(key) == length:
        return "confirmed"
    first_line = length >= _LARGE and len(key) == _SMALLEST
    return "doubtful" if first_line or len(key) < min(length, _SMALLEST) else "unknown"


def _der_length(key: bytes) -> int:
    """The bytes that a DER sequence says it takes, its header included."""
    first = key[1] if len(key) > 1 else 0
    if first < 0x80:
        return 2 + first
    size = first & 0x7F
    return 2 + size + int.from_bytes(key[2 : 2 + size], "big")


def _openssh(key: bytes) -> Opinion:
    """Follow the lengths in a key of OpenSSH's own format; cut before its private part, it opens nothing."""
    at = len(_OPENSSH)
    for _ in range(3):  # the cipher, the derivation of its key, and that one's options
        at += 4 + int.from_bytes(key[at : at + 4], "big")
    count = int.from_bytes(key[at : at + 4], "big")
    at += 4
    for _ in range(min(count, _MOST_KEYS)):  # the public keys
        at += 4 + int.from_bytes(key[at : at + 4], "big")
    if at + 4 >= len(key):
        return "doubtful"
    return "confirmed" if at + 4 + int.from_bytes(key[at : at + 4], "big") == len(key) else "unknown"


def _crc24(data: bytes) -> bytes:
    """OpenPGP's checksum of an armoured body."""
    table = _crc24_table()
    crc = _CRC24_INIT
    for byte in data:
        crc = (crc << 8 & 0xFFFFFF) ^ table[crc >> 16 ^ byte]
    return crc.to_bytes(3, "big")


@cache
def _crc24_table() -> tuple[int, ...]:
    """What each value of the leading byte adds to the checksum."""
    table = []
    for byte in range(256):
        crc = byte << 16
        for _ in range(8):
            crc = crc << 1 ^ (_CRC24_POLY if crc & 0x800000 else 0)
        table.append(crc)
    return tuple(table)
