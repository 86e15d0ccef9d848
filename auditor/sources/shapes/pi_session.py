"""pi session files and the events of ``pi --mode json``: one JSON object a line.

Reference: badlogic/pi-mono ``packages/coding-agent/docs/session.md`` and ``packages/ai/src/types.ts``. An assistant
message's ``provider`` and ``model`` are copied from the request: dispatched only. ``model_change`` is a choice, not a
call: configured. Newer versions add ``responseModel`` where the response named another model than the one asked for
(and only there): that, and nothing else in this format, is served, with ``responseId`` as the response's id.
"""

from __future__ import annotations

from auditor.facts import Observation
from auditor.sources.shapes._fields import Record, answered, inner, named, text

NAME = "pi.session"
BODY = False
ANCHORS = frozenset({"modelId"})
HOLDERS = frozenset({"message"})

_MESSAGE_LINES = ("message", "message_end")
_MESSAGE_KEYS = frozenset({"api", "usage", "stopReason"})


def observe(record: Record) -> list[Observation]:
    """Read one line of a session or of the event stream."""
    kind = record.get("type")
    if kind == "model_change" and "parentId" in record:
        model, provider = text(record, "modelId"), text(record, "provider")
        return [] if model is None else [named("configured", NAME, "/modelId", model, provider)]
    message = inner(record, "message")
    if kind not in _MESSAGE_LINES or message is None or message.get("role") != "assistant":
        return []
    return _assistant(message)


def _assistant(message: Record) -> list[Observation]:
    provider, model = text(message, "provider"), text(message, "model")
    if provider is None or model is None or _MESSAGE_KEYS.isdisjoint(message):
        return []
    found = [named("dispatched", NAME, "/message/model", model, provider)]
    served = text(message, "responseModel")
    if served is not None:
        found.append(named("served", NAME, "/message/responseModel", served, provider))
        response_id = text(message, "responseId")
        found.append(answered(NAME, "/message", served, response_id, provider=provider, requested=model))
    return found


_MESSAGE: Record = {
    "role": "assistant",
    "api": "openai-completions",
    "provider": "openrouter",
    "model": "lab/echo-1",
    "content": [{"type": "text", "text": '{"model": "never-read"}'}],
    "usage": {"input": 1, "output": 2},
    "stopReason": "stop",
}

EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {"type": "message", "id": "a", "parentId": None, "timestamp": "2026-06-10T14:45:32Z", "message": _MESSAGE},
        [named("dispatched", NAME, "/message/model", "lab/echo-1", "openrouter")],
    ),
    (
        {"type": "message_end", "message": {**_MESSAGE, "responseModel": "lab/echo-0", "responseId": "gen-1"}},
        [
            named("dispatched", NAME, "/message/model", "lab/echo-1", "openrouter"),
            named("served", NAME, "/message/responseModel", "lab/echo-0", "openrouter"),
            answered(NAME, "/message", "lab/echo-0", "gen-1", provider="openrouter", requested="lab/echo-1"),
        ],
    ),
    (
        {"type": "model_change", "id": "b", "parentId": "a", "provider": "anthropic", "modelId": "claude-sonnet-4-6"},
        [named("configured", NAME, "/modelId", "claude-sonnet-4-6", "anthropic")],
    ),
    (
        {
            "type": "message",
            "id": "c",
            "parentId": "b",
            "message": {"role": "toolResult", "provider": "x", "model": "never-read", "usage": {}},
        },
        [],
    ),
]
