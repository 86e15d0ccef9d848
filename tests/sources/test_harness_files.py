"""The harness's and the gateway's other files: what each states, where, and nothing more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.admission import MAX_RECORD_BYTES
from auditor.facts import Naming
from auditor.records.collector import Collector
from auditor.sources import fact_kinds, open_source
from auditor.sources._listing import Listing
from auditor.sources.report_md import Stated
from tests.sources.reading import lines, noted, places, values

ROW = {
    "ts": "2026-06-10T14:38:11Z",
    "seq": 1,
    "provider": "anthropic",
    "host": "api.anthropic.com",
    "requested_model": "asked",
    "served_model": "answered",
    "response_id": "msg_1",
    "status": 200,
}


def test_a_gateway_row_corroborates_what_it_saw_served() -> None:
    found = noted("gateway_log", lines(ROW))
    assert [(fact.value.model, fact.grade, fact.witness) for fact in found.facts["model.named"]] == [
        ("asked", "dispatched", "gateway"),
        ("answered", "corroborated", "gateway"),
    ]
    (response,) = values(found, "model.response")
    assert (response.requested, response.served, response.response_id, response.sequence) == (
        "asked",
        "answered",
        "msg_1",
        1,
    )


def test_gateway_rows_may_be_written_out_of_order_but_none_may_be_missing() -> None:
    assert "stream.sequence-fault" not in noted("gateway_log", lines(ROW | {"seq": 2}, ROW)).facts
    assert "stream.sequence-fault" in noted("gateway_log", lines(ROW, ROW | {"seq": 3})).facts


@pytest.mark.parametrize("field", ["provider", "host", "requested_model", "served_model", "response_id", "status"])
def test_a_gateway_row_without_a_field_is_malformed(field: str) -> None:
    row = {key: value for key, value in ROW.items() if key != field}
    assert places(noted("gateway_log", lines(row)), "stream.malformed") == [(f"{field} is missing", 1, f"/{field}")]


@pytest.mark.parametrize("field", ["served_model", "response_id"])
@pytest.mark.parametrize("status", [429, 500, None])
def test_a_request_without_an_answer_need_not_name_one(field: str, status: int | None) -> None:
    row = {key: value for key, value in ROW.items() if key != field} | {"status": status}
    assert "stream.malformed" not in noted("gateway_log", lines(row)).facts
    assert "stream.malformed" in noted("gateway_log", lines(row | {field: 7})).facts


def test_the_report_claims_a_model_and_lists_its_artifacts() -> None:
    listed = [{"path": "x", "sha256": "a" * 64, "bytes": 1}, "odd", {"path": 7, "bytes": True}]
    found = noted("report", json.dumps({"case_model_provider": "p", "case_model": "m", "artifacts": listed}))
    assert [(fact.value, fact.grade) for fact in found.facts["model.named"]] == [
        (Naming("p", "m", "report"), "claimed")
    ]
    assert places(found, "digest.listed") == [
        (Listing("x", "a" * 64, "sha256", 1, sized=True), None, "/artifacts/0"),
        (Listing(None, None, "sha256", None, sized=True), None, "/artifacts/1"),
        (Listing(None, None, "sha256", None, sized=True), None, "/artifacts/2"),
    ]


@pytest.mark.parametrize("artifacts", [None, {}, "x", 7])
def test_a_report_that_lists_nothing_lists_nothing(artifacts: Any) -> None:
    found = noted("report", json.dumps({"case_model": None, "artifacts": artifacts}))
    assert found.facts.keys() == {"document.report"}


@pytest.mark.parametrize(
    ("line", "stated"),
    [
        ("- `status`: pass", Stated("status", "pass")),
        ("  * `stage` :  2 \r", Stated("stage", "2")),
        ("+ `x`:", Stated("x", "")),
        ("- `status`: a  b", Stated("status", "a  b")),
        ("- `a`: `b`: c", Stated("a", "`b`: c")),
        ("- `sta\u200btus`: fail", Stated("status", "fail")),
        ("\u2060- `status`: fa\u200bil", Stated("status", "fa\u200bil")),
        ("<!-- - `status`: fail -->", None),
        ("# Run 20260702T081500Z-a-b-7", Stated("run_id", "20260702T081500Z-a-b-7", aside=True)),
        ("# 20260702T081500Z-a-7 and 20260702T081500Z-a-8", None),
        ("## After 20260702T081500Z-a-7", None),
        ("- status: pass", None),
        ("-`status`: pass", None),
        ("`status`: pass", None),
        ("- `status` pass", None),
        ("", None),
    ],
)
def test_claims_of_the_markdown_report(line: str, stated: Stated | None) -> None:
    assert values(noted("report_md", line), "markdown.stated") == ([stated] if stated else [])


@pytest.mark.parametrize(
    ("line", "claim"),
    [
        ("- **`status`**: fail", ("status", "fail")),
        ("- status: fail", ("status", "fail")),
        ("- Status: **fail**", ("status", "fail")),
        ("1. `status`: fail", ("status", "fail")),
        ("2) `status`: `fail`", ("status", "fail")),
        ("| `status` | fail |", ("status", "fail")),
        ("**stage**: 3", ("stage", "3")),
        ("- case_model: gpt-4o", ("case_model", "gpt-4o")),
        ("| case_model | case_model_provider |", None),
        ("| run_id | engine | stage |", None),
        ("| engine | status |", None),
        ("| status | fail | why |", None),
        ("- status: the run did not fail", None),
        ("- case_model: as admitted", None),
        ("- stage: two", None),
        ("The status: fail", None),
        ("- summary: fail", None),
        ("- status: " + " " * 600 + "fail", None),
        ("- fake_baseline:\n  - status: pass\n\t- run_id: 20260702T081500Z-a-b-8", None),
    ],
)
def test_a_claim_among_claims_counts_in_any_dress(line: str, claim: tuple[str, str] | None) -> None:
    aside = [Stated(*claim, aside=True)] if claim else []
    assert values(noted("report_md", "- `stage`: 2\n" + line), "markdown.stated") == [Stated("stage", "2"), *aside]
    assert "markdown.stated" not in noted("report_md", line + "\n# Claims\n").facts
    assert values(noted("report_md", "- `stage`: 2\n## Baseline\n" + line), "markdown.stated") == [Stated("stage", "2")]


def test_a_comment_of_the_markdown_states_nothing() -> None:
    found = noted("report_md", "<!--\n- `status`: fail\n-->\n- `stage`: 2\n")
    assert values(found, "markdown.stated") == [Stated("status", "fail", aside=True), Stated("stage", "2")]


@pytest.mark.parametrize(
    ("text", "value"), [("`pass`", "pass"), ("`2`", 2), ("`null`", None), ('`"pass"`', "pass"), ("`", "`")]
)
def test_a_value_may_stand_in_code_marks(text: str, value: Any) -> None:
    assert Stated("k", text).agrees(value)
    assert not Stated("k", text).agrees("other")


def test_a_claim_of_any_length_costs_no_more_than_its_length() -> None:
    (stated,) = values(noted("report_md", "- `a`: x" + " " * 500_000 + "y"), "markdown.stated")
    assert len(stated.text) == 500_002


def test_the_markers_first_line_is_the_status() -> None:
    assert places(noted("gate_marker", "mismatch \r\nbecause\n"), "gate.marker") == [("mismatch", 1, None)]
    assert noted("gate_marker", "").facts == {}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2026-06-10T14:38:11Z ca exited with code 0", 0),
        ("case exited: 137", 137),
        ("ca exited status=-9", -9),
        ("cat exited 1", None),
        ("ca exited with grace", None),
    ],
)
def test_the_backends_log_says_how_case_ended(line: str, code: int | None) -> None:
    assert values(noted("backend_log", line), "backend.exited") == ([] if code is None else [code])


def test_the_backends_log_line_has_its_time() -> None:
    (fact,) = noted("backend_log", "1970-01-01T00:00:01Z ca exited 0").facts["backend.exited"]
    assert fact.time == 1_000_000


def test_the_copy_of_the_record_is_its_bytes() -> None:
    assert values(noted("admission_copy", b"\xff not json"), "admission.copy") == [b"\xff not json"]
    source = open_source("admission_copy", Collector(9).notes("admission.json", "admission_copy", "harness"))
    assert source is not None
    for _ in range(100):
        source.feed(b"x" * 100_000)
    assert sum(map(len, source._pieces)) <= MAX_RECORD_BYTES + 100_000


@pytest.mark.parametrize("kind", ["fixture_before", "fixture_after", "baseline_report", "task"])
def test_documents_are_facts_as_they_stand(kind: str) -> None:
    (record,) = values(noted(kind, '{"a": [1]}', form="json"), f"document.{kind}")
    assert record.data == {"a": [1]}


ANSWER = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": {}}


def test_other_files_are_read_for_model_evidence() -> None:
    stream = f"event: message_start\ndata: {json.dumps({'type': 'message_start', 'message': ANSWER})}\n\ndata: [DONE]\n"
    for form, content in (("json", json.dumps(ANSWER)), ("mixed", lines(ANSWER)), ("mixed", stream)):
        found = noted("other", content, form=form)
        assert [value.model for value in values(found, "model.named")] == ["m"], form
        assert found.gaps == []


def test_other_files_that_hold_no_evidence_take_none_away() -> None:
    for form, content in (("json", "no json"), ("mixed", '{"a": 1}\nprose\n{broken\n'), ("json", "")):
        found = noted("other", content, form=form)
        assert (found.facts, found.gaps) == ({}, [])


def test_one_answer_on_several_lines_is_one_answer() -> None:
    (fact,) = noted("other", lines(ANSWER, ANSWER), form="mixed").facts["model.response"]
    assert fact.count == 2


def test_every_fact_that_is_noted_is_declared() -> None:
    assert {"trace.event", "baseline_trace.event", "digest.listed", "json.torn", "tool.call"} <= fact_kinds()
    assert open_source("no-such-kind", Collector(9).notes("x", "no-such-kind", "harness")) is None
