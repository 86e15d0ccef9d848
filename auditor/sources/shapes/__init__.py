"""Model evidence in the record shapes of other programs: providers' bodies, telemetry, proxy logs, session files.

One module a shape; a new one is found by being there (see `_discover.Shape`). A shape reads a record only if its
structure says that it is one, and only at the places its format fixes. Prompts, message texts, tool arguments and tool
results are never searched, and no string is parsed as JSON: an agent that prints ``{"model": "x"}`` gives no evidence
of x. The one line that is JSON inside other text is the ``data:`` line of a server-sent event; see `sse_payload`.
"""

from __future__ import annotations

from functools import cache, lru_cache

from auditor.facts import Observation
from auditor.sources.shapes._discover import bodies, holds, observe_with, shapes
from auditor.sources.shapes._fields import Record

__all__ = ["anchors", "holders", "holds", "is_agents", "observe", "observe_body", "sse_payload"]

_MARKS = ("event", "type", "kind", "role")
_LONGEST_MARK = 200
"""Characters of a mark up to which it is remembered."""
_TOOL_KEYS = frozenset({"tool", "tool_name", "toolName", "tool_call_id", "toolCallId", "tool_use_id"})
_AGENT_WORDS = ("tool", "function_call", "shell_call", "stdout", "stderr", "prompt")
_SSE_DATA = b"data:"


@cache
def anchors() -> frozenset[str]:
    """Return keys; a record in which any known shape sees anything has one of them, or one of `holders`."""
    return frozenset().union(*(shape.ANCHORS for shape in shapes()))


@cache
def holders() -> frozenset[str]:
    """Return the keys that are as good as `anchors` where their value is an object or an array (see `holds`)."""
    return frozenset().union(*(shape.HOLDERS for shape in shapes())) - anchors()


@cache
def _keys() -> frozenset[str]:
    return anchors() | holders()


def observe(record: Record) -> list[Observation]:
    """Return the model evidence of one record in any known shape, an empty list for most records.

    Never raises, whatever the record holds. Records that say they are a tool's call or result are passed over: what
    stands in them is the agent's or the tool's word.
    """
    if _keys().isdisjoint(record) or _is_tool_talk(record):
        return []
    return observe_with(shapes(), record)


def observe_body(record: Record) -> list[Observation]:
    """Return the model evidence of one provider body: what `observe` does, but for `sse_payload`'s JSON."""
    if _is_tool_talk(record):
        return []
    return observe_with(bodies(), record)


def sse_payload(line: bytes) -> bytes | None:
    """Return the JSON object text that a whole ``data:`` line of a server-sent event carries, None for other lines.

    Parse it like any other record and give it to `observe_body`. ``data: [DONE]`` carries no object.
    """
    if not line.startswith(_SSE_DATA):
        return None
    payload = line[len(_SSE_DATA) :].strip()
    return payload if payload.startswith(b"{") else None


def _is_tool_talk(record: Record) -> bool:
    """Tell whether the record says that it is a tool's call or result, or a prompt."""
    for key in _MARKS:
        value = record.get(key)
        if isinstance(value, str) and is_agents(value):
            return True
    return not _TOOL_KEYS.isdisjoint(record) and any(isinstance(record.get(key), str) for key in _TOOL_KEYS)


def is_agents(mark: str) -> bool:
    """Tell whether a mark, such as an event's name, speaks of what an agent or a tool says; logs repeat a few marks."""
    return _speaks_so(mark) if len(mark) <= _LONGEST_MARK else _speaks_so.__wrapped__(mark)


@lru_cache(maxsize=256)
def _speaks_so(mark: str) -> bool:
    return any(word in mark for word in _AGENT_WORDS)
