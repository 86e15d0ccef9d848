"""A run's model grade is that of its weakest agent, and what is contradicted has none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.admission import Judgement
from auditor.contract import AdmissionRecord
from auditor.evidence import Evidence
from auditor.facts import GRADES, Fact, Grade, Naming, Pair
from auditor.grading import accepted_models, agent_grades, effective, model_grade
from tests.pieces import PAIR, dispatch, event, evidence, fact, report, response

OTHER = Pair("openai", "gpt-5")


def named(grade: Grade) -> Fact:
    return fact("model.named", Naming(PAIR.provider, PAIR.model, "report"), grade=grade)


def shown(agent: str, grade: Grade) -> list[Fact]:
    """Return what shows one agent with one grade."""
    identity = f"msg_{agent}"
    ladder = {
        "claimed": [],
        "configured": [],
        "dispatched": [dispatch(agent)],
        "served": [dispatch(agent), response(agent, identity)],
        "corroborated": [dispatch(agent), response(agent, identity), response(None, identity, witness="gateway")],
    }
    return [event("phase_start", phase=agent, agent=agent), *ladder[grade]]


@given(grades=st.dictionaries(st.sampled_from("abcd"), st.sampled_from(GRADES[2:]), min_size=1))
def test_the_weakest_agent_decides(grades: dict[str, Grade]) -> None:
    facts = [item for agent, grade in grades.items() for item in shown(agent, grade)]
    run = evidence(report(), *facts)
    assert agent_grades(run) == grades
    assert model_grade(run) == min(grades.values(), key=GRADES.index)


@pytest.mark.parametrize(
    ("names", "wanted"), [([], None), (["claimed"], "claimed"), (["claimed", "configured"], "configured")]
)
def test_where_no_call_is_shown_the_configuration_or_the_claim_is_all(names: list[Grade], wanted: Grade | None) -> None:
    run = evidence(report(), event("phase_start", agent="a"), *map(named, names))
    assert model_grade(run) == wanted


def test_no_agent_no_grade() -> None:
    assert model_grade(evidence(report(), named("claimed"))) is None


@pytest.mark.parametrize(
    "stranger",
    [
        dispatch("a", OTHER),
        dispatch("a", Pair(PAIR.provider, PAIR.model + "-20260101")),
        response("a", "msg_2", served="gpt-5"),
        response("a", "msg_2", provider="openai"),
    ],
)
def test_one_stranger_takes_the_grade_away(stranger: Fact) -> None:
    assert model_grade(evidence(report(), *shown("a", "corroborated"), stranger)) is None


def test_a_dispatch_that_only_the_harness_tells_of_is_not_dispatched() -> None:
    run = evidence(report(), dispatch("a", witness="harness"), named("configured"))
    assert model_grade(run) == "configured"


@pytest.mark.parametrize(
    "unanswered", [response("a", "m", served=None), response("a", "m", status=429), response("a", "m", status=500)]
)
def test_a_request_without_an_answer_serves_nothing(unanswered: Fact) -> None:
    assert model_grade(evidence(report(), dispatch("a"), unanswered)) == "dispatched"


def test_corroboration_needs_the_same_response_of_the_same_model() -> None:
    base = [dispatch("a"), response("a", "msg_1")]
    for row in (
        response(None, "msg_2", witness="gateway"),
        response(None, "msg_1", served="gpt-5", witness="gateway"),
        response(None, "msg_1", status=500, witness="gateway"),
        response(None, None, witness="gateway"),
    ):
        assert model_grade(evidence(report(), *base, row)) == "served"
    assert model_grade(
        evidence(report(), dispatch("a"), response("a", None), response(None, None, witness="gateway"))
    ) == ("served")


def admitted(*served: str) -> Evidence:
    record = AdmissionRecord(
        "cto-case-model-admission/v1",
        "external_provider_approved",
        "external_anthropic",
        PAIR.provider,
        PAIR.model,
        "env",
        "provider_api_only",
        "test",
        "2026-01-01T00:00:00Z",
        served_model_ids=list(served),
    )
    snapshot = response("a", "msg_1", served="claude-sonnet-4-6-20260101")
    return evidence(
        report(case_model="something-else"), dispatch("a"), snapshot, judgement=Judgement("admitted", "", PAIR, record)
    )


def test_only_the_authority_can_list_another_served_id() -> None:
    assert model_grade(admitted("claude-sonnet-4-6-20260101")) == "served"
    assert model_grade(admitted()) is None
    assert accepted_models(admitted("x"), PAIR) == {PAIR.model, "x"}
    assert accepted_models(evidence(report()), PAIR) == {PAIR.model}


def test_evidence_is_compared_with_the_admitted_pair_before_the_requested_one() -> None:
    assert effective(admitted()) == PAIR
    assert effective(evidence(report())) == PAIR
    assert effective(evidence()) is None
    refused = evidence(report(), judgement=Judgement("not_admitted", "", OTHER))
    assert effective(refused) == PAIR
