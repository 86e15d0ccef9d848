"""The machinery around the rules fails closed: absent needs, gaps and crashes never let a rule hold."""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import OperatorError
from auditor.evidence import (
    SAME,
    SUPPLY,
    Applies,
    Evidence,
    Outcome,
    Rule,
    holds,
    not_applicable,
    rule,
    unproven,
    violated,
)
from auditor.facts import Effect, Gap, Ruling, Status
from auditor.places import rules_folder
from auditor.policy import Policy
from auditor.policy import load as load_policy
from auditor.ruleset import Ruleset, decide, digest, evaluate, load, urgent_topics
from tests.pieces import artifact, evidence, fact

POLICY = load_policy()
SOUND = evidence(fact("stream", 1), artifacts=(artifact("trace.jsonl", "trace"), artifact("x.log", "backend_log")))


def made(
    outcome: Outcome | Exception,
    *,
    needs: tuple[str, ...] = (),
    reads: tuple[str, ...] = (),
    applies: Applies = lambda _: None,
) -> Rule:
    """Return a rule that always rules the same."""

    @rule("test.made-up", clause="c", remedy="r", needs=needs, reads=reads, applies=applies)
    def judge(run: Evidence, policy: Policy) -> Outcome:
        """Rule as told."""
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return judge


def asked(one: Rule, run: Evidence = SOUND) -> Ruling:
    (ruling,) = evaluate(Ruleset((one,), ""), run, POLICY)
    return ruling


@pytest.mark.parametrize("outcome", [holds("h"), violated("v"), unproven("u"), not_applicable("n")])
def test_a_ruling_says_what_the_rule_said(outcome: Outcome) -> None:
    ruling = asked(made(outcome, needs=("stream",), reads=("trace",)))
    assert (ruling.status, ruling.because, ruling.rule, ruling.clause, ruling.remedy) == (
        outcome.status,
        outcome.because,
        "test.made-up",
        "c",
        SUPPLY if outcome.status == "unproven" else "r",
    )


def test_what_is_unproven_has_a_remedy_of_its_own_that_accuses_nobody() -> None:
    @rule("test.made-up", clause="c", remedy="find out who did it", missing="give the record")
    def judge(run: Evidence, policy: Policy) -> Outcome:
        """Rule as told."""
        return unproven("u") if run.name == "absent" else violated("v")

    assert asked(judge).remedy == "find out who did it"
    assert asked(judge, msgspec.structs.replace(SOUND, name="absent")).remedy == "give the record"
    both = rule("test.both", clause="c", remedy="record it", missing=SAME)(judge.judge)
    assert asked(both, msgspec.structs.replace(SOUND, name="absent")).remedy == "record it"
    assert asked(made(violated("v"), needs=("dispatch",))).remedy == SUPPLY
    assert asked(made(ValueError("hush"))).remedy == SUPPLY


@pytest.mark.parametrize(
    "error", [ValueError("hush"), KeyError("hush"), RecursionError(), MemoryError(), AssertionError()]
)
def test_a_rule_that_crashes_is_unproven_and_quotes_nothing(error: Exception) -> None:
    ruling = asked(made(error))
    assert ruling.status == "unproven"
    assert type(error).__name__ in ruling.because
    assert "hush" not in ruling.because


def test_a_condition_that_crashes_is_unproven_too() -> None:
    def crash(_: Evidence) -> str | None:
        raise ValueError

    assert asked(made(holds("h"), applies=crash)).status == "unproven"


def test_an_interrupt_is_no_ruling() -> None:
    def interrupt(_: Evidence) -> str | None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asked(made(holds("h"), applies=interrupt))


def test_absent_needs_are_unproven_before_the_rule_is_asked() -> None:
    ruling = asked(made(AssertionError("asked"), needs=("stream", "trace.event", "dispatch")))
    assert (ruling.status, ruling.because) == ("unproven", "the run has no evidence of trace.event, dispatch")


def test_a_kind_with_no_fact_left_is_absent() -> None:
    run = evidence()
    run.facts["stream"] = []
    assert asked(made(holds("h"), needs=("stream",)), run).status == "unproven"


def test_a_rule_that_does_not_apply_needs_nothing() -> None:
    ruling = asked(made(violated("v"), needs=("dispatch",), applies=lambda _: "not of this run"))
    assert (ruling.status, ruling.because) == ("not_applicable", "not of this run")


@pytest.mark.parametrize("outcome", [holds("h"), violated("v"), unproven("u"), not_applicable("n")])
@pytest.mark.parametrize(("path", "touched"), [("trace.jsonl", True), ("x.log", False), ("elsewhere", False)])
def test_a_gap_turns_only_holds_into_unproven(outcome: Outcome, path: str, touched: bool) -> None:
    run = evidence(fact("stream", 1), artifacts=SOUND.artifacts, gaps=(Gap(path, "torn", 3),))
    ruling = asked(made(outcome, reads=("trace", "report")), run)
    wanted = "unproven" if touched and outcome.status == "holds" else outcome.status
    assert ruling.status == wanted
    if wanted != outcome.status:
        assert [(shown.path, shown.line, shown.note) for shown in ruling.evidence] == [(path, 3, "torn")]


