"""Where sources put what they read: facts, each with its place, and gaps; bounded in number.

Records are not kept, facts are. Equal facts of one artifact are counted, not stored again, and each kind has a cap, so
that memory does not grow with the file; what a cap cut is a gap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from auditor.facts import Fact, Gap, Grade, Where, Witness

MAX_GAPS = 200
"""Gaps kept per artifact; the last one says how many more there were."""


class Collector:
    """All facts and gaps of one run."""

    def __init__(self, max_facts: int) -> None:
        self.max_facts = max_facts
        self.facts: dict[str, list[Fact]] = {}
        self.gaps: list[Gap] = []
        self.kept: dict[tuple[str, str], int] = {}
        """How many facts of each kind each kind of artifact gave: the cap is for each, so that a flood in the files that
        an agent can write takes no room from the harness's."""

    def notes(self, path: str, kind: str, witness: Witness) -> Notes:
        """Return the notebook of one artifact."""
        return Notes(self, path, kind, witness)

    def adopt(self, facts: Mapping[str, Sequence[Fact]], kept: Mapping[tuple[str, str], int]) -> bool:
        """Take the facts that another collector has of one artifact, as if they had been noted here.

        `kept` is that collector's own count. Return False, and take nothing, where a cap would have cut them here.
        """
        if any(self.kept.get(share, 0) + count > self.max_facts for share, count in kept.items()):
            return False
        for kind, noted in facts.items():
            self.facts.setdefault(kind, []).extend(noted)
        for share, count in kept.items():
            self.kept[share] = self.kept.get(share, 0) + count
        return True


class Notes:
    """One artifact's notebook: sources write facts into it without repeating who says it and where."""

    def __init__(self, collector: Collector, path: str, kind: str, witness: Witness) -> None:
        self.path = path
        self.kind = kind
        self.witness = witness
        self._collector = collector
        self._index: dict[Any, int] = {}
        self._again: dict[tuple[str, int], int] = {}
        self._gaps = 0

    def fact(
        self,
        kind: str,
        value: Any,
        line: int | None = None,
        pointer: str | None = None,
        *,
        grade: Grade | None = None,
        time: int | None = None,
    ) -> None:
        """Note a fact that counts every time: two equal ones are two facts (a dispatch, a response, an event)."""
        kept = self._collector.facts.setdefault(kind, [])
        share = self._collector.kept.get((kind, self.kind), 0)
        if share >= self._collector.max_facts:
            if (kind, "cut") not in self._index:
                self._index[kind, "cut"] = -1
                self.gap(f"more than {self._collector.max_facts} facts of kind {kind}: the rest were not judged", line)
            return
        self._collector.kept[kind, self.kind] = share + 1
        kept.append(Fact(kind, value, self.witness, Where(self.path, line, pointer), grade, time))

    def once(
        self,
        kind: str,
        value: Any,
        line: int | None = None,
        pointer: str | None = None,
        *,
        grade: Grade | None = None,
        time: int | None = None,
        times: int = 1,
    ) -> None:
        """Note a fact whose repetition adds nothing; equal ones, or so many `times` at once, are counted.

        `value` must be hashable.
        """
        key = (kind, value, grade)
        place = self._index.get(key)
        kept = self._collector.facts.setdefault(kind, [])
        if place is not None:
            self._again[kind, place] = self._again.get((kind, place), 0) + times
            return
        before = len(kept)
        self.fact(kind, value, line, pointer, grade=grade, time=time)
        if len(kept) > before:
            self._index[key] = before
            if times > 1:
                self._again[kind, before] = times - 1

    def gap(self, reason: str, line: int | None = None) -> None:
        """Note what could not be read, and why. The reason must not quote the input."""
        self._gaps += 1
        if self._gaps <= MAX_GAPS:
            self._collector.gaps.append(Gap(self.path, reason, line))
        elif self._gaps == MAX_GAPS + 1:
            self._collector.gaps.append(
                Gap(self.path, f"more than {MAX_GAPS} gaps in this file: the rest are not shown")
            )

    def settle(self) -> None:
        """Write the counts of repeated facts into the facts; the artifact has ended."""
        for (kind, place), more in self._again.items():
            kept = self._collector.facts[kind]
            kept[place] = msgspec.structs.replace(kept[place], count=kept[place].count + more)
        self._again.clear()
