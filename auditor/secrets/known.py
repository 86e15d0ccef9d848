"""Credentials the operator knows: searched for exactly, by any sixteen characters of them, or by fingerprint alone.

This is the surest test: no format has to be guessed. Values come as bytes, live in the engine only, and are never part
of an error. Where the auditor's machine must not hold a value, a fingerprint file stands in for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.secrets.collector import Found
from auditor.secrets.decode import Buffer
from auditor.secrets.patterns import Pattern, Table

PART = 16
"""A part of a known value that is this long is a leak of it."""
SHORTEST_KNOWN = 6
"""Shorter values occur by chance and are refused."""
_GRAM = 8
_STRIDE = 9
_LINE_END = 3
_MOST_FOLDED = 512
"""Longer values are looked for in folds as far as their lines are long."""
_FOLD = re.compile(rb"(?:\r?\n|(?:\\+r)?\\+n)[ \t>|+#]{0,12}")
_FOLD_END = re.compile(_FOLD.pattern + rb"\Z")
_FOLD_REACH = 32


def _pattern(identifier: str, title: str) -> Pattern:
    return Pattern(
        Table(
            id=identifier,
            title=title,
            issuer="the operator",
            anchors=("\0",),
            regex="",
            confidence="confirmed",
            examples=(),
            counter_examples=(),
            reference="",
        )
    )


WHOLE = _pattern("known.credential", "A credential the operator named")
PARTIAL = _pattern("known.part", "A part of a credential the operator named")


class Known:
    """One known value and the short pieces by which it, or enough of it, is met."""

    __slots__ = ("_value", "grams", "line_ends")

    def __init__(self, value: bytes) -> None:
        """Take a value. Raises ValueError, without it, for one too short to be told from chance."""
        if len(value) < SHORTEST_KNOWN:
            raise ValueError(f"a known credential needs at least {SHORTEST_KNOWN} bytes to be told from chance")
        # Folds are passed over where the value is looked for; its own line breaks may be written as escapes there.
        value = value.replace(b"\r\n", b"").replace(b"\n", b"")
        self._value = value
        size = min(_GRAM, len(value))
        self.grams = {value[at : at + size]: at for at in reversed(range(0, len(value) - size + 1, _STRIDE))}
        """Pieces so placed that any sixteen bytes in a row of the value contain one; with their offsets."""
        ends = range(len(value) - _LINE_END) if len(value) <= _MOST_FOLDED else ()
        self.line_ends = [
            (value[at : at + _LINE_END] + fold, at) for at in ends for fold in (b"\n", b"\\n", b"\r", b"\\r")
        ]
        """What stands at the end of a line wherever the value is folded, with the offset of its first byte."""

    def __repr__(self) -> str:
        return f"<Known value of {len(self._value)} bytes>"

    def match(self, data: Buffer, start: int, gram: bytes, at: int) -> Found | None:
        """The longest stretch of the value around its `gram` at `start`, if it is all of the value or enough of it.

        `at` is the gram's offset in the value.
        Line breaks of a fold are passed over. Where upper and lower case are not the value's own, only a stretch of
        `PART` bytes counts, and its view says ``case``.
        """
        value = self._value
        exact = data[start : start + len(gram)] == gram
        low, first, sharp_before = _run(data, start, value[:at], -1, exact=exact)
        high, last, sharp_after = _run(data, start + len(gram), value[at + len(gram) :], 1, exact=exact)
        first, last = at - first, at + len(gram) + last
        sharp = exact and sharp_before and sharp_after
        whole = last - first == len(value)
        if last - first < PART and not (whole and sharp):
            return None
        folded = high - low > last - first
        step = "wrapped" if folded else ""
        step = step if sharp else f"{step}+case".lstrip("+")
        shown = _FOLD.sub(b"", data[low:high]) if folded else bytes(data[low:high])
        return Found(low, high, shown, WHOLE if whole else PARTIAL, "confirmed", step)


def _run(data: Buffer, place: int, rest: bytes, way: int, *, exact: bool) -> tuple[int, int, bool]:
    """Go on from `place` as far as `data` agrees with `rest`, forwards (`way` 1) or backwards (-1), over folds.

    Answer where that ends, how many bytes of `rest` agreed, and whether they did in upper and lower case too. A run
    that began `exact` ends at a letter of the other case.
    """
    count, sharp = 0, True
    rest = rest if way > 0 else rest[::-1]
    while count < len(rest):
        here = place if way > 0 else place - 1
        byte = data[here] if 0 <= here < len(data) else -1
        if byte == rest[count] or (not exact and bytes((byte & 255,)).lower() == rest[count : count + 1].lower()):
            sharp = sharp and byte == rest[count]
            place, count = place + way, count + 1
            continue
        fold = _FOLD.match(data, place) if way > 0 else _FOLD_END.search(data, max(0, place - _FOLD_REACH), place)
        if fold is None:
            break
        beyond = fold.end() if way > 0 else fold.start() - 1
        if not (
            0 <= beyond < len(data) and bytes(data[beyond : beyond + 1]).lower() == rest[count : count + 1].lower()
        ):
            break
        place = fold.end() if way > 0 else fold.start()
    return place, count, sharp


def literals(values: Sequence[Known]) -> Iterator[tuple[bytes, bytes, Known, int]]:
    """By what the values are met: (literal, the part of it that is the value's, the value, that part's offset in it)."""
    for known in values:
        for gram, at in known.grams.items():
            yield gram, gram, known, at
        for end, at in known.line_ends:
            yield end, end[:_LINE_END], known, at
