"""OpenAI Responses: request bodies, response bodies and stream events.

Reference: https://platform.openai.com/docs/api-reference/responses and the types of openai/openai-python
(``src/openai/types/responses/response.py``, ``response_created_event.py`` and its siblings).

A response object that is queued, cancelled or failed has answered nothing: the model it names is dispatched, not
served. While it is in progress the serving side already names the model, but there is no answer to tell of. Other
servers speak this dialect, so the provider stays None.
"""

from __future__ import annotations

from auditor.facts import Observation
from auditor.sources.shapes._fields import Record, answered, inner, named, text

NAME = "openai.responses"
BODY = True
ANCHORS = frozenset({"input"})
HOLDERS = frozenset({"output", "response"})

_REQUEST = f"{NAME}.request"
_RESPONSE = f"{NAME}.response"
_STREAM = f"{NAME}.stream"
_UNANSWERED = frozenset({"queued", "cancelled", "failed"})
_EVENTS = frozenset(
    f"response.{state}" for state in ("created", "queued", "in_progress", "completed", "incomplete", "failed")
)
# `model` and `input` alone would also be a request for embeddings.
_REQUEST_KEYS = frozenset(
    {
        "instructions",
        "tools",
        "tool_choice",
        "stream",
        "store",
        "reasoning",
        "max_output_tokens",
        "previous_response_id",
    }
    | {"text", "include", "parallel_tool_calls", "prompt_cache_key", "truncation", "conversation", "background"}
)


def observe(record: Record) -> list[Observation]:
    """Read a request body, a response body or one stream event."""
    if record.get("object") == "response":
        return _response(record, "", _RESPONSE)
    kind = record.get("type")
    if isinstance(kind, str):
        response = inner(record, "response")
        return _response(response, "/response", _STREAM) if response is not None and kind in _EVENTS else []
    return _request(record)


def _response(record: Record, at: str, shape: str) -> list[Observation]:
    model, state = text(record, "model"), record.get("status")
    if record.get("object") != "response" or model is None or not isinstance(record.get("output"), list):
        return []
    if state is not None and not isinstance(state, str):
        return []
    if state in _UNANSWERED:
        return [named("dispatched", shape, at + "/model", model)]
    found = [named("served", shape, at + "/model", model)]
    return found if state == "in_progress" else [*found, answered(shape, at, model, text(record, "id"))]


def _request(record: Record) -> list[Observation]:
    if "object" in record or "output" in record or _REQUEST_KEYS.isdisjoint(record):
        return []
    model = text(record, "model")
    if model is None or not isinstance(record.get("input"), (str, list)):
        return []
    return [named("dispatched", _REQUEST, "/model", model)]


_ANSWER: Record = {
    "id": "resp_example1",
    "object": "response",
    "status": "completed",
    "model": "gpt-5.2-codex",
    "output": [{"type": "message", "role": "assistant", "content": []}],
}

EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {"model": "gpt-5.2-codex", "input": [{"role": "user", "content": "x"}], "instructions": "y", "stream": True},
        [named("dispatched", _REQUEST, "/model", "gpt-5.2-codex")],
    ),
    (
        _ANSWER,
        [
            named("served", _RESPONSE, "/model", "gpt-5.2-codex"),
            answered(_RESPONSE, "", "gpt-5.2-codex", "resp_example1"),
        ],
    ),
    (
        {"type": "response.completed", "sequence_number": 9, "response": _ANSWER},
        [
            named("served", _STREAM, "/response/model", "gpt-5.2-codex"),
            answered(_STREAM, "/response", "gpt-5.2-codex", "resp_example1"),
        ],
    ),
    (
        {"type": "response.failed", "response": {**_ANSWER, "status": "failed", "error": {"code": "server_error"}}},
        [named("dispatched", _STREAM, "/response/model", "gpt-5.2-codex")],
    ),
    ({"model": "text-embedding-3-small", "input": "x"}, []),
]
