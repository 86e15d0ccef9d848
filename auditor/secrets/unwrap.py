"""Credentials broken over lines: by an editor, a mail, a terminal or a log that folds at a column."""

from __future__ import annotations

import re

from auditor.secrets.decode import Buffer, starts_freely
from auditor.secrets.escapes import substituted, text_around

_BREAK = rb"(?:\r?\n|(?:\\+r)?\\+n)[ \t>|+#]{0,12}"
_WORD = rb"[A-Za-z0-9_\-.+/=~]"
# A word ends where a break begins, so words are taken whole (``+``) and never tried again in shorter pieces.
_FOLDED = re.compile(_WORD + rb"{2,400}+(?:" + _BREAK + _WORD + rb"{1,400}+){1,60}")
_FOLD = re.compile(_BREAK)
_LINE_START = re.compile(rb"\n|\\+n|\"")

unfold = substituted("wrapped", _FOLD, text_around, lambda match: b"")
"""Decodes the text around a trigger by leaving out its line breaks and indentation."""


_FARTHEST = 4096
_TELLING = 4
"""An anchor of this length does not stand in a value by chance."""


def folded(data: Buffer, start: int, anchor: bytes = b"") -> tuple[list[bytes], int, bool]:
    """What the word that begins at `start` may be without its line breaks: (words, the likeliest, whether it is proven).

    The words take in one line more each, up to a line that holds the `anchor` again: it is another value's. A fold at a
    column shows in widths: all lines but the first and the last are equally long, the last is not longer. Three such
    lines are proof; of two, the second must at least be the shorter.
    """
    limit = start + _FARTHEST
    other = data.find(anchor, start + len(anchor), limit) if len(anchor) >= _TELLING else -1
    match = _FOLDED.match(data, start, limit if other < 0 else other)
    if match is None or not starts_freely(data, start):
        return [], 0, False
    parts = _FOLD.split(match[0])
    if match.end() == other:
        parts.pop()  # the beginning of the line that holds the anchor again
    if len(parts) < 2:
        return [], 0, False
    words = [b"".join(parts[: count + 1]) for count in range(1, len(parts))]
    same = next((i for i, part in enumerate(parts[2:], 2) if len(part) != len(parts[1])), len(parts))
    end = same + (same < len(parts) and len(parts[same]) < len(parts[1]))
    earlier = [found.end() for found in _LINE_START.finditer(data, max(0, start - 400), start)]
    width = len(parts[0]) + start - (earlier[-1] if earlier else max(0, start - 400))
    if end > 2 and (same > 2 or len(parts[1]) in {width, len(parts[0])}):
        return words, end - 2, True
    return words, 0 if len(parts[1]) < width else -1, False
