"""Credentials in pieces: folded at a column by an editor, a mail, a terminal or a log, or put together by code.

What interrupts a word is a line break, with whatever the next line begins with (indentation, a quotation mark, a line
number, a sign of a diff or a comment, the border of a box), or the end of one quoted text and the beginning of the next.
"""

from __future__ import annotations

from typing import NamedTuple

from auditor.expressions import expression
from auditor.secrets.decode import Buffer, Decoded, run_start, starts_freely

_GAP = rb"(?:[ \t]|\\t)"
_BAR = rb"(?:\||\xe2\x94[\x82\x83])"
_TIME = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)[ \t]"
"""What a runner of jobs writes before each line."""
_GUTTER = (
    _GAP
    + rb"{0,12}(?:(?:"
    + _TIME
    + rb"|\d{1,6}[ \t]{0,3}(?:[:\t]|\\t|\xe2\x86\x92|"
    + _BAR
    + rb")|[>+#*;]{1,3}|//|"
    + _BAR
    + rb")"
    # What was indented before the mark may be indented after it.
    + _GAP
    + rb"{0,8}){0,2}"
)
# After a blank and a shell's continuation, what begins with a dash is the next option.
_EDGE = rb"(?:[ \t]{0,80}" + _BAR + rb"|\\{1,2}(?=\r?\n)|[ \t]\\{1,2}(?=\r?\n[ \t]{0,40}[^ \t-]))?"
_BREAK = _EDGE + rb"(?:\r?\n|(?:\\+r)?\\+n)" + _GUTTER + rb"(?!" + _TIME + rb")"
_WHITE = rb"(?:\s|\\+[nrt]){0,40}"
_GLUE = rb"""\\*["'`]""" + _WHITE + rb"(?:[+.&~,]|\.\.)?" + _WHITE + rb"""[fbru]?\\*["'`]"""
_WORD = rb"[A-Za-z0-9_\-.+/=~]"
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.+/=~"
# A word ends where a break begins, so words are taken whole (``+``) and never tried again in shorter pieces.
_FOLDED = expression(_WORD + rb"{2,400}+(?:(?:" + _BREAK + rb"|" + _GLUE + rb")" + _WORD + rb"{1,400}+){1,60}")
_FOLD = expression(rb"(" + _BREAK + rb"|" + _GLUE + rb")")
_LINE_START = expression(rb"(?:\A|\n|\\+n)" + _GUTTER + rb"|\"")
_QUOTED = expression(rb"""\\*["'`]""")
_SIGN = expression(rb"[+.&~]|\\\r?\n")
_NAME = expression(rb"[A-Za-z_][A-Za-z0-9_.-]{0,60}=+[^=]|(?:[A-Z][A-Z0-9]{2,}|[A-Za-z]\w*_\w+)=\Z|--[a-z]")
"""A piece that gives a value to a name of its own, or is an option's. The padding of base64 ends a piece."""
_GIVES = expression(rb"""(?:\\*["'`])?[ \t]{0,20}(?:[:?]?=(?!=)|:(?=[\s"'\\\[{]))""")
"""What stands behind a name, and never behind the last piece of a value."""
_PLAIN = expression(
    rb"(?=[A-Za-z_-]{4})(?:[A-Z]?(?:[^\WA-Zaeiouy_]{0,3}[aeiouy]{1,2}){1,5}[^\WA-Zaeiouy_]{0,3}|[A-Z]{2,}(?:[_-][A-Z]{2,})+)"
)
"""A word, as the next line of any text begins with one. Of the ends of random values one in forty looks so, or fewer."""

_NARROWEST = 12
"""No column at which text is folded is narrower, in characters."""
_SIGHT = 400
"""How far back the lines before a word are looked for."""
_RANDOM = expression(rb"(?=[A-Z0-9]*[a-z])(?=[a-z0-9]*[A-Z])(?=[A-Za-z]*[0-9])[A-Za-z0-9]{6,64}")
"""What no word, name or number looks like: the end of a value that began on the line before."""
FARTHEST = 4096
"""How far a folded word may reach."""
_TELLING = 4
"""An anchor of this length does not stand in a value by chance."""


