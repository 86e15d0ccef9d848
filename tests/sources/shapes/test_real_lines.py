"""Lines as the programs write them, beyond the shapes' own examples: streams, wrappers, clouds, contradictions."""

from __future__ import annotations

from typing import Any

from auditor.facts import Host, Naming, Response
from auditor.sources.shapes import observe

Seen = list[tuple[str | None, str | None, str | None]]


def namings(record: dict[str, Any]) -> Seen:
    """Grade, provider and model of every naming."""
    found = observe(record)
    return [(one.grade, one.value.provider, one.value.model) for one in found if isinstance(one.value, Naming)]


def responses(record: dict[str, Any]) -> list[Response]:
    return [one.value for one in observe(record) if isinstance(one.value, Response)]


def hosts(record: dict[str, Any]) -> list[Host]:
    return [one.value for one in observe(record) if isinstance(one.value, Host)]


def chat(**more: Any) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": "chat.completion", "model": "m-served", "choices": [{"index": 0}], **more}


def otlp(key: str, value: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": value}}


def test_a_repeated_attribute_shows_every_value() -> None:
    attributes = [otlp("gen_ai.response.model", "good"), otlp("gen_ai.response.model", "other")]
    record = {"resourceSpans": [{"scopeSpans": [{"spans": [{"attributes": attributes}]}]}]}
    assert namings(record) == [("served", None, "good"), ("served", None, "other")]
    assert [one.served for one in responses(record)] == ["good", "other"]


def test_two_generations_that_differ_are_both_shown() -> None:
    attributes = {"gen_ai.provider.name": "anthropic", "gen_ai.system": "openai", "gen_ai.request.model": "m"}
    assert namings({"name": "chat", "attributes": attributes}) == [
        ("dispatched", "anthropic", "m"),
        ("dispatched", "openai", "m"),
    ]


def test_log_records_span_events_and_metric_points_are_read() -> None:
    pair = [otlp("gen_ai.system", "anthropic"), otlp("gen_ai.response.model", "m")]
    expected: Seen = [("served", "anthropic", "m")]
    logs = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"attributes": pair}]}]}]}
    event = {"resourceSpans": [{"scopeSpans": [{"spans": [{"attributes": [], "events": [{"attributes": pair}]}]}]}]}
    points = {"histogram": {"dataPoints": [{"attributes": pair}]}}
    metric = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [points]}]}]}
    for record in (logs, event, metric):
        assert namings(record) == expected
    assert responses(metric) == []
    assert namings({"resource_spans": [{"scope_spans": [{"spans": [{"attributes": pair}]}]}]}) == expected
    assert namings({"spans": [{"attributes": pair}]}) == expected


def test_resource_attributes_and_span_names_are_no_evidence() -> None:
    record = {
        "resourceSpans": [
            {
                "resource": {"attributes": [otlp("gen_ai.response.model", "m")]},
                "scopeSpans": [{"spans": [{"name": "chat m", "attributes": []}]}],
            }
        ]
    }
    assert observe(record) == []


def test_a_span_s_server_decides_the_host() -> None:
    attributes = [
        otlp("gen_ai.provider.name", "anthropic"),
        otlp("gen_ai.response.model", "m"),
        otlp("server.address", "https://gateway.example/v1"),
        {"key": "http.response.status_code", "value": {"intValue": "200"}},
    ]
    record = {"scopeSpans": [{"spans": [{"attributes": attributes}]}]}
    assert [(one.host, one.status) for one in responses(record)] == [("gateway.example", 200)]
    assert [one.host for one in hosts(record)] == ["gateway.example"]


def test_an_ai_sdk_step_tells_of_its_answer_once() -> None:
    attributes = {
        "ai.model.id": "m",
        "ai.model.provider": "openai.responses",
        "ai.response.model": "m-1",
        "ai.response.id": "resp_1",
        "gen_ai.system": "openai.responses",
        "gen_ai.request.model": "m",
        "gen_ai.response.model": "m-1",
        "gen_ai.response.id": "resp_1",
    }
    record = {"name": "ai.generateText.doGenerate", "attributes": attributes}
    assert {provider for _, provider, _ in namings(record)} == {"openai"}
    assert [(one.provider, one.served, one.response_id) for one in responses(record)] == [("openai", "m-1", "resp_1")]


