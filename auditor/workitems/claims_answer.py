"""The answer of ``cto-audit claims``: schema ``cto-audit-claims/v1``, and its text for people."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Literal

import msgspec

from auditor.emit.arrange import plural
from auditor.emit.safe import safe, short
from auditor.emit.tables import table
from auditor.facts import Gap, Secret
from auditor.workitems.decisions import Decision, expired
from auditor.workitems.survey import Surveyed

_PLACES = 8


class ShownClaim(msgspec.Struct, frozen=True):
    """One Stage 2 pass claim; `item` is the work item's id, null in another document. `where` is its place's kind."""

    path: str
    line: int
    item: str | None
    where: str
    text: str
    support: Literal["supported", "unsupported", "unchecked"]
    because: str
    hint: str


class ShownDecision(msgspec.Struct, frozen=True):
    """One decision record. `state` is `invalid` where `faults` say why, `expired` where an approval is over."""

    path: str
    line: int
    item: str | None
    state: Literal["invalid", "pending", "approved", "expired"]
    decision_status: str | None
    provider: str | None
    model: str | None
    faults: tuple[str, ...]


class ShownArrival(msgspec.Struct, frozen=True):
    """One blocked work item whose support has since arrived."""

    path: str
    item: str
    because: str
    hint: str


class Unread(msgspec.Struct, frozen=True):
    """Something that could not be read, and why."""

    path: str
    reason: str


class ClaimsAnswer(msgspec.Struct, frozen=True):
    """What ``cto-audit claims --json`` prints; `decision` is as the exit code: pass 0, fail 1, blocked 3."""

    schema: Literal["cto-audit-claims/v1"]
    decision: Literal["pass", "fail", "blocked"]
    documents: int
    claims: tuple[ShownClaim, ...]
    decisions: tuple[ShownDecision, ...]
    arrived: tuple[ShownArrival, ...]
    secrets: tuple[Secret, ...]
    gaps: tuple[Unread, ...]


def answer(
    surveyed: Surveyed, secrets: Sequence[Secret], failing: int, more_gaps: Sequence[Gap], now: int
) -> ClaimsAnswer:
    """Return the answer. `failing` is how many of the secrets fail it, `now` is in microseconds since 1970."""
    claims = tuple(
        ShownClaim(
            os.fspath(found.path),
            claim.line,
            found.item,
            claim.where,
            claim.text,
            said.support,
            said.because,
            said.hint,
        )
        for found, claim, said in surveyed.judged
    )
    decisions = tuple(
        _decision(os.fspath(found.path), found.item, record, now)
        for found in surveyed.found
        for record in found.decisions
    )
    arrived = tuple(
        ShownArrival(os.fspath(found.path), found.item or "", said.because, said.hint)
        for found, said in surveyed.arrived
    )
    gaps = tuple(dict.fromkeys(_unread(gap) for gap in (*surveyed.gaps, *more_gaps)))
    wrong = failing or any(c.support == "unsupported" for c in claims) or any(d.faults for d in decisions)
    open_ends = gaps or any(c.support == "unchecked" for c in claims)
    return ClaimsAnswer(
        schema="cto-audit-claims/v1",
        decision="fail" if wrong else "blocked" if open_ends else "pass",
        documents=len(surveyed.documents),
        claims=claims,
        decisions=decisions,
        arrived=arrived,
        secrets=tuple(secrets),
        gaps=gaps,
    )


def as_text(shown: ClaimsAnswer) -> str:
    """Return the answer for a terminal; secrets are masked already."""
    unsupported = [claim for claim in shown.claims if claim.support == "unsupported"]
    invalid = [record for record in shown.decisions if record.faults]
    parts = [
        f"{plural(len(shown.claims), 'claim')} of a Stage 2 pass",
        *([f"{len(unsupported)} without support"] if unsupported else []),
        *([f"{plural(len(invalid), 'decision record')} not valid"] if invalid else []),
        *([plural(len(shown.secrets), "secret finding")] if shown.secrets else []),
        *([f"{plural(len(shown.gaps), 'place')} could not be read"] if shown.gaps else []),
    ]
    sections = [
        [f"{shown.decision.upper()}: {', '.join(parts)}, in {plural(shown.documents, 'document')}"],
        table(
            [[c.support, _place(c.path, c.line), safe(c.item or ""), short(c.text, 60)] for c in shown.claims],
            ["support", "where", "item", "claim"],
        ),
        table(
            [
                [
                    d.state,
                    _place(d.path, d.line),
                    safe(d.decision_status or ""),
                    safe(_pair(d)),
                    short("; ".join(d.faults), 200),
                ]
                for d in shown.decisions
            ],
            ["record", "where", "status", "pair", "what is wrong"],
        ),
        table(
            [[safe(a.path), safe(a.item), short(a.because, 200)] for a in shown.arrived],
            ["blocked", "item", "has arrived"],
        ),
        table(
            [[s.confidence, safe(s.detector), short(s.masked, 40), _place(s.path, s.line)] for s in shown.secrets],
            ["secret", "detector", "masked", "where"],
        ),
        table([[safe(gap.path), short(gap.reason)] for gap in shown.gaps], ["not read", "why"]),
        _to_do(shown),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _to_do(shown: ClaimsAnswer) -> list[str]:
    """Return what to do about the claims without support, once for all that lack the same, and about what has arrived."""
    places: dict[tuple[str, str], list[str]] = {}
    for claim in shown.claims:
        if claim.support != "supported":
            places.setdefault((claim.because, claim.hint), []).append(_place(claim.path, claim.line))
    lines: list[str] = []
    for (because, hint), where in places.items():
        listed = ", ".join(where[:_PLACES]) + (f" and {len(where) - _PLACES} more" if len(where) > _PLACES else "")
        lines.append(f"{listed}: {short(because, 400)}")
        lines += [f"  {short(hint, 300)}"] if hint else []
    return [*lines, *(f"{safe(each.path)}: {short(each.hint, 400)}" for each in shown.arrived)]


def _decision(path: str, item: str | None, record: Decision, now: int) -> ShownDecision:
    state: Literal["invalid", "pending", "approved", "expired"] = "pending"
    if record.faults:
        state = "invalid"
    elif record.approves:
        state = "expired" if expired(record, now) else "approved"
    provider, model = record.fields.get("provider"), record.fields.get("model")
    return ShownDecision(path, record.line, item, state, record.status, provider, model, record.faults)


def _pair(record: ShownDecision) -> str:
    return f"{record.provider or '-'}/{record.model or '-'}" if record.provider or record.model else ""


def _place(path: str, line: int | None) -> str:
    return safe(path if line is None else f"{path}:{line}")


def _unread(gap: Gap) -> Unread:
    return Unread(gap.path, gap.reason if gap.line is None else f"line {gap.line}: {gap.reason}")
