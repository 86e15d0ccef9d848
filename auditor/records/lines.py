"""Bytes to lines: chunks of any size in, blocks of whole lines out, whatever the chunk boundaries."""

from __future__ import annotations

from typing import Protocol

_PIECE = 1 << 18
"""Bytes delivered at a time, more only where one line is longer."""


class LineSink(Protocol):
    """Takes blocks of lines. Line numbers count from 1."""

    def block(self, first: int, data: bytes) -> int:
        """Take whole lines, each ending with a newline; `first` is the number of the first. Return the next number."""

    def rest(self, number: int, data: bytes) -> None:
        """Take the last line of a file that does not end with a newline."""

    def too_long(self, number: int) -> None:
        """Take note that the line `number` is longer than the cap; its content is not delivered."""


class LineReader:
    """Cuts a stream of chunks into blocks of whole lines, holding at most one line of `max_line` bytes."""

    def __init__(self, sink: LineSink, max_line: int) -> None:
        self._sink = sink
        self._max = max_line
        self._carry: list[bytes] = []
        self._held = 0
        self._number = 1
        self._skipping = False

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk."""
        end = chunk.rfind(b"\n") + 1
        if not end:
            self._hold(chunk)
            return
        start = 0
        if self._held or self._skipping:
            start = chunk.index(b"\n") + 1
            self._hold(chunk[:start])
            self._end_line()
        self._deliver(chunk, start, end)
        if end < len(chunk):
            self._hold(chunk[end:])

    def close(self) -> None:
        """Deliver what is left."""
        if self._skipping:
            return
        if self._held:
            self._sink.rest(self._number, b"".join(self._carry))
            self._carry, self._held = [], 0

    def _deliver(self, data: bytes, start: int, end: int) -> None:
        """Deliver the whole lines in `data[start:end]`, some at a time: what is made of them stays in a cache then."""
        while start < end:
            stop = data.rfind(b"\n", start, min(start + _PIECE, end)) + 1 or data.index(b"\n", start) + 1
            piece = data[start:stop]
            if len(piece) <= self._max:
                self._number = self._sink.block(self._number, piece)
            else:
                self._deliver_each(piece)
            start = stop

    def _deliver_each(self, data: bytes) -> None:
        """Deliver line by line, leaving out any that is over the cap (only possible in chunks above the cap)."""
        for line in _split(data):
            if len(line) > self._max:
                self._sink.too_long(self._number)
            else:
                self._sink.block(self._number, line)
            self._number += 1

    def _hold(self, piece: bytes) -> None:
        if self._skipping:
            return
        self._carry.append(piece)
        self._held += len(piece)
        if self._held > self._max:
            self._sink.too_long(self._number)
            self._carry, self._held, self._skipping = [], 0, True

    def _end_line(self) -> None:
        if not self._skipping:
            self._sink.block(self._number, b"".join(self._carry))
        self._carry, self._held, self._skipping = [], 0, False
        self._number += 1


def _split(data: bytes) -> list[bytes]:
    """Split at newlines only, keeping them."""
    return [line + b"\n" for line in data.split(b"\n")[:-1]]