EFFECTS: tuple[Effect, ...] = ("fail", "block", "warn")
STATUSES: tuple[Status, ...] = ("holds", "violated", "unproven", "not_applicable")
CLAIMS = ("pass", "blocked", "fail", None, "PASS", "")


def ruling(status: Status, effect: Effect) -> Ruling:
    return Ruling(f"test.{status.replace('_', '-')}-{effect}", status, effect, "because")


RULINGS = st.builds(ruling, st.sampled_from(STATUSES), st.sampled_from(EFFECTS))
GAPS = st.sampled_from([(), (Gap("x", "unread"),)])
ORDER = {"pass": 0, "blocked": 1, "fail": 2}


@pytest.mark.parametrize(
    ("told", "claimed", "wanted"),
    [
        ([], "pass", "blocked"),
        ([("not_applicable", "fail")], "pass", "blocked"),
        ([("holds", "warn")], "pass", "blocked"),
        ([("unproven", "fail")], "pass", "blocked"),
        ([("unproven", "fail")], "blocked", "blocked"),
        ([("holds", "fail")], "pass", "pass"),
        ([("holds", "fail"), ("violated", "warn"), ("unproven", "warn")], "pass", "pass"),
        ([("holds", "fail"), ("unproven", "fail")], "pass", "blocked"),
        ([("holds", "fail"), ("unproven", "block")], None, "blocked"),
        ([("holds", "fail"), ("violated", "block")], "pass", "blocked"),
        ([("holds", "fail"), ("violated", "block")], "blocked", "blocked"),
        ([("holds", "fail"), ("violated", "fail")], "pass", "fail"),
        ([("holds", "fail"), ("violated", "fail")], "blocked", "fail"),
        ([("violated", "fail"), ("unproven", "fail"), ("violated", "block")], "fail", "fail"),
        ([("holds", "fail")], "blocked", "blocked"),
        ([("holds", "fail")], "fail", "blocked"),
        ([("holds", "fail")], None, "blocked"),
        ([("holds", "fail")], "PASS", "blocked"),
        ([("holds", "fail"), ("unproven", "fail")], "blocked", "blocked"),
    ],
)
def test_the_worst_ruling_decides(told: list[tuple[Status, Effect]], claimed: str | None, wanted: str) -> None:
    decision, reason = decide(tuple(itertools.starmap(ruling, told)), (), claimed)
    assert decision == wanted
    assert reason


def named(*told: tuple[str, Status, Effect]) -> tuple[Ruling, ...]:
    """Return rulings by name, sorted as an audit has them, each with its name as its reason."""
    return tuple(Ruling(name, status, effect, f"because of {name}") for name, status, effect in sorted(told))


def test_the_sentence_names_what_is_most_urgent_and_counts_the_rest() -> None:
    leak, write = ("secret.a", "violated", "fail"), ("writes.a", "violated", "fail")
    model, record = ("model.a", "violated", "fail"), ("admission.a", "violated", "fail")
    others: list[tuple[str, Status, Effect]] = [
        ("digest.a", "violated", "fail"),
        ("baseline.a", "violated", "fail"),
        ("report.a", "unproven", "fail"),
        ("secret.z", "unproven", "fail"),
        ("secret.b", "violated", "warn"),
    ]
    everything: list[Any] = [leak, write, model, record, *others]
    while everything[: -len(others)]:
        wanted = everything[0][0]
        count = sum(status == "violated" and effect == "fail" for _, status, effect in everything) - 1
        sentence = f"{wanted}: because of {wanted} (and {count} more)"
        assert decide(named(*everything), (), "pass") == ("fail", sentence)
        everything.pop(0)
    assert decide(named(*others), (), "pass") == ("fail", "baseline.a: because of baseline.a (and 1 more)")


def test_what_is_shown_is_told_before_what_is_only_open() -> None:
    told = named(("secret.a", "unproven", "fail"), ("report.a", "violated", "block"), ("report.b", "holds", "fail"))
    assert decide(told, (), "pass") == ("blocked", "report.a: because of report.a (and 1 more)")


def test_urgent_topics_are_topics_of_rules_and_a_bad_list_is_refused(tmp_path: Path) -> None:
    assert set(urgent_topics()) < {one.topic for one in load().rules}
    for text in ("topics = 3", "topic = []", "[", "\xff"):
        (tmp_path / "headline.toml").write_bytes(text.encode("latin-1"))
        with pytest.raises(OperatorError, match="cannot be used"):
            urgent_topics(tmp_path / "headline.toml")


