"""ATIF trajectories (Agent Trajectory Interchange Format), as Harbor writes them: one JSON document.

Reference: https://harborframework.com/docs/trajectory-format (RFC 0001). ``agent.model_name`` is the agent's model:
configured. ``steps[].model_name`` of a step by the agent is the model of that turn: dispatched, because the format
keeps the harness's word and not the response. A step without one inherits the agent's; nothing is filled in for it.
Names are written as the harness likes, so a provider is not read out of them. Steps by a user or the system name no
call.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts import Observation
from auditor.sources.shapes._fields import Record, inner, named, objects, pointer, text

NAME = "atif.trajectory"
BODY = False
ANCHORS = frozenset[str]()
HOLDERS = frozenset({"steps"})

_VERSION = "ATIF-v"
_DEEPEST = 16
"""Levels of embedded sub-agent trajectories that are read; a real one has two or three."""


def observe(record: Record) -> list[Observation]:
    """Read a trajectory and the trajectories of its sub-agents."""
    return list(_trajectory(record, "", 0))


def _trajectory(record: Record, at: str, depth: int) -> Iterator[Observation]:
    version, agent = text(record, "schema_version"), inner(record, "agent")
    if (
        version is None
        or not version.startswith(_VERSION)
        or agent is None
        or not isinstance(record.get("steps"), list)
    ):
        return
    name = text(agent, "name")
    model = text(agent, "model_name")
    if model is not None:
        yield named("configured", NAME, at + "/agent/model_name", model, agent=name)
    for index, entry in objects(record, "steps"):
        turn = text(entry, "model_name")
        if turn is not None and entry.get("source") == "agent":
            yield named("dispatched", NAME, at + pointer("steps", index, "model_name"), turn, agent=name)
    if depth < _DEEPEST:
        for index, child in objects(record, "subagent_trajectories"):
            yield from _trajectory(child, at + pointer("subagent_trajectories", index), depth + 1)


EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {
            "schema_version": "ATIF-v1.6",
            "session_id": "s",
            "agent": {"name": "implementer", "version": "1", "model_name": "claude-sonnet-4-6"},
            "steps": [
                {"step_id": 1, "source": "user", "message": "go", "model_name": "never-read"},
                {"step_id": 2, "source": "agent", "message": "…", "model_name": "claude-haiku-4-5"},
                {
                    "step_id": 3,
                    "source": "agent",
                    "message": "…",
                    "observation": {"results": [{"content": '{"model_name": "never-read"}'}]},
                },
            ],
        },
        [
            named("configured", NAME, "/agent/model_name", "claude-sonnet-4-6", agent="implementer"),
            named("dispatched", NAME, "/steps/1/model_name", "claude-haiku-4-5", agent="implementer"),
        ],
    ),
    ({"schema_version": "ATIF-v1.6", "agent": {"name": "x", "model_name": "never-read"}}, []),
]
