"""Undoing one disguise around one place: from a buffer and a trigger to the text that was hidden there.

Every decoder answers a `Decoded`, which also knows where in the buffer its text came from, or None where the trigger
meant nothing. Decoders never raise on content.
"""

from __future__ import annotations

import base64
import binascii
import re
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import msgspec

Buffer: TypeAlias = bytes | bytearray
"""What is looked at: a text that was decoded, or a scan's own buffer, which is valid only while it is looked at."""

BACK = 8192
AHEAD = 65536

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_SOFT = b"\r\n\\"
_BREAK = re.compile(rb"=*(?:\\+[nr]|[\r\n])[ \t]*|[\r\n\\=]+")
_INDENTED = re.compile(rb"(?:(?<=\\n)|(?<=\n))[ \t]{1,24}(?=[A-Za-z0-9+/_-]{4})")
_HEX = b"0123456789abcdefABCDEF"
_NOT_HEX = re.compile(rb"[^0-9a-fA-F]+")
_LINES = 60
"""Indented lines of an encoded text that are taken together."""
_URLSAFE = bytes.maketrans(b"-_", b"+/")
JSON_ESCAPE = re.compile(rb'\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt])')
_SHORT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


_UNDERSCORE = ord("_")
_BOUNDARY = re.compile(
    rb"(?:[^A-Za-z0-9_]|\\[nrtbfv0]|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|%[0-9A-Fa-f]{2}|\[[0-9;]*[A-Za-z])\Z"
)


def starts_freely(data: Buffer, at: int) -> bool:
    """Say whether no word runs into `at` from the left; the letter of an escape such as ``\\n`` is no word."""
    return (
        at == 0
        or not (data[at - 1 : at].isalnum() or data[at - 1] == _UNDERSCORE)
        or _BOUNDARY.search(data, max(0, at - 12), at) is not None
    )


class Decoded(msgspec.Struct, frozen=True):
    """The text that a decoder found in ``buffer[start:end]``.

    `pieces` are pairs (offset in text, offset in buffer), rising in both, that say which came from where; `places` finds
    them out where that is better done when somebody asks. `cut` says what of it could not be read, `cost` how much effort
    it took beyond what its length tells. Without text, nothing was hidden. What is `below` was decoded first, and gave the
    buffer that the places are counted in.
    """

    text: bytes
    view: str
    start: int
    end: int
    pieces: tuple[tuple[int, int], ...] = ()
    cut: str = ""
    cost: int = 0
    places: Callable[[], tuple[tuple[int, int], ...]] | None = None
    below: Decoded | None = None

    def source(self, offset: int) -> int:
        """Where in the buffer the byte at `offset` of the text came from (the nearest earlier known place)."""
        pieces = self.pieces if self.places is None else self.places()
        place = bisect_right(pieces, (offset, 1 << 62)) - 1
        if place < 0:
            return self.start
        # Between two `places` the text is as it stands in the buffer.
        found = pieces[place][1] + (offset - pieces[place][0] if self.places is not None else 0)
        return found if self.below is None else self.below.source(found)

    def is_untouched(self, start: int, end: int) -> bool:
        """Say whether ``text[start:end]`` stands just so in the buffer: nothing was undone there."""
        pieces = () if self.places is None else self.places()
        place = bisect_right(pieces, (start, 1 << 62)) - 1
        if place < 0 or (place + 1 < len(pieces) and end >= pieces[place + 1][0]):
            return False
        moved = pieces[place][1] - pieces[place][0]
        return self.below is None or self.below.is_untouched(start + moved, end + moved)


Decoder: TypeAlias = Callable[[Buffer, int, int, int], Decoded | None]
"""(buffer, start and end of the trigger, a number the trigger carries) -> what is hidden around it."""


def run_start(data: Buffer, at: int, alphabet: bytes, limit: int = BACK) -> int:
    """Where the run of `alphabet` bytes that ends before `at` begins, looking back `limit` bytes at most."""
    low = max(0, at - limit)
    return low + len(data[low:at].rstrip(alphabet))


