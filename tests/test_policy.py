"""The policy: every key is known and typed, a profile is laid over it, and the verdict's digest tells which."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from auditor.errors import OperatorError
from auditor.places import rules_folder
from auditor.policy import load

SHIPPED = (rules_folder() / "policy.toml").read_text("utf-8")


def written(text: str, folder: Path) -> Path:
    path = folder / "policy.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_shipped_policy_is_the_contracts_default() -> None:
    policy = load()
    assert (policy.model_grade_floor, policy.failing_confidence) == ("dispatched", ("confirmed", "likely"))
    assert policy.skew == policy.clock_skew_ms * 1000
    assert load(profile="strict").model_grade_floor == "corroborated"


def test_the_digest_tells_policies_and_profiles_apart(tmp_path: Path) -> None:
    other = written(SHIPPED + "\n# changed\n", tmp_path)
    digests = {load().sha256, load(profile="strict").sha256, load(other).sha256}
    assert len(digests) == 3
    assert load().sha256 == hashlib.sha256(SHIPPED.encode() + b"\0").hexdigest()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('model_grade_floor = "dispatched"', 'model_grade_flor = "dispatched"'),
        ('model_grade_floor = "dispatched"', ""),
        ('model_grade_floor = "dispatched"', 'model_grade_floor = "certain"'),
        ("clock_skew_ms = 1000", 'clock_skew_ms = "1000"'),
        ("clock_skew_ms = 1000", "clock_skew_ms = 1000.0"),
        ("clock_skew_ms = 1000", "clock_skew_ms = true"),
        ("clock_skew_ms = 1000", "clock_skew_ms = -1"),
        ("max_facts = 100_000", "max_facts = 0"),
        ("max_line_bytes = 16_777_216", "max_line_bytes = 0"),
        ("[profiles.strict]", "[profiles]\nodd = 1\n[profiles.strict]"),
        ("# What a site", "profiles = 3\n# What a site"),
        ("clock_skew_ms = 1000", "clock_skew_ms = 1000\nextra = 1"),
        ('["confirmed", "likely"]', '["confirmed", "sure"]'),
        ('["confirmed", "likely"]', '"confirmed"'),
        ("clock_skew_ms = 1000", "clock_skew_ms = 1000\nclock_skew_ms = 1000"),
        ("clock_skew_ms = 1000", "clock_skew_ms 1000"),
    ],
)
def test_a_policy_that_is_not_exact_is_refused(old: str, new: str, tmp_path: Path) -> None:
    assert old in SHIPPED
    with pytest.raises(OperatorError, match="policy"):
        load(written(SHIPPED.replace(old, new), tmp_path))


def test_a_profile_may_not_bring_an_unknown_key(tmp_path: Path) -> None:
    path = written(SHIPPED + "\n[profiles.odd]\nfloor = 1\n", tmp_path)
    assert load(path).model_grade_floor == "dispatched"
    with pytest.raises(OperatorError):
        load(path, "odd")


def test_an_unknown_profile_names_the_known_ones() -> None:
    with pytest.raises(OperatorError) as caught:
        load(profile="stricter")
    assert "strict" in caught.value.hint


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe", b"\x00", b"a = " + b"[" * 100_000, b"a." * 100_000 + b"a = 1", b"a = " + b"9" * 5_000],
    ids=["no UTF-8", "NUL", "deep", "long key", "long number"],
)
def test_what_is_no_toml_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(content)
    with pytest.raises(OperatorError):
        load(path)


def test_a_missing_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="cannot be read"):
        load(tmp_path / "none.toml")
    with pytest.raises(OperatorError):
        load(tmp_path)
