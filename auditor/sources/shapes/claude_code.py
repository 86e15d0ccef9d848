"""Claude Code: session files (one JSON object a line) and the lines of ``--output-format stream-json``.

Reference: https://docs.anthropic.com/en/docs/claude-code/sdk (messages) and the session reader of ryoppippi/ccusage.
An ``assistant`` line holds the provider's message as it came: ``message.model`` is the model that the response names
(served), sidechains included, whose ``agentId`` is kept. ``<synthetic>`` stands for a message that the program made
up, and ``isApiErrorMessage`` for an error: neither is a call. A ``progress`` line wraps the assistant line of a
sub-agent.

A ``system`` line ``model_refusal_fallback`` (or ``model_consent_fallback``) tells that the program turned from one
model to another; both are dispatched. ``init`` names the session's model: configured. ``modelUsage`` of a ``result``
lists the models that were billed: dispatched. The program also runs against clouds and proxies, so the provider stays
None. User lines, where tool results lie, are never read.
"""

from __future__ import annotations

from auditor.facts import Observation
from auditor.sources.shapes import anthropic_messages
from auditor.sources.shapes._fields import Record, answered, inner, named, pointer, text

NAME = "claude-code"
BODY = False
ANCHORS = frozenset({"subtype"})
HOLDERS = frozenset({"message", "data", "modelUsage", "event"})

_SYNTHETIC = "<synthetic>"
_FALLBACKS = ("model_refusal_fallback", "model_consent_fallback")
_SESSION_KEYS = frozenset({"sessionId", "session_id", "uuid", "requestId", "isSidechain", "parentUuid"})
_MODEL_FIELDS = (("originalModel", "original_model"), ("fallbackModel", "fallback_model"))


def observe(record: Record) -> list[Observation]:
    """Read one line of a session."""
    kind = record.get("type")
    if kind == "assistant":
        return _assistant(record, "", text(record, "agentId"))
    if kind == "progress":
        return _progress(record)
    if kind == "system":
        return _system(record)
    if kind == "result":
        return _result(record)
    if kind == "stream_event":
        event = inner(record, "event")
        return [] if event is None or "session_id" not in record else anthropic_messages.stream_event(event, "/event")
    return []


def _assistant(line: Record, at: str, agent: str | None) -> list[Observation]:
    message = inner(line, "message")
    if message is None or line.get("isApiErrorMessage") is True:
        return []
    model = text(message, "model")
    if model is None or model == _SYNTHETIC or message.get("role", "assistant") != "assistant":
        return []
    if message.get("type") != "message" and _SESSION_KEYS.isdisjoint(line):
        return []
    at += "/message"
    found = [
        named("served", NAME, at + "/model", model, agent=agent),
        answered(NAME, at, model, text(message, "id"), agent=agent),
    ]
    found += anthropic_messages.fallback_blocks(message, at, NAME)
    usage = inner(message, "usage")
    return found if usage is None else found + anthropic_messages.iterations(usage, at + "/usage", NAME)


def _progress(record: Record) -> list[Observation]:
    data = inner(record, "data")
    line = inner(data, "message") if data is not None and data.get("type") == "agent_progress" else None
    if data is None or line is None or line.get("type") != "assistant":
        return []
    return _assistant(line, "/data/message", text(data, "agentId"))


def _system(record: Record) -> list[Observation]:
    subtype = record.get("subtype")
    if subtype == "init":
        model = text(record, "model")
        known = model is not None and not _SESSION_KEYS.isdisjoint(record)
        return [named("configured", NAME, "/model", model)] if known else []
    if subtype not in _FALLBACKS:
        return []
    found: list[Observation] = []
    for spellings in _MODEL_FIELDS:
        for key in spellings:
            model = text(record, key)
            if model is not None:
                found.append(named("dispatched", NAME, pointer(key), model))
    return found


def _result(record: Record) -> list[Observation]:
    usage = inner(record, "modelUsage")
    if usage is None or _SESSION_KEYS.isdisjoint(record):
        return []
    return [
        named("dispatched", NAME, pointer("modelUsage", model), text({"model": model}, "model"))
        for model, counts in usage.items()
        if model and model != _SYNTHETIC and isinstance(counts, dict)
    ]


_MESSAGE: Record = {
    "id": "msg_example01",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-6",
    "content": [{"type": "tool_use", "id": "t", "name": "Task", "input": {"model": "never-read"}}],
}

EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {"type": "assistant", "uuid": "u", "sessionId": "s", "requestId": "req_1", "message": _MESSAGE},
        [
            named("served", NAME, "/message/model", "claude-sonnet-4-6"),
            answered(NAME, "/message", "claude-sonnet-4-6", "msg_example01"),
        ],
    ),
    (
        {"type": "assistant", "uuid": "u", "isSidechain": True, "agentId": "a1", "message": _MESSAGE},
        [
            named("served", NAME, "/message/model", "claude-sonnet-4-6", agent="a1"),
            answered(NAME, "/message", "claude-sonnet-4-6", "msg_example01", agent="a1"),
        ],
    ),
    ({"type": "assistant", "uuid": "u", "message": {**_MESSAGE, "model": "<synthetic>"}}, []),
    ({"type": "user", "uuid": "u", "message": {**_MESSAGE, "role": "user"}, "toolUseResult": _MESSAGE}, []),
    (
        {
            "type": "system",
            "subtype": "model_refusal_fallback",
            "uuid": "u",
            "originalModel": "claude-a",
            "fallbackModel": "claude-b",
        },
        [
            named("dispatched", NAME, "/originalModel", "claude-a"),
            named("dispatched", NAME, "/fallbackModel", "claude-b"),
        ],
    ),
    (
        {"type": "system", "subtype": "init", "session_id": "s", "model": "claude-a", "tools": []},
        [named("configured", NAME, "/model", "claude-a")],
    ),
    (
        {"type": "result", "subtype": "success", "session_id": "s", "modelUsage": {"claude-a": {"outputTokens": 3}}},
        [named("dispatched", NAME, "/modelUsage/claude-a", "claude-a")],
    ),
]