def test_a_fallback_in_a_whole_answer_names_both_models() -> None:
    record = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-b",
        "content": [{"type": "fallback", "from": {"model": "claude-a"}, "to": {"model": "claude-b"}}],
        "usage": {
            "iterations": [{"type": "message", "model": "claude-a"}, {"type": "fallback_message", "model": "claude-b"}]
        },
    }
    assert namings(record) == [
        ("served", None, "claude-b"),
        ("dispatched", None, "claude-a"),
        ("served", None, "claude-b"),
        ("served", None, "claude-b"),
    ]


def test_a_request_that_echoes_a_fallback_block_serves_nothing() -> None:
    block = {"type": "fallback", "from": {"model": "claude-a"}, "to": {"model": "claude-b"}}
    record = {
        "model": "claude-a",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": [block]}],
    }
    assert namings(record) == [("dispatched", None, "claude-a")]


def test_dialects_of_a_request_are_told_apart() -> None:
    messages = [{"role": "user", "content": "x"}]
    shapes: dict[str, dict[str, Any]] = {
        "anthropic.messages.request": {"max_tokens": 9},
        "openai.chat.request": {"max_tokens": 9, "seed": 1},
        "ollama.request": {"options": {}},
    }
    for shape, more in shapes.items():
        found = observe({"model": "m", "messages": messages, **more})
        assert [one.value.shape for one in found] == [shape]


def test_a_stream_of_chunks_tells_of_one_answer() -> None:
    chunk = {"id": "c", "object": "chat.completion.chunk", "model": "m"}
    stream: list[dict[str, Any]] = [
        {**chunk, "choices": [{"delta": {"role": "assistant"}, "finish_reason": None}]},
        {**chunk, "choices": [{"delta": {"content": "x"}, "finish_reason": None}]},
        {**chunk, "choices": [{"delta": {}, "finish_reason": "stop"}]},
        {**chunk, "choices": [], "usage": {"total_tokens": 3}},
    ]
    assert [len(namings(one)) for one in stream] == [1, 1, 1, 1]
    assert [len(responses(one)) for one in stream] == [0, 0, 1, 0]


def test_a_wrapper_joins_request_and_response() -> None:
    record = {
        "event": "llm_call",
        "provider": "openrouter",
        "base_url": "https://openrouter.ai/api/v1",
        "status": 200,
        "request": {"model": "m", "messages": [{"role": "user", "content": "x"}]},
        "response": chat(),
    }
    assert namings(record) == [("dispatched", "openrouter", "m"), ("served", "openrouter", "m-served")]
    (answer,) = responses(record)
    assert (answer.requested, answer.served, answer.response_id) == ("m", "m-served", "chatcmpl-1")
    assert (answer.host, answer.status) == ("openrouter.ai", 200)


def test_an_unknown_trace_event_may_carry_a_body_or_a_span() -> None:
    event = {"ts": "t", "seq": 4, "run_id": "r", "event": "provider_traffic"}
    assert namings({**event, "body": chat()}) == [("served", None, "m-served")]
    span = {"attributes": {"gen_ai.system": "openai", "gen_ai.response.model": "m"}}
    assert namings({**event, "span": span}) == [("served", "openai", "m")]
    assert namings({**event, "event": "tool_result", "body": chat()}) == []


def test_a_body_on_the_wrong_side_of_a_wrapper_proves_nothing() -> None:
    request = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    assert observe({"request": chat(), "response": request}) == []


def test_a_wrapper_does_not_read_a_litellm_row_again() -> None:
    row = {
        "call_type": "completion",
        "custom_llm_provider": "openai",
        "model": "m",
        "model_group": "m",
        "api_base": "",
        "response": chat(),
        "messages": [{"role": "user", "content": "x"}],
    }
    assert namings(row) == [("dispatched", None, "m"), ("dispatched", "openai", "m"), ("served", "openai", "m-served")]
    assert len(responses(row)) == 1


def test_a_litellm_row_without_its_body_is_never_served() -> None:
    row = {
        "id": "c",
        "call_type": "completion",
        "custom_llm_provider": "openai",
        "model": "m",
        "api_base": "http://h.example",
    }
    assert {one.grade for one in observe(row)} == {"dispatched"}
    assert [one.served for one in responses(row)] == [None]


