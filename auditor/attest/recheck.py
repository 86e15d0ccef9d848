"""A fresh judgement against an attested one, ruling by ruling: would the same be said today?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from auditor.attest.attested import Basis, basis
from auditor.attest.refused import Reason, Refused
from auditor.attest.statement import AdmissionUsed, AttestedVerdict, policy_sha256
from auditor.audit import conclude, examine
from auditor.emit.published import Published, PublishedPair, PublishedRuling, publish
from auditor.facts import Verdict
from auditor.policy import Policy
from auditor.secrets import AllowList, Engine

_AGAIN = (
    "look at the ruling with `cto-audit explain`, and do not rely on the attestation before the difference is explained"
)


def recheck(
    attested: AttestedVerdict,
    run_dir: Path,
    policy: Policy,
    *,
    admission: Path | None = None,
    fingerprint_key: bytes | None = None,
    engine: Engine | None = None,
    allow: AllowList | None = None,
) -> None:
    """Judge the run directory afresh, and raise `Refused` with every difference from what was attested.

    For the arguments and their errors see `auditor.audit.audit`; they should be what the attested audit was given.
    """
    examined = examine(
        run_dir, policy, admission=admission, fingerprint_key=fingerprint_key, engine=engine, allow=allow
    )
    found = differences(attested, conclude(examined, policy), basis(examined))
    if found:
        raise Refused(found)


def differences(attested: AttestedVerdict, verdict: Verdict, rests_on: Basis) -> list[Reason]:
    """Return every difference between the attested verdict and the fresh one on the same files; none means the same.

    Judged by the same rules, policy and version, both must be equal in every word. Where one of these is another, that is
    said, and of the rulings only what they rule is compared: their sentences may have been put differently since.
    """
    fresh = publish(verdict)
    return [
        *_inputs(attested, fresh, rests_on),
        *_whole(attested, fresh),
        *_rulings(attested, fresh),
    ]


def _inputs(attested: AttestedVerdict, fresh: Published, rests_on: Basis) -> Iterator[Reason]:
    """Yield what the two judgements do not have in common before they begin."""
    then, now = policy_sha256(attested.tool), policy_sha256(fresh.tool)
    if then != now:
        parts = [
            name
            for name, differ in (
                ("the rules", attested.tool.ruleset_sha256 != fresh.tool.ruleset_sha256),
                ("the policy", attested.tool.policy_sha256 != fresh.tool.policy_sha256),
            )
            if differ
        ]
        yield Reason(
            f"judged afresh by other rules or policy ({now} and not {then}): {' and '.join(parts)} changed",
            "install the version that attested, or name its --policy and --profile",
        )
    if _digest(attested.admission) != _digest(rests_on.admission):
        yield Reason(
            f"judged afresh by another admission record: {_digest(rests_on.admission)} and not {_digest(attested.admission)}",
            "name the record that the run was judged by with --admission",
        )
    if attested.allowed != rests_on.allowed:
        yield Reason(
            f"judged afresh, {len(rests_on.allowed)} secret findings are allowed, and {len(attested.allowed)} were",
            "name the same --allow or --secrets-baseline, and --fingerprint-key",
        )


def _whole(attested: AttestedVerdict, fresh: Published) -> Iterator[Reason]:
    for what, then, now in (
        ("run id", attested.run_id, fresh.run_id),
        ("root digest", attested.root_sha256, fresh.root_sha256),
        ("decision", attested.decision, fresh.decision),
        ("support of a Stage 2 pass", attested.supports_stage2_pass, fresh.supports_stage2_pass),
        ("model grade", attested.model_grade, fresh.model_grade),
        ("admitted pair", _pair(attested.admitted), _pair(fresh.admitted)),
        ("number of gaps", len(attested.gaps), len(fresh.gaps)),
    ):
        if then != now:
            yield Reason(f"judged afresh, the {what} is {now}, and {then} was attested", _AGAIN)


def _rulings(attested: AttestedVerdict, fresh: Published) -> Iterator[Reason]:
    then = {ruling.rule: ruling for ruling in attested.rulings}
    now = {ruling.rule: ruling for ruling in fresh.rulings}
    to_the_letter = attested.tool == fresh.tool
    for rule in sorted(then.keys() | now.keys()):
        text = _difference(then.get(rule), now.get(rule), to_the_letter=to_the_letter)
        if text:
            yield Reason(f"{rule}: {text}", _AGAIN)


def _difference(then: PublishedRuling | None, now: PublishedRuling | None, *, to_the_letter: bool) -> str:
    """Return how two rulings by one rule differ, empty if they do not."""
    if then is None or now is None:
        return "attested, and there is no such rule any more" if now is None else f"a new rule: {now.status}"
    if (then.status, then.effect) != (now.status, now.effect):
        return f"{then.status} was attested, and it is {now.status} ({now.effect}): {now.because}"
    if to_the_letter and then != now:
        return f"{then.status} in both, but for another reason or by other evidence: {now.because}"
    return ""


def _digest(admission: AdmissionUsed | None) -> str:
    return "none" if admission is None else admission.sha256


def _pair(pair: PublishedPair | None) -> str | None:
    return None if pair is None else f"{pair.provider}/{pair.model}"
