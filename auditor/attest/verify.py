"""Is an attestation to be believed, does it speak of this run, and does it say enough?

The signature comes first: of what it does not cover nothing is read. Then every check is made and every reason given, so
that a person can mend all of them at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from auditor import instants
from auditor.attest import canonical, subject
from auditor.attest.consistency import contradictions
from auditor.attest.envelope import unseal
from auditor.attest.keys import PublicKey
from auditor.attest.levels import FAILED, implied
from auditor.attest.refused import Reason, Refused, refusal
from auditor.attest.statement import (
    PREDICATE_TYPE,
    STATEMENT_TYPE,
    VERDICT_FIELD,
    VERIFIER_ID,
    AdmissionUsed,
    AttestedVerdict,
    Statement,
)
from auditor.emit.safe import utf8
from auditor.facts import Decision, Grade, Pair

SKEW = 5 * 60 * instants.SECOND
"""How far in the future an attestation's time may lie: clocks of two machines differ."""

_NOT_OURS = "this is no attestation by cto-audit of this version's kind; verify it with the tool that wrote it"


class Verified(msgspec.Struct, frozen=True):
    """What a verified attestation says. `decision` may be any: an attested `fail` is as authentic as a pass.

    `levels` are as stated, without those they imply. `policy_sha256` is the digest of rules and policy together
    (`--policy-digest`). `time_verified` is in microseconds since the epoch. `key_id` is None for an unsigned attestation
    that was let through; `other_signers` are key ids that were not checked. `sha256` is the digest of the attestation's
    own bytes. `files_compared` is how many files of the run directory were found unchanged, None where none was given.
    `verdict` is the whole judgement.
    """

    run_id: str
    root_sha256: str
    decision: Decision
    reason: str
    levels: tuple[str, ...]
    supports_stage2_pass: bool
    admitted: Pair | None
    model_grade: Grade | None
    policy_sha256: str
    admission: AdmissionUsed | None
    time_verified: int
    verifier_version: str
    key_id: str | None
    other_signers: tuple[str, ...]
    sha256: str
    files_compared: int | None
    verdict: AttestedVerdict


def verify(
    attestation: bytes,
    *,
    keys: Sequence[PublicKey],
    run_dir: Path | None = None,
    max_age: int | None = None,
    policy_digest: str | None = None,
    require: Collection[str] = (),
    now: int | None = None,
    allow_unsigned: bool = False,
) -> Verified:
    """Return what the attestation says, or raise `Refused` with every reason why it is not believed.

    `attestation` is the file's whole content. At least one of `keys` must have signed it. `run_dir`, where given, must
    hold exactly the files that were judged. `max_age` and `now` are in microseconds (`now` since the epoch; default: the
    present). `policy_digest` must be the one stated. Each level in `require` must be stated or implied: ask for
    ``CTO_STAGE2_PASS``, or look at `decision`, since an attested failure verifies like any other.
    Raise `OperatorError` where `run_dir` cannot be opened.
    """
    opened = unseal(attestation, keys, allow_unsigned=allow_unsigned)
    statement = read_statement(opened.payload)
    predicate, verdict = statement.predicate, statement.predicate.verdict
    reasons = [
        Reason(f"the attestation contradicts itself: {text}", "do not rely on it, and ask its signer")
        for text in contradictions(statement)
    ]
    time = instants.instant(predicate.time_verified)
    if time is None:
        reasons.append(Reason("its timeVerified is no RFC 3339 time", _NOT_OURS))
    else:
        reasons += _age(time, instants.now() if now is None else now, max_age)
    if policy_digest is not None and policy_digest != predicate.policy.digest.sha256:
        reasons.append(
            Reason(
                f"it was judged by the rules and policy {predicate.policy.digest.sha256}, not {policy_digest}",
                "judge the run again by the rules and policy that you demand",
            )
        )
    reasons += _levels(predicate.verified_levels, require, verdict.reason)
    compared = None
    if run_dir is not None:
        found = subject.look(run_dir)
        compared = len(found.files)
        reasons += _subject(found, verdict)
    if reasons or time is None:
        raise Refused(reasons)
    pair = verdict.admitted
    return Verified(
        run_id=verdict.run_id,
        root_sha256=verdict.root_sha256,
        decision=verdict.decision,
        reason=verdict.reason,
        levels=predicate.verified_levels,
        supports_stage2_pass=verdict.supports_stage2_pass,
        admitted=None if pair is None else Pair(pair.provider, pair.model),
        model_grade=verdict.model_grade,
        policy_sha256=predicate.policy.digest.sha256,
        admission=verdict.admission,
        time_verified=time,
        verifier_version=verdict.tool.version,
        key_id=opened.key_id,
        other_signers=opened.others,
        sha256=hashlib.sha256(attestation).hexdigest(),
        files_compared=compared,
        verdict=verdict,
    )


def read_statement(payload: bytes) -> Statement:
    """Return the statement that is the whole of an envelope's payload. Raise `Refused` for any other kind of payload.

    Says nothing of a signature.
    """
    try:
        value: Any = canonical.decode(payload)
    except canonical.NotCanonical as fault:
        raise refusal(f"the signed payload {fault}", _NOT_OURS) from None
    fields = value if isinstance(value, dict) else {}
    predicate = fields.get("predicate")
    predicate = predicate if isinstance(predicate, dict) else {}
    verifier = predicate.get("verifier")
    kinds = (
        ("statement", fields.get("_type"), STATEMENT_TYPE),
        ("predicate", fields.get("predicateType"), PREDICATE_TYPE),
        ("verifier", verifier.get("id") if isinstance(verifier, dict) else None, VERIFIER_ID),
    )
    for what, given, wanted in kinds:
        if given != wanted:
            shown = repr(given[:200]) if isinstance(given, str) else "missing"
            raise refusal(f"the {what} is {shown}, not {wanted}", _NOT_OURS)
    if VERDICT_FIELD not in predicate:
        raise refusal(f"the predicate has no {VERDICT_FIELD}", _NOT_OURS)
    try:
        return msgspec.convert(value, Statement, strict=True)
    except msgspec.ValidationError as fault:
        place = str(fault).rpartition(" - at `")[2].rstrip("`")
        raise refusal(f"the statement is not well formed at {place}", _NOT_OURS) from None


def _age(time: int, now: int, max_age: int | None) -> Iterator[Reason]:
    if time > now + SKEW:
        yield Reason(
            f"it was made in the future, at {instants.rfc3339(time)}", "check the clock here and where it was made"
        )
    if max_age is not None and now - time > max_age:
        yield Reason(
            f"it is older than allowed: it was made at {instants.rfc3339(time)}", "judge the run again, and attest it"
        )


def _levels(stated: Collection[str], require: Collection[str], because: str) -> Iterator[Reason]:
    has = implied(stated)
    for level in require:
        if level not in has or level == FAILED:
            listed = ", ".join(stated) or "none"
            yield Reason(
                f"it does not state the level {level}, only {listed} ({because})",
                "see the verdict in it for what is missing, or demand less",
            )


def _subject(found: subject.Found, verdict: AttestedVerdict) -> Iterator[Reason]:
    hint = "the attestation is of other bytes: restore the run directory as it was judged, or judge it again"
    for told in subject.differences(found, verdict):
        yield Reason(f"the run directory is not as it was judged: {told}", hint)
    if (
        verdict.decision == "pass" and utf8(found.name) != verdict.run_id
    ):  # of a pass, the directory's name was judged, too
        yield Reason(
            f"the attestation is of the run {verdict.run_id}, and the run directory has another name",
            "give the run directory its run id as its name again",
        )
