"""The gate: may what this work item claims be relied on, now?

It relies on nothing that is written in the work item. The attestation that the work item names is verified, the block is
rendered afresh from it and compared, and every disagreement is a reason; all of them are told at once.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from auditor import instants
from auditor.attest import Reason, Refused
from auditor.attest.envelope import MAX_BYTES as MAX_ATTESTATION_BYTES
from auditor.errors import OperatorError
from auditor.facts import visible
from auditor.workitems.admissions import Given, not_in_force
from auditor.workitems.block import Block, Files, render
from auditor.workitems.claim_text import Claimed, claims_of
from auditor.workitems.document import MAX_BYTES, read_document
from auditor.workitems.folder import Folder, opened
from auditor.workitems.item import Item, read_item, real_path
from auditor.workitems.standing import KEYS, STAGE2_PASS, Standing
from auditor.workitems.stored import PROOF_ENDING, believed, beside, is_stored_name
from auditor.workitems.trust import Trust

Status: TypeAlias = Literal["supported", "refused", "no_claim", "unreadable"]
MAX_PROOF_BYTES = 1 << 20

_ATTACH = "attach a verdict with `cto-audit attach ATTESTATION WORK_ITEM --key PUB`"
_ATTACH_AGAIN = (
    "restore the work item, or attach the attestation again: `cto-audit attach --force` rewrites its own block and keys"
)


class Gated(msgspec.Struct, frozen=True):
    """The gate's answer for one work item: `reasons` are empty only if it is `supported`.

    `standing` is the verified verdict behind it, where one was found. `caution` is what the answer could not take into
    account. `entry` is the verdict's place in the log, if a log is in use.
    """

    path: str
    status: Status
    reasons: tuple[Reason, ...] = ()
    item: str | None = None
    claims: tuple[Claimed, ...] = ()
    standing: Standing | None = None
    caution: str = ""
    entry: int | None = None


def gate(path: Path, trust: Trust, admissions: Sequence[Given] | None) -> Gated:
    """Judge one work item; see `Trust` for what is demanded. Nothing is raised for what is wrong with the work item.

    `admissions` are the authority's records (`auditor.workitems.admissions.given`), None where none were named.
    """
    shown = os.fspath(path)
    try:
        target = real_path(path)
        with opened(target.parent) as folder:
            document = read_document(folder.required(target.name, MAX_BYTES).data)
            item = read_item(document, target.name)
            claims = tuple(claims_of(document, item.block))
            if not claims:
                return Gated(shown, "no_claim", (_nothing_claimed(item),), item.id)
            return _judged(_Case(folder, target.name, item, claims, trust, admissions), shown)
    except OperatorError as error:
        return Gated(shown, "unreadable", (Reason(error.sentence, error.hint),))


class _Case(msgspec.Struct, frozen=True):
    """All that the gate has before it about one work item."""

    folder: Folder
    name: str
    item: Item
    claims: tuple[Claimed, ...]
    trust: Trust
    admissions: Sequence[Given] | None

    @property
    def now(self) -> int:
        """The instant of the judgement."""
        return instants.now() if self.trust.now is None else self.trust.now


def _judged(case: _Case, path: str) -> Gated:
    item, claims = case.item, case.claims
    block = item.block
    if block is None:
        first = claims[0]
        reason = Reason(f"it claims a Stage 2 pass (line {first.line}), and no verdict is attached to it", _ATTACH)
        return Gated(path, "refused", (reason,), item.id, claims)
    try:
        attestation = _stored(case, block)
    except OperatorError as error:
        return Gated(path, "refused", (Reason(error.sentence, error.hint),), item.id, claims)
    try:
        standing = case.trust.authentic(attestation)
    except Refused as refused:
        return Gated(path, "refused", refused.reasons, item.id, claims)
    reasons = [
        *_demands(case.trust, attestation),
        *_disagreements(case, block, standing),
        *_contradicted(claims, standing),
        *_newer(case, block, standing),
    ]
    lapsed = not_in_force(standing, case.admissions, case.now)
    reasons += [lapsed] if lapsed else []
    entry, refusals = _logged(case, block, attestation)
    reasons += refusals
    caution = (
        "whether the admission was withdrawn since cannot be seen without --admission"
        if case.admissions is None
        else ""
    )
    status: Status = "refused" if reasons else "supported"
    return Gated(path, status, tuple(reasons), item.id, claims, standing, caution, entry)


def _nothing_claimed(item: Item) -> Reason:
    stated = item.front.text(KEYS[0])
    beside_it = f"; its verdict is {visible(stated)[:40]}" if stated and item.block else ""
    return Reason(
        f"it claims no Stage 2 pass{beside_it}", "there is nothing to gate: leave it out, or give --allow-no-claim"
    )


def _stored(case: _Case, block: Block) -> bytes:
    """Return the bytes of the attestation that the work item's block and front matter name."""
    name = block.attestation
    if name is None or not is_stored_name(name):
        raise OperatorError("its verdict block names no attestation beside it", _ATTACH_AGAIN)
    found = case.folder.read(name, MAX_ATTESTATION_BYTES)
    if found is None:
        raise OperatorError(f"its attestation {visible(name)} is not beside it", "restore the file, or attach it again")
    sha256 = hashlib.sha256(found.data).hexdigest()
    if sha256 != case.item.front.text(KEYS[2]):
        raise OperatorError(
            f"its attestation {visible(name)} has another digest ({sha256}) than its front matter's {KEYS[2]}",
            _ATTACH_AGAIN,
        )
    return found.data


