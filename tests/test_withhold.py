"""The last door: no text of a verdict keeps a secret, whichever field it came through; what is safe stays."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from auditor.facts import Artifact, Claim, Exhibit, Fact, Gap, Naming, Pair, Ruling, Secret, Tool, Verdict, Where
from auditor.places import rules_folder
from auditor.secrets import Engine, Hit
from auditor.withhold import withhold
from tests.secrets.fakes import pick

ENGINE = Engine.load(rules_folder() / "secrets")
KEY = "ghp_" + pick("alnum", 36, random.Random(11))
ODD = "correct-horse-" + pick("lower", 12, random.Random(12))
"""A value in no known format, which only the hit makes a secret."""

DIGEST = "ab" * 32


def hit(value: str) -> Hit:
    return Hit("a", 1, "made-up", "raw", "likely", value)


def verdict(text: str) -> Verdict:
    """Return a verdict with `text` in every field that may hold untrusted text."""
    return Verdict(
        run_id=text,
        decision="fail",
        reason=f"because {text}!",
        claim=Claim(text, 2, text),
        supports_stage2_pass=False,
        admitted=Pair(text, text),
        model_grade=None,
        rulings=(Ruling("topic.rule", "violated", "fail", text, text, text, (Exhibit(text, 1, f"/{text}", text),)),),
        secrets=(Secret(text, 1, "made-up", "raw", "…[40]", "f" * 32, "likely"),),
        artifacts=(Artifact(f"dir/{text}", "other", "harness", 1, DIGEST, "match"),),
        gaps=(Gap(text, text, 1),),
        root_sha256=DIGEST,
        tool=Tool("1", DIGEST, DIGEST),
        namings=(Fact("model.named", Naming(text, text, "trace"), "harness", Where(text, 1, text)),),
    )


def leaves(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [leaf for item in value.items() for leaf in leaves(list(item))]
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, list | tuple) else []


@pytest.mark.parametrize("secret", [KEY, ODD])
@pytest.mark.parametrize("around", ["{}", "x{}y", "{} {}", "\n{}\t", "é{}", '"{}"', "../{}/z"])
def test_no_field_keeps_the_value(secret: str, around: str) -> None:
    shown = withhold(verdict(around.replace("{}", secret)), ENGINE, [hit(secret)])
    texts = leaves(msgspec.to_builtins(shown))
    assert not [text for text in texts if secret in text]
    assert (shown.decision, shown.root_sha256, shown.artifacts[0].sha256) == ("fail", DIGEST, DIGEST)
    assert shown.secrets[0].masked == "…[40]"
    assert shown.secrets[0].fingerprint == "f" * 32


def test_a_part_of_a_known_value_is_masked_too() -> None:
    shown = withhold(verdict(ODD[3:-2]), ENGINE, [hit(ODD)])
    assert not [text for text in leaves(msgspec.to_builtins(shown)) if ODD[5:14] in text]


def test_a_credential_that_no_file_held_is_masked_too() -> None:
    shown = withhold(verdict(KEY), ENGINE, [])
    assert KEY not in str(msgspec.to_builtins(shown))


def test_a_verdict_without_secrets_is_left_as_it_is() -> None:
    plain = verdict("nothing to hide")
    assert withhold(plain, ENGINE, [hit(ODD)]) == plain


@pytest.mark.parametrize("planted", ["violated", "fail", "x-violated-y", "topic.rule", "made-up"])
def test_a_planted_word_does_not_garble_the_verdict_s_own(planted: str) -> None:
    shown = withhold(verdict(f"password={planted}"), ENGINE, [hit(planted)])
    ruling = shown.rulings[0]
    assert (shown.decision, ruling.rule, ruling.status, ruling.effect) == ("fail", "topic.rule", "violated", "fail")
    assert (shown.secrets[0].detector, shown.secrets[0].confidence) == ("made-up", "likely")
    assert planted not in shown.reason
