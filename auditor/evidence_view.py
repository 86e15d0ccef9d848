"""What an examiner wants to see before anybody judges: who names which model where, and what the logs tell together.

`view` gathers it from the evidence. The structs are also what ``cto-audit evidence --json`` publishes, schema
``cto-audit-evidence/v1``, after `auditor.withhold` has masked what is secret. Text stands in them as the artifacts have
it; a format makes it safe for its own screen.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from auditor.evidence import Evidence
from auditor.evidence_joins import JoinRow, joins
from auditor.facts import GRADES, Fact, Grade, Where, Witness
from auditor.instants import rfc3339
from auditor.policy import Policy

KINDS = ("model.named", "dispatch", "model.response", "host.contacted")
"""The kinds of facts that are shown, in this order."""

_WITNESSES: tuple[Witness, ...] = ("harness", "case", "gateway", "authority")


class Cell(msgspec.Struct, frozen=True):
    """One agent, witness, grade and pair of the matrix: how often, and where first.

    `agent` is null where a record names a model for nobody in particular, as a report does; `provider` or `model` are
    null where the records do not name them.
    """

    agent: str | None
    witness: Witness
    grade: Grade | None
    provider: str | None
    model: str | None
    times: int
    path: str
    line: int | None
    pointer: str | None


class Observed(msgspec.Struct, frozen=True):
    """One fact, as one witness's artifact states it. Fields that its kind does not have are null.

    For a response, `model` is what the answer names and `requested` what was asked for. `time` is RFC 3339; `times` says
    how often the same was stated, the place being the first.
    """

    kind: Literal["model.named", "dispatch", "model.response", "host.contacted"]
    witness: Witness
    grade: Grade | None
    path: str
    line: int | None
    pointer: str | None
    time: str | None
    times: int
    shape: str | None
    agent: str | None
    role: str | None
    provider: str | None
    model: str | None
    requested: str | None
    response_id: str | None
    status: int | None
    host: str | None
    port: int | None


class Spot(msgspec.Struct, frozen=True):
    """A place in a log."""

    path: str
    line: int | None


class Joined(msgspec.Struct, frozen=True):
    """One thing that happened, and where each log tells of it; see `auditor.evidence_joins.JoinRow`."""

    agent: str | None
    time: str | None
    what: Literal["phase", "retry", "dispatch", "response", "request"]
    name: str | None
    outcome: str | None
    events: Spot | None
    stderr: Spot | None
    trace: Spot | None
    gateway: Spot | None
    leftover: Annotated[str, Meta(description="What is missing on which side; empty where the logs agree.")]


class Unread(msgspec.Struct, frozen=True):
    """Something that could not be read, and why."""

    path: str
    line: int | None
    reason: str


class Admission(msgspec.Struct, frozen=True):
    """The admission, recomputed from the authority for the requested pair at the run's start."""

    status: str
    provider: str | None
    model: str | None


class View(msgspec.Struct, frozen=True):
    """Everything that the run's artifacts say of providers, models and hosts. It holds no judgement."""

    schema: Literal["cto-audit-evidence/v1"]
    run_id: str
    admission: Admission
    matrix: tuple[Cell, ...]
    observations: tuple[Observed, ...]
    joins: tuple[Joined, ...]
    gaps: tuple[Unread, ...]
    root_sha256: str | None


def view(run: Evidence, policy: Policy, root_sha256: str | None) -> View:
    """Return what the evidence says. Every text in it is as the artifacts have it: mask and escape it before showing."""
    admitted = run.judgement.pair if run.judgement.status == "admitted" else None
    return View(
        schema="cto-audit-evidence/v1",
        run_id=run.report.text("run_id") or run.name,
        admission=Admission(
            run.judgement.status, admitted.provider if admitted else None, admitted.model if admitted else None
        ),
        matrix=matrix(run["model.named"]),
        observations=tuple(_observed(fact) for kind in KINDS for fact in run[kind]),
        joins=tuple(_joined(row) for row in joins(run, policy)),
        gaps=tuple(Unread(gap.path, gap.line, gap.reason) for gap in run.gaps),
        root_sha256=root_sha256,
    )


def matrix(namings: Iterable[Fact]) -> tuple[Cell, ...]:
    """Return one cell for each agent, witness, grade and pair, agents in order of appearance, what has none first."""
    groups: dict[tuple[str | None, Witness, Grade | None, str | None, str | None], list[Fact]] = {}
    agents: dict[str | None, int] = {None: 0}
    for fact in namings:
        named = fact.value
        agents.setdefault(named.agent, len(agents))
        groups.setdefault((named.agent, fact.witness, fact.grade, named.provider, named.model), []).append(fact)
    cells = [Cell(*key, sum(fact.count for fact in facts), *_place(facts[0].where)) for key, facts in groups.items()]
    return tuple(
        sorted(
            cells,
            key=lambda cell: (
                agents[cell.agent],
                [*_WITNESSES, cell.witness].index(cell.witness),
                [*GRADES, cell.grade].index(cell.grade),
            ),
        )
    )


def _observed(fact: Fact) -> Observed:
    value = fact.value

    def field(*names: str) -> str | None:
        return next((found for name in names if (found := getattr(value, name, None)) is not None), None)

    response = fact.kind == "model.response"
    return Observed(
        kind=fact.kind,  # type: ignore[arg-type]  # one of KINDS
        witness=fact.witness,
        grade=fact.grade,
        path=fact.where.path,
        line=fact.where.line,
        pointer=fact.where.pointer,
        time=_time(fact.time),
        times=fact.count,
        shape=field("shape"),
        agent=field("agent") or None,
        role=field("role"),
        provider=field("provider"),
        model=field("served") if response else field("model"),
        requested=field("requested"),
        response_id=field("response_id"),
        status=getattr(value, "status", None),
        host=field("host"),
        port=getattr(value, "port", None),
    )


def _joined(row: JoinRow) -> Joined:
    return Joined(
        agent=row.agent or None,
        time=_time(row.time),
        what=row.what,
        name=row.name,
        outcome=row.outcome,
        events=_spot(row.events),
        stderr=_spot(row.stderr),
        trace=_spot(row.trace),
        gateway=_spot(row.gateway),
        leftover=row.leftover,
    )


def _place(where: Where) -> tuple[str, int | None, str | None]:
    return where.path, where.line, where.pointer


def _spot(where: Where | None) -> Spot | None:
    return None if where is None else Spot(where.path, where.line)


def _time(micros: int | None) -> str | None:
    return None if micros is None else rfc3339(micros)
