"""llama.cpp's server: answers of its native ``/completion``.

Reference: https://github.com/ggml-org/llama.cpp/tree/master/tools/server (README, "POST /completion"). The answer's
``model`` is the alias or file path that the server was started with (served). Its OpenAI-compatible routes answer in
`openai_chat`'s shape, its Anthropic-compatible one in `anthropic_messages`'.
"""

from __future__ import annotations

from auditor.facts import Observation
from auditor.sources.shapes._fields import Record, answered, inner, integer, named, text

NAME = "llamacpp.completion"
BODY = True
ANCHORS = frozenset[str]()
HOLDERS = frozenset({"generation_settings"})

_RESPONSE = f"{NAME}.response"


def observe(record: Record) -> list[Observation]:
    """Read one answer of ``/completion``."""
    model = text(record, "model")
    if model is None or inner(record, "generation_settings") is None or not isinstance(record.get("content"), str):
        return []
    if integer(record, "tokens_predicted") is None:
        return []
    return [named("served", _RESPONSE, "/model", model), answered(_RESPONSE, "", model, None)]


EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {
            "content": "hi",
            "model": "models/qwen3-8b.gguf",
            "stop": True,
            "tokens_predicted": 4,
            "generation_settings": {"temperature": 0.0},
        },
        [
            named("served", _RESPONSE, "/model", "models/qwen3-8b.gguf"),
            answered(_RESPONSE, "", "models/qwen3-8b.gguf", None),
        ],
    ),
]
