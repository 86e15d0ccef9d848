"""A level is stated where every rule that proves it holds, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from auditor.attest.levels import FAILED, implied, known_levels, verified_levels
from auditor.errors import OperatorError
from auditor.facts import Status, Verdict
from auditor.ruleset import load
from tests.attest.kit import NAMES, PASS, verdict_of

LEVELS = known_levels()
PROOFS = [(name, rule) for name, level in LEVELS.items() for rule in level.rules]
MODEL = [name for name, level in LEVELS.items() if level.track == "model"]


def ruled(verdict: Verdict, rule: str, status: Status) -> Verdict:
    """Return the verdict with one ruling changed."""
    rulings = (
        msgspec.structs.replace(ruling, status=status) if ruling.rule == rule else ruling for ruling in verdict.rulings
    )
    return msgspec.structs.replace(verdict, rulings=tuple(rulings))


def test_the_table_names_rules_that_there_are() -> None:
    known = {rule.name for rule in load().rules}
    assert {rule for _, rule in PROOFS} - known == set()
    assert MODEL == ["CTO_MODEL_DISPATCHED", "CTO_MODEL_SERVED", "CTO_MODEL_CORROBORATED"]
    assert all(name.startswith("CTO_") and level.means.endswith(".") for name, level in LEVELS.items())


def test_a_stage_2_pass_needs_a_rule_of_every_topic() -> None:
    topics = {rule.topic for rule in load().rules}
    assert {rule.partition(".")[0] for rule in LEVELS["CTO_STAGE2_PASS"].rules} == topics


@pytest.mark.parametrize("name", NAMES)
def test_only_a_pass_has_levels(name: str) -> None:
    verdict = verdict_of(name)
    levels = verified_levels(verdict)
    assert (levels == (FAILED,)) == (verdict.decision != "pass")
    assert ("CTO_STAGE2_PASS" in levels) == verdict.supports_stage2_pass


@pytest.mark.parametrize("status", ["violated", "unproven", "not_applicable"])
@pytest.mark.parametrize(("level", "rule"), PROOFS)
def test_what_does_not_hold_proves_nothing(level: str, rule: str, status: Status) -> None:
    verdict = verdict_of(PASS)
    assert level in implied(verified_levels(verdict))
    assert level not in verified_levels(ruled(verdict, rule, status))


@pytest.mark.parametrize(("level", "rule"), PROOFS)
def test_a_rule_that_was_not_asked_proves_nothing(level: str, rule: str) -> None:
    verdict = verdict_of(PASS)
    rulings = tuple(ruling for ruling in verdict.rulings if ruling.rule != rule)
    assert level not in verified_levels(msgspec.structs.replace(verdict, rulings=rulings))


@pytest.mark.parametrize(
    ("grade", "level"),
    [
        ("corroborated", "CTO_MODEL_CORROBORATED"),
        ("served", "CTO_MODEL_SERVED"),
        ("dispatched", "CTO_MODEL_DISPATCHED"),
        ("configured", None),
        ("claimed", None),
        (None, None),
    ],
)
def test_of_a_track_only_the_strongest_that_the_grade_allows(grade: str | None, level: str | None) -> None:
    verdict = msgspec.structs.replace(verdict_of(PASS), model_grade=grade)
    stated = [name for name in verified_levels(verdict) if name in MODEL]
    assert stated == ([level] if level else [])
    assert {name for name in implied(stated) if name in MODEL} == set(MODEL[: MODEL.index(level) + 1] if level else [])


def test_what_is_not_supported_is_not_stated() -> None:
    verdict = msgspec.structs.replace(verdict_of(PASS), supports_stage2_pass=False)
    assert "CTO_STAGE2_PASS" not in verified_levels(verdict)


def test_unknown_levels_imply_nothing() -> None:
    assert implied(["CTO_UNHEARD_OF", FAILED]) == {"CTO_UNHEARD_OF", FAILED}


@pytest.mark.parametrize(
    "table",
    [
        '[A]\nmeans = "x"\nrules = []',
        '[A]\nmeans = "x"',
        '[A]\nmeans = "x"\nrules = ["a.b"]\nunknown = 1',
        '[A]\nmeans = "x"\nrules = ["a.b"]\ngrade = "certain"',
        "A = 1",
        "[",
        None,
    ],
)
def test_a_table_that_proves_by_nothing_is_refused(table: str | None, tmp_path: Path) -> None:
    file = tmp_path / "levels.toml"
    if table is not None:
        file.write_text(table)
    with pytest.raises(OperatorError, match="levels"):
        known_levels(file)
