"""Inspect logs: a whole EvalLog document (``.json``), or one sample or header document of an ``.eval`` archive.

Reference: https://inspect.aisi.org.uk/eval-logs.html and UKGovernmentBEIS/inspect_ai ``src/inspect_ai/log/_log.py``,
``event/_model.py``, ``model/_model_output.py``. ``eval.model`` and ``eval.model_roles`` are configured. A ``model``
event is a call: its ``model`` is dispatched, its ``output.model`` is what the provider's reader took from the
response: served. Where the raw call was kept, ``call.response.model`` is the response's own word. An event that
failed, is pending or was read from the cache was not answered. ``output.fallback`` names models that took over.

Inspect writes a model as ``<provider>/<model>``; that form is the format's own, so its first part is the provider. A
name without a slash states none.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts import Observation
from auditor.sources.shapes._fields import Record, answered, contacted, host_in, inner, named, objects, pointer, text

NAME = "inspect.log"
BODY = False
ANCHORS = frozenset[str]()
HOLDERS = frozenset({"eval", "events", "output"})

_EVAL_KEYS = frozenset({"task", "dataset", "run_id", "eval_id", "task_id"})
_FALLBACK_KEYS = ("model", "served", "served_by", "fallback_model", "to")


def observe(record: Record) -> list[Observation]:
    """Read an EvalLog, one of its samples, or one model event."""
    plan = inner(record, "eval")
    if plan is not None:
        return _log(record, plan)
    if "epoch" in record and "id" in record and isinstance(record.get("events"), list):
        return list(_events(record, "", None))
    return list(_event(record, "", None))


def _log(record: Record, plan: Record) -> list[Observation]:
    if _EVAL_KEYS.isdisjoint(plan) or not ("version" in record or "status" in record):
        return []
    found = _configured(plan, "/eval/model", "model", None)
    address = text(plan, "model_base_url")
    found += contacted(NAME, "/eval/model_base_url", address, found[0].value.provider if found else None)
    roles = inner(plan, "model_roles") or {}
    for role, setting in roles.items():
        at = pointer("eval", "model_roles", role)
        if isinstance(setting, dict):
            found += _configured(setting, at + "/model", "model", role)
        else:
            found += _configured(roles, at, role, role)
    for index, sample in objects(record, "samples"):
        found += _events(sample, pointer("samples", index), address)
    return found


def _configured(carrier: Record, at: str, key: str, role: str | None) -> list[Observation]:
    name = text(carrier, key)
    if name is None:
        return []
    provider, model = _split(name)
    return [named("configured", NAME, at, model, provider, role=role)]


def _events(sample: Record, at: str, address: str | None) -> Iterator[Observation]:
    for index, event in objects(sample, "events"):
        yield from _event(event, at + pointer("events", index), address)


def _event(event: Record, at: str, address: str | None) -> Iterator[Observation]:
    output = inner(event, "output")
    name = text(event, "model")
    if event.get("event") != "model" or output is None or name is None or not isinstance(event.get("input"), list):
        return
    provider, model = _split(name)
    if event.get("cache") == "read":
        return
    role = text(event, "role")
    yield named("dispatched", NAME, at + "/model", model, provider, role=role)
    if event.get("pending") is True or text(event, "error") is not None:
        return
    served = text(output, "model")
    if served is not None:
        yield named("served", NAME, at + "/output/model", served, provider, role=role)
    yield from _fallback(output, at + "/output", provider)
    raw = inner(inner(event, "call") or {}, "response") or {}
    raw_model = text(raw, "model")
    if raw_model is not None:
        yield named("served", NAME, at + "/call/response/model", raw_model, provider, role=role)
    last_word = raw_model or served
    if last_word is not None:
        yield answered(NAME, at, last_word, text(raw, "id"), provider=provider, requested=model, host=host_in(address))


def _fallback(output: Record, at: str, provider: str | None) -> Iterator[Observation]:
    """Read ``output.fallback``: a model's name, or an object that names the model that took over."""
    name = text(output, "fallback")
    if name is not None:
        yield named("served", NAME, at + "/fallback", name, provider)
    detail = inner(output, "fallback") or {}
    for key in _FALLBACK_KEYS:
        name = text(detail, key)
        if name is not None:
            yield named("served", NAME, at + pointer("fallback", key), name, provider)


def _split(name: str) -> tuple[str | None, str]:
    """Split Inspect's ``<provider>/<model>`` at the first slash."""
    provider, slash, model = name.partition("/")
    return (provider, model) if slash and provider and model else (None, name)


_EVENT: Record = {
    "event": "model",
    "model": "anthropic/claude-sonnet-4-6",
    "input": [{"role": "user", "content": '{"model": "never-read"}'}],
    "output": {"model": "claude-sonnet-4-6", "choices": []},
    "call": {"request": {"model": "claude-sonnet-4-6"}, "response": {"id": "msg_1", "model": "claude-sonnet-4-6"}},
}


def _expected(at: str, host: str | None = None) -> list[Observation]:
    pair = ("claude-sonnet-4-6", "anthropic")
    return [
        named("dispatched", NAME, at + "/model", *pair),
        named("served", NAME, at + "/output/model", *pair),
        named("served", NAME, at + "/call/response/model", *pair),
        answered(NAME, at, pair[0], "msg_1", provider=pair[1], requested=pair[0], host=host),
    ]


EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {
            "version": 2,
            "status": "success",
            "eval": {
                "task": "slug",
                "model": "anthropic/claude-sonnet-4-6",
                "model_base_url": "https://api.anthropic.com",
                "model_roles": {"grader": {"model": "openai/gpt-5.2"}},
            },
            "samples": [{"id": 1, "epoch": 1, "events": [_EVENT]}],
        },
        [
            named("configured", NAME, "/eval/model", "claude-sonnet-4-6", "anthropic"),
            *contacted(NAME, "/eval/model_base_url", "https://api.anthropic.com", "anthropic"),
            named("configured", NAME, "/eval/model_roles/grader/model", "gpt-5.2", "openai", role="grader"),
            *_expected("/samples/0/events/0", "api.anthropic.com"),
        ],
    ),
    ({"id": 1, "epoch": 1, "events": [_EVENT]}, _expected("/events/0")),
    ({**_EVENT, "cache": "read"}, []),
    (
        {**_EVENT, "error": "overloaded"},
        [named("dispatched", NAME, "/model", "claude-sonnet-4-6", "anthropic")],
    ),
]