class Folded(NamedTuple):
    """What a word may be without its breaks, one piece more in each of `words`, and the `likeliest` of them.

    `proven`: its widths or signs leave no doubt. The first `unspoken` words take in no piece that is a plain word.
    """

    words: list[bytes]
    likeliest: int
    proven: bool
    unspoken: int


_NONE = Folded([], 0, False, 0)


def folded(data: Buffer, start: int, anchor: bytes = b"") -> Folded:
    """What the word that begins at `start` may be without its breaks.

    The words take in one piece more each, up to one that holds the `anchor` again: it is another value's. A fold at a
    column shows in widths: all lines but the first and the last are equally long, the last is not longer. Three such
    lines are proof; of two, the second must at least be the shorter. Pieces that code puts together belong together;
    with a sign between them they do for sure.
    """
    limit = start + FARTHEST
    other = data.find(anchor, start + len(anchor), limit) if len(anchor) >= _TELLING else -1
    match = _FOLDED.match(data, start, limit if other < 0 else other)
    if match is None or not starts_freely(data, start):
        return _NONE
    split = _FOLD.split(match[0])
    parts, breaks = split[::2], split[1::2]
    if match.end() == other:
        parts.pop()  # the beginning of the line that holds the anchor again
    parts = _own(parts, breaks, _GIVES.match(data, match.end()) is not None and match.end() != other)
    if len(parts) < 2:
        return _NONE
    words = [b"".join(parts[: count + 1]) for count in range(1, len(parts))]
    if _QUOTED.match(breaks[0]) or breaks[0].lstrip(b" \t").startswith(b"\\\n"):
        return Folded(words, len(words) - 1, all(map(_SIGN.search, breaks)), len(words))
    unspoken = next((at for at, part in enumerate(parts[1:]) if _PLAIN.fullmatch(part)), len(words))
    same = next((i for i, part in enumerate(parts[2:], 2) if len(part) != len(parts[1])), len(parts))
    end = same + (same < len(parts) and len(parts[same]) < len(parts[1]))
    starts = list(_LINE_START.finditer(data, max(0, start - _SIGHT), start))
    width = len(parts[0]) + start - (starts[-1].end() if starts else max(0, start - _SIGHT))
    above = starts[-1].start() - starts[-2].end() if len(starts) > 1 else 0
    full = above == width >= _NARROWEST
    if end > 2 and (same > 2 or len(parts[1]) in {width, len(parts[0])}):
        return Folded(words, end - 2, True, unspoken)
    if full:
        # The line before is as long as the one in which the word begins: both were folded, and the shorter one ends it.
        through = next((i for i, part in enumerate(parts[1:], 1) if len(part) < width), len(parts) - 1)
        return Folded(words, through - 1, True, unspoken)
    if len(parts[1]) < width and _RANDOM.fullmatch(parts[1]):
        return Folded(words, 0, True, unspoken)
    return Folded(words, 0 if len(parts[1]) < width else -1, False, unspoken)


def _own(parts: list[bytes], breaks: list[bytes], gives: bool) -> list[bytes]:
    """Those of `parts` before the first that is a name; `gives`: a sign behind the last one gives it a value."""
    for index in range(1, len(parts)):
        last = gives and index == len(breaks)
        added = _QUOTED.match(breaks[index - 1]) and _SIGN.search(breaks[index - 1])
        if (last or _NAME.match(parts[index])) and not added:
            return parts[:index]
    return parts


def unfold(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """The word around a trigger that holds a break: as its widths tell, or else as long as it may be, one a line."""
    low = run_start(data, start, _LETTERS, 400)
    words, likeliest, proven, _ = folded(data, low)
    if not words:
        return None
    text = words[likeliest] if proven or likeliest >= 0 else b"\n".join(reversed(words[:8]))
    return Decoded(text, "wrapped", low, end, ((0, low),))
