"""OpenTelemetry GenAI: spans, span events, log records and metric points that follow the semantic conventions.

Reference: https://opentelemetry.io/docs/specs/semconv/gen-ai/ and open-telemetry/semantic-conventions
``docs/registry/attributes/gen-ai.md``. Both generations are read: ``gen_ai.provider.name`` and the older
``gen_ai.system``. Where both stand and differ, the model is named once with each.

``gen_ai.request.model`` is dispatched, ``gen_ai.response.model`` served. The conventions warn that the provider name
is the instrumentation's belief: ``server.address`` says where the request went, and is handed on as the host. A span
of the operation ``execute_tool`` is a tool's and names no model that answered.

The Vercel AI SDK writes its own composite names into ``gen_ai.system``; see `vercel_ai`.
"""

from __future__ import annotations

from auditor.facts import Observation
from auditor.sources.shapes._attributes import CARRIERS, Attributes, attribute_sets
from auditor.sources.shapes._fields import Record, answered, contacted, host_in, named
from auditor.sources.shapes._vercel import provider_of

NAME = "otel.genai"
BODY = False

_REQUESTED = "gen_ai.request.model"
_SERVED = "gen_ai.response.model"
_RESPONSE_ID = "gen_ai.response.id"
_PROVIDERS = ("gen_ai.provider.name", "gen_ai.system")
_OPERATION = "gen_ai.operation.name"
_ADDRESS = ("server.address", "net.peer.name")
_PORT = ("server.port", "net.peer.port")
_STATUS = ("http.response.status_code", "http.status_code")

_MODEL_KEYS = frozenset({_REQUESTED, _SERVED, _RESPONSE_ID})
_NETWORK_KEYS = frozenset({*_ADDRESS, *_PORT, *_STATUS})
_NAMESPACE = "gen_ai."

ANCHORS = _MODEL_KEYS
HOLDERS = CARRIERS


def observe(record: Record) -> list[Observation]:
    """Read every set of GenAI attributes that the record carries."""
    found: list[Observation] = []
    for attributes in attribute_sets(record, _wanted):
        if _MODEL_KEYS.isdisjoint(attributes.entries) or attributes.text(_OPERATION) == "execute_tool":
            continue
        # Flat in a record, one lone key could be anybody's; two of the namespace are the convention's.
        if not attributes.is_flat or sum(key.startswith(_NAMESPACE) for key in attributes.entries) > 1:
            found += _read(attributes)
    return found


def _wanted(key: str) -> bool:
    return key.startswith(_NAMESPACE) or key in _NETWORK_KEYS


def _read(attributes: Attributes) -> list[Observation]:
    providers: list[str | None] = list(dict.fromkeys(provider_of(name) for name, _ in attributes.texts(*_PROVIDERS)))
    agent = attributes.text("gen_ai.agent.name")
    found: list[Observation] = []
    for provider in providers or [None]:
        for model, at in attributes.texts(_REQUESTED):
            found.append(named("dispatched", NAME, at, model, provider, agent=agent))
        for model, at in attributes.texts(_SERVED):
            found.append(named("served", NAME, at, model, provider, agent=agent))
    if not attributes.is_metric:
        found += _answer(attributes, providers[0] if providers else None, agent)
    for address, at in attributes.texts(_ADDRESS[0]) or attributes.texts(_ADDRESS[1]):
        port = attributes.integer(*_PORT)
        whole = f"{address}:{port}" if port is not None and ":" not in address else address
        found += contacted(NAME, at, whole, providers[0] if providers else None)
    return found


def _answer(attributes: Attributes, provider: str | None, agent: str | None) -> list[Observation]:
    """Word the answered request of a span: one for each name of a serving model, or one for a bare response id."""
    served: list[str | None] = [model for model, _ in attributes.texts(_SERVED)]
    response_id = attributes.text(_RESPONSE_ID)
    if not served and response_id is None:
        return []
    status = attributes.integer(*_STATUS)
    return [
        answered(
            NAME,
            attributes.at,
            model,
            response_id,
            provider=provider,
            requested=attributes.text(_REQUESTED),
            agent=agent,
            host=host_in(attributes.text(*_ADDRESS)),
            status=status if status is not None and 100 <= status <= 599 else None,
        )
        for model in served or [None]
    ]


def _pair(key: str, value: str) -> Record:
    return {"key": key, "value": {"stringValue": value}}


_AT = "/resourceSpans/0/scopeSpans/0/spans/0"

EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {
            "name": "chat gpt-5.2",
            "attributes": {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-5.2",
                "gen_ai.response.model": "gpt-5.2-2026-01-15",
                "gen_ai.response.id": "chatcmpl-example1",
                "server.address": "api.openai.com",
                "server.port": 443,
            },
        },
        [
            named("dispatched", NAME, "/attributes/gen_ai.request.model", "gpt-5.2", "openai"),
            named("served", NAME, "/attributes/gen_ai.response.model", "gpt-5.2-2026-01-15", "openai"),
            answered(
                NAME,
                "",
                "gpt-5.2-2026-01-15",
                "chatcmpl-example1",
                provider="openai",
                requested="gpt-5.2",
                host="api.openai.com",
            ),
            *contacted(NAME, "/attributes/server.address", "api.openai.com:443", "openai"),
        ],
    ),
    (
        {
            "resourceSpans": [
                {
                    "resource": {"attributes": [_pair("service.name", "agent")]},
                    "scopeSpans": [
                        {"spans": [{"attributes": [_pair(_PROVIDERS[1], "anthropic"), _pair(_REQUESTED, "claude-a")]}]}
                    ],
                }
            ]
        },
        [named("dispatched", NAME, _AT + "/attributes/1/value/stringValue", "claude-a", "anthropic")],
    ),
    (
        {"gen_ai.system": "anthropic", "gen_ai.request.model": "claude-a", "gen_ai.response.model": "claude-b"},
        [
            named("dispatched", NAME, "/gen_ai.request.model", "claude-a", "anthropic"),
            named("served", NAME, "/gen_ai.response.model", "claude-b", "anthropic"),
            answered(NAME, "", "claude-b", None, provider="anthropic", requested="claude-a"),
        ],
    ),
    (
        {
            "name": "execute_tool shell",
            "attributes": {"gen_ai.operation.name": "execute_tool", "gen_ai.request.model": "never-read"},
        },
        [],
    ),
]
