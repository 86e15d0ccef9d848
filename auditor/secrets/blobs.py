"""Telling a token from what looks like one in the middle of a long encoded text.

A picture or a program in base64 is long enough to hold any short prefix by chance. Nobody could read a token off such a
run, since nothing says where it would begin; what is really encoded there is found by decoding the run.
"""

from __future__ import annotations

import re

from auditor.expressions import expression
from auditor.secrets.decode import Buffer

EFFORT = 30
"""Units that a look at the surroundings of one match costs."""

_LONGER = 150
"""How many more characters than the value's own make a run long."""
_WINDOW = 320
"""How far to either side a run is followed: over a few lines of the usual widths."""
_SAME = 3
"""Lines of a list begin alike, lines of an encoded text do not."""


class _Alphabet:
    """One of the two alphabets of base64: the run from a place on, and backwards to it."""

    def __init__(self, signs: bytes) -> None:
        letters = rb"A-Za-z0-9" + signs
        self.whole = re.compile(rb"[" + letters + rb"]+={0,2}\Z")
        self.after = re.compile(rb"(?:[" + letters + rb"]++|\r?\n|(?:\\+r)?\\+n|\\+/)*+")
        # Read backwards, the n of a written-out line break comes before its backslash.
        others = letters.replace(b"a-z", b"a-mo-z")
        self.before = re.compile(rb"(?:[" + others + rb"]++|n\\+(?:r\\+)?|n|\n\r?|/\\+)*+")

    def around(self, data: Buffer, start: int, end: int) -> tuple[list[bytes], list[bytes]]:
        """The lines of the run before `start`, and those after `end`; the last and the first are of the value's own."""
        behind = self.before.match(bytes(data[max(0, start - _WINDOW) : start])[::-1])
        ahead = self.after.match(data, end, end + _WINDOW)
        assert behind is not None  # a run may be empty
        assert ahead is not None
        return _BREAK.split(behind[0][::-1]), _BREAK.split(ahead[0])


_ALPHABETS = (_Alphabet(rb"+/"), _Alphabet(rb"_\-"))
_BREAK = expression(rb"\r?\n|(?:\\+r)?\\+n")


def in_blob(data: Buffer, start: int, end: int) -> bool:
    """Say whether ``data[start:end]`` stands within a run of base64 that began before it and is much longer than it.

    Line breaks, also written out as in JSON, are passed over where the lines are as wide as those of an encoded text. A
    run that begins with the value does not hide it, and neither does a list of values that stand one in a line.
    """
    value = bytes(data[start:end])
    runs = [alphabet.around(data, start, end) for alphabet in _ALPHABETS if alphabet.whole.match(value)]
    return any(sum(map(len, left)) and _belonging(left, right, value) >= _LONGER for left, right in runs)


def in_folded_blob(data: Buffer, start: int, anchor: int, value: bytes) -> bool:
    """As `in_blob`, for a `value` that was found at `start` by undoing line breaks, after an anchor of that length."""
    runs = [alphabet.around(data, start, start + anchor) for alphabet in _ALPHABETS if alphabet.whole.match(value)]
    own = len(value) - anchor
    return any(sum(map(len, left)) and sum(map(len, (*left, *right))) - own >= _LONGER for left, right in runs)


def _belonging(left: list[bytes], right: list[bytes], value: bytes) -> int:
    """How many characters around `value` belong to the run it stands in: its own line's, and those of like lines."""
    count = beside = len(left[-1]) + len(right[0])
    above, below = left[-2::-1], right[1:]
    if not beside:
        begin = value[:_SAME]
        if b"_" in value or b"-" in value or any(line.startswith(begin) for line in (*above, *below)):
            return 0
    for lines in (above, below):
        for line in lines:
            if len(line) != beside + len(value):
                # A text's last line is shorter than the others, and so is the one that the window cuts.
                count += len(line) if beside and len(line) < beside + len(value) else 0
                break
            count += len(line)
    return count
