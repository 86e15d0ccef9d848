"""LiteLLM log rows: the standard logging payload and the spend log.

Reference: BerriAI/litellm ``litellm/types/utils.py`` (``StandardLoggingPayload``) and
https://docs.litellm.ai/docs/proxy/logging_spec. ``model_group`` is what the client asked the router for; ``model``
with ``custom_llm_provider`` and ``api_base`` is the deployment that the router then called. Both come from the
request, so both are dispatched. Only the ``response`` body, where it is logged, names the model that answered:
served. ``id`` is the response's id; ``trace_id`` ties the rows of one request's fallbacks together, each row standing
for itself.

A failed row was not answered. A cache hit called nobody: only what was asked for is read.
"""

from __future__ import annotations

import msgspec

from auditor.facts import Observation
from auditor.sources.shapes._fields import Record, answered, contacted, host_in, inner, named, text

NAME = "litellm.log"
BODY = False
ANCHORS = frozenset({"custom_llm_provider"})
HOLDERS = frozenset({"standard_logging_object"})

_DEPLOYMENT_KEYS = frozenset({"model_group", "model_id", "api_base", "litellm_call_id"})


def observe(record: Record) -> list[Observation]:
    """Read one row of LiteLLM's log."""
    logged = inner(record, "standard_logging_object")
    if logged is not None and "standard_logging_object" not in logged:
        return [_below("/standard_logging_object", seen) for seen in observe(logged)]
    if "mcp" in (text(record, "call_type") or "") or _DEPLOYMENT_KEYS.isdisjoint(record):
        return []
    if text(record, "custom_llm_provider") is None or text(record, "model") is None:
        return []
    group, model, provider = text(record, "model_group"), text(record, "model"), text(record, "custom_llm_provider")
    found = [] if group is None else [named("dispatched", NAME, "/model_group", group)]
    if record.get("cache_hit") in (True, "True", "true"):
        return found
    if model is not None:
        found.append(named("dispatched", NAME, "/model", model, provider))
    if record.get("status") != "failure":
        found += _answer(record, group or model, provider)
    return found + contacted(NAME, "/api_base", text(record, "api_base"), provider)


def _below(place: str, seen: Observation) -> Observation:
    return msgspec.structs.replace(seen, pointer=place + seen.pointer)


def _answer(record: Record, requested: str | None, provider: str | None) -> list[Observation]:
    response = inner(record, "response") or {}
    served = text(response, "model")
    response_id = text(response, "id") or text(record, "id") or text(record, "request_id")
    if served is None and response_id is None:
        return []
    answer = answered(
        NAME,
        "/response" if "response" in record else "",
        served,
        response_id,
        provider=provider,
        requested=requested,
        host=host_in(text(record, "api_base")),
    )
    return [answer] if served is None else [named("served", NAME, "/response/model", served, provider), answer]


_ROW: Record = {
    "id": "chatcmpl-example1",
    "trace_id": "trace-1",
    "call_type": "acompletion",
    "status": "success",
    "custom_llm_provider": "anthropic",
    "model": "claude-sonnet-4-6",
    "model_group": "coder",
    "api_base": "https://api.anthropic.com/v1/messages",
    "cache_hit": False,
}

EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {**_ROW, "response": {"id": "chatcmpl-example1", "model": "claude-sonnet-4-6", "choices": []}},
        [
            named("dispatched", NAME, "/model_group", "coder"),
            named("dispatched", NAME, "/model", "claude-sonnet-4-6", "anthropic"),
            named("served", NAME, "/response/model", "claude-sonnet-4-6", "anthropic"),
            answered(
                NAME,
                "/response",
                "claude-sonnet-4-6",
                "chatcmpl-example1",
                provider="anthropic",
                requested="coder",
                host="api.anthropic.com",
            ),
            *contacted(NAME, "/api_base", "https://api.anthropic.com", "anthropic"),
        ],
    ),
    (
        {**_ROW, "status": "failure"},
        [
            named("dispatched", NAME, "/model_group", "coder"),
            named("dispatched", NAME, "/model", "claude-sonnet-4-6", "anthropic"),
            *contacted(NAME, "/api_base", "https://api.anthropic.com", "anthropic"),
        ],
    ),
    ({**_ROW, "cache_hit": True}, [named("dispatched", NAME, "/model_group", "coder")]),
]
