"""What the record tests share: sources that remember what they are given."""

from __future__ import annotations

from typing import Any

from auditor.facts import Witness
from auditor.records.collector import Collector, Notes


class Memory:
    """A source that keeps every document, record and plain line, in order."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int | None, Any]] = []
        self.closed = 0

    def document(self, data: dict[str, Any]) -> None:
        """Keep a document."""
        self.seen.append(("document", None, data))

    def record(self, line: int, record: dict[str, Any]) -> None:
        """Keep a record."""
        self.seen.append(("record", line, record))

    def plain(self, line: int, data: bytes) -> None:
        """Keep a plain line."""
        self.seen.append(("plain", line, data))

    def close(self) -> None:
        """Count how often the end is told."""
        self.closed += 1


def notebook(kind: str = "trace", witness: Witness = "harness", *, cap: int = 100_000) -> tuple[Collector, Notes]:
    """Return a collector and one artifact's notes in it."""
    collector = Collector(cap)
    return collector, collector.notes("a.jsonl", kind, witness)


def facts(collector: Collector, kind: str) -> list[tuple[Any, int | None, str | None]]:
    """Return value, line and pointer of each fact of a kind."""
    return [(fact.value, fact.where.line, fact.where.pointer) for fact in collector.facts.get(kind, [])]


def gaps(collector: Collector) -> list[tuple[int | None, str]]:
    """Return line and reason of each gap."""
    return [(gap.line, gap.reason) for gap in collector.gaps]
