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


def agent_grades(run: Evidence) -> dict[str, Grade | None]:
    """Return, for every executed agent, the strongest grade with which evidence shows the run's pair for it.

    None where some evidence shows another pair for the agent: what is contradicted has no grade.
    """
    pair = effective(run)
    gateway = rows_by_id(run, "gateway")
    dispatched: dict[str, list[Fact]] = {}
    responses: dict[str, list[Fact]] = {}
    for fact in run["dispatch"]:
        dispatched.setdefault(fact.value.agent, []).append(fact)
    for fact in run["model.response"]:
        if fact.witness != "gateway" and answered(fact):
            responses.setdefault(fact.value.agent or "", []).append(fact)
    accepted = {(pair.provider, model) for model in accepted_models(run, pair)} if pair is not None else set()
    rest = _unexecuted(run, pair) if pair is not None else None

    def served_by(fact: Fact) -> bool:
        return (fact.value.provider, fact.value.served) in accepted

    def grade(agent: str) -> Grade | None:
        calls, answers = dispatched.get(agent, []), responses.get(agent, [])
        if pair is None or any(
            (call.value.provider, call.value.model) != (pair.provider, pair.model) for call in calls
        ):
            return None
        if not all(map(served_by, answers)):
            return None
        rows = [row for answer in answers for row in gateway.get(answer.value.response_id or "", [])]
        if any(map(served_by, rows)):
            return "corroborated"
        if answers:
            return "served"
        return "dispatched" if any(call.witness == "case" for call in calls) else rest

    return {agent: grade(agent) for agent in sorted(agents(run))}


def accepted_models(run: Evidence, pair: Pair) -> frozenset[str]:
    """Return the exact model ids that an answer for the pair may name: its own, and those the authority lists."""
    record = run.judgement.record if run.admitted else None
    return frozenset({pair.model, *(record.served_model_ids if record else ())})


def _unexecuted(run: Evidence, pair: Pair) -> Grade | None:
    """Return what configuration and report are worth where nothing shows a call."""
    for grade in ("configured", "claimed"):
        for fact in run["model.named"]:
            if fact.grade == grade and (fact.value.provider, fact.value.model) == (pair.provider, pair.model):
                return fact.grade
    return None


def model_grade(run: Evidence) -> Grade | None:
    """Return the run's grade, None where no agent was executed or the evidence for one of them is contradicted."""
    grades = agent_grades(run).values()
    if not grades or any(grade is None for grade in grades):
        return None
    return min((grade for grade in grades if grade), key=GRADES.index)


def effective(run: Evidence) -> Pair | None:
    """Return the pair that evidence is compared with: the admitted one, else the one the report requests."""
    return run.admitted or run.requested
