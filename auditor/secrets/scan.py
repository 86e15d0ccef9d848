"""One artifact, in chunks of any size: prefilter, confirm, decode, look again.

The bytes are taken in blocks at fixed offsets, so that what is found does not depend on how they were cut into chunks,
with enough of what came before and comes after a place kept to match and decode there. Memory does not grow.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

import msgspec

from auditor.facts import Confidence, Gap
from auditor.secrets.decode import AHEAD, BACK, Decoded, starts_freely
from auditor.secrets.hit import Hit
from auditor.secrets.marks import Marks, Role
from auditor.secrets.patterns import Pattern
from auditor.secrets.placeholders import is_placeholder
from auditor.secrets.prefilter import Event, Prefilter

BLOCK = 1 << 20
DEPTH = 5
"""How many decodings deep a value may be hidden."""
MOST_HITS = 1000
"""Different findings kept of one artifact."""

_RANK: dict[Confidence, int] = {"confirmed": 0, "likely": 1, "possible": 2}


class Found(msgspec.Struct, frozen=True):
    """A confirmed match in one buffer, before it has a path and a line."""

    start: int
    end: int
    value: bytes
    pattern: Pattern
    confidence: Confidence


def confirm(data: bytes, start: int, role: Role) -> Found | None:
    """The match of `role`'s pattern around its anchor at `start`, if its form, surroundings and validators agree."""
    pattern = role.pattern
    assert pattern is not None
    table = pattern.table
    limit = start + role.length + table.reach
    if table.before:
        match = next(
            (
                found
                for found in pattern.regex.finditer(data, max(0, start - table.before), limit)
                if found.start() <= start < found.end()
            ),
            None,
        )
    else:
        match = pattern.regex.match(data, start, limit)
    if match is None or (table.left == "word" and not starts_freely(data, match.start())):
        return None
    group = "v" if "v" in pattern.regex.groupindex else 0
    value = match[group]
    if is_placeholder(value, len(pattern.prefix(value))):
        return None
    confidence = table.confidence
    for validator in pattern.validators:
        opinion = validator(value)
        if opinion == "rejected":
            return None
        if opinion == "confirmed":
            confidence = "confirmed"
    return Found(match.start(group), match.end(group), value, pattern, confidence)


