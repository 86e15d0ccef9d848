"""One artifact, in chunks of any size: prefilter, confirm, decode, look again.

The bytes are taken in blocks at fixed offsets, so that what is found does not depend on how they were cut into chunks,
with enough of what came before and comes after a place kept to match and decode there. Memory does not grow.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable

import msgspec

from auditor.facts import Gap
from auditor.secrets.archives import Unpacker, packing, unpacker
from auditor.secrets.collector import Collector
from auditor.secrets.decode import AHEAD, BACK, Buffer, Decoder
from auditor.secrets.effort import BLOCK, EVENTS_A_UNIT, TOO_MUCH, UNPACKED_SHARE, Effort
from auditor.secrets.fingerprints import Fingerprints
from auditor.secrets.hit import Hit
from auditor.secrets.marks import Marks
from auditor.secrets.prefilter import Event, Prefilter
from auditor.secrets.sight import INSIDE, STREAMS, Sight
from auditor.secrets.streams import Streams, end_of_record

_MOST_EARLY = 1 << 25
"""Bytes of an artifact that are put by at most, about half of what is decoded in the time that making the finder takes."""


class Sources(msgspec.Struct, frozen=True):
    """What every scan of one engine looks for, and with what."""

    marks: Marks
    prefilter: Prefilter
    fingerprints: tuple[Fingerprints, ...] = ()


class Scan:
    """The scan of one artifact. Feed its bytes in order, each once, then close it."""

    def __init__(self, sources: Sources, path: str, *, lines: bool = True) -> None:
        self._sources = sources
        self._collector = Collector(path)
        self._effort = Effort()
        self._body = _Body(sources, self._collector, self._effort, lines=lines)
        self._blocks = _Blocks(self._block)
        self._early: deque[bytes] = deque()
        self._early_size = 0
        self._begun = False
        self._unpacker: Unpacker | None = None
        self._unpacked: _Blocks | None = None

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes. May be called from any one thread at a time; most of its time holds no lock.

        While the faster finder is still being made, a little is put by, so that who else takes the bytes can go on.
        """
        if self._early_size < _MOST_EARLY and self._sources.prefilter.is_coming():
            self._early.append(chunk)
            self._early_size += len(chunk)
            return
        self._catch_up()
        self._blocks.feed(chunk)

    def close(self) -> tuple[list[Hit], list[Gap]]:
        """Look at what is left; answer everything found, and what could not be looked into."""
        self._catch_up()
        self._blocks.close()
        if self._unpacker is not None and self._unpacked is not None:
            fault = self._unpacker.close()
            if fault:
                self._collector.gap(fault, None)
            self._unpacked.close()
        return self._collector.hits(), sorted(self._collector.gaps.values(), key=lambda gap: gap.reason)

    def _catch_up(self) -> None:
        while self._early:
            self._blocks.feed(self._early.popleft())

    def _block(self, block: bytes, *, last: bool) -> None:
        if not self._begun:
            self._begun = True
            self._unpack(block)
        if self._unpacker is not None:
            self._unpacker.feed(block)
        self._body.take(block, last=last)

    def _unpack(self, head: bytes) -> None:
        """Have what the artifact unpacks to looked at too, if it begins like something packed."""
        form = packing(head)
        if form is None:
            return
        inner = _Body(self._sources, self._collector, self._effort, view=form, share=UNPACKED_SHARE, lines=False)
        self._unpacked = _Blocks(inner.take)
        found = unpacker(form, self._unpacked.feed)
        if isinstance(found, str):
            self._collector.gap(found, None)
        else:
            self._unpacker = found
            self._body.leave_out(*STREAMS)


class _Blocks:
    """Cuts what comes in chunks of any size at fixed offsets."""

    def __init__(self, take: Callable[..., None]) -> None:
        self._take = take
        self._waiting = bytearray()

    def feed(self, chunk: bytes) -> None:
        if not self._waiting and len(chunk) == BLOCK:
            self._take(bytes(chunk), last=False)
            return
        at = 0
        while len(chunk) - at >= BLOCK - len(self._waiting):
            wanted = BLOCK - len(self._waiting)
            block = bytes(self._waiting) + chunk[at : at + wanted]
            self._waiting.clear()
            at += wanted
            self._take(block, last=False)
        self._waiting += chunk[at:]

    def close(self) -> None:
        self._take(bytes(self._waiting), last=True)
        self._waiting.clear()


def newlines(data: bytes) -> int:
    """Return how many newlines there are; taking them out looks for them many bytes at a time, counting does not."""
    return len(data) - len(data.replace(b"\n", b""))


