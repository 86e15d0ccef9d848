"""Codex rollout files: one JSON object a line, ``{"timestamp", "type", "payload"}``.

Reference: openai/codex ``codex-rs/rollout/`` and ``codex-rs/protocol/src/protocol.rs``.
``turn_context.payload.model`` is the model that the turn asks for: dispatched, never more, because the rollout does
not keep what the responses name, and a rerouting by the service leaves no line. Where an event log does hold a
``model_reroute`` event, its target is dispatched, too. ``session_meta.payload.model_provider`` names a provider and
no model: configured.
"""

from __future__ import annotations

from auditor.facts import Observation
from auditor.sources.shapes._fields import Record, inner, named, pointer, text

NAME = "codex.rollout"
BODY = False
ANCHORS = frozenset[str]()
HOLDERS = frozenset({"payload"})

_TURN_KEYS = frozenset({"cwd", "approval_policy", "sandbox_policy", "turn_id", "effort", "summary"})
_SESSION_KEYS = frozenset({"cwd", "originator", "cli_version", "id"})


def observe(record: Record) -> list[Observation]:
    """Read one line of a rollout."""
    payload = inner(record, "payload")
    if payload is None or text(record, "timestamp") is None:
        return []
    kind = record.get("type")
    if kind == "turn_context" and not _TURN_KEYS.isdisjoint(payload):
        model = text(payload, "model")
        return [] if model is None else [named("dispatched", NAME, "/payload/model", model)]
    if kind == "session_meta" and not _SESSION_KEYS.isdisjoint(payload):
        provider = text(payload, "model_provider")
        return [] if provider is None else [named("configured", NAME, "/payload/model_provider", None, provider)]
    if kind == "event_msg" and payload.get("type") == "model_reroute":
        reroute = [(key, text(payload, key)) for key in ("from_model", "to_model")]
        return [
            named("dispatched", NAME, pointer("payload", key), model) for key, model in reroute if model is not None
        ]
    return []


EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {
            "timestamp": "2026-06-10T14:45:32.000Z",
            "type": "turn_context",
            "payload": {"cwd": "/srv/fixture", "approval_policy": "never", "model": "gpt-5.2-codex", "effort": "high"},
        },
        [named("dispatched", NAME, "/payload/model", "gpt-5.2-codex")],
    ),
    (
        {
            "timestamp": "2026-06-10T14:45:31.000Z",
            "type": "session_meta",
            "payload": {"id": "s", "cwd": "/srv/fixture", "originator": "codex_exec", "model_provider": "openai"},
        },
        [named("configured", NAME, "/payload/model_provider", None, "openai")],
    ),
    (
        {
            "timestamp": "2026-06-10T14:45:33.000Z",
            "type": "response_item",
            "payload": {"type": "function_call_output", "output": '{"model": "never-read"}', "model": "never-read"},
        },
        [],
    ),
]
