"""Ollama's own API: requests and responses of ``/api/chat`` and ``/api/generate``, whole or streamed.

Reference: https://github.com/ollama/ollama/blob/main/docs/api.md. Every line of an answer names its ``model``
(served); the line with ``done`` ends it. For a model that runs in Ollama's cloud, ``remote_model`` and
``remote_host`` say who really answered: both are read. An answer with ``done_reason`` ``load`` or ``unload`` only
moved the model in or out of memory.

Others imitate this API, so the provider stays None. There are no response ids.
"""

from __future__ import annotations

from auditor.facts import Observation
from auditor.sources.shapes._fields import Record, answered, contacted, host_in, inner, named, text

NAME = "ollama"
BODY = True
ANCHORS = frozenset({"done", "keep_alive", "think", "format", "raw", "template"})
HOLDERS = frozenset({"options"})

_REQUEST = f"{NAME}.request"
_RESPONSE = f"{NAME}.response"
_REQUEST_TYPES: dict[str, tuple[type, ...]] = {
    "options": (dict,),
    "keep_alive": (str, int),
    "think": (bool, str),
    "format": (dict, str),
    "raw": (bool,),
    "template": (str,),
}


def observe(record: Record) -> list[Observation]:
    """Read a request or one (line of an) answer."""
    return _response(record) if "done" in record else _request(record)


def _response(record: Record) -> list[Observation]:
    model = text(record, "model")
    message = inner(record, "message")
    speaks = isinstance(record.get("response"), str) or (message is not None and message.get("role") == "assistant")
    if model is None or not speaks or not isinstance(record.get("done"), bool) or text(record, "created_at") is None:
        return []
    if record.get("done_reason") in ("load", "unload"):
        return [named("dispatched", _RESPONSE, "/model", model)]
    found = [named("served", _RESPONSE, "/model", model)]
    remote, remote_host = text(record, "remote_model"), text(record, "remote_host")
    if remote is not None:
        found.append(named("served", _RESPONSE, "/remote_model", remote))
    if record["done"] is True:
        found.append(answered(_RESPONSE, "", remote or model, None, host=host_in(remote_host)))
    return found + contacted(_RESPONSE, "/remote_host", remote_host)


def _request(record: Record) -> list[Observation]:
    model = text(record, "model")
    asks = isinstance(record.get("messages"), list) or isinstance(record.get("prompt"), str)
    if model is None or not asks or "choices" in record or "object" in record or "max_tokens" in record:
        return []
    if not any(isinstance(record.get(key), kinds) for key, kinds in _REQUEST_TYPES.items()):
        return []
    return [named("dispatched", _REQUEST, "/model", model)]


EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {"model": "qwen3:8b", "messages": [{"role": "user", "content": "x"}], "options": {"num_ctx": 8192}},
        [named("dispatched", _REQUEST, "/model", "qwen3:8b")],
    ),
    (
        {
            "model": "qwen3:8b",
            "created_at": "2026-06-10T14:45:32Z",
            "message": {"role": "assistant", "content": "hi"},
            "done": True,
            "done_reason": "stop",
        },
        [named("served", _RESPONSE, "/model", "qwen3:8b"), answered(_RESPONSE, "", "qwen3:8b", None)],
    ),
    (
        {
            "model": "big-cloud",
            "remote_model": "big",
            "remote_host": "https://ollama.com:443",
            "created_at": "2026-06-10T14:45:32Z",
            "response": "hi",
            "done": False,
        },
        [
            named("served", _RESPONSE, "/model", "big-cloud"),
            named("served", _RESPONSE, "/remote_model", "big"),
            *contacted(_RESPONSE, "/remote_host", "https://ollama.com:443"),
        ],
    ),
    (
        {"model": "m", "created_at": "2026-06-10T14:45:32Z", "response": "", "done": True, "done_reason": "load"},
        [named("dispatched", _RESPONSE, "/model", "m")],
    ),
]
