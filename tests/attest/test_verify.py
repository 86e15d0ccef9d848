"""Authentic is not enough: the right kind, by the right judge, consistent, of this run, fresh, by this policy, of this level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.attest import Reason, Refused
from auditor.attest.envelope import seal
from auditor.attest.statement import policy_sha256
from auditor.attest.verify import SKEW
from auditor.emit.published import PublishedTool
from auditor.errors import OperatorError
from auditor.facts import Pair
from auditor.instants import SECOND
from tests.attest.kit import DAY, KEY, NOON, PASS, SIGNER, VERDICT, attested, changed, check, place, why_not

Told = dict[str, Any]


def test_a_pass_says_all_that_others_build_on() -> None:
    run, _ = place(PASS)
    found = check(attested())
    assert (found.run_id, found.decision, found.supports_stage2_pass) == (run.name, "pass", True)
    assert (found.admitted, found.model_grade) == (Pair("openrouter", "lab/echo-1"), "corroborated")
    assert found.admission is not None
    assert found.admission.expires_at == "2026-12-31T00:00:00Z"
    assert (found.key_id, found.other_signers, found.files_compared) == (KEY.keyid, (), None)
    assert found.time_verified == NOON
    assert len(found.verdict.rulings) > 50


@pytest.mark.parametrize(
    ("name", "require"), [("forbidden-write", "CTO_DIGESTS_MATCH"), ("killed-case", "CTO_STAGE2_PASS")]
)
def test_an_attested_failure_is_authentic_and_has_no_level(name: str, require: str) -> None:
    assert check(attested(name)).levels == ("FAILED",)
    assert "only FAILED" in why_not(attested(name), require=[require])
    assert "level FAILED" in why_not(attested(name), require=["FAILED"])


def _verdict(told: Told) -> Told:
    found: Told = told["predicate"][VERDICT]
    return found


OTHER_KINDS: dict[str, Callable[[Told], object]] = {
    "an older statement": lambda told: told.update({"_type": "https://in-toto.io/Statement/v0.1"}),
    "no type": lambda told: told.pop("_type"),
    "provenance": lambda told: told.update(predicateType="https://slsa.dev/provenance/v1"),
    "an older summary": lambda told: told.update(predicateType="https://slsa.dev/verification_summary/v0.2"),
    "another verifier": lambda told: told["predicate"]["verifier"].update(id="https://example.com/verifier"),
    "a verifier that is no object": lambda told: told["predicate"].update(verifier="urn:cto:verifier:cto-audit"),
    "no predicate": lambda told: told.pop("predicate"),
    "a predicate that is no object": lambda told: told.update(predicate=[]),
    "a summary without the verdict": lambda told: told["predicate"].pop(VERDICT),
    "a decision that is none": lambda told: _verdict(told).update(decision="PASS"),
    "a status that is none": lambda told: _verdict(told)["rulings"][0].update(status="ok"),
    "a digest in capitals": lambda told: _verdict(told).update(root_sha256="A" * 64),
    "another algorithm": lambda told: told["subject"][0].update(digest={"sha512": "0" * 128}),
    "a digest that is too short": lambda told: told["subject"][0]["digest"].update(sha256="0" * 63),
    "a result that is none": lambda told: told["predicate"].update(verificationResult="passed"),
    "levels that are no list": lambda told: told["predicate"].update(verifiedLevels="CTO_STAGE2_PASS"),
    "a number written as text": lambda told: _verdict(told)["counts"].update(
        holds=str(_verdict(told)["counts"]["holds"])
    ),
    "a flag written as a number": lambda told: _verdict(told).update(supports_stage2_pass=1),
    "a time that is no text": lambda told: told["predicate"].update(timeVerified=1785585600),
    "a time without a zone": lambda told: told["predicate"].update(timeVerified="2026-08-01T12:00:00"),
}


@pytest.mark.parametrize("name", OTHER_KINDS)
def test_signed_but_of_another_kind(name: str) -> None:
    assert why_not(changed(OTHER_KINDS[name]))


CONTRADICTIONS: dict[str, Callable[[Told], object]] = {
    "no subject": lambda told: told.update(subject=[]),
    "two subjects": lambda told: told["subject"].append(told["subject"][0]),
    "another run as subject": lambda told: told["subject"][0].update(name="20260101T000000Z-other-1"),
    "another root as subject": lambda told: told["subject"][0]["digest"].update(sha256="0" * 64),
    "another run as resource": lambda told: told["predicate"].update(resourceUri="urn:cto:run:other"),
    "another policy": lambda told: told["predicate"]["policy"]["digest"].update(sha256="0" * 64),
    "another admission": lambda told: told["predicate"]["inputAttestations"][0]["digest"].update(sha256="0" * 64),
    "no admission": lambda told: told["predicate"].update(inputAttestations=[]),
    "a result that is not the decision's": lambda told: told["predicate"].update(verificationResult="FAILED"),
    "a level besides FAILED": lambda told: told["predicate"]["verifiedLevels"].append("FAILED"),
    "a decision against the result": lambda told: _verdict(told).update(decision="fail"),
    "more than the grade": lambda told: _verdict(told).update(model_grade="dispatched"),
    "a level too few": lambda told: told["predicate"]["verifiedLevels"].pop(),
    "a level too many": lambda told: told["predicate"]["verifiedLevels"].append("CTO_MODEL_SERVED"),
    "a level twice": lambda told: told["predicate"]["verifiedLevels"].append("CTO_STAGE2_PASS"),
    "support without a claim": lambda told: _verdict(told)["claim"].update(stage=1),
    "no rulings": lambda told: _verdict(told).update(rulings=[]),
    "a rule that rules twice": lambda told: _verdict(told)["rulings"].append(_verdict(told)["rulings"][0]),
    "a violation in a pass": lambda told: _verdict(told)["rulings"][0].update(status="violated"),
    "a doubt in a pass": lambda told: _verdict(told)["rulings"][0].update(status="unproven"),
    "a file too few": lambda told: _verdict(told)["manifest"].pop(),
    "another size": lambda told: _verdict(told)["manifest"][0].update(bytes=0),
    "other counts": lambda told: _verdict(told)["counts"].update(holds=0),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_signed_but_contradicting_itself(name: str) -> None:
    assert "contradicts itself" in why_not(changed(CONTRADICTIONS[name]))


def test_a_failure_dressed_as_a_pass_contradicts_itself() -> None:
    def dress(told: Told) -> None:
        told["predicate"].update(verificationResult="PASSED", verifiedLevels=["CTO_STAGE2_PASS"])
        _verdict(told).update(decision="pass", supports_stage2_pass=True)

    assert "violated" in why_not(changed(dress, attested("forbidden-write")))


def test_levels_of_other_rules_are_measured_by_the_grade_alone() -> None:
    def other_rules(told: Told) -> None:
        _verdict(told)["tool"]["ruleset_sha256"] = "0" * 64
        judged = policy_sha256(PublishedTool(**_verdict(told)["tool"]))
        told["predicate"]["policy"]["digest"]["sha256"] = judged
        told["predicate"]["verifiedLevels"].append("CTO_SOMETHING_NEW")

    line = changed(other_rules)
    assert "CTO_SOMETHING_NEW" in check(line).levels
    assert "levels" in why_not(changed(lambda told: _verdict(told).update(model_grade="served"), line))
    assert "levels" in why_not(changed(lambda told: _verdict(told).update(supports_stage2_pass=False), line))


def test_fields_that_nobody_knows_change_nothing() -> None:
    def extend(told: Told) -> None:
        told["new"] = told["predicate"]["slsaVersion"] = "1.2"
        told["predicate"]["https://example.com/more"] = {"decision": "fail"}

    assert check(changed(extend)).verdict == check(attested()).verdict


@given(st.integers(0, 400 * DAY), st.integers(0, 400 * DAY))
def test_age(age: int, allowed: int) -> None:
    if age <= allowed:
        assert check(attested(), now=NOON + age, max_age=allowed).time_verified == NOON
    else:
        assert "older than allowed" in why_not(attested(), now=NOON + age, max_age=allowed)


@pytest.mark.parametrize(("ahead", "believed"), [(SKEW, True), (SKEW + SECOND, False), (3650 * DAY, False)])
def test_the_future(ahead: int, believed: bool) -> None:
    if believed:
        assert check(attested(), now=NOON - ahead).time_verified == NOON
    else:
        assert "in the future" in why_not(attested(), now=NOON - ahead)


def test_without_an_age_any_past_will_do() -> None:
    assert check(attested(), now=NOON + 9999 * DAY).decision == "pass"


def test_the_policy_is_the_one_that_is_demanded() -> None:
    policy = check(attested()).policy_sha256
    assert check(attested(), policy_digest=policy).policy_sha256 == policy
    assert "not 0000" in why_not(attested(), policy_digest="0" * 64)
    assert "not " in why_not(attested(), policy_digest=policy[:-1])


def test_a_level_implies_the_weaker_ones_of_its_track() -> None:
    assert check(attested(), require=["CTO_MODEL_DISPATCHED", "CTO_MODEL_SERVED", "CTO_MODEL_CORROBORATED"])
    weak = attested("stage2-pass-dispatched-only")
    assert check(weak, require=["CTO_MODEL_DISPATCHED", "CTO_STAGE2_PASS"])
    assert "CTO_MODEL_SERVED" in why_not(weak, require=["CTO_MODEL_SERVED"])
    assert "CTO_STAGE2_PASS" in why_not(attested("fake-baseline-only"), require=["CTO_STAGE2_PASS"])
    assert "CTO_UNHEARD_OF" in why_not(attested(), require=["CTO_UNHEARD_OF"])


def test_every_reason_is_given_at_once() -> None:
    run, _ = place("forbidden-write")
    with pytest.raises(Refused) as caught:
        check(
            attested("fake-baseline-only"),
            now=NOON + DAY,
            max_age=1,
            policy_digest="0" * 64,
            require=["CTO_STAGE2_PASS"],
            run_dir=run,
        )
    told = str(caught.value)
    for part in ("older", "rules and policy", "CTO_STAGE2_PASS", "was removed", "was added", "another name"):
        assert part in told
    assert (caught.value.reason, caught.value.hint) == (caught.value.reasons[0].text, caught.value.reasons[0].hint)


def test_nothing_is_said_of_what_is_not_signed() -> None:
    line = seal(b"{}", None)
    with pytest.raises(Refused) as caught:
        check(line, max_age=1, require=["CTO_STAGE2_PASS"])
    assert len(caught.value.reasons) == 1


def test_another_run_is_no_subject_of_it() -> None:
    run, _ = place("stage2-pass-no-gateway")
    assert "not as it was judged" in why_not(attested(), run_dir=run)


def test_a_directory_that_is_not_there_is_the_operators_mistake() -> None:
    run, _ = place(PASS)
    with pytest.raises(OperatorError, match="cannot be opened"):
        check(attested(), run_dir=run / "report.json")


def test_a_refusal_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"):
        Refused([])
    assert str(Refused([Reason("a", "b"), Reason("c")])) == "a; c"


def test_a_signer_can_be_one_of_many() -> None:
    assert check(attested(), keys=[SIGNER.public_key, SIGNER.public_key]).key_id == KEY.keyid
