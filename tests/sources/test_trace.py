"""The trace: each event's fields, the model evidence in it with its grade, and its tool calls."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auditor.facts import Host, Naming, Response
from auditor.records.collector import Collector
from auditor.records.row_reader import RowReader
from auditor.records.rows import Layout, Rows
from auditor.sources import _repeats
from auditor.sources._calls import ToolCall
from auditor.sources.shapes import observe
from auditor.sources.shapes._discover import shapes
from auditor.sources.trace import Dispatch, Source
from tests.sources.reading import lines, noted, places, values

BASE = {"ts": "2026-06-10T14:38:11Z", "run_id": "r"}
RESPONSE = {
    "event": "model_response",
    "agent": "implementer",
    "provider": "anthropic",
    "requested_model": "asked",
    "model": "answered",
    "response_id": "msg_1",
    "host": "api.anthropic.com",
    "status": 200,
}


def trace(*events: dict[str, Any], kind: str = "trace") -> Any:
    return noted(kind, lines(*({**BASE, "seq": number, **event} for number, event in enumerate(events, 1))))


def test_a_dispatch_names_a_model_and_proves_no_more() -> None:
    found = trace({"event": "model_dispatched", "agent": "a", "provider": "p", "model": "m"})
    assert values(found, "dispatch") == [Dispatch("a", "p", "m")]
    (naming,) = found.facts["model.named"]
    assert (naming.value, naming.grade) == (Naming("p", "m", "trace.model_dispatched", agent="a"), "dispatched")


def test_a_response_names_what_was_asked_and_what_answered() -> None:
    found = trace(RESPONSE)
    assert [(fact.value.model, fact.grade, fact.where.pointer) for fact in found.facts["model.named"]] == [
        ("asked", "dispatched", "/requested_model"),
        ("answered", "served", "/model"),
    ]
    (response,) = values(found, "model.response")
    assert response == Response(
        "anthropic", "asked", "answered", "msg_1", "trace.model_response", "implementer", "api.anthropic.com", 200, 1
    )
    assert values(found, "host.contacted") == [Host("api.anthropic.com", "trace.model_response", provider="anthropic")]


def test_nothing_is_filled_in_that_a_response_does_not_name() -> None:
    found = trace(RESPONSE | {"requested_model": None, "model": None, "host": None})
    assert "model.named" not in found.facts
    assert "host.contacted" not in found.facts
    assert len(values(found, "model.response")) == 1


def test_two_equal_responses_are_two() -> None:
    assert len(values(trace(RESPONSE, RESPONSE), "model.response")) == 2


@pytest.mark.parametrize("field", [key for key in RESPONSE if key != "event"])
def test_a_field_that_is_missing_or_of_another_type_is_malformed(field: str) -> None:
    without = {key: value for key, value in RESPONSE.items() if key != field}
    assert places(trace(without), "stream.malformed") == [(f"model_response: {field} is missing", 1, f"/{field}")]
    wrong = places(trace(RESPONSE | {field: ["x"]}), "stream.malformed")
    assert wrong == [(f"model_response: {field} has the wrong type", 1, f"/{field}")]


@pytest.mark.parametrize("event", [None, "", 7, ["run_started"]])
def test_a_line_without_an_event_is_malformed(event: Any) -> None:
    assert places(trace({"event": event}), "stream.malformed") == [("event is missing or no string", 1, "/event")]


def test_unknown_events_are_carried_along_and_read_for_model_evidence() -> None:
    found = trace({"event": "span", "gen_ai.provider.name": "p", "gen_ai.response.model": "m"})
    assert "stream.malformed" not in found.facts
    assert [(fact.value.provider, fact.value.model, fact.grade) for fact in found.facts["model.named"]] == [
        ("p", "m", "served")
    ]


def test_the_baselines_trace_is_no_evidence_of_the_runs_model() -> None:
    found = trace(
        RESPONSE, {"event": "model_dispatched", "agent": "a", "provider": "p", "model": "m"}, kind="baseline_trace"
    )
    assert not {"model.named", "model.response", "dispatch", "host.contacted"} & found.facts.keys()
    assert [fact.value.name for fact in found.facts["baseline_trace.event"]] == ["model_response", "model_dispatched"]


@pytest.mark.parametrize("path", ["/etc/passwd", "~/.ssh", "../x", "a/../../x", "$HOME/x", "file:///etc", "a\0b"])
def test_a_call_whose_path_could_leave_is_kept(path: str) -> None:
    found = trace({"event": "tool_call", "agent": "a", "tool": "Read", "path": path})
    assert values(found, "tool.call") == [ToolCall("Read", path=path, agent="a")]


def test_calls_that_stay_are_counted_only() -> None:
    calls = [{"event": "tool_call", "tool": "Read", "path": f"src/{n}.py"} for n in range(3)]
    found = trace(*calls, {"event": "tool_call", "tool": "Bash", "command": "ls src"})
    assert values(found, "tool.calls") == [4]
    assert "tool.call" not in found.facts


def test_a_command_that_could_leave_is_kept_at_its_place() -> None:
    found = trace({"event": "tool_call", "tool": "Bash", "command": "cat ../secret"})
    assert places(found, "tool.call") == [(ToolCall("Bash", command="cat ../secret"), 1, "/command")]


@pytest.mark.parametrize("field", ["path", "command", "file_path", "cwd"])
@pytest.mark.parametrize("value", [["/etc/passwd"], {"p": "/etc"}, 7, True])
def test_a_path_or_command_that_is_no_text_is_malformed(field: str, value: Any) -> None:
    found = trace({"event": "tool_call", "tool": "Read", field: value})
    assert places(found, "stream.malformed") == [(f"tool_call: {field} has the wrong type", 1, f"/{field}")]
    assert "stream.malformed" not in trace({"event": "tool_call", "tool": "Read", field: None}).facts


def facts_in_pieces(rows: list[dict[str, Any]], kind: str, cuts: list[int]) -> Any:
    """Return the facts of a log that is read as a long one is: in pieces, and of each what is new."""
    collector = Collector(10_000)
    notes = collector.notes("trace.jsonl", kind, "harness")
    source = Source(notes)
    reader = RowReader(source)
    reader.learn([USUAL] * 100)
    reader.learn(rows)
    edges = sorted({0, *(cut for cut in cuts if cut < len(rows)), len(rows)})
    for start, end in pairwise(edges):
        piece = rows[start:end]
        if reader.read(start + 1, b"".join(msgspec.json.encode(row) + b"\n" for row in piece)) is None:
            for line, row in enumerate(piece, start + 1):
                source.record(line, row)
    source.close()
    notes.settle()
    return collector.facts, collector.gaps


def facts_of(rows: list[dict[str, Any]], *, at_once: bool, kind: str = "trace", cut: int = 0) -> Any:
    collector = Collector(10_000)
    notes = collector.notes("trace.jsonl", kind, "harness")
    source = Source(notes)
    source.record(1, rows[0])
    if at_once:
        layout = Layout(Source.COLUMNS)
        layout.learn([USUAL] * 100)
        layout.learn(rows)
        cut = max(cut, 1)
        for first, piece in ((1, rows[1:cut]), (cut, rows[cut:])):
            if not piece:
                continue
            columns = layout.rows(b"".join(msgspec.json.encode(row) + b"\n" for row in piece))
            if columns is None:
                assume(False)
            source.rows(first + 1, columns)
    else:
        for line, row in enumerate(rows[1:], 2):
            source.record(line, row)
    source.close()
    notes.settle()
    return collector.facts, collector.gaps


CALL = {"event": "tool_call", "tool": "bash", "command": "cat /etc/passwd"}
REQUEST = {"event": "network_request", "host": "example.org"}
USUAL = {"ts": "2026-06-10T14:38:11.250Z", "seq": 1, "run_id": "r", "event": "agent_message", "text": "x" * 300}

ELSEWHERE = [record for shape in shapes() for record, seen in shape.EXAMPLES if seen]
"""Records of other programs, in each known shape."""

CHANGES = st.sampled_from(
    [
        {},
        {"event": "note", "role": "assistant", "message": "no object"},
        *({**record, "event": "note"} for record in ELSEWHERE),
        {"seq": 2},
        {"seq": True},
        {"seq": 3.0},
        {"seq": "4"},
        {"seq": 99},
        {"run_id": "other"},
        {"run_id": None},
        {"run_id": ["r"]},
        {"ts": "2026-06-10T14:00:00.000Z"},
        {"ts": "2026-06-10T14:38:11.500Z"},
        {"ts": "2026-06-10T14:38:11.500000Z"},
        {"ts": "2026-06-10T14:59:60.000Z"},
        {"ts": "2026-06-10T14:38:61.000Z"},
        {"ts": "2026-06-10T14:38:1\u0661.000Z"},
        {"ts": "2026-06-10T14:38:50.000Z38:50.000Z"},
        {"ts": "2026-06-10T14:"},
        {"ts": "2026-06-10T16:38:11+02:00"},
        {"ts": "2026-06-11T00:00:00.000Z"},
        {"ts": "9"},
        {"ts": None},
        {"ts": {}},
        {"text": None},
        {"text": "file:///etc/passwd", "event": "tool_call", "tool": "bash"},
        {"event": "tool_result", "tool": "bash", "output": [{"model": "m"}]},
        {"event": "note", "provider": "p", "model": "m", "msg": "spawning agent"},
        {"event": "note", "type": "tool", "response": {"model": "m", "id": "chatcmpl-1", "choices": []}},
        {"event": "note", "response": {"model": "m", "id": "chatcmpl-1", "object": "chat.completion", "choices": []}},
        {"event": ""},
        {"event": 3},
        {"event": ["tool_call"]},
        {"event": "tool_call", "tool": "bash", "command": "cat /etc/passwd"},
        {"event": "tool_call", "tool": "bash", "command": "cat /etc/passwd # " + "x" * 3000},
        {"event": "tool_call", "tool": "bash", "command": "cat /etc/passwd", "agent": "closer"},
        {"event": "tool_call", "tool": "bash", "command": "ls", "response_id": "cat ../../etc/passwd"},
        {"event": "tool_call", "tool": "bash", "command": "ls", "response_id": "file:///etc/passwd", "cwd": None},
        {"event": "tool_call", "tool": "read", "path": "a", "run": {"run_id": "r", "event": "tool_call"}},
        {"event": "tool_call", "tool": "read", "path": "a", "count": 1},
        {"event": "tool_call", "tool": "read", "path": "a", "count": True},
        {"event": "tool_call", "tool": "read", "path": 1},
        {"event": "tool_call", "tool": "read", "path": None},
        {"event": "tool_call", "tool": "bash", "command": "npm test", "milliseconds": 1.5, "more": None},
        {"event": "tool_call", "tool": "bash", "command": "npm test", "output": "x * { /etc " * 90},
        {"event": "tool_call", "tool": "patch", "output": "*** Add File: /etc/hosts\n" + "x" * 400},
        {"event": "tool_call", "tool": "patch", "output": "file:///etc/" + "x" * 400},
        {"event": "tool_call", "tool": "bash", "input": '{"command": "cat /etc/passwd"}' + " " * 400},
        {"event": "tool_call", "tool": "glob", "pattern": "/etc/*"},
        {"event": "tool_call", "tool": "grep", "pattern": "/etc/*"},
        {"event": "tool_call", "tool": 7},
        {"event": "tool_call", "tool": "edit", "edits": [{"path": "/etc/hosts"}]},
        RESPONSE,
        RESPONSE | {"model": "other"},
        RESPONSE | {"host": "h" * 400},
        RESPONSE | {"model": "m" * 400, "response_id": "i" * 400},
        RESPONSE | {"response_id": "msg_2"},
        RESPONSE | {"response_id": None},
        RESPONSE | {"response_id": 3},
        RESPONSE | {"status": 200.0},
        RESPONSE | {"status": True},
        RESPONSE | {"status": 1},
        RESPONSE | {"agent": "closer", "extra": ["/etc/passwd"]},
        RESPONSE | {"agent": ["closer"]},
        {"event": "network_request", "host": "example.org"},
        {"event": "run_finished", "status": "pass"},
    ]
)


def changed(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a log of usual events, in the middle of which each has one of the changes; no text is as good as none."""
    rows = []
    for number, change in enumerate([{}, {}, *changes, {}], 1):
        row = USUAL | {"ts": f"2026-06-10T14:38:{number + 10}.250Z", "seq": number} | change
        rows.append({key: value for key, value in row.items() if value is not None or key != "text"})
    return rows


