"""What one artifact's scan has found: each value once a line, in its strongest and plainest form, and no more than a cap."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

import msgspec

from auditor.facts import Confidence, Gap
from auditor.secrets.hit import Hit
from auditor.secrets.patterns import Pattern

MOST_HITS = 1000
"""Different findings kept of one artifact."""

_RANK: dict[Confidence, int] = {"confirmed": 0, "likely": 1, "possible": 2}


class Found(msgspec.Struct, frozen=True):
    """A confirmed match in one buffer, before it has a path and a line; `step` is a decoding the pattern itself took."""

    start: int
    end: int
    value: bytes
    pattern: Pattern
    confidence: Confidence
    step: str = ""


class Collector:
    """Keeps the first of equal findings, the stronger of those that tell of one value, and no more than a cap."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.gaps: dict[str, Gap] = {}
        self._kept: dict[tuple[str, bytes, str], tuple[Found, int | None]] = {}

    def add(self, found: Found, view: str, line: int | None) -> None:
        """Keep a finding unless its like is kept already, and is no weaker."""
        if found.step:
            view = found.step if view == "raw" else f"{view}+{found.step}"
        key = (found.pattern.id, found.value, view)
        kept = self._kept.get(key)
        if kept is not None and _RANK[kept[0].confidence] <= _RANK[found.confidence]:
            return
        if kept is None and len(self._kept) >= MOST_HITS:
            self.gap(f"more than {MOST_HITS} different findings: the others are not listed", None)
            return
        self._kept[key] = (found, line)

    def gap(self, reason: str, line: int | None) -> None:
        """Note, once a reason, what was not looked into."""
        self.gaps.setdefault(reason, Gap(self.path, reason, line))

    def _once_each(self) -> list[tuple[Found, str, int | None]]:
        """What is kept; of a value that was found percent-encoded and decoded too, the latter only as possible."""
        entries = [(found, view, line) for (_, _, view), (found, line) in self._kept.items()]
        encoded = {
            (line, found.pattern.id, unquote_to_bytes(found.value)) for found, _, line in entries if b"%" in found.value
        }
        return [
            (msgspec.structs.replace(found, confidence="possible"), view, line)
            if (line, found.pattern.id, found.value) in encoded and unquote_to_bytes(found.value) == found.value
            else (found, view, line)
            for found, view, line in entries
        ]

    def hits(self) -> list[Hit]:
        """The findings, by line; of several that tell of one value at one line, the strongest."""
        best: list[tuple[Found, str, int | None]] = []
        entries = self._once_each()
        entries.sort(
            key=lambda entry: (
                _RANK[entry[0].confidence],
                entry[0].pattern.table.generic,
                entry[0].pattern.table.generic and _RANK[entry[0].pattern.table.confidence],
                _steps(entry[1]),
                -len(entry[0].value),
            )
        )
        whole: dict[tuple[int | None, str], list[bytes]] = {}
        for found, _, line in entries:
            whole.setdefault((line, found.pattern.id), []).append(found.value)
        entries = [
            (found, view, line)
            for found, view, line in entries
            if not any(_begins(found.value, other) for other in whole[line, found.pattern.id])
        ]
        sure = [found.value for found, _, _ in entries if found.confidence != "possible"]
        taken: dict[int | None, list[bytes]] = {}
        for found, view, line in entries:
            others = taken.setdefault(line, [])
            if any(found.value in other for other in others):
                continue
            if found.pattern.table.generic and any(other in found.value for other in others):
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


def _begins(part: bytes, value: bytes) -> bool:
    return len(part) < len(value) and value.startswith(part)


def _steps(view: str) -> int:
    """How many decodings `view` took; none for what is plain."""
    return 0 if view == "raw" else view.count("+") + 1
