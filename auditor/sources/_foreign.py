"""Records of other programs, read for model evidence in the shapes that are known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor.facts import Grade, Naming, Observation, Response
from auditor.instants import instant
from auditor.records.collector import Notes
from auditor.records.json_text import JsonFault, parse, parse_object
from auditor.sources.shapes import observe, observe_body, sse_payload

TRACE_ELSEWHERE = "trace-elsewhere"
"""The shape of what an event of a harness's trace names where it stands in another file."""


def note_foreign(
    notes: Notes,
    line: int | None,
    record: dict[str, Any],
    time: int | None = None,
    *,
    body: bool = False,
    prefix: str = "",
) -> None:
    """Note whatever the known record shapes see in one record; with `body`, only the shapes of provider bodies."""
    note_observed(notes, line, observe_body(record) if body else observed(record), time, prefix=prefix)


def observed(record: dict[str, Any]) -> list[Observation]:
    """Return whatever the known record shapes see in one record, nothing in nearly all."""
    return observe(record) + _own_shapes(record)


def note_observed(
    notes: Notes, line: int | None, found: Iterable[Observation], time: int | None = None, *, prefix: str = ""
) -> None:
    """Note what was seen in a record. A program may log one answer on several lines, so one with an id is noted once."""
    for seen in found:
        pointer = prefix + seen.pointer or None
        if isinstance(seen.value, Response) and not seen.value.response_id:
            notes.fact(seen.kind, seen.value, line, pointer, grade=seen.grade, time=time)
        else:
            notes.once(seen.kind, seen.value, line, pointer, grade=seen.grade, time=time)


def note_plain(notes: Notes, line: int, data: bytes) -> None:
    """Read a plain line of another program: a data line of an event stream, or a list of records."""
    payload = sse_payload(data)
    if payload is not None:
        try:
            note_foreign(notes, line, parse_object(payload), body=True)
        except JsonFault:
            return  # not JSON: the end mark of a stream, or prose; nothing was expected of it
        return
    if data.lstrip().startswith(b"["):
        try:
            note_each(notes, line, parse(data.strip()))
        except JsonFault:
            return  # a line of prose in brackets


def note_each(notes: Notes, line: int | None, values: Any) -> None:
    """Read each object of a list of records; the pointer then begins with its index."""
    for index, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, dict):
            note_foreign(notes, line, value, time_of(value), prefix=f"/{index}")


def _own_shapes(record: dict[str, Any]) -> list[Observation]:
    """Read the shapes of the run's own logs where they stand in another file: a rotated log, another run's, a copy.

    They are a dispatch by Case, a gateway's row, and the dispatch and the response of a harness's trace.
    """
    provider = record.get("provider")
    if not isinstance(provider, str):
        return []  # nearly every record of nearly every log
    texts = {key: record.get(key) for key in ("model", "agent", "requested_model", "served_model")}
    if record.get("msg") == "spawning agent" and isinstance(texts["model"], str):
        agent = texts["agent"] if isinstance(texts["agent"], str) else None
        naming = Naming(provider, texts["model"], "case.stderr-elsewhere", agent=agent)
        return [Observation("model.named", naming, "/model", "dispatched")]
    if (event := record.get("event")) in ("model_dispatched", "model_response"):
        named: tuple[tuple[str, Grade], ...] = (("model", "dispatched"),)
        if event == "model_response":
            named = (("requested_model", "dispatched"), ("model", "served"))
        agent = texts["agent"] if isinstance(texts["agent"], str) else None
        return [
            Observation("model.named", Naming(provider, model, TRACE_ELSEWHERE, agent=agent), f"/{key}", grade)
            for key, grade in named
            if isinstance(model := texts[key], str)
        ]
    if isinstance(record.get("host"), str) and "requested_model" in record and "served_model" in record:
        grades: tuple[tuple[str, Grade], ...] = (("requested_model", "dispatched"), ("served_model", "served"))
        return [
            Observation("model.named", Naming(provider, str(texts[key]), "gateway-elsewhere"), f"/{key}", grade)
            for key, grade in grades
            if isinstance(texts[key], str)
        ]
    return []


def time_of(record: dict[str, Any]) -> int | None:
    """Return the time that a record states under one of the usual names, or None."""
    for key in ("ts", "timestamp", "time"):
        found = instant(record.get(key))
        if found is not None:
            return found
    return None