@pytest.mark.parametrize("kind", ["trace", "baseline_trace"])
@pytest.mark.parametrize("most", [1, 4096])
@given(changes=st.lists(CHANGES, max_size=6), turns=st.integers(1, 3), cut=st.integers(0, 20))
def test_reading_many_events_at_once_is_reading_each(
    kind: str, most: int, changes: list[dict[str, Any]], turns: int, cut: int
) -> None:
    rows = changed(turns * changes)
    with patch.object(_repeats, "_MOST", most):
        assert facts_of(rows, at_once=True, kind=kind, cut=cut) == facts_of(rows, at_once=False, kind=kind)


@pytest.mark.parametrize("kind", ["trace", "baseline_trace"])
@pytest.mark.parametrize("most", [1, 3, 4096])
@given(changes=st.lists(CHANGES, max_size=5), turns=st.integers(1, 7), cuts=st.lists(st.integers(1, 40), max_size=6))
def test_reading_only_what_is_new_is_reading_each(
    kind: str, most: int, changes: list[dict[str, Any]], turns: int, cuts: list[int]
) -> None:
    rows = changed(turns * changes)
    with patch.object(_repeats, "_MOST", most):
        assert facts_in_pieces(rows, kind, cuts) == facts_of(rows, at_once=False, kind=kind)


