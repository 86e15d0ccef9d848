"""What ``cto-audit verify`` says: one JSON object for programs, a few lines for people."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from auditor import instants
from auditor.attest.policies import installed_policies
from auditor.attest.refused import Reason
from auditor.attest.statement import AdmissionUsed
from auditor.attest.verify import Verified
from auditor.emit.arrange import plural
from auditor.emit.published import PublishedPair
from auditor.emit.safe import safe, short, utf8

_COLUMN = 14
_SHOWN = 50


class Attested(msgspec.Struct, frozen=True):
    """What a believed attestation says, in short. `time_verified` is RFC 3339; the other fields are as in `Verified`.

    `policy_installed` tells that it was judged by the very rules and policy (or a profile of it) that are installed here.
    `rulings_compared` is the number of rulings that a fresh judgement confirmed, null where none was asked for.
    """

    run_id: str
    root_sha256: str
    decision: str
    reason: str
    levels: tuple[str, ...]
    supports_stage2_pass: bool
    admitted: PublishedPair | None
    model_grade: str | None
    policy_sha256: str
    policy_installed: bool
    admission: AdmissionUsed | None
    time_verified: str
    verifier_version: str
    key_id: str | None
    other_signers: tuple[str, ...]
    attestation_sha256: str
    files_compared: int | None
    rulings_compared: int | None


class Answer(msgspec.Struct, frozen=True):
    """The answer: believed or not, and why not.

    `attested` is null where the attestation is refused. Of an unsigned one that the operator let through it is given,
    and `verified` is false all the same.
    """

    schema: str
    verified: bool
    reasons: tuple[Reason, ...]
    attested: Attested | None


def believed(verified: Verified, rulings_compared: int | None) -> Answer:
    """Return the answer for an attestation that was not refused."""
    pair = verified.admitted
    attested = Attested(
        run_id=verified.run_id,
        root_sha256=verified.root_sha256,
        decision=verified.decision,
        reason=verified.reason,
        levels=verified.levels,
        supports_stage2_pass=verified.supports_stage2_pass,
        admitted=None if pair is None else PublishedPair(pair.provider, pair.model),
        model_grade=verified.model_grade,
        policy_sha256=verified.policy_sha256,
        policy_installed=verified.policy_sha256 in installed_policies(),
        admission=verified.admission,
        time_verified=instants.rfc3339(verified.time_verified),
        verifier_version=verified.verifier_version,
        key_id=verified.key_id,
        other_signers=verified.other_signers,
        attestation_sha256=verified.sha256,
        files_compared=verified.files_compared,
        rulings_compared=rulings_compared,
    )
    return Answer("cto-audit-verification/v1", verified.key_id is not None, (), attested)


def refused(reasons: tuple[Reason, ...]) -> Answer:
    """Return the answer for an attestation that is refused."""
    told = tuple(Reason(utf8(reason.text), utf8(reason.hint)) for reason in reasons)
    return Answer("cto-audit-verification/v1", False, told, None)


def as_text(answer: Answer) -> str:
    """Return the answer for people; nothing in it acts on a terminal."""
    lines = _refusal(answer.reasons) if answer.attested is None else _summary(answer.attested)
    return "\n".join(lines) + "\n"


def _refusal(reasons: tuple[Reason, ...]) -> Iterator[str]:
    count = "1 reason" if len(reasons) == 1 else f"{len(reasons)} reasons"
    yield f"REFUSED: the attestation is not believed, for {count}"
    hint = ""
    for reason in reasons[:_SHOWN]:
        if hint and reason.hint != hint:
            yield f"    do: {safe(hint)}"
        yield f"  - {short(reason.text)}"
        hint = reason.hint
    if hint:
        yield f"    do: {safe(hint)}"
    if len(reasons) > _SHOWN:
        yield f"  and {len(reasons) - _SHOWN} more; --json has them all"


def _summary(attested: Attested) -> Iterator[str]:
    head = "VERIFIED" if attested.key_id else "NOT SIGNED, so not verified"
    yield f"{head}: {attested.decision.upper()} {safe(attested.run_id)}: {short(attested.reason)}"
    yield ""
    admission = attested.admission
    pair = attested.admitted
    rows = (
        ("signed by", f"key id {attested.key_id}" if attested.key_id else "NOBODY: anyone could have written it"),
        (
            "not checked",
            f"signatures under {', '.join(map(safe, attested.other_signers))}" if attested.other_signers else "",
        ),
        ("judged at", f"{attested.time_verified} by cto-audit {safe(attested.verifier_version)}"),
        ("supports", "a Stage 2 pass" if attested.supports_stage2_pass else "no Stage 2 pass"),
        ("levels", ", ".join(map(safe, attested.levels)) or "none"),
        ("admitted", f"{safe(pair.provider)}/{safe(pair.model)}" if pair else "no pair"),
        ("model grade", attested.model_grade or "none"),
        ("admission", _term(admission) if admission else "no record"),
        ("policy", f"{attested.policy_sha256}, {_known(attested)}"),
        ("root sha256", attested.root_sha256),
        ("run directory", _compared(attested.files_compared)),
        ("judged afresh", f"{attested.rulings_compared} rulings, all the same" if attested.rulings_compared else "no"),
    )
    for name, value in rows:
        if value:
            yield f"  {name:<{_COLUMN}} {value}"


def _known(attested: Attested) -> str:
    return "as installed here" if attested.policy_installed else "NOT the rules and policy installed here"


def _term(admission: AdmissionUsed) -> str:
    until = f"until {safe(admission.expires_at)}" if admission.expires_at else ""
    review = f"review: {short(admission.review_trigger)}" if admission.review_trigger else ""
    return ", ".join(filter(None, (admission.sha256, until, review)))


def _compared(files: int | None) -> str:
    return "not compared: none was named" if files is None else f"unchanged, {plural(files, 'file')}"
