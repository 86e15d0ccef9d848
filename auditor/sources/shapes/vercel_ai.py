"""Vercel AI SDK spans: the ``ai.*`` attributes.

Reference: https://ai-sdk.dev/docs/ai-sdk-core/telemetry. ``ai.model.id`` and ``ai.model.provider`` are what was asked
for (dispatched), ``ai.response.model`` and ``ai.response.id`` come from the answer (served) and stand on the spans of
single steps (``ai.generateText.doGenerate`` and its like). Such spans also carry OpenTelemetry's ``gen_ai.*`` names,
which `otel_genai` reads; the answer is then worded there, once.

The provider is composed, as in ``anthropic.messages``; the known compositions are taken apart, others stay whole.
"""

from __future__ import annotations

from auditor.facts import Observation
from auditor.sources.shapes._attributes import CARRIERS, attribute_sets
from auditor.sources.shapes._fields import Record, answered, named
from auditor.sources.shapes._vercel import provider_of

NAME = "vercel.ai"
BODY = False

_MODEL = "ai.model.id"
_PROVIDER = "ai.model.provider"
_SERVED = "ai.response.model"
_RESPONSE_ID = "ai.response.id"
_ALSO_OTEL = "gen_ai.response.model"
_TOOL = "ai.toolCall.name"

ANCHORS = frozenset({_MODEL, _SERVED})
HOLDERS = CARRIERS

_WANTED = frozenset({_MODEL, _PROVIDER, _SERVED, _RESPONSE_ID, _ALSO_OTEL, _TOOL})


def observe(record: Record) -> list[Observation]:
    """Read every set of AI SDK attributes that the record carries."""
    found: list[Observation] = []
    for attributes in attribute_sets(record, _WANTED.__contains__):
        name = attributes.text(_PROVIDER)
        if name is None or attributes.text(_TOOL) is not None:
            continue
        provider = provider_of(name)
        for model, at in attributes.texts(_MODEL):
            found.append(named("dispatched", NAME, at, model, provider))
        for model, at in attributes.texts(_SERVED):
            found.append(named("served", NAME, at, model, provider))
            if attributes.text(_ALSO_OTEL) is None:
                found.append(
                    answered(
                        NAME,
                        attributes.at,
                        model,
                        attributes.text(_RESPONSE_ID),
                        provider=provider,
                        requested=attributes.text(_MODEL),
                    )
                )
    return found


EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {
            "name": "ai.generateText.doGenerate",
            "attributes": {
                "ai.model.id": "claude-sonnet-4-6",
                "ai.model.provider": "anthropic.messages",
                "ai.response.model": "claude-sonnet-4-6",
                "ai.response.id": "msg_example01",
                "ai.response.text": '{"model": "never-read"}',
            },
        },
        [
            named("dispatched", NAME, "/attributes/ai.model.id", "claude-sonnet-4-6", "anthropic"),
            named("served", NAME, "/attributes/ai.response.model", "claude-sonnet-4-6", "anthropic"),
            answered(
                NAME,
                "",
                "claude-sonnet-4-6",
                "msg_example01",
                provider="anthropic",
                requested="claude-sonnet-4-6",
            ),
        ],
    ),
    (
        {"name": "ai.streamText", "attributes": {"ai.model.id": "m", "ai.model.provider": "custom.api"}},
        [named("dispatched", NAME, "/attributes/ai.model.id", "m", "custom.api")],
    ),
    ({"name": "ai.toolCall", "attributes": {"ai.toolCall.name": "shell", "ai.response.model": "never-read"}}, []),
]