@pytest.mark.parametrize("record", ELSEWHERE)
def test_a_record_of_another_program_is_seen_among_many(record: dict[str, Any]) -> None:
    rows = changed([record | {"event": "note"}])
    facts, gaps = facts_of(rows, at_once=True)
    assert (facts, gaps) == facts_of(rows, at_once=False)
    assert not observe(record | {"event": "note"}) or facts.keys() & {"model.named", "model.response"}


def test_a_piece_of_known_events_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[dict[str, Any]] = [
        CALL,
        REQUEST,
        CALL | {"command": "ls"},
        {"event": "agent_event", "delta": {"text": "a"}},
    ]
    rows: list[dict[str, Any]] = []
    for number in range(1, 61):
        head = {"ts": f"2026-06-10T14:38:{number // 2 + 10}.250Z", "seq": number, "run_id": "r"}
        rows.append(head | said[number % 4])
    decoded: list[int] = []
    real = Layout.rows

    def counted(layout: Layout, data: bytes) -> Any:
        decoded.append(data.count(b"\n"))
        return real(layout, data)

    monkeypatch.setattr(Layout, "rows", counted)
    new = rows[:50] + [row | {"host": "other.example"} for row in rows[50:51]] + rows[51:]
    assert facts_in_pieces(new, "trace", [10, 20, 30, 40, 50])[0] == facts_of(new, at_once=False)[0]
    assert decoded == [10, 10, 2, 1], "what says nothing is known from when it comes again within a piece"


def test_events_that_come_again_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    real = Rows.__getitem__

    def get(rows: Rows, index: int) -> Any:
        asked.append(index)
        return real(rows, index)

    monkeypatch.setattr(Rows, "__getitem__", get)
    said: list[dict[str, Any]] = [CALL, RESPONSE, REQUEST, CALL | {"command": "ls"}]
    rows: list[dict[str, Any]] = [USUAL | {"seq": number} | said[number % 4] for number in range(1, 41)]
    rows = [row | ({"response_id": f"m{number}"} if "model" in row else {}) for number, row in enumerate(rows)]
    facts, _ = facts_of(rows, at_once=True)
    assert asked == [0, 2, 3], "and a call that clearly stays inside is only looked at"
    assert [fact.value.response_id for fact in facts["model.response"]] == [f"m{n}" for n in range(0, 40, 4)]
    assert [fact.value for fact in facts["tool.calls"]] == [20]
    assert [fact.count for fact in facts["host.contacted"]] == [10, 10]
