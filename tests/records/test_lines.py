"""Lines come out the same whatever the chunks, each with its number, and an over-long one costs no memory."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.records.lines import LineReader


class Sink:
    """Keeps each line with its number; a block is cut here, so that only the content counts."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, bytes]] = []
        self.long: list[int] = []
        self.torn: tuple[int, bytes] | None = None

    def block(self, first: int, data: bytes) -> int:
        """Take whole lines."""
        assert data.endswith(b"\n")
        self.lines += enumerate(data.split(b"\n")[:-1], first)
        return first + data.count(b"\n")

    def rest(self, number: int, data: bytes) -> None:
        """Take the last line."""
        assert self.torn is None
        self.torn = number, data

    def too_long(self, number: int) -> None:
        """Take note of an over-long line."""
        self.long.append(number)


def cut(chunks: list[bytes], cap: int = 1000) -> Sink:
    sink = Sink()
    reader = LineReader(sink, cap)
    for chunk in chunks:
        reader.feed(chunk)
    reader.close()
    return sink


def expected(data: bytes, cap: int) -> tuple[list[tuple[int, bytes]], list[int], tuple[int, bytes] | None]:
    """Say by the simplest means what must come out: a line's newline counts to its length."""
    *whole, last = data.split(b"\n")
    lines = list(enumerate(whole, 1))
    long = [number for number, line in lines if len(line) + 1 > cap]
    torn = (len(whole) + 1, last) if last else None
    if torn and len(last) > cap:
        long, torn = [*long, torn[0]], None
    return [line for line in lines if len(line[1]) + 1 <= cap], long, torn


@given(
    data=st.lists(st.sampled_from([b"\n", b"\r", b"a", b"bcd", b"{}\n", b"x" * 9])).map(b"".join),
    cuts=st.lists(st.integers(0, 60), max_size=8),
    cap=st.integers(1, 12),
)
def test_chunks_and_cap_decide_nothing_else(data: bytes, cuts: list[int], cap: int) -> None:
    places = sorted({0, len(data), *(place for place in cuts if place < len(data))})
    chunks = [data[start:end] for start, end in pairwise(places)]
    sink = cut(chunks, cap)
    assert (sink.lines, sink.long, sink.torn) == expected(data, cap)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_only_a_newline_ends_a_line(size: int) -> None:
    data = "a\r\nb\u2028c\x0bd\x0c\x85e\n\n\x00\nend".encode()
    sink = cut([data[at : at + size] for at in range(0, len(data), size)])
    assert [line for _, line in sink.lines] == data.split(b"\n")[:-1]
    assert sink.torn == (5, b"end")


def test_nothing_holds_an_over_long_line() -> None:
    class Shut(Sink):
        def block(self, first: int, data: bytes) -> int:
            assert len(data) < 100, "the long line came through"
            return super().block(first, data)

    sink = Shut()
    reader = LineReader(sink, 50)
    for _ in range(1000):
        reader.feed(b"y" * 10)
        held = sum(map(len, reader._carry))
        assert held <= 50
    reader.feed(b"\nafter\n")
    reader.close()
    assert (sink.lines, sink.long, sink.torn) == ([(2, b"after")], [1], None)


def test_an_empty_file_has_no_line() -> None:
    assert (cut([]).lines, cut([b""]).torn) == ([], None)
