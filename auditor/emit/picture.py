"""What a page draws beside the published verdict: who named which model, and the course of the run.

The published verdict is fixed by its contract and has room for neither. A store that keeps a run's `Picture` beside its
verdict can show the page of any night as it was; without one, the page lacks the matrix and the timeline and says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from auditor import facts
from auditor.emit.published import Published, PublishedGap
from auditor.emit.safe import utf8
from auditor.errors import OperatorError
from auditor.facts import Course, Fact, Grade, Moment, Naming, Pair, Verdict, Where, Witness

Instant: TypeAlias = Annotated[int, Meta(ge=-62_135_596_800_000_000, le=253_402_300_799_999_999)]
"""Microseconds since the Unix epoch, within the years 1 to 9999: what can be shown as a date."""

MAX_NAMINGS = 300
"""Namings that a picture keeps; those of another than the admitted pair come before the rest."""

_LOCATED = re.compile(r"line ([1-9][0-9]{0,17}): (.*)", re.DOTALL)
"""How the published form of a gap carries its line."""


class DrawnNaming(msgspec.Struct, frozen=True, omit_defaults=True):
    """One witness names a model: how often, for whom, and where first."""

    grade: Grade | None
    witness: Witness
    shape: str
    path: str
    provider: str | None = None
    model: str | None = None
    agent: str | None = None
    line: int | None = None
    pointer: str | None = None
    count: int = 1


class DrawnMoment(msgspec.Struct, frozen=True, omit_defaults=True):
    """One moment of the run; see `auditor.facts.Moment`. `time` and `end` are microseconds since the Unix epoch."""

    kind: Course
    witness: Witness
    label: str
    path: str
    line: int | None = None
    pointer: str | None = None
    time: Instant | None = None
    end: Instant | None = None
    detail: str = ""
    count: int = 1


class Picture(msgspec.Struct, frozen=True):
    """What a page draws of one run. Every string in it can be encoded as UTF-8."""

    schema: Literal["cto-audit-picture/v1"]
    namings: tuple[DrawnNaming, ...]
    moments: tuple[DrawnMoment, ...]


def picture(verdict: Verdict) -> Picture:
    """Return what a page draws of the verdict, which must have gone through `auditor.withhold`."""
    named = [fact for fact in verdict.namings if isinstance(fact.value, Naming)]
    named.sort(key=lambda fact: _agrees(fact.value, verdict.admitted))
    return Picture(
        "cto-audit-picture/v1",
        tuple(map(_drawn_naming, named[:MAX_NAMINGS])),
        tuple(map(_drawn_moment, verdict.moments)),
    )


def restore(published: Published, drawn: Picture | None = None, remedies: Mapping[str, str] | None = None) -> Verdict:
    """Return the verdict that was published, for display.

    `remedies` says by the rule's name what to do when it does not hold, which the published form leaves out. Without a
    picture the verdict has neither namings nor moments.
    """
    advice = remedies or {}
    pair = published.admitted
    return Verdict(
        run_id=published.run_id,
        decision=published.decision,
        reason=published.reason,
        claim=facts.Claim(published.claim.engine, published.claim.stage, published.claim.status),
        supports_stage2_pass=published.supports_stage2_pass,
        admitted=Pair(pair.provider, pair.model) if pair else None,
        model_grade=published.model_grade,
        rulings=tuple(
            facts.Ruling(
                ruling.rule,
                ruling.status,
                ruling.effect,
                ruling.because,
                ruling.clause,
                advice.get(ruling.rule, ""),
                tuple(facts.Exhibit(e.path, e.line, e.pointer, e.note) for e in ruling.evidence),
            )
            for ruling in published.rulings
        ),
        secrets=tuple(
            facts.Secret(s.path, s.line, s.detector, s.view, s.masked, s.fingerprint, s.confidence)
            for s in published.secrets
        ),
        artifacts=tuple(
            facts.Artifact(a.path, a.kind, a.witness, a.bytes, a.sha256, a.digest) for a in published.artifacts
        ),
        gaps=tuple(map(_gap, published.gaps)),
        root_sha256=published.root_sha256,
        tool=facts.Tool(published.tool.version, published.tool.ruleset_sha256, published.tool.policy_sha256),
        namings=tuple(map(_naming, drawn.namings)) if drawn else (),
        moments=tuple(map(_moment, drawn.moments)) if drawn else (),
    )


def encode(drawn: Picture) -> bytes:
    """Return the picture as JSON, for a store to keep."""
    return msgspec.json.encode(drawn)


def decode(document: bytes) -> Picture:
    """Return the picture that a store kept. Raise `OperatorError` for what is none."""
    try:
        return msgspec.json.decode(document, type=Picture)
    except msgspec.DecodeError as error:
        raise OperatorError("a stored picture of a run cannot be read", "judge the run again") from error


def _agrees(naming: Naming, admitted: Pair | None) -> bool:
    return admitted is not None and (naming.provider, naming.model) == (admitted.provider, admitted.model)


def _gap(gap: PublishedGap) -> facts.Gap:
    located = _LOCATED.fullmatch(gap.reason)
    return facts.Gap(gap.path, located[2], int(located[1])) if located else facts.Gap(gap.path, gap.reason)


def _drawn_naming(fact: Fact) -> DrawnNaming:
    naming, where = fact.value, fact.where
    return DrawnNaming(
        fact.grade,
        fact.witness,
        utf8(naming.shape),
        utf8(where.path),
        _text(naming.provider),
        _text(naming.model),
        _text(naming.agent),
        where.line,
        _text(where.pointer),
        fact.count,
    )


def _drawn_moment(moment: Moment) -> DrawnMoment:
    where = moment.where
    return DrawnMoment(
        moment.kind,
        moment.witness,
        utf8(moment.label),
        utf8(where.path),
        where.line,
        _text(where.pointer),
        moment.time,
        moment.end,
        utf8(moment.detail),
        moment.count,
    )


def _naming(drawn: DrawnNaming) -> Fact:
    value = Naming(drawn.provider, drawn.model, drawn.shape, drawn.agent)
    where = Where(drawn.path, drawn.line, drawn.pointer)
    return Fact("model.named", value, drawn.witness, where, drawn.grade, None, drawn.count)


def _moment(drawn: DrawnMoment) -> Moment:
    where = Where(drawn.path, drawn.line, drawn.pointer)
    return Moment(drawn.kind, drawn.witness, drawn.label, where, drawn.time, drawn.end, drawn.detail, drawn.count)


def _text(text: str | None) -> str | None:
    return None if text is None else utf8(text)
