"""Does a statement say one thing? Its summary, its verdict and its rulings tell the same story in three places.

A trusted signature covers all of it, so a contradiction is a defect of the program that signed, or of one that pretends to
be this one. Either way nothing should rest on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from auditor import ruleset
from auditor.attest.levels import FAILED, known_levels, verified_levels
from auditor.attest.statement import (
    AttestedVerdict,
    Statement,
    admission_resource,
    policy_sha256,
    resource_uri,
)
from auditor.facts import GRADES
from auditor.places import rules_folder


def contradictions(statement: Statement) -> Iterator[str]:
    """Yield every contradiction within the statement, each as a clause ("its subject is another run")."""
    for text, agrees in _AGREEMENTS.items():
        if not agrees(statement):
            yield text


def _one_subject(statement: Statement) -> bool:
    return len(statement.subject) == 1


def _same_run(statement: Statement) -> bool:
    run_id = statement.predicate.verdict.run_id
    return statement.predicate.resource_uri == resource_uri(run_id) and all(
        subject.name == run_id for subject in statement.subject
    )


def _same_root(statement: Statement) -> bool:
    root = statement.predicate.verdict.root_sha256
    return all(subject.digest.sha256 == root for subject in statement.subject)


def _same_policy(statement: Statement) -> bool:
    return statement.predicate.policy.digest.sha256 == policy_sha256(statement.predicate.verdict.tool)


def _same_admission(statement: Statement) -> bool:
    admission = statement.predicate.verdict.admission
    return statement.predicate.input_attestations == (() if admission is None else (admission_resource(admission),))


def _same_decision(statement: Statement) -> bool:
    passed = _passed(statement)
    levels = statement.predicate.verified_levels
    return (statement.predicate.verification_result == "PASSED") == passed and (
        FAILED not in levels if passed else levels == (FAILED,)
    )


def _borne_out(statement: Statement) -> bool:
    """Tell whether the levels are what the verdict proves; by another version's rules, at least not more than its grade."""
    verdict, stated = statement.predicate.verdict, statement.predicate.verified_levels
    if verdict.tool.ruleset_sha256 == ruleset.digest(rules_folder()):
        return stated == verified_levels(verdict)
    for level in (known_levels()[name] for name in stated if name in known_levels()):
        if level.stage2 and not verdict.supports_stage2_pass:
            return False
        grade = verdict.model_grade
        if level.grade and (grade is None or GRADES.index(grade) < GRADES.index(level.grade)):
            return False
    return True


def _claimed(statement: Statement) -> bool:
    verdict = statement.predicate.verdict
    claim = verdict.claim
    claims = (claim.engine, claim.stage, claim.status) == ("case", 2, "pass")
    return not verdict.supports_stage2_pass or (_passed(statement) and claims)


def _ruled(statement: Statement) -> bool:
    rules = [ruling.rule for ruling in statement.predicate.verdict.rulings]
    return 0 < len(rules) == len(set(rules))


def _nothing_open(statement: Statement) -> bool:
    return not _passed(statement) or not any(
        ruling.status in ("violated", "unproven") and ruling.effect != "warn"
        for ruling in statement.predicate.verdict.rulings
    )


def _counted(statement: Statement) -> bool:
    verdict: AttestedVerdict = statement.predicate.verdict
    statuses = Counter[str](ruling.status for ruling in verdict.rulings)
    counts = verdict.counts
    return (
        (counts.holds, counts.violated, counts.unproven, counts.not_applicable)
        == tuple(statuses[word] for word in ("holds", "violated", "unproven", "not_applicable"))
        and (counts.files, counts.gaps, counts.allowed)
        == (len(verdict.manifest), len(verdict.gaps), len(verdict.allowed))
        and counts.bytes == sum(entry.bytes for entry in verdict.manifest)
    )


def _passed(statement: Statement) -> bool:
    return statement.predicate.verdict.decision == "pass"


_AGREEMENTS: dict[str, Callable[[Statement], bool]] = {
    "it has not exactly one subject": _one_subject,
    "its subject or resourceUri is another run than its verdict's": _same_run,
    "its subject has another root digest than its verdict": _same_root,
    "its policy digest is not that of its verdict": _same_policy,
    "its input attestations are not the admission of its verdict": _same_admission,
    "its result or levels are not those of its decision": _same_decision,
    "its levels are not what its rulings prove": _borne_out,
    "it supports a Stage 2 pass that was not claimed or not reached": _claimed,
    "its rulings are missing or repeated": _ruled,
    "it passes a run of which a rule is violated or unproven": _nothing_open,
    "its counts are not those of its content": _counted,
}
