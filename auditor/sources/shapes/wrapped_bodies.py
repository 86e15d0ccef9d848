"""Provider bodies in the plain wrappers of proxies, recorders and harnesses.

No one format: the common ground of HTTP recorders and of traces that log a call as one record. ``request`` and
``response`` (or ``request_body``/``response_body``) hold a body of a shape that is known, or an HTTP message whose
``body`` is one; so may ``body`` alone; ``{"event": X, "data": {"type": X, …}}`` is a server-sent event that was taken
apart. The body must be of its shape by itself; the wrapper adds only what it states: the provider, the host and the
HTTP status, and to a response what its request had asked for. A body in a string is not parsed.
"""

from __future__ import annotations

import msgspec

from auditor.facts import Naming, Observation, Response
from auditor.sources.shapes._discover import bodies, observe_with
from auditor.sources.shapes._fields import Record, contacted, host_in, http_status, inner, pointer, text

NAME = "wrapped"
BODY = False
ANCHORS = frozenset[str]()
HOLDERS = frozenset(
    {"request", "response", "request_body", "response_body", "requestBody", "responseBody", "body", "data"}
)

_REQUESTS = ("request", "request_body", "requestBody")
_RESPONSES = ("response", "response_body", "responseBody")
_ADDRESSES = ("url", "base_url", "baseUrl", "baseURL", "api_base", "host")
_STATUSES = ("status", "status_code", "statusCode")
_HTTP_KEYS = frozenset({"url", "method", "headers", "status", "status_code", "statusCode", "host", "path"})


def observe(record: Record) -> list[Observation]:
    """Read the bodies that the record wraps."""
    kind = record.get("type")
    if isinstance(kind, str) and kind.startswith("response."):
        return []
    asked = [one for key in _REQUESTS for one in _body(record, key) if _is_request(one)]
    told = [one for key in _RESPONSES for one in _body(record, key) if not _is_request(one)]
    for one in _body(record, "body"):
        (asked if _is_request(one) else told).append(one)
    told += _server_sent_event(record)
    if not asked and not told:
        return []
    provider = text(record, "provider")
    at, address = _address(record)
    requested = next((one.value.model for one in asked if isinstance(one.value, Naming)), None)
    status = http_status(inner(record, "response") or {}, *_STATUSES) or http_status(record, *_STATUSES)
    found = [_with(one, provider, requested, host_in(address), status) for one in asked + told]
    return found + contacted(NAME, at, address, provider)


def _body(record: Record, key: str) -> list[Observation]:
    """Read the body at `key`, or the body of the HTTP message there."""
    part = inner(record, key)
    if part is None:
        return []
    found = _moved(observe_with(bodies(), part), pointer(key))
    body = inner(part, "body")
    if found or body is None or _HTTP_KEYS.isdisjoint(part):
        return found
    return _moved(observe_with(bodies(), body), pointer(key, "body"))


def _server_sent_event(record: Record) -> list[Observation]:
    data, name = inner(record, "data"), text(record, "event")
    if data is None or name is None or data.get("type") != name:
        return []
    return [one for one in _moved(observe_with(bodies(), data), "/data") if not _is_request(one)]


def _is_request(one: Observation) -> bool:
    return isinstance(one.value, Naming) and one.value.shape.endswith(".request")


def _address(record: Record) -> tuple[str, str | None]:
    """Return the address that the wrapper or its request states, with its pointer."""
    for at, carrier in (("/request", inner(record, "request") or {}), ("", record)):
        for key in _ADDRESSES:
            value = text(carrier, key)
            if value is not None:
                return at + pointer(key), value
    return "", None


def _moved(found: list[Observation], at: str) -> list[Observation]:
    return [msgspec.structs.replace(one, pointer=at + one.pointer) for one in found]


def _with(
    one: Observation, provider: str | None, requested: str | None, host: str | None, status: int | None
) -> Observation:
    """Return the observation with what the wrapper states beside the body."""
    value = one.value
    if isinstance(value, Response):
        value = msgspec.structs.replace(
            value,
            provider=value.provider or provider,
            requested=value.requested or requested,
            host=value.host or host,
            status=status,
        )
    elif isinstance(value, Naming):
        value = msgspec.structs.replace(value, provider=value.provider or provider)
    return msgspec.structs.replace(one, value=value)


_REQUEST: Record = {"model": "claude-a", "max_tokens": 8, "messages": [{"role": "user", "content": "x"}]}
_RESPONSE: Record = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-b", "content": []}
_READ = "anthropic.messages"

EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {"request": _REQUEST, "response": _RESPONSE},
        [
            Observation("model.named", Naming(None, "claude-a", f"{_READ}.request"), "/request/model", "dispatched"),
            Observation("model.named", Naming(None, "claude-b", f"{_READ}.response"), "/response/model", "served"),
            Observation(
                "model.response",
                Response(None, "claude-a", "claude-b", "msg_1", f"{_READ}.response"),
                "/response",
                "served",
            ),
        ],
    ),
    (
        {
            "provider": "anthropic",
            "request": {"method": "POST", "url": "https://api.anthropic.com/v1/messages", "body": _REQUEST},
            "response": {"status": 200, "headers": {}, "body": _RESPONSE},
        },
        [
            Observation(
                "model.named",
                Naming("anthropic", "claude-a", f"{_READ}.request"),
                "/request/body/model",
                "dispatched",
            ),
            Observation(
                "model.named",
                Naming("anthropic", "claude-b", f"{_READ}.response"),
                "/response/body/model",
                "served",
            ),
            Observation(
                "model.response",
                Response(
                    "anthropic",
                    "claude-a",
                    "claude-b",
                    "msg_1",
                    f"{_READ}.response",
                    host="api.anthropic.com",
                    status=200,
                ),
                "/response/body",
                "served",
            ),
            *contacted(NAME, "/request/url", "https://api.anthropic.com", "anthropic"),
        ],
    ),
    ({"request": {"url": "https://example.invalid", "body": {"model": "never-read"}}, "response": {"model": "x"}}, []),
]
