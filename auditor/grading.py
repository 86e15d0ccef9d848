"""The grade of the model evidence: the weakest over all agents that Case executed.

An agent is `dispatched` where Case's stderr shows its dispatch, `served` where a response in the trace names the model
that answered it, `corroborated` where the gateway, an independent witness, has the same response. One agent without
evidence makes the whole run ungraded: a chain is as strong as its weakest link.
"""

from __future__ import annotations

from auditor.evidence import Evidence
from auditor.facts import GRADES, Fact, Grade, Pair, Response
from auditor.phases import executed


def agents(run: Evidence) -> set[str]:
    """Return every agent that any witness says was executed: by events, stderr or trace."""
    named = {phase.agent for phase in executed(run["case.event"])}
    return named | {fact.value.agent for fact in run["dispatch"]}


def answered(fact: Fact) -> bool:
    """Tell whether a response fact is of a request that was really answered by a model."""
    response: Response = fact.value
    return response.served is not None and (response.status is None or 200 <= response.status < 300)


def rows_by_id(run: Evidence, witness: str) -> dict[str, list[Fact]]:
    """Return one witness's answered responses by response id."""
    rows: dict[str, list[Fact]] = {}
    for fact in run["model.response"]:
        if fact.witness == witness and answered(fact) and fact.value.response_id:
            rows.setdefault(fact.value.response_id, []).append(fact)
    return rows


def agent_grade(run: Evidence, agent: str) -> Grade | None:
    """Return the strongest grade of the evidence for one agent, None where nothing shows a dispatch of it."""
    gateway = rows_by_id(run, "gateway")
    best: Grade | None = None
    if any(fact.witness == "case" and fact.value.agent == agent for fact in run["dispatch"]):
        best = "dispatched"
    for fact in run["model.response"]:
        if fact.witness == "gateway" or fact.value.agent != agent or not answered(fact):
            continue
        rows = gateway.get(fact.value.response_id or "", [])
        if any(row.value.served == fact.value.served for row in rows):
            return "corroborated"
        best = "served"
    return best


def model_grade(run: Evidence) -> Grade | None:
    """Return the run's grade, None where no agent was executed or one of them shows no dispatch.

    A run that dispatched nothing, but whose configuration or report names a model, has no grade either: what was
    configured or claimed says nothing of what ran.
    """
    grades = [agent_grade(run, agent) for agent in agents(run)]
    if not grades or any(grade is None for grade in grades):
        return None
    return min((grade for grade in grades if grade), key=GRADES.index)


def effective(run: Evidence) -> Pair | None:
    """Return the pair that evidence is compared with: the admitted one, else the one the report requests."""
    return run.admitted or run.requested
