"""A stored verdict made ready to be shown again: as much as an audit of the run itself would show.

The published document is what others rely on, so it stays as it is; what only a presentation needs is kept beside it.
"""

from __future__ import annotations

import re

import msgspec

from auditor.emit.published import Published, PublishedGap
from auditor.emit.safe import utf8
from auditor.facts import (
    Artifact,
    Claim,
    Exhibit,
    Fact,
    Gap,
    Grade,
    Moment,
    Naming,
    Pair,
    Ruling,
    Secret,
    Tool,
    Verdict,
    Where,
    Witness,
)
from auditor.store.packing import DamagedDocumentError
from auditor.withhold import rewrite

_ON_A_LINE = re.compile(r"line ([1-9][0-9]{0,17}): (.*)", re.DOTALL | re.ASCII)


class StoredNaming(msgspec.Struct, frozen=True):
    """A fact `model.named` of the verdict: see `auditor.facts.Fact` and `Naming`."""

    naming: Naming
    witness: Witness
    where: Where
    grade: Grade | None
    count: int


class Display(msgspec.Struct, frozen=True):
    """What a presentation needs and the published document does not hold.

    `namings` are behind the evidence matrix, `moments` behind the timeline; `remedies` are what to do about the rulings
    that do not hold, by rule.
    """

    namings: tuple[StoredNaming, ...] = ()
    remedies: dict[str, str] = {}
    moments: tuple[Moment, ...] = ()


def encode_display(verdict: Verdict) -> bytes:
    """Return the display part of a verdict as JSON. Credentials in the verdict must be masked already."""
    namings = [
        StoredNaming(fact.value, fact.witness, fact.where, fact.grade, fact.count)
        for fact in verdict.namings
        if isinstance(fact.value, Naming)
    ]
    remedies = {
        each.rule: each.remedy for each in verdict.rulings if each.remedy and each.status in ("violated", "unproven")
    }
    shown = Display(tuple(namings), remedies, verdict.moments)
    try:
        return msgspec.json.encode(shown)
    except UnicodeEncodeError:  # a byte of a file name that is not UTF-8
        return msgspec.json.encode(rewrite(shown, utf8))


def restore(published: bytes, display: bytes | None) -> Verdict:
    """Return the verdict that a published document tells of, with what `display` adds.

    Raise `DamagedDocumentError` if either is not what the auditor wrote.
    """
    try:
        document = msgspec.json.decode(published, type=Published)
        beside = msgspec.json.decode(display, type=Display) if display else Display()
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DamagedDocumentError("it is no published verdict") from error
    admitted = document.admitted
    return Verdict(
        run_id=document.run_id,
        decision=document.decision,
        reason=document.reason,
        claim=Claim(document.claim.engine, document.claim.stage, document.claim.status),
        supports_stage2_pass=document.supports_stage2_pass,
        admitted=None if admitted is None else Pair(admitted.provider, admitted.model),
        model_grade=document.model_grade,
        rulings=tuple(
            Ruling(
                each.rule,
                each.status,
                each.effect,
                each.because,
                each.clause,
                beside.remedies.get(each.rule, ""),
                tuple(Exhibit(one.path, one.line, one.pointer, one.note) for one in each.evidence),
            )
            for each in document.rulings
        ),
        secrets=tuple(msgspec.convert(each, Secret, from_attributes=True) for each in document.secrets),
        artifacts=tuple(msgspec.convert(each, Artifact, from_attributes=True) for each in document.artifacts),
        gaps=tuple(_gap(each) for each in document.gaps),
        root_sha256=document.root_sha256,
        tool=Tool(document.tool.version, document.tool.ruleset_sha256, document.tool.policy_sha256),
        namings=tuple(
            Fact("model.named", each.naming, each.witness, each.where, each.grade, None, each.count)
            for each in beside.namings
        ),
        moments=beside.moments,
    )


def _gap(published: PublishedGap) -> Gap:
    """Return the gap with its line, which the published form has in front of the reason."""
    match = _ON_A_LINE.fullmatch(published.reason)
    return Gap(published.path, match[2], int(match[1])) if match else Gap(published.path, published.reason)