def _demands(trust: Trust, attestation: bytes) -> Iterator[Reason]:
    """Yield what the operator demands of a verdict and this one does not have."""
    try:
        trust.sufficient(attestation)
    except Refused as refused:
        yield from refused.reasons


def _disagreements(case: _Case, block: Block, standing: Standing) -> Iterator[Reason]:
    """Yield where the work item says anything else than its attestation."""
    if not standing.passes:
        yield Reason(
            f"its attested verdict is no Stage 2 pass: {standing.decision}, {', '.join(standing.levels)}"
            f" ({standing.reason})",
            "withdraw the claim, or attach the verdict of a run that passes",
        )
    for key, value in standing.front_matter.items():
        stated = case.item.front.text(key)
        if stated != value:
            yield Reason(
                f"its front matter's {key} is {visible(stated or 'missing')[:100]}, and its attestation says {value}",
                _ATTACH_AGAIN,
            )
    files = Files(block.attestation or "", block.proof)
    expected = render(standing, case.item.id, files, block.history)
    if list(block.lines) != expected[1:-1] or not block.intact:
        yield Reason(f"its verdict block (line {block.line}) is not what its attestation says", _ATTACH_AGAIN)


def _contradicted(claims: Sequence[Claimed], standing: Standing) -> Iterator[Reason]:
    for claim in claims:
        others = [run for run in claim.runs if run != standing.run_id]
        if others and standing.run_id not in claim.runs:
            yield Reason(
                f"its claim on line {claim.line} names the run {others[0]}, and its attestation is of {visible(standing.run_id)}",
                "attach the verdict on that run, or name the run that was judged",
            )


def _newer(case: _Case, block: Block, standing: Standing) -> Iterator[Reason]:
    """Yield that a newer verdict lies beside the work item: then this one was put back over it."""
    found = [
        (name, each)
        for name, each in believed(case.folder, beside(case.folder, case.name, block), case.trust.authentic)
        if each.judged > standing.judged and each.sha256 != standing.sha256
    ]
    for name, each in found[:1]:
        yield Reason(
            f"a newer verdict lies beside it: {visible(name)} says {each.decision}, judged {instants.rfc3339(each.judged)}",
            f"attach it: `cto-audit attach {visible(name)} {visible(case.name)}`",
        )


def _logged(case: _Case, block: Block, attestation: bytes) -> tuple[int | None, list[Reason]]:
    """Return the verdict's place in the log, and why the log does not vouch for it; neither where no log is in use."""
    if block.proof is None:
        if not case.trust.demands_log:
            return None, []
        return None, [
            Reason("no inclusion proof is attached, and a log is demanded", "attach it again with `attach --log DIR`")
        ]
    if not (is_stored_name(block.proof) and block.proof.endswith(PROOF_ENDING)):
        return None, [Reason("its verdict block names no inclusion proof beside it", _ATTACH_AGAIN)]
    try:
        found = case.folder.read(block.proof, MAX_PROOF_BYTES)
        if found is None:
            return None, [Reason(f"its inclusion proof {visible(block.proof)} is not beside it", _ATTACH_AGAIN)]
        entry = case.trust.logged(attestation, found.data)
        return entry, list(case.trust.overruled(attestation))
    except Refused as refused:
        return None, list(refused.reasons)
    except OperatorError as error:
        return None, [Reason(error.sentence, error.hint)]


def demanded(levels: Sequence[str]) -> tuple[str, ...]:
    """Return the levels that a gate demands: those that were asked for, and always a Stage 2 pass."""
    return tuple(dict.fromkeys((STAGE2_PASS, *levels)))
