"""Every shape: its own examples, its manners towards hostile records, and its silence where an agent speaks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import Naming, Observation
from auditor.sources.shapes import observe, observe_body, sse_payload
from auditor.sources.shapes._discover import Shape, bodies, holds, shapes

EXAMPLES = [(shape, record, expected) for shape in shapes() for record, expected in shape.EXAMPLES]
SPEAKING = [record for _, record, expected in EXAMPLES if expected]
IDS = [f"{shape.NAME}-{index}" for index, (shape, _, _) in enumerate(EXAMPLES)]


def at(record: Any, pointer: str) -> Any:
    """Follow an RFC 6901 pointer."""
    value = record
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def may_be_of(shape: Shape, record: Mapping[str, object]) -> bool:
    """Whether the record has what the shape says that its records have."""
    holding = {key for key, value in record.items() if holds(value)}
    return not shape.ANCHORS.isdisjoint(record) or not shape.HOLDERS.isdisjoint(holding)


@pytest.mark.parametrize(("shape", "record", "expected"), EXAMPLES, ids=IDS)
def test_an_example_is_read_as_written(shape: Shape, record: dict[str, Any], expected: list[Observation]) -> None:
    assert shape.observe(record) == expected


@pytest.mark.parametrize(("shape", "record", "expected"), EXAMPLES, ids=IDS)
def test_all_shapes_together_read_the_same(shape: Shape, record: dict[str, Any], expected: list[Observation]) -> None:
    assert observe(record) == expected


@pytest.mark.parametrize(("shape", "record", "expected"), EXAMPLES, ids=IDS)
def test_pointers_lead_to_what_was_read(shape: Shape, record: dict[str, Any], expected: list[Observation]) -> None:
    for one in expected:
        value = at(record, one.pointer)
        if isinstance(one.value, Naming) and one.value.model is not None and isinstance(value, str):
            assert value.endswith(one.value.model)


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.NAME)
def test_a_shape_shows_what_it_reads_and_what_a_record_needs(shape: Shape) -> None:
    assert any(expected for _, expected in shape.EXAMPLES)
    assert all(may_be_of(shape, record) for record, expected in shape.EXAMPLES if expected)
    assert shape.__doc__ is not None
    assert "http" in shape.__doc__ or "/" in shape.__doc__


@pytest.mark.parametrize("shape", bodies(), ids=lambda shape: shape.NAME)
def test_what_a_body_asks_is_never_served(shape: Shape) -> None:
    for _, expected in shape.EXAMPLES:
        for one in expected:
            if one.value.shape.endswith(".request"):
                assert one.grade in {"dispatched", "configured"}
            else:
                assert one.value.shape.endswith((".response", ".stream"))


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
keys = st.sampled_from(
    sorted(
        {key for shape in shapes() for key in shape.ANCHORS | shape.HOLDERS}
        | {"type", "model", "role", "content", "usage", "iterations", "object", "status", "id", "key", "value", "to"}
        | {"custom_llm_provider", "call_type", "from", "steps", "agent", "schema_version", "payload", "provider", "url"}
    )
) | st.text(max_size=4)
words = st.sampled_from(
    [
        "message",
        "assistant",
        "message_start",
        "chat.completion",
        "response",
        "turn_context",
        "system",
        "init",
        "model",
        "ATIF-v1.6",
        "result",
        "progress",
        "agent_progress",
        "fallback",
        "model_change",
        "success",
        "https://h.example",
        "response.created",
        "in_progress",
    ]
)
values = st.recursive(
    scalars | words, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=6), max_leaves=25
)
records = st.dictionaries(keys, values, max_size=8)


@given(records)
def test_no_record_raises(record: dict[str, Any]) -> None:
    for read in (observe, observe_body):
        for one in read(record):
            assert one.value.shape
            at(record, one.pointer)


@given(st.sampled_from(SPEAKING), st.data())
def test_no_mutilated_example_raises(record: dict[str, Any], data: st.DataObject) -> None:
    broken = json.loads(json.dumps(record))
    place: Any = broken
    for _ in range(data.draw(st.integers(0, 6))):
        children = list(place.values() if isinstance(place, dict) else place)
        nested = [child for child in children if isinstance(child, (dict, list)) and child]
        if not nested:
            break
        place = data.draw(st.sampled_from(nested))
    index = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
    place[index] = data.draw(values)
    for one in observe(broken):
        at(broken, one.pointer)
    for shape in shapes():
        assert may_be_of(shape, broken) or shape.observe(broken) == []


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.NAME)
@given(st.data())
def test_a_shape_sees_nothing_in_a_record_without_what_it_needs(shape: Shape, data: st.DataObject) -> None:
    record = data.draw(st.sampled_from([record for record, expected in shape.EXAMPLES if expected]))
    left = {key: value for key, value in record.items() if data.draw(st.booleans())}
    flat = {
        key: data.draw(scalars) if holds(value) and data.draw(st.booleans()) else value for key, value in left.items()
    }
    assert may_be_of(shape, flat) or shape.observe(flat) == []


def tool_talk(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The record as an agent or a tool would say it: as text, as arguments, as a structured result, in a prompt."""
    said = json.dumps(record)
    block = {"type": "text", "text": said}
    return [
        {"ts": "t", "seq": 1, "run_id": "r", "event": "tool_call", "tool": "write", "content": said},
        {"ts": "t", "seq": 1, "run_id": "r", "event": "tool_result", "result": record},
        {
            "ts": "t",
            "seq": 1,
            "run_id": "r",
            "event": "tool_result",
            **{k: v for k, v in record.items() if k != "event"},
        },
        {"event": "tool_call", "tool": "http", "request": record, "response": record},
        {"event": "agent_output", "text": said, "detail": record},
        {"type": "user", "uuid": "u", "message": {"role": "user", "content": [record, block]}, "toolUseResult": record},
        {"type": "user", "uuid": "u", "message": {"role": "user", "content": said}},
        {"timestamp": "t", "type": "response_item", "payload": {"type": "function_call_output", "output": record}},
        {
            "type": "message",
            "id": "a",
            "parentId": "b",
            "message": {"role": "toolResult", "details": record, "usage": {}},
        },
        {
            "name": "execute_tool x",
            "attributes": {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.call.result": said},
        },
        {"role": "tool", "tool_call_id": "c", "content": said, **record},
        {"messages": [{"role": "user", "content": said}, {"role": "tool", "content": [record]}]},
        {"prompt": said, "model": 7, "input": [record]},
        {"request": said, "response": said, "data": said},
        {"anything": record},
        {"list": [record], "text": said},
    ]


@pytest.mark.parametrize("record", SPEAKING)
def test_what_an_agent_or_a_tool_says_is_no_evidence(record: dict[str, Any]) -> None:
    for said in tool_talk(record):
        assert observe(said) == []


@pytest.mark.parametrize("record", SPEAKING)
def test_a_body_that_quotes_a_record_names_only_itself(record: dict[str, Any]) -> None:
    said = json.dumps(record)
    answer = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "the-model",
        "content": [
            {"type": "text", "text": said},
            {"type": "tool_use", "id": "t", "name": "write", "input": record},
            {"type": "tool_result", "tool_use_id": "t", "content": [record]},
        ],
    }
    chat = {
        "id": "c",
        "object": "chat.completion",
        "model": "the-model",
        "choices": [{"message": {"role": "assistant", "content": said, "tool_calls": [record]}, "detail": record}],
    }
    for body in (answer, chat, {"type": "assistant", "uuid": "u", "message": answer}):
        named = {one.value.model for one in observe(body) if isinstance(one.value, Naming)}
        assert named == {"the-model"}