def run_end(data: Buffer, at: int, alphabet: bytes, limit: int = AHEAD) -> int:
    """Where the run of `alphabet` bytes that begins at `at` ends, looking ahead `limit` bytes at most."""
    window = data[at : at + limit]
    return at + len(window) - len(window.lstrip(alphabet))


def unescape(data: Buffer) -> bytes:
    """`data` with one level of JSON string escapes undone."""
    return JSON_ESCAPE.sub(lambda match: json_character(match[0]), data)


@lru_cache(maxsize=1024)
def json_character(escape: bytes) -> bytes:
    """The character that an escape in a JSON string stands for, half a surrogate pair as well."""
    if escape[1:2] == b"u":
        return chr(int(escape[2:], 16)).encode("utf-8", "surrogatepass")
    return _SHORT.get(escape[1:], escape[1:])


def base64_run(data: Buffer, start: int, end: int, phase: int) -> Decoded | None:
    """The base64 or base64url run around a fragment that begins `phase` characters into a group of four.

    Line breaks inside the run, raw or escaped, are passed over.
    """
    low, high = _over_indentation(data, start, end, _BASE64 + _SOFT)
    before, places = _joined(data, low, start)
    skipped = (len(before) - phase) % 4
    after, later = _joined(data, start, high)
    clean = (before[skipped:] + after).translate(_URLSAFE)
    clean = clean[: len(clean) // 4 * 4] if len(clean) % 4 == 1 else clean
    try:
        text = base64.b64decode(clean + b"=" * (-len(clean) % 4))
    except (ValueError, binascii.Error):
        return None
    shift = len(before) - skipped
    pieces = [((a - skipped) * 3 // 4, b) for a, b in places if a >= skipped] + [
        ((a + shift) * 3 // 4, b) for a, b in later
    ]
    return Decoded(text, "base64", low, high, tuple(sorted(pieces)))


def _joined(data: Buffer, low: int, high: int) -> tuple[bytes, list[tuple[int, int]]]:
    """``data[low:high]`` without line breaks, raw or escaped, and padding; with pieces."""
    out: list[Buffer] = []
    pieces = [(0, low)]
    size, last = 0, low
    for match in _BREAK.finditer(data, low, high):
        out.append(data[last : match.start()])
        size += match.start() - last
        last = match.end()
        pieces.append((size, last))
    out.append(data[last:high])
    return b"".join(out), pieces


def _over_indentation(data: Buffer, start: int, end: int, alphabet: bytes) -> tuple[int, int]:
    """Where the run of `alphabet` around a fragment begins and ends, over line breaks with indentation after them."""
    low, high = run_start(data, start, alphabet), run_end(data, end, alphabet + b"=")
    for _ in range(_LINES):
        gap = len(data[max(0, low - 24) : low]) - len(data[max(0, low - 24) : low].rstrip(b" \t"))
        if not gap or _INDENTED.match(data, low - gap) is None:
            break
        low = run_start(data, low - gap, alphabet)
    for _ in range(_LINES):
        indentation = _INDENTED.match(data, high)
        if indentation is None or b"=" in data[max(low, high - 12) : high]:
            break
        high = run_end(data, indentation.end(), alphabet + b"=")
    return low, high


def hex_run(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """The run of hex digits around a fragment that begins at a whole byte."""
    low, high = _over_indentation(data, start, end, _HEX + b"\r\n\\n")
    before, places = _joined(data, low, start)
    after, later = _joined(data, start, high)
    digits = [_NOT_HEX.split(before)[-1], _NOT_HEX.split(after)[0]]
    odd = len(digits[0]) % 2
    text = digits[0][odd:] + digits[1]
    shift = len(digits[0]) - odd
    skipped = len(before) - shift
    pieces = [((a - skipped) // 2, b) for a, b in places if a >= skipped] + [((a + shift) // 2, b) for a, b in later]
    plain = bytes.fromhex(text[: len(text) // 2 * 2].decode("ascii"))
    return Decoded(plain, "hex", low, high, tuple(sorted(pieces)) or ((0, low),))
