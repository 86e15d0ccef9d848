"""Anthropic Messages: request bodies, response bodies and stream events.

Reference: https://docs.anthropic.com/en/api/messages and the types of anthropics/anthropic-sdk-python
(``src/anthropic/types/message.py``, ``beta/beta_fallback_block.py``,
``beta/beta_fallback_message_iteration_usage.py``).

A request's ``model`` is dispatched; a response names the model that answered (``model``, in a stream
``message_start.message.model``). With server-side fallback the answer may come from another model than the requested
one: a content block of type ``fallback`` marks the hand-over, and an entry ``fallback_message`` in
``usage.iterations`` names the model that served; ``advisor_message`` names a second model that was consulted.
``fallbacks`` in a request permits such models: configured.

The provider stays None: clouds and gateways answer in this shape, too. The ``msg_`` of an id proves nothing.
"""

from __future__ import annotations

from auditor.facts import Observation
from auditor.sources.shapes._fields import Record, answered, inner, integer, named, objects, pointer, text

NAME = "anthropic.messages"
BODY = True
ANCHORS = frozenset[str]()
HOLDERS = frozenset({"messages", "content", "message", "usage", "content_block"})

_REQUEST = f"{NAME}.request"
_RESPONSE = f"{NAME}.response"
_STREAM = f"{NAME}.stream"
_ROLES = ("user", "assistant")
_SERVING_ITERATIONS = frozenset({"fallback_message", "advisor_message"})
_ONLY_OPENAI = frozenset(
    {"frequency_penalty", "presence_penalty", "logit_bias", "logprobs", "n", "response_format", "seed", "stop"}
    | {"max_completion_tokens", "stream_options", "store", "user", "functions", "reasoning_effort"}
)


def observe(record: Record) -> list[Observation]:
    """Read a request body, a response body or one stream event of the Messages API."""
    if record.get("type") == "message":
        return message(record, "", _RESPONSE)
    if is_request(record):
        return _request(record)
    return stream_event(record, "")


def is_request(record: Record) -> bool:
    """Tell whether the record is a Messages request: ``max_tokens`` is required, roles are two, nothing OpenAI's."""
    messages = record.get("messages")
    if integer(record, "max_tokens") is None or not isinstance(messages, list) or not messages or "object" in record:
        return False
    if not _ONLY_OPENAI.isdisjoint(record):
        return False
    return all(
        isinstance(one, dict) and one.get("role") in ("user", "assistant") and "content" in one for one in messages
    )


def message(record: Record, at: str, shape: str) -> list[Observation]:
    """Read a Message object (a response body, or the message of ``message_start``) that stands at the pointer `at`."""
    content = record.get("content")
    if record.get("type") != "message" or record.get("role") != "assistant" or not isinstance(content, list):
        return []
    model = text(record, "model")
    if model is None:
        return []
    found = [
        named("served", shape, at + "/model", model),
        answered(shape, at, model, text(record, "id")),
    ]
    found += fallback_blocks(record, at, shape)
    usage = inner(record, "usage")
    return found if usage is None else found + iterations(usage, at + "/usage", shape)


def fallback_blocks(record: Record, at: str, shape: str) -> list[Observation]:
    """Read the ``fallback`` blocks of a message's content: who declined (dispatched) and who went on (served)."""
    found: list[Observation] = []
    for index, block in objects(record, "content"):
        found += _fallback_block(block, at + pointer("content", index), shape)
    return found


def iterations(usage: Record, at: str, shape: str) -> list[Observation]:
    """Read the other models that a ``usage`` object says have served a part of the answer."""
    found: list[Observation] = []
    for index, entry in objects(usage, "iterations"):
        model = text(entry, "model")
        if model is not None and text(entry, "type") in _SERVING_ITERATIONS:
            found.append(named("served", shape, at + pointer("iterations", index, "model"), model))
    return found


def stream_event(record: Record, at: str) -> list[Observation]:
    """Read one event of the stream, which stands at the pointer `at`."""
    kind = record.get("type")
    if kind == "message_start":
        start = inner(record, "message")
        return [] if start is None else message(start, at + "/message", _STREAM)
    if kind == "message_delta":
        usage = inner(record, "usage")
        return [] if usage is None or inner(record, "delta") is None else iterations(usage, at + "/usage", _STREAM)
    if kind == "content_block_start" and integer(record, "index") is not None:
        block = inner(record, "content_block")
        return [] if block is None else _fallback_block(block, at + "/content_block", _STREAM)
    return []


def _fallback_block(block: Record, at: str, shape: str) -> list[Observation]:
    declined, taken = inner(block, "from"), inner(block, "to")
    if block.get("type") != "fallback" or declined is None or taken is None:
        return []
    found: list[Observation] = []
    first, second = text(declined, "model"), text(taken, "model")
    if first is not None:
        found.append(named("dispatched", shape, at + "/from/model", first))
    if second is not None:
        found.append(named("served", shape, at + "/to/model", second))
    return found


def _request(record: Record) -> list[Observation]:
    model = text(record, "model")
    found = [] if model is None else [named("dispatched", _REQUEST, "/model", model)]
    for index, fallback in objects(record, "fallbacks"):
        other = text(fallback, "model")
        if other is not None:
            found.append(named("configured", _REQUEST, pointer("fallbacks", index, "model"), other))
    return found


_ANSWER: Record = {
    "id": "msg_example01",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-6",
    "content": [{"type": "text", "text": '{"model": "never-read"}'}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 5},
}

EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {
            "model": "claude-sonnet-4-6",
            "max_tokens": 1024,
            "messages": [{"role": "user", "content": "hello"}],
            "fallbacks": [{"model": "claude-haiku-4-5"}],
        },
        [
            named("dispatched", _REQUEST, "/model", "claude-sonnet-4-6"),
            named("configured", _REQUEST, "/fallbacks/0/model", "claude-haiku-4-5"),
        ],
    ),
    (
        _ANSWER,
        [
            named("served", _RESPONSE, "/model", "claude-sonnet-4-6"),
            answered(_RESPONSE, "", "claude-sonnet-4-6", "msg_example01"),
        ],
    ),
    (
        {"type": "message_start", "message": _ANSWER},
        [
            named("served", _STREAM, "/message/model", "claude-sonnet-4-6"),
            answered(_STREAM, "/message", "claude-sonnet-4-6", "msg_example01"),
        ],
    ),
    (
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": "fallback", "from": {"model": "claude-a"}, "to": {"model": "claude-b"}},
        },
        [
            named("dispatched", _STREAM, "/content_block/from/model", "claude-a"),
            named("served", _STREAM, "/content_block/to/model", "claude-b"),
        ],
    ),
    (
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn"},
            "usage": {"output_tokens": 9, "iterations": [{"type": "fallback_message", "model": "claude-b"}]},
        },
        [named("served", _STREAM, "/usage/iterations/0/model", "claude-b")],
    ),
]
