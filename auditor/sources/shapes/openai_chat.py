"""OpenAI Chat Completions and text completions: request bodies, response bodies and stream chunks.

Reference: https://platform.openai.com/docs/api-reference/chat and the types of openai/openai-python
(``src/openai/types/chat/chat_completion.py``, ``chat_completion_chunk.py``, ``completion.py``).

vLLM, llama.cpp's server, LM Studio, Ollama (``/v1``), OpenRouter and most gateways answer in this shape, so the
provider stays None, and OpenRouter's ``provider`` (the upstream it routed to, by display name) is not taken for one.
The ``model`` of a response is the serving side's word: local servers may echo an alias or a file path there, which is
read as it stands. ``system_fingerprint`` and ``service_tier`` name no model.

A chunk that comes before the model is known (an empty ``model``, as Azure's content filter sends) says nothing.
"""

from __future__ import annotations

from auditor.facts import Observation
from auditor.sources.shapes import anthropic_messages
from auditor.sources.shapes._fields import Record, answered, items, named, objects, pointer, text

NAME = "openai.chat"
BODY = True
ANCHORS = frozenset[str]()
HOLDERS = frozenset({"choices", "messages"})

_REQUEST = f"{NAME}.request"
_RESPONSE = f"{NAME}.response"
_STREAM = f"{NAME}.stream"
_OBJECTS = {"chat.completion": _RESPONSE, "text_completion": _RESPONSE, "chat.completion.chunk": _STREAM}
_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})


def observe(record: Record) -> list[Observation]:
    """Read a request body, a response body or one stream chunk."""
    kind = record.get("object")
    if isinstance(kind, str):
        return _response(record, _OBJECTS[kind]) if kind in _OBJECTS else []
    return _request(record)


def _response(record: Record, shape: str) -> list[Observation]:
    model = text(record, "model")
    if model is None or not isinstance(record.get("choices"), list):
        return []
    found = [named("served", shape, "/model", model)]
    if shape == _RESPONSE or _is_last_chunk(record):
        found.append(answered(shape, "", model, text(record, "id")))
    return found


def _is_last_chunk(record: Record) -> bool:
    """Tell whether the stream's answer ends with this chunk: one answer is told of once, not once a chunk."""
    return any(text(choice, "finish_reason") is not None for _, choice in objects(record, "choices"))


def _request(record: Record) -> list[Observation]:
    messages = record.get("messages")
    if not isinstance(messages, list) or not messages or anthropic_messages.is_request(record):
        return []
    if "done" in record or "choices" in record:
        return []
    if not all(
        isinstance(one, dict) and isinstance(one.get("role"), str) and one["role"] in _ROLES for one in messages
    ):
        return []
    model = text(record, "model")
    found = [] if model is None else [named("dispatched", _REQUEST, "/model", model)]
    # OpenRouter: models that may answer instead.
    for index, other in enumerate(items(record, "models")):
        if isinstance(other, str) and other:
            found.append(named("configured", _REQUEST, pointer("models", index), text({"model": other}, "model")))
    return found


EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {"model": "gpt-5.2", "messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "y"}]},
        [named("dispatched", _REQUEST, "/model", "gpt-5.2")],
    ),
    (
        {
            "model": "lab/echo-1",
            "models": ["lab/echo-0"],
            "messages": [{"role": "user", "content": "y"}],
            "stream": True,
        },
        [
            named("dispatched", _REQUEST, "/model", "lab/echo-1"),
            named("configured", _REQUEST, "/models/0", "lab/echo-0"),
        ],
    ),
    (
        {
            "id": "chatcmpl-example1",
            "object": "chat.completion",
            "created": 1780000000,
            "model": "gpt-5.2-2026-01-15",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
            "system_fingerprint": "fp_example",
            "service_tier": "default",
        },
        [
            named("served", _RESPONSE, "/model", "gpt-5.2-2026-01-15"),
            answered(_RESPONSE, "", "gpt-5.2-2026-01-15", "chatcmpl-example1"),
        ],
    ),
    (
        {
            "id": "chatcmpl-7",
            "object": "chat.completion.chunk",
            "model": "/models/qwen3-coder.gguf",
            "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
            "system_fingerprint": "b6000-abcdef0",
        },
        [
            named("served", _STREAM, "/model", "/models/qwen3-coder.gguf"),
            answered(_STREAM, "", "/models/qwen3-coder.gguf", "chatcmpl-7"),
        ],
    ),
    (
        {
            "id": "chatcmpl-7",
            "object": "chat.completion.chunk",
            "model": "m",
            "choices": [{"index": 0, "delta": {"content": "h"}, "finish_reason": None}],
        },
        [named("served", _STREAM, "/model", "m")],
    ),
    ({"id": "", "object": "chat.completion.chunk", "model": "", "choices": []}, []),
]
