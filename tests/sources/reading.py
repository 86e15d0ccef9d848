"""Reads text as an artifact of one kind, the way a run directory is read, and returns what was noted."""

from __future__ import annotations

import json
from typing import Any

from auditor.facts import Witness
from auditor.layout import load
from auditor.places import rules_folder
from auditor.records.collector import Collector
from auditor.records.documents import Document
from auditor.records.json_lines import JsonLines
from auditor.records.lines import LineReader
from auditor.records.text_lines import TextLines
from auditor.sources import open_source

_FORMATS = {(kind.kind, kind.paths[0]): kind for layout in load(rules_folder() / "layouts") for kind in layout.kinds}


def noted(kind: str, content: str | bytes, *, form: str | None = None, path: str = "f") -> Collector:
    """Read `content` as the one artifact of `kind`; `form` overrides the layout's format of that kind."""
    found = next(entry for (name, _), entry in _FORMATS.items() if name == kind)
    collector = Collector(100_000)
    witness: Witness = found.witness
    notes = collector.notes(path, kind, witness)
    source = open_source(kind, notes)
    assert source is not None
    data = content.encode() if isinstance(content, str) else content
    form = form or found.format
    if hasattr(source, "feed"):
        source.feed(data)
        source.close()
    elif form == "json":
        document = Document(source, notes, 1 << 20, evidence=kind != "other")
        document.feed(data)
        document.close()
    else:
        sink = TextLines(source, notes) if form == "text" else JsonLines(source, notes, mixed=form == "mixed")
        lines = LineReader(sink, 1 << 20)
        lines.feed(data)
        lines.close()
        source.close()
    notes.settle()
    return collector


def lines(*rows: dict[str, Any] | str) -> str:
    """Return JSON lines; text rows stand as they are."""
    return "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)


def values(collector: Collector, kind: str) -> list[Any]:
    """Return the values of the facts of a kind."""
    return [fact.value for fact in collector.facts.get(kind, [])]


def places(collector: Collector, kind: str) -> list[tuple[Any, int | None, str | None]]:
    """Return value, line and pointer of the facts of a kind."""
    return [(fact.value, fact.where.line, fact.where.pointer) for fact in collector.facts.get(kind, [])]