def test_an_event_that_was_taken_apart_is_read() -> None:
    data = {
        "type": "message_start",
        "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []},
    }
    assert namings({"event": "message_start", "data": data}) == [("served", None, "m")]
    assert namings({"event": "ping", "data": data}) == []


def test_partial_messages_of_a_session_stream_are_read() -> None:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []}
    line = {"type": "stream_event", "session_id": "s", "event": {"type": "message_start", "message": message}}
    assert namings(line) == [("served", None, "m")]


def test_a_sub_agent_s_progress_line_is_read_and_an_error_is_not() -> None:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []}
    line = {"type": "assistant", "message": message}
    progress = {"type": "progress", "data": {"type": "agent_progress", "agentId": "a7", "message": line}}
    found = observe(progress)
    assert [one.value.agent for one in found if isinstance(one.value, Naming)] == ["a7"]
    assert observe({**line, "uuid": "u", "isApiErrorMessage": True}) == []


def test_session_fallbacks_are_read_in_both_spellings() -> None:
    line = {"type": "system", "subtype": "model_refusal_fallback", "original_model": "a", "fallback_model": "b"}
    assert namings(line) == [("dispatched", None, "a"), ("dispatched", None, "b")]


def test_formats_that_keep_requests_only_never_serve() -> None:
    context = {"timestamp": "t", "type": "turn_context", "payload": {"cwd": "/", "model": "m"}}
    message = {"role": "assistant", "provider": "p", "model": "m", "api": "x", "usage": {}}
    entry = {"type": "message", "id": "a", "parentId": None, "message": message}
    trajectory = {
        "schema_version": "ATIF-v1.7",
        "agent": {"name": "a"},
        "steps": [{"source": "agent", "model_name": "m"}],
    }
    for record in (context, entry, trajectory):
        assert [one.grade for one in observe(record)] == ["dispatched"]


def test_a_reroute_in_an_event_log_names_both_models() -> None:
    payload = {"type": "model_reroute", "from_model": "a", "to_model": "b"}
    assert namings({"timestamp": "t", "type": "event_msg", "payload": payload}) == [
        ("dispatched", None, "a"),
        ("dispatched", None, "b"),
    ]


def test_an_embedded_sub_agent_s_trajectory_is_read() -> None:
    child = {"schema_version": "ATIF-v1.7", "agent": {"name": "child", "model_name": "m"}, "steps": []}
    parent = {"schema_version": "ATIF-v1.7", "agent": {"name": "p"}, "steps": [], "subagent_trajectories": [child]}
    assert [one.pointer for one in observe(parent)] == ["/subagent_trajectories/0/agent/model_name"]


def test_an_inspect_event_that_fell_back_names_who_took_over() -> None:
    event = {
        "event": "model",
        "model": "anthropic/claude-a",
        "role": "grader",
        "input": [],
        "output": {"model": "claude-b", "fallback": {"model": "claude-b"}},
    }
    assert namings(event) == [
        ("dispatched", "anthropic", "claude-a"),
        ("served", "anthropic", "claude-b"),
        ("served", "anthropic", "claude-b"),
    ]
    assert namings({**event, "pending": True}) == [("dispatched", "anthropic", "claude-a")]
    assert namings({**event, "output": {"model": "m", "fallback": "n"}})[2:] == [("served", "anthropic", "n")]


def test_an_inspect_role_may_be_a_plain_name() -> None:
    record = {"status": "started", "eval": {"task": "t", "model": "local", "model_roles": {"red": "openai/m"}}}
    assert namings(record) == [("configured", None, "local"), ("configured", "openai", "m")]


def test_a_response_in_progress_or_unanswered_is_no_answer() -> None:
    body = {"id": "resp_1", "object": "response", "model": "m", "output": []}
    for state, grade in {"in_progress": "served", "queued": "dispatched", "failed": "dispatched"}.items():
        record = {**body, "status": state}
        assert [one.grade for one in observe(record)] == [grade]
    assert observe({**body, "status": 7}) == []


def test_azure_s_first_chunk_and_numbers_for_names_say_nothing() -> None:
    for model in ("", 7, None, ["m"], {"m": 1}, True):
        assert observe(chat(model=model)) == []
