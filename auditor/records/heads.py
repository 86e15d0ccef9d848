"""What tells the lines of a log apart, read without decoding them: the rest of many a line is that of another before.

Where all lines begin with the same three keys in the same form (a time, a number that counts them, and a name they share),
these are read from the text, many at once. What follows stays text, by which it is known again. Whatever is laid out
otherwise is left to another way of reading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from operator import itemgetter

import msgspec

_PLAIN = r'[^"\\\x00-\x1f]'


class Heads(msgspec.Struct, frozen=True, dict=True):
    """The lines of a piece, each without its newline.

    `first` is the number that the first line has, each further one's is one more; `name` is what all have in common.
    `tails` are the ends of the lines, from the key of the name on.
    """

    times: list[str]
    first: int
    name: str
    lines: list[bytes]
    tails: list[bytes]

    @cached_property
    def counts(self) -> Counter[bytes]:
        """How often each tail comes."""
        return Counter(self.tails)


class HeadReader:
    """Reads the beginnings of the lines of one log, the keys of which are those of a time, a number and a name."""

    def __init__(self, keys: tuple[str, str, str]) -> None:
        time, number, name = map(re.escape, keys)
        self._beginning = re.compile(
            rf'\{{"{time}": ?"(?P<time>{_PLAIN}{{1,40}})", ?"{number}": ?(?P<number>[1-9][0-9]{{0,15}}), ?'
            rf'(?P<tail>"{name}": ?"(?P<name>{_PLAIN}{{1,200}})", ?")'.encode()
        )

    def read(self, data: bytes) -> Heads | None:
        """Return what a piece of whole lines holds, or None if they do not begin alike, in one form.

        That a time is one is for the caller to see; it is a text without quotes, escapes and control characters.
        """
        match = self._beginning.match(data)
        if match is None:
            return None
        (time, time_end), (number, number_end), size = match.span("time"), match.span("number"), match.end()
        lines = data.split(b"\n")[:-1]
        count, first = len(lines), int(match["number"])
        heads = b"".join(map(itemgetter(slice(size)), lines))
        if len(heads) != count * size or not heads.isascii():
            return None
        # Of joined heads of one length, every so many bytes are a column: that costs far less than a look at each line.
        fixed = (*range(time), *range(time_end, number), *range(number_end, size))
        if any(heads[column::size] != heads[column : column + 1] * count for column in fixed):
            return None
        width = number_end - number
        digits = enumerate(_columns(first, count, width), number)
        if len(str(first + count - 1)) != width or any(heads[at::size] != column for at, column in digits):
            return None
        text, ends = heads.decode(), range(time_end, count * size, size)
        times = [text[end - time_end + time : end] for end in ends]
        every = "".join(times)
        if not every.isprintable() or '"' in every or "\\" in every:
            return None
        tails = [*map(itemgetter(slice(match.start("tail"), None)), lines)]
        return Heads(times, first, match["name"].decode(), lines, tails)


def _columns(first: int, count: int, width: int) -> Iterator[bytes]:
    """Yield the digits of `count` numbers in a row from `first` on, by places, the highest of `width` places first."""
    for place in reversed(range(width)):
        each = 10**place
        if each <= count:
            ten = b"".join(b"%d" % digit * each for digit in range(10))
            begin = first % len(ten)
            yield (ten * ((begin + count) // len(ten) + 1))[begin : begin + count]
        else:
            digit, left = first // each % 10, min(each - first % each, count)
            yield b"%d" % digit * left + b"%d" % ((digit + 1) % 10) * (count - left)