@given(rulings=st.lists(RULINGS, max_size=6), gaps=GAPS, claimed=st.sampled_from(CLAIMS), order=st.randoms())
def test_order_and_warnings_decide_nothing(
    rulings: list[Ruling], gaps: tuple[Gap, ...], claimed: str | None, order: random.Random
) -> None:
    decision, _ = decide(tuple(rulings), gaps, claimed)
    order.shuffle(rulings)
    assert decide(tuple(rulings), gaps, claimed)[0] == decision
    serious = tuple(found for found in rulings if found.effect != "warn")
    assert decide(serious, gaps, claimed)[0] == decision


@given(
    rulings=st.lists(RULINGS, max_size=6),
    more=RULINGS.filter(lambda r: r.status != "holds"),
    claimed=st.sampled_from(CLAIMS),
)
def test_what_does_not_hold_never_makes_a_verdict_better(
    rulings: list[Ruling], more: Ruling, claimed: str | None
) -> None:
    before, after = decide(tuple(rulings), (), claimed)[0], decide((*rulings, more), (), claimed)[0]
    assert ORDER[after] >= ORDER[before]


@given(rulings=st.lists(RULINGS, max_size=6), claimed=st.sampled_from(CLAIMS))
def test_a_gap_never_passes_and_hides_no_violation(rulings: list[Ruling], claimed: str | None) -> None:
    before, after = decide(tuple(rulings), (), claimed)[0], decide(tuple(rulings), (Gap("x", "unread"),), claimed)[0]
    assert after == ("blocked" if before == "pass" else before)


@given(rulings=st.lists(RULINGS, max_size=6), claimed=st.sampled_from(CLAIMS))
def test_a_pass_is_claimed_and_nothing_serious_is_open(rulings: list[Ruling], claimed: str | None) -> None:
    if decide(tuple(rulings), (), claimed)[0] == "pass":
        serious = [found.status for found in rulings if found.effect != "warn"]
        assert claimed == "pass"
        assert "holds" in serious
        assert not {"violated", "unproven"} & set(serious)


GOOD = '''
from auditor.evidence import holds, rule

@rule("good.one", clause="c", remedy="r", needs=("stream",))
def one(run, policy):
    """It is so."""
    return holds("so")
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('needs=("stream",)', 'needs=("streem",)'),
        ('"good.one"', '"other.one"'),
        ('"good.one"', '"good.One"'),
        ('"good.one"', '"good"'),
        ('clause="c"', 'clause=""'),
        ('    """It is so."""\n', ""),
    ],
)
def test_a_rule_that_is_not_whole_refuses_to_load(old: str, new: str, tmp_path: Path) -> None:
    assert old in GOOD
    (tmp_path / "good.py").write_text(GOOD.replace(old, new))
    with pytest.raises(OperatorError, match="refuses to load"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("good.one", "good.One", "its name is not of the form topic.kebab-name"),
        ("good.one", "bad.one", "its topic is not good, as its file is called"),
        ('clause="c"', 'clause=""', "it has no clause, the requirement that it enforces"),
        ('    """It is so."""\n', "", "it has no documentation"),
        ("stream", "no.such", "it needs unknown fact kinds ['no.such']"),
    ],
)
def test_each_fault_of_a_rule_has_its_own_sentence(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(GOOD.replace(old, new))
    with pytest.raises(OperatorError) as refused:
        load(tmp_path)
    assert refused.value.sentence.endswith(f"refuses to load: {sentence}")


def test_rules_whose_documentation_was_taken_away_say_by_what() -> None:
    line = [sys.executable, "-OO", "-m", "auditor", "rules"]
    done = subprocess.run(line, cwd=rules_folder().parent, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "python -OO" in done.stderr and "mend the rule" not in done.stderr


def test_rules_are_found_sorted_and_digested(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(GOOD + GOOD.replace("good.one", "good.another").replace("def one", "def two"))
    (tmp_path / "_kit.py").write_text("raise AssertionError('not a rule file')")
    (tmp_path / "policy.toml").write_text("x = 1")
    found = load(tmp_path)
    assert [one.name for one in found.rules] == ["good.another", "good.one"]
    assert found.sha256 == digest(tmp_path)
    (tmp_path / "policy.toml").write_text("x = 2")
    assert digest(tmp_path) != found.sha256


def test_two_rules_of_one_name_refuse_to_load(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(GOOD + GOOD.replace("def one", "def two"))
    with pytest.raises(OperatorError, match="repeat a name"):
        load(tmp_path)


def test_a_folder_without_rules_refuses_to_load(tmp_path: Path) -> None:
    with pytest.raises(OperatorError):
        load(tmp_path)


def test_the_digest_is_that_of_the_files_and_their_names(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        shutil.copytree(rules_folder(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    assert digest(one) == digest(two) == digest(rules_folder())
    (two / "gate.py").rename(two / "gates.py")
    assert digest(one) != digest(two)
