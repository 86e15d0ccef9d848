"""Evidence answers only what is there, and exhibits show places, never raw untrusted text."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.evidence import MAX_EXHIBITS, exhibits, holds, noted, rule, unproven, violated
from auditor.facts import Claim, Exhibit, Gap, Naming, Pair, Secret, Where
from tests.pieces import artifact, document, event, evidence, fact, report


def test_absent_evidence_is_empty_and_the_report_reads_as_absent() -> None:
    run = evidence()
    assert run["dispatch"] == []
    assert run.document("env") is None
    assert run.report.data == {}
    assert (run.claim, run.requested, run.admitted, run.started) == (Claim(), None, None, None)
    assert not run.case_ran()


def test_two_documents_of_one_kind_are_none() -> None:
    assert evidence(document("env", {"a": 1}), document("env", {"a": 1})).document("env") is None
    assert evidence(report(status="pass"), report(status="fail")).claim == Claim()


@pytest.mark.parametrize(
    ("fields", "claim"),
    [
        ({"engine": "case", "stage": 2, "status": "pass"}, Claim("case", 2, "pass")),
        ({"engine": ["case"], "stage": "2", "status": True}, Claim()),
        ({"stage": True}, Claim()),
        ({"stage": 2.0}, Claim()),
    ],
)
def test_the_claim_is_what_the_report_says_in_the_right_type(fields: dict[str, Any], claim: Claim) -> None:
    assert evidence(report(**fields)).claim == claim


@pytest.mark.parametrize(("provider", "model"), [(None, "m"), ("p", None), (1, "m"), (["p"], "m")])
def test_half_a_pair_is_none(provider: Any, model: Any) -> None:
    assert evidence(report(case_model_provider=provider, case_model=model)).requested is None


def test_a_whole_pair_is_taken_as_written() -> None:
    assert evidence(report(case_model_provider="P ", case_model="")).requested == Pair("P ", "")


def test_gaps_belong_to_the_kind_of_their_artifact() -> None:
    files = (artifact("a", "trace"), artifact("b", "env"))
    gaps = (Gap("a", "torn"), Gap("b", "torn"), Gap("nowhere", "unread"))
    run = evidence(artifacts=files, gaps=gaps)
    assert run.gaps_in("trace") == [gaps[0]]
    assert run.gaps_in("trace", "env") == list(gaps[:2])
    assert run.gaps_in() == list(gaps)
    assert run.artifact("b") == files[1]
    assert run.artifact("c") is None


@pytest.mark.parametrize("kind", ["case_stdout", "case_stderr", "case_events", "case_run_log"])
def test_output_of_case_says_that_case_ran(kind: str) -> None:
    assert evidence(report(case_process_started=False), artifacts=(artifact("x", kind),)).case_ran()


def test_a_start_in_report_or_trace_says_that_case_ran() -> None:
    assert evidence(report(case_process_started=True)).case_ran()
    assert evidence(event("case_process_started", kind="trace.event")).case_ran()
    assert not evidence(report(case_process_started="true"), artifacts=(artifact("x", "env"),)).case_ran()


def test_events_come_by_name_in_order() -> None:
    run = evidence(event("a", 1), event("b", 2), event("a", 3))
    assert [found.value.sequence for found in run.events("a", "case.event")] == [1, 3]
    assert run.events("a") == []


EVIL = "m\x1b[31m\u202e"


def test_exhibits_show_untrusted_text_visibly() -> None:
    naming = fact("model.named", Naming("p", EVIL, "trace"), line=3)
    shown = exhibits([naming, fact("x", EVIL), fact("case.event", event("e").value)])
    assert (shown[0].path, shown[0].line) == ("harness.jsonl", 3)
    assert all(item.note.isascii() and item.note.isprintable() for item in shown)
    assert "m\\u001b[31m\\u202e" in shown[0].note


def test_each_sort_of_evidence_has_its_place() -> None:
    secret = Secret("f", 4, "key", "json", "sk-…[20]", "0" * 32, "likely")
    shown = exhibits(
        [Where("a", 1, "/p"), noted(Where("b"), "note"), Gap("c", "torn", 2), artifact("d", "trace"), secret]
    )
    assert shown == (
        Exhibit("a", 1, "/p", ""),
        Exhibit("b", None, None, "note"),
        Exhibit("c", 2, None, "torn"),
        Exhibit("d", None, None, "trace, 1 bytes"),
        Exhibit("f", 4, None, "key (likely, json): sk-…[20]"),
    )


def test_a_counted_fact_says_how_often() -> None:
    assert exhibits([fact("x", "v", count=3), fact("y", 7, count=2)])[1].note == "7 (x2)"


def test_exhibits_are_bounded() -> None:
    assert len(holds("h", [Where(str(n)) for n in range(100)]).evidence) == MAX_EXHIBITS
    assert len(violated("v", (Where("x") for _ in range(3))).evidence) == 3
    assert unproven("u").evidence == ()


def test_a_rule_knows_its_topic_and_its_documentation() -> None:
    @rule("topic.some-name", clause="c", remedy="r")
    def judge(run: Any, policy: Any) -> Any:
        """What, and why."""

    assert (judge.topic, judge.doc, judge.effect) == ("topic", "What, and why.", "fail")
