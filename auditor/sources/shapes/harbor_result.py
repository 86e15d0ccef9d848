"""Harbor trial results: the ``result.json`` of one trial.

Reference: harbor-framework/harbor ``src/harbor/models/trial/result.py`` (``TrialResult``, ``AgentInfo``,
``ModelInfo``). ``agent_info.model_info`` is the pair that the trial was asked to use: configured. What was called
stands in the agent's trajectory; see `atif_trajectory`.
"""

from __future__ import annotations

from auditor.facts import Observation
from auditor.sources.shapes._fields import Record, inner, named, text

NAME = "harbor.result"
BODY = False
ANCHORS = frozenset[str]()
HOLDERS = frozenset({"agent_info"})


def observe(record: Record) -> list[Observation]:
    """Read one trial's result."""
    agent = inner(record, "agent_info")
    if agent is None or text(record, "trial_name") is None or text(record, "task_name") is None:
        return []
    info = inner(agent, "model_info") or {}
    model = text(info, "name")
    if model is None:
        return []
    at = "/agent_info/model_info/name"
    return [named("configured", NAME, at, model, text(info, "provider"), agent=text(agent, "name"))]


EXAMPLES: list[tuple[Record, list[Observation]]] = [
    (
        {
            "id": "0",
            "task_name": "slug",
            "trial_name": "slug__1",
            "agent_info": {
                "name": "terminus",
                "version": "2",
                "model_info": {"name": "claude-sonnet-4-6", "provider": "anthropic"},
            },
        },
        [
            named(
                "configured",
                NAME,
                "/agent_info/model_info/name",
                "claude-sonnet-4-6",
                "anthropic",
                agent="terminus",
            )
        ],
    ),
    ({"agent_info": {"name": "x", "model_info": {"name": "never-read", "provider": "y"}}}, []),
]
