"""The composite provider names of the Vercel AI SDK, which its spans also put into OpenTelemetry's own attributes."""

from __future__ import annotations

_COMPOSED = {
    "anthropic.messages": "anthropic",
    "openai.chat": "openai",
    "openai.completion": "openai",
    "openai.responses": "openai",
    "azure.chat": "azure",
    "azure.responses": "azure",
    "azure-openai.chat": "azure",
    "azure-openai.responses": "azure",
    "openrouter.chat": "openrouter",
    "google.generative-ai": "google",
    "google.vertex.chat": "vertex",
    "groq.chat": "groq",
    "mistral.chat": "mistral",
    "xai.chat": "xai",
    "xai.responses": "xai",
    "deepseek.chat": "deepseek",
    "fireworks.chat": "fireworks",
    "togetherai.chat": "togetherai",
    "cohere.chat": "cohere",
}
"""``<provider>.<api>`` to the provider that it names. Whole strings only: any other name is handed on as it stands."""


def provider_of(name: str) -> str:
    """Return the provider that a telemetry name states: the name itself unless the AI SDK composed it."""
    return _COMPOSED.get(name, name)
