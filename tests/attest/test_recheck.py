"""Judged afresh: the same run gives the same rulings, and every difference is told with its rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.attest import Refused
from auditor.attest.recheck import recheck
from auditor.attest.statement import AttestedVerdict
from auditor.policy import load
from tests.attest.kit import NAMES, PASS, VERDICT, attested, check, place, statement


def attested_verdict(change: Callable[[dict[str, Any]], object] = lambda told: None) -> AttestedVerdict:
    """Return the sample's attested verdict with a change."""
    told = statement(attested())["predicate"][VERDICT]
    change(told)
    return msgspec.convert(told, AttestedVerdict)


def differences(verdict: AttestedVerdict, **options: Any) -> list[str]:
    """Judge the sample afresh and return what differs."""
    run, record = place(PASS)
    given: dict[str, Any] = {"admission": record} | options
    try:
        recheck(verdict, run, given.pop("policy", load()), **given)
    except Refused as refused:
        return [reason.text for reason in refused.reasons]
    return []


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_is_judged_the_same_again(name: str) -> None:
    run, record = place(name)
    recheck(check(attested(name)).verdict, run, load(), admission=record)


def first(told: dict[str, Any]) -> dict[str, Any]:
    """Return the first ruling."""
    found: dict[str, Any] = told["rulings"][0]
    return found


RULE = attested_verdict().rulings[0].rule
CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "status": (lambda told: first(told).update(status="unproven"), f"{RULE}: unproven was attested, and it is holds"),
    "effect": (lambda told: first(told).update(effect="warn"), f"{RULE}: holds was attested"),
    "reason": (lambda told: first(told).update(because="x"), f"{RULE}: holds in both, but for another reason"),
    "evidence": (lambda told: first(told).update(evidence=[]), f"{RULE}: holds in both"),
    "missing": (lambda told: told["rulings"].pop(0), f"{RULE}: a new rule"),
    "more": (
        lambda told: told["rulings"].append(first(told) | {"rule": "a.b"}),
        "a.b: attested, and there is no such rule",
    ),
    "decision": (lambda told: told.update(decision="fail"), "the decision is pass, and fail was attested"),
    "grade": (lambda told: told.update(model_grade="served"), "the model grade is corroborated"),
    "pair": (lambda told: told.update(admitted=None), "the admitted pair is openrouter/lab/echo-1, and None"),
    "root": (lambda told: told.update(root_sha256="0" * 64), "the root digest is"),
    "rules": (lambda told: told["tool"].update(ruleset_sha256="0"), "by other rules or policy"),
    "policy": (lambda told: told["tool"].update(policy_sha256="0"), "the policy changed"),
    "allowed": (
        lambda told: told.update(allowed=[dict.fromkeys(["path", "detector", "fingerprint", "reason"], "")]),
        "allowed",
    ),
    "gaps": (lambda told: told.update(gaps=[{"path": "a", "reason": "b"}]), "number of gaps"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_difference_is_told(name: str) -> None:
    change, expected = CHANGES[name]
    assert [text for text in differences(attested_verdict(change)) if expected in text]


def test_by_another_version_only_what_is_ruled_counts() -> None:
    def older(told: dict[str, Any]) -> None:
        told["tool"]["version"] = "0.0.1"
        first(told)["because"] = "put differently"

    assert differences(attested_verdict(older)) == []


def test_another_policy_is_told() -> None:
    told = differences(attested_verdict(), policy=load(None, "strict"))
    assert any("by other rules or policy" in text and "the policy changed" in text for text in told)


def test_without_the_record_the_record_is_asked_for(tmp_path: Path) -> None:
    assert any(
        "another admission record: none and not" in text for text in differences(attested_verdict(), admission=None)
    )
    _, record = place(PASS)
    assert record is not None
    other = tmp_path / "admission.json"
    other.write_bytes(record.read_bytes() + b"\n")
    assert any("another admission record" in text for text in differences(attested_verdict(), admission=other))