@given(st.sampled_from(SPEAKING), st.text(max_size=6), st.text(max_size=6))
def test_a_record_inside_a_string_says_nothing(record: dict[str, Any], before: str, after: str) -> None:
    said = before + json.dumps(record) + after
    for key in ("message", "response", "request", "data", "content", "attributes", "payload", "event", "text"):
        assert observe({"ts": "t", key: said}) == []


@pytest.mark.parametrize("record", SPEAKING)
def test_every_name_is_one_that_the_record_holds(record: dict[str, Any]) -> None:
    said = json.dumps(record)
    for one in observe(record):
        for name in (getattr(one.value, field, None) for field in ("model", "served", "requested", "response_id")):
            assert name is None or json.dumps(name)[1:-1] in said


def test_the_contract_s_own_records_belong_to_other_readers() -> None:
    trace = {"ts": "t", "seq": 1, "run_id": "r", "event": "model_response", "agent": "a", "provider": "p"}
    trace |= {"requested_model": "m", "model": "m", "response_id": "i", "host": "h", "status": 200}
    row = {
        "ts": "t",
        "seq": 1,
        "provider": "p",
        "host": "h",
        "requested_model": "m",
        "served_model": "m",
        "status": 200,
    }
    spawn = {"msg": "spawning agent", "agent": "a", "provider": "p", "model": "m"}
    for record in (trace, {**trace, "event": "model_dispatched"}, row, spawn):
        assert observe(record) == []


def test_a_long_name_is_cut_and_equals_no_other() -> None:
    record: dict[str, Any] = {"id": "c", "object": "chat.completion", "choices": [], "model": "m" * 100_000}
    served = observe(record)[0].value
    assert isinstance(served, Naming)
    assert served.model is not None
    assert len(served.model) < 600
    assert served.model != "m" * 512


def test_deep_nesting_is_not_followed() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"schema_version": "ATIF-v1.6", "agent": {}, "steps": [], "subagent_trajectories": [deep]}
    assert observe(deep) == []
    while deep:  # Taken apart by hand: freeing it recursively would be another test.
        deep = deep.get("subagent_trajectories", [{}])[0]


def test_a_tool_s_record_is_passed_over_by_body_readers_too() -> None:
    body = {"id": "c", "object": "chat.completion", "choices": [], "model": "m"}
    assert observe_body(body) != []
    assert observe_body({**body, "tool": "http"}) == []


@pytest.mark.parametrize(
    ("line", "payload"),
    [
        (b'data: {"type":"message_start"}', b'{"type":"message_start"}'),
        (b'data:{"a":1}\r\n', b'{"a":1}'),
        (b"data: [DONE]", None),
        (b"event: message_start", None),
        (b' data: {"a":1}', None),
        (b'the agent says data: {"a":1}', None),
        (b'{"data":1}', None),
        (b"data:", None),
    ],
)
def test_a_whole_data_line_carries_json(line: bytes, payload: bytes | None) -> None:
    assert sse_payload(line) == payload


def test_most_records_are_turned_away_at_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(record: object) -> list[Observation]:
        raise AssertionError("a record without what any shape needs was looked at")

    for shape in shapes():
        monkeypatch.setattr(shape, "observe", refuse)
    head = {"ts": "t", "seq": 1, "run_id": "r"}
    for event in (
        {"event": "tool_call", "agent": "a", "tool": "shell", "command": "x", "path": "p"},
        {"event": "model_dispatched", "agent": "a", "provider": "p", "model": "m"},
        {"event": "agent_said", "agent": "a", "text": "x", "code": "y"},
        {"event": "note", "role": "assistant", "message": "x", "content": "y", "data": 3, "delta": {"text": "z"}},
        {"event": "fixture_compared", "changed_files": [], "allowed_writes_passed": True},
    ):
        assert observe({**head, **event}) == []