class _Body:
    """A sequence of bytes that is looked at block by block: an artifact's own, or what it unpacks to."""

    def __init__(
        self, sources: Sources, collector: Collector, effort: Effort, *, lines: bool, view: str = "", share: int = 1
    ) -> None:
        self._view = view
        self._collector = collector
        self._effort = effort
        self._share = share
        self._sight = Sight(sources.marks, sources.prefilter, collector, effort, sources.fingerprints)
        self._prefilter = sources.prefilter
        self._always = bool(sources.fingerprints)
        self._streams = Streams(self._look_at_stream)
        self._overlap = sources.marks.longest - 1
        self._lines = lines
        self._kept = b""
        """The last bytes before those that come next."""
        self._scanned = 0
        """How many bytes came so far."""
        self._whole = bytearray()
        self._newlines = 0
        """Newlines before the bytes that were taken last, from which the lines around them are counted."""
        self._recorded = 0
        self._pending: list[Event] = []
        """Occurrences that are not ripe yet, counted from the beginning of what comes next."""

    def leave_out(self, *decoders: Decoder) -> None:
        """Use none of these decoders on what is taken."""
        self._sight.leave_out(*decoders)

    def take(self, fresh: bytes, *, last: bool) -> None:
        """Look at the next bytes, as far as enough of what follows them is there; at all of them if they are the last."""
        self._effort.allow(len(fresh), self._share)
        events = self._pending
        if self._effort.left > 0:
            found = self._find(fresh)
            self._effort.spend(len(found) // EVENTS_A_UNIT)
            events = events + found if events else found
        elif fresh:
            self._collector.gap(TOO_MUCH, None)
        base = self._scanned - len(self._kept)
        self._scanned += len(fresh)
        ripe = self._scanned if last else max(base, self._scanned - AHEAD)
        count = bisect_right(events, ripe - self._scanned + len(fresh), key=lambda event: event[0])
        self._pending = [(end - len(fresh), index) for end, index in events[count:]]
        if count or self._always:
            self._look(self._with_kept(fresh), base, events[:count], len(self._kept), last=last)
        if last:
            self._streams.close()
            return
        self._newlines += newlines(fresh) if self._lines else 0
        left = min(self._scanned - ripe + BACK, self._scanned - base)
        self._kept = fresh[-left:] if left <= len(fresh) else (self._kept + fresh)[-left:]

    def _find(self, fresh: bytes) -> list[Event]:
        """Return every occurrence that ends in `fresh`, counted from its beginning, those that begin before it, too."""
        if not fresh:
            return []
        before = self._kept[-self._overlap :]
        across = self._prefilter.find(before + fresh[: self._overlap]) if before else []
        split = [
            (end - len(before), index)
            for end, index in across
            if end - self._prefilter.literals[index].length < len(before) < end
        ]
        found = self._prefilter.find(fresh)
        return sorted(split + found) if split else found

    def _with_kept(self, fresh: bytes) -> Buffer:
        """Return what was kept and `fresh` in one, in a buffer that is filled again: a new one costs as much as a scan."""
        kept = len(self._kept)
        if len(self._whole) != kept + len(fresh):
            self._whole = bytearray(kept + len(fresh))
        with memoryview(self._whole) as view:
            view[:kept] = self._kept
            view[kept:] = fresh
        return self._whole

    def _look(self, data: Buffer, base: int, ready: list[Event], fresh_at: int, *, last: bool) -> None:
        line_at = self._line_in(data, fresh_at)
        on_record = self._record_in(base, line_at, last=last)
        self._sight.look(data, ready, self._view, line_at, on_record=on_record, base=-fresh_at)

    def _line_in(self, data: Buffer, fresh_at: int) -> Callable[[int], int | None]:
        if not self._lines:
            return lambda offset: None
        known, line = fresh_at, self._newlines + 1

        def line_at(offset: int) -> int:
            # Places are asked for in nearly rising order: count from the last one, not from the beginning.
            nonlocal known, line
            if offset >= known:
                line += data.count(b"\n", known, offset)
            else:
                line -= data.count(b"\n", offset, known)
            known = offset
            return line

        return line_at

    def _record_in(
        self, base: int, line_at: Callable[[int], int | None], *, last: bool
    ) -> Callable[[Buffer, int], None]:
        def on_record(data: Buffer, at: int) -> None:
            if base + at < self._recorded:  # most records have more than one sign of it
                return
            low = max(0, at - BACK)
            low = max(data.rfind(b"\n", low, at) + 1, low)
            if base + low < self._recorded:
                return
            end = self._streams.alike(data, low, line_at(low))
            if end > low:
                self._recorded = base + end
                return
            high = data.find(b"\n", at, at + AHEAD)
            if high < 0:
                high = len(data) if last and len(data) - at < AHEAD else -1
            high = end_of_record(data, low, high) if high >= 0 else high
            self._recorded = base + max(high, at)
            if high >= 0:
                self._streams.record(bytes(data[low:high]), line_at(low))

        return on_record

    def _look_at_stream(self, text: bytes, line_at: Callable[[int], int | None]) -> None:
        view = f"{self._view}+stream" if self._view else "stream"
        self._sight.look(text, self._prefilter.find(text), view, line_at, depth=INSIDE)
