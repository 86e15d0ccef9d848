"""Records of other programs, read for model evidence in the shapes that are known."""

from __future__ import annotations

from typing import Any

from auditor.facts import Response
from auditor.instants import instant
from auditor.records.collector import Notes
from auditor.sources.shapes import observe, observe_body


def note_foreign(
    notes: Notes, line: int | None, record: dict[str, Any], time: int | None = None, *, body: bool = False
) -> None:
    """Note whatever the known record shapes see in one record; with `body`, only the shapes of provider bodies.

    A program may log one answer on several lines, so an answer with an id is noted once.
    """
    for seen in observe_body(record) if body else observe(record):
        if isinstance(seen.value, Response) and not seen.value.response_id:
            notes.fact(seen.kind, seen.value, line, seen.pointer or None, grade=seen.grade, time=time)
        else:
            notes.once(seen.kind, seen.value, line, seen.pointer or None, grade=seen.grade, time=time)


def time_of(record: dict[str, Any]) -> int | None:
    """Return the time that a record states under one of the usual names, or None."""
    for key in ("ts", "timestamp", "time"):
        found = instant(record.get(key))
        if found is not None:
            return found
    return None
