"""Values that nobody drew at random: the alphabet, the digits, one character or a short piece said over and over.

Documentation and tests are full of tokens in a provider's format whose body is ``1234567890abcdef…``. They deserve to
be seen, and no run deserves to fail for them.
"""

from __future__ import annotations

import re

SHORTEST = 8
"""Characters of a body below which a run of four proves nothing."""
_RUN = 4
"""Neighbours of an order that make a run."""
_LONGEST = 256
"""Characters beyond which nobody types a body by hand."""
_SHARE = 0.7
"""The share of a body that must be in runs, or be repetition. Of sixteen random digits one body in thirty thousand is."""

_TWICE = re.compile(rb"(.{1,16})\1+")
_NOT_BODY = re.compile(rb"[^a-z0-9]+")
_ROUND = {b"90", b"0a", b"9a", b"za", b"z0", b"z1", b"f0", b"f1"}
"""Where an order goes on after its end: digits to letters, and the alphabet or the hex digits from the beginning."""
_SAME = {bytes((code, code)) for code in b"0123456789abcdefghijklmnopqrstuvwxyz"}
_NEXT = {bytes((code, code + 1)) for low, high in (b"09", b"az") for code in range(low, high)} | _ROUND
_UP = frozenset(_NEXT | _SAME)
_DOWN = frozenset({pair[::-1] for pair in _NEXT} | _SAME)

_FIXED_SEGMENT = re.compile(
    rb"(?:services|triggers|workflows|api|v[0-9]{1,2}|webhooks|webhookb2|hooks|catch|standard|IncomingWebhook)?\Z"
)


def is_sequential(body: bytes) -> bool:
    """Say whether `body`, a value without its format's prefix, is counted out or repeated and not drawn by chance.

    Signs and case do not matter. Of an address, only the segments that can carry a token are looked at.
    """
    if len(body) > _LONGEST:
        return False
    text = _NOT_BODY.sub(b"", _segments(body).lower())
    if len(text) < SHORTEST:
        return False
    return _in_runs(text) >= _SHARE * len(text) or _repeated(text) >= _SHARE * len(text)


def _segments(body: bytes) -> bytes:
    if b"://" not in body:
        return body
    parts = body.split(b"/")[3:]
    return b"".join(part for part in parts if not _FIXED_SEGMENT.match(part))


def _in_runs(text: bytes) -> int:
    """How many characters of `text` stand in runs that rise, fall or stay."""
    pairs = [text[at : at + 2] for at in range(len(text) - 1)]
    inside: set[int] = set()
    for order in (_UP, _DOWN):
        begin = 0
        for at in range(len(text)):
            if at == len(text) - 1 or pairs[at] not in order:
                if at + 1 - begin >= _RUN:
                    inside.update(range(begin, at + 1))
                begin = at + 1
    return len(inside)


def _repeated(text: bytes) -> int:
    """The length of the longest stretch of `text` that is a short piece said at least twice."""
    return max((len(match[0]) for match in _TWICE.finditer(text)), default=0)
