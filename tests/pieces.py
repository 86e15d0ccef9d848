"""Evidence put together by hand: the few lines that a rule's or a module's test needs."""

from __future__ import annotations

from typing import Any

from auditor.admission import Judgement
from auditor.evidence import Authority, Evidence
from auditor.facts import Artifact, Fact, Gap, Grade, Pair, Response, Where, Witness
from auditor.manifest import compare
from auditor.records.record import Record
from auditor.sources.trace import Dispatch, Event

PAIR = Pair("anthropic", "claude-sonnet-4-6")


def fact(kind: str, value: Any, witness: Witness = "harness", *, line: int | None = None, **rest: Any) -> Fact:
    """Return a fact of an artifact that is named like its witness."""
    return Fact(kind, value, witness, Where(f"{witness}.jsonl", line), **rest)


def document(kind: str, data: dict[str, Any]) -> Fact:
    """Return the fact of one document."""
    return fact(f"document.{kind}", Record(f"{kind}.json", None, data))


def event(name: str, number: int = 1, kind: str = "case.event", *, time: int | None = None, **fields: Any) -> Fact:
    """Return the fact of one log event."""
    record = Record("log.jsonl", number, {"event": name, **fields})
    return Fact(kind, Event(name, number, record), "case", Where("log.jsonl", number), None, time)


def dispatch(agent: str, pair: Pair = PAIR, witness: Witness = "case") -> Fact:
    """Return the fact of an agent's dispatch."""
    return fact("dispatch", Dispatch(agent, pair.provider, pair.model), witness)


def response(
    agent: str | None, identity: str | None, served: str | None = PAIR.model, witness: Witness = "harness", **rest: Any
) -> Fact:
    """Return the fact of an answered request."""
    grade: Grade = "corroborated" if witness == "gateway" else "served"
    shape = "gateway" if witness == "gateway" else "trace.model_response"
    value = Response(
        rest.get("provider", PAIR.provider), PAIR.model, served, identity, shape, agent, None, rest.get("status", 200)
    )
    return fact("model.response", value, witness, grade=grade)


def artifact(path: str, kind: str = "other", digest: str | None = "0" * 64) -> Artifact:
    """Return an artifact."""
    return Artifact(path, kind, "harness", 1, digest)


def evidence(
    *facts: Fact,
    name: str = "run",
    artifacts: tuple[Artifact, ...] = (),
    gaps: tuple[Gap, ...] = (),
    authority: Authority | None = None,
    judgement: Judgement | None = None,
) -> Evidence:
    """Return the evidence of one run that consists of these facts."""
    grouped: dict[str, list[Fact]] = {}
    for item in facts:
        grouped.setdefault(item.kind, []).append(item)
    nothing = Judgement("missing_admission", "there is no admission record")
    return Evidence(
        name, grouped, artifacts, gaps, (), compare([], artifacts, {}), authority, judgement or nothing, nothing
    )


def report(**fields: Any) -> Fact:
    """Return a report that requests the pair."""
    return document("report", {"case_model_provider": PAIR.provider, "case_model": PAIR.model, **fields})
