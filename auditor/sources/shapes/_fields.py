"""Reading single fields of a foreign record without trusting it, and wording what was read as observations.

Every getter answers None (or an empty list) where the field is absent or of another type, so that a shape reads like
the format's own documentation and cannot be made to raise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from auditor.facts import Grade, Host, Naming, Observation, Response
from auditor.providers import endpoint_of

Record: TypeAlias = Mapping[str, object]
"""One JSON object, not to be changed. Its values may be of any JSON type, whatever the format promises."""

MODEL_NAMED = "model.named"
MODEL_RESPONSE = "model.response"
HOST_CONTACTED = "host.contacted"

LONGEST_NAME = 512
"""Characters of a name that are kept. A longer one is cut and marked, so that it still equals no admitted name."""

_CUT = "…[cut]"


def text(record: Record, key: str) -> str | None:
    """Return the non-empty string at `key`, cut to `LONGEST_NAME` characters; None where there is none."""
    value = record.get(key)
    if not isinstance(value, str) or not value:
        return None
    return value if len(value) <= LONGEST_NAME else value[:LONGEST_NAME] + _CUT


def inner(record: Record, key: str) -> Record | None:
    """Return the JSON object at `key`, else None."""
    value = record.get(key)
    return value if isinstance(value, dict) else None


def items(record: Record, key: str) -> list[object]:
    """Return the JSON array at `key`, else an empty list."""
    value = record.get(key)
    return value if isinstance(value, list) else []


def objects(record: Record, key: str) -> list[tuple[int, Record]]:
    """Return the JSON objects of the array at `key`, each with its index in the array."""
    return [(index, item) for index, item in enumerate(items(record, key)) if isinstance(item, dict)]


def integer(record: Record, key: str) -> int | None:
    """Return the integer at `key`, else None. A boolean is no integer."""
    value = record.get(key)
    return value if type(value) is int else None


def http_status(record: Record, *keys: str) -> int | None:
    """Return the first of `keys` that holds an HTTP status code (100 to 599), else None."""
    for key in keys:
        value = integer(record, key)
        if value is not None and 100 <= value <= 599:
            return value
    return None


def step(key: str | int) -> str:
    """Return one step of an RFC 6901 pointer, with its leading slash."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")


def pointer(*keys: str | int) -> str:
    """Return the RFC 6901 pointer that leads through `keys`, the empty string for the record itself."""
    return "".join(step(key) for key in keys)


def named(
    grade: Grade,
    shape: str,
    at: str,
    model: str | None,
    provider: str | None = None,
    *,
    agent: str | None = None,
    role: str | None = None,
) -> Observation:
    """Word "the record names this model" as an observation at the pointer `at`."""
    return Observation(MODEL_NAMED, Naming(provider, model, shape, agent=agent, role=role), at, grade)


def answered(
    shape: str,
    at: str,
    served: str | None,
    response_id: str | None,
    *,
    provider: str | None = None,
    requested: str | None = None,
    agent: str | None = None,
    host: str | None = None,
    status: int | None = None,
) -> Observation:
    """Word "the record tells of an answered request" as an observation at the pointer `at`.

    Without the name of a serving model it proves no more than that a request was made.
    """
    grade: Grade = "dispatched" if served is None else "served"
    response = Response(provider, requested, served, response_id, shape, agent=agent, host=host, status=status)
    return Observation(MODEL_RESPONSE, response, at, grade)


def contacted(shape: str, at: str, address: str | None, provider: str | None = None) -> list[Observation]:
    """Word "this host was contacted" as observations: one, or none where `address` (a URL or a host) has no host."""
    endpoint = endpoint_of(address) if address is not None else None
    if endpoint is None:
        return []
    host, port = endpoint
    return [Observation(HOST_CONTACTED, Host(host, shape, port=port, provider=provider), at, "dispatched")]


def host_in(address: str | None) -> str | None:
    """Return the host of a URL or bare address, else None."""
    endpoint = endpoint_of(address) if address is not None else None
    return None if endpoint is None else endpoint[0]