class Collector:
    """Keeps the first of equal findings, the stronger of those that tell of one value, and no more than a cap."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.gaps: dict[str, Gap] = {}
        self._kept: dict[tuple[str, bytes, str], tuple[Found, int | None]] = {}

    def add(self, found: Found, view: str, line: int | None) -> None:
        """Keep a finding unless its like is kept already."""
        key = (found.pattern.id, found.value, view)
        if key in self._kept:
            return
        if len(self._kept) >= MOST_HITS:
            self.gap(f"more than {MOST_HITS} different findings: the others are not listed", None)
            return
        self._kept[key] = (found, line)

    def gap(self, reason: str, line: int | None) -> None:
        """Note, once a reason, what was not looked into."""
        self.gaps.setdefault(reason, Gap(self.path, reason, line))

    def hits(self) -> list[Hit]:
        """The findings, by line; of several that tell of one value at one line, the strongest."""
        best: list[tuple[Found, str, int | None]] = []
        entries = [(found, view, line) for (_, _, view), (found, line) in self._kept.items()]
        entries.sort(
            key=lambda entry: (
                _RANK[entry[0].confidence],
                entry[0].pattern.table.generic,
                _steps(entry[1]),
                -len(entry[0].value),
            )
        )
        sure = [found.value for found, _, _ in entries if found.confidence != "possible"]
        taken: dict[int | None, list[bytes]] = {}
        for found, view, line in entries:
            others = taken.setdefault(line, [])
            if any(found.value in other for other in others):
                continue
            if found.confidence == "possible" and any(found.value in other or other in found.value for other in sure):
                continue
            others.append(found.value)
            best.append((found, view, line))
        best.sort(key=lambda entry: (entry[2] or 0, entry[0].pattern.id, entry[1]))
        return [
            Hit(
                self.path,
                line,
                found.pattern.id,
                view,
                found.confidence,
                found.value.decode("utf-8", "surrogateescape"),
                found.pattern.prefix(found.value).decode(),
            )
            for found, view, line in best
        ]


def _steps(view: str) -> int:
    """How many decodings `view` took; none for what is plain."""
    return 0 if view == "raw" else view.count("+") + 1


class Sight:
    """Looks at buffers: finds what is plain in them, decodes what is hidden, and looks again."""

    def __init__(self, marks: Marks, prefilter: Prefilter, collector: Collector) -> None:
        self._marks = marks
        self._prefilter = prefilter
        self._collector = collector

    def look(
        self, data: bytes, events: list[Event], view: str, line_at: Callable[[int], int | None], depth: int = 0
    ) -> None:
        """Confirm or decode at each of `events` in `data`, a buffer of `view`."""
        roles = self._marks.roles
        done: dict[object, int] = {}
        for end, index in events:
            for role in roles[index]:
                start = end - role.length
                if role.pattern is not None:
                    if start < done.get(role.pattern.id, -1):
                        continue
                    found = confirm(data, start, role)
                    if found is not None:
                        done[role.pattern.id] = found.end
                        self._collector.add(found, view or "raw", line_at(found.start))
                elif role.decoder is not None and start >= done.get(role.decoder, -1):
                    decoded = role.decoder(data, start, end, role.number)
                    if decoded is not None:
                        done[role.decoder] = decoded.end
                        self._deeper(data, decoded, view, line_at, depth + 1)

    def _deeper(
        self, data: bytes, decoded: Decoded, view: str, line_at: Callable[[int], int | None], depth: int
    ) -> None:
        if decoded.cut:
            self._collector.gap(decoded.cut, line_at(decoded.start))
        if depth > DEPTH:
            reason = f"a value is encoded more than {DEPTH} times over and was not read further"
            self._collector.gap(reason, line_at(decoded.start))
            return
        chain = f"{view}+{decoded.view}" if view else decoded.view
        self.look(
            decoded.text,
            self._prefilter.find(decoded.text),
            chain,
            lambda offset: line_at(decoded.source(offset)),
            depth,
        )


class Scan:
    """The scan of one artifact. Feed its bytes in order, each once, then close it."""

    def __init__(self, marks: Marks, prefilter: Prefilter, path: str, *, lines: bool = True) -> None:
        self._collector = Collector(path)
        self._sight = Sight(marks, prefilter, self._collector)
        self._prefilter = prefilter
        self._overlap = max(len(literal.text) for literal in marks.literals) - 1
        self._waiting: list[bytes] = []
        self._size = 0
        self._kept = b""
        self._base = 0
        self._scanned = 0
        self._newlines = 0
        self._lines = lines
        self._pending: list[Event] = []

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes. May be called from any one thread at a time; most of its time holds no lock."""
        self._waiting.append(chunk)
        self._size += len(chunk)
        while self._size >= BLOCK:
            ready = b"".join(self._waiting) if len(self._waiting) > 1 else self._waiting[0]
            self._waiting = [ready[BLOCK:]] if len(ready) > BLOCK else []
            self._size = len(ready) - BLOCK if len(ready) > BLOCK else 0
            self._block(ready[:BLOCK], last=False)

    def close(self) -> tuple[list[Hit], list[Gap]]:
        """Look at what is left; answer everything found, and what could not be looked into."""
        self._block(b"".join(self._waiting), last=True)
        self._waiting, self._kept, self._pending = [], b"", []
        return self._collector.hits(), sorted(self._collector.gaps.values(), key=lambda gap: gap.reason)

    def _block(self, fresh: bytes, *, last: bool) -> None:
        data = self._kept + fresh
        base = self._base
        behind = max(0, self._scanned - base - self._overlap)
        for end, index in self._prefilter.find(data[behind:] if behind else data):
            absolute = base + behind + end
            if absolute > self._scanned:
                self._pending.append((absolute, index))
        self._scanned = base + len(data)
        ripe = self._scanned if last else self._scanned - AHEAD
        count = bisect_right(self._pending, ripe, key=lambda event: event[0])
        if count:
            ready = [(end - base, index) for end, index in self._pending[:count]]
            del self._pending[:count]
            self._sight.look(data, ready, "", self._line_in(data))
        keep = max(0, ripe - BACK - base)
        self._newlines += data.count(b"\n", 0, keep) if self._lines else 0
        self._kept = data[keep:]
        self._base = base + keep

    def _line_in(self, data: bytes) -> Callable[[int], int | None]:
        if not self._lines:
            return lambda offset: None
        before = self._newlines + 1
        return lambda offset: before + data.count(b"\n", 0, offset)
