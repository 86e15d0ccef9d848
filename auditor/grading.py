"""The grade of the model evidence: the weakest over all agents that Case executed.

An agent is `dispatched` where Case's stderr shows its dispatch, `served` where a response in the trace names the model
that answered it, `corroborated` where the gateway, an independent witness, has the same response. Where nothing shows a
call, the configuration or the report is all there is. A chain is as strong as its weakest link.
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
    """Return the strongest grade with which evidence shows the run's pair for one agent.

    None where some evidence shows another pair for this agent: what is contradicted has no grade.
    """
    pair = effective(run)
    dispatched = [fact for fact in run["dispatch"] if fact.value.agent == agent]
    responses = [f for f in run["model.response"] if f.witness != "gateway" and f.value.agent == agent and answered(f)]
    if pair is None or any(
        (fact.value.provider, fact.value.model) != (pair.provider, pair.model) for fact in dispatched
    ):
        return None
    if any(not _served_by(run, fact, pair) for fact in responses):
        return None
    gateway = rows_by_id(run, "gateway")
    rows = [row for fact in responses for row in gateway.get(fact.value.response_id or "", [])]
    if any(_served_by(run, row, pair) for row in rows):
        return "corroborated"
    if responses:
        return "served"
    if any(fact.witness == "case" for fact in dispatched):
        return "dispatched"
    return _unexecuted(run, pair)


def accepted_models(run: Evidence, pair: Pair) -> frozenset[str]:
    """Return the exact model ids that an answer for the pair may name: its own, and those the authority lists."""
    record = run.judgement.record if run.admitted else None
    return frozenset({pair.model, *(record.served_model_ids if record else ())})


def _served_by(run: Evidence, fact: Fact, pair: Pair) -> bool:
    response: Response = fact.value
    return response.provider == pair.provider and response.served in accepted_models(run, pair)


def _unexecuted(run: Evidence, pair: Pair) -> Grade | None:
    """Return what configuration and report are worth where nothing shows a call."""
    for grade in ("configured", "claimed"):
        for fact in run["model.named"]:
            if fact.grade == grade and (fact.value.provider, fact.value.model) == (pair.provider, pair.model):
                return fact.grade
    return None


def model_grade(run: Evidence) -> Grade | None:
    """Return the run's grade, None where no agent was executed or the evidence for one of them is contradicted."""
    grades = [agent_grade(run, agent) for agent in agents(run)]
    if not grades or any(grade is None for grade in grades):
        return None
    return min((grade for grade in grades if grade), key=GRADES.index)


def effective(run: Evidence) -> Pair | None:
    """Return the pair that evidence is compared with: the admitted one, else the one the report requests."""
    return run.admitted or run.requested
