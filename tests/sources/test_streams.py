"""Logs are checked while they stream: sequence, time, identity; a little disorder is put right, gaps are told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.records.collector import Collector
from auditor.sources import _stream
from auditor.sources._stream import MAX_FAULTS, Fields, Reorder, Stream, StreamCheck

T = "2026-06-10T14:38:{:02}Z"


def checked(rows: list[dict[str, Any]], **options: Any) -> Collector:
    collector = Collector(1000)
    options = {"sequence": "seq", "identity": "run_id"} | options
    notes = collector.notes("f", "trace", "harness")
    check = StreamCheck(notes, **options)
    for line, row in enumerate(rows, 1):
        check.see(line, row)
    check.close()
    notes.settle()
    return collector


def rows(*numbers: Any, **fields: Any) -> list[dict[str, Any]]:
    return [{"seq": number, "ts": T.format(at), "run_id": "r", **fields} for at, number in enumerate(numbers)]


def told(collector: Collector, kind: str) -> list[tuple[int | None, str]]:
    return [(fact.where.line, fact.value) for fact in collector.facts.get(f"stream.{kind}", [])]


def test_an_unbroken_log_is_summed_up() -> None:
    found = checked(rows(1, 2, 3))
    (summary,) = found.facts["stream"]
    assert summary.value == Stream("trace", 3, 1, 3, summary.value.first_time, summary.value.last_time)
    assert summary.value.last_time - summary.value.first_time == 2_000_000
    assert told(found, "run-id") == [(1, "r")]
    assert found.facts.keys() == {"stream", "stream.run-id"}


@pytest.mark.parametrize(
    ("numbers", "line"),
    [
        ((2, 3), 1),
        ((0, 1), 1),
        ((1, 3), 2),
        ((1, 1), 2),
        ((1, 2, 1), 3),
        ((1, -1), 2),
        ((1, True), 2),
        ((True, 2), 1),
        ((1, 2.0), 2),
        ((1, "2"), 2),
        ((1, None), 2),
        ((1, [2]), 2),
        ((1, 2**64), 2),
    ],
)
def test_a_gap_a_repeat_and_a_wrong_type_are_told_at_their_line(numbers: tuple[Any, ...], line: int) -> None:
    assert told(checked(rows(*numbers)), "sequence-fault")[0][0] == line


def test_a_log_that_may_start_late_must_still_go_on() -> None:
    assert told(checked(rows(7, 8, 9), strict=False), "sequence-fault") == []
    assert [line for line, _ in told(checked(rows(7, 9), strict=False), "sequence-fault")] == [2]


@given(numbers=st.lists(st.integers(0, 5), max_size=6))
def test_only_one_two_three_is_unbroken(numbers: list[int]) -> None:
    faults = told(checked(rows(*numbers)), "sequence-fault")
    assert (faults == []) == (numbers == list(range(1, len(numbers) + 1)))


def test_another_run_id_is_noted_at_its_first_line() -> None:
    found = checked([*rows(1), *rows(2, run_id="other"), *rows(3), *rows(4, run_id="other")])
    assert [(fact.value, fact.where.line, fact.count) for fact in found.facts["stream.run-id"]] == [
        ("r", 1, 2),
        ("other", 2, 2),
    ]


@pytest.mark.parametrize("run_id", [None, "", 7, ["r"]])
def test_a_line_without_identity_is_malformed(run_id: Any) -> None:
    found = checked([*rows(1), *rows(2, run_id=run_id)])
    assert told(found, "malformed") == [(2, "run_id is missing or no string")]


@pytest.mark.parametrize("ts", [None, "", 1_781_102_291, "yesterday", "2026-06-10T14:38:11", ["x"]])
def test_a_line_without_a_time_is_malformed(ts: Any) -> None:
    found = checked([*rows(1), *rows(2, ts=ts), *rows(3, ts=ts)])
    assert told(found, "malformed") == [(line, "ts is missing or no RFC 3339 time") for line in (2, 3)]


def test_a_time_that_goes_back_is_told_where_it_must_not() -> None:
    back = [*rows(1, ts=T.format(9)), *rows(2, ts=T.format(8)), *rows(3, ts=T.format(9))]
    assert told(checked(back), "time-fault") == [(2, "the time goes back")]
    loose = checked(back, ordered=False)
    assert told(loose, "time-fault") == []
    summary = loose.facts["stream"][0].value
    assert summary.last_time - summary.first_time == 1_000_000


def test_equal_times_and_other_zones_are_in_order() -> None:
    same = [*rows(1, ts="2026-06-10T14:00:00Z"), *rows(2, ts="2026-06-10T16:00:00+02:00")]
    assert told(checked(same), "time-fault") == []


def test_faults_are_bounded() -> None:
    assert len(told(checked(rows(*[9] * 500)), "sequence-fault")) == MAX_FAULTS


def reordered(numbers: list[Any]) -> list[Any]:
    given_on: list[Any] = []
    order = Reorder(lambda line, record: given_on.append(record["n"]))
    for line, number in enumerate(numbers, 1):
        order.push(number, line, {"n": number})
    order.flush()
    return given_on


@given(order=st.permutations(range(1, 9)))
def test_any_disorder_is_put_in_order(order: list[int]) -> None:
    assert reordered(order) == list(range(1, 9))


@given(numbers=st.lists(st.integers(-1, 6) | st.none() | st.booleans() | st.text(max_size=1), max_size=10))
def test_nothing_is_lost_or_doubled(numbers: list[Any]) -> None:
    given_on = reordered(numbers)
    assert sorted(map(repr, given_on)) == sorted(map(repr, numbers))


def test_a_late_start_and_a_gap_are_kept_in_order() -> None:
    assert reordered([9, 7, 8, 12]) == [7, 8, 9, 12]


def test_what_is_held_back_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_stream, "MAX_DISORDER", 10)
    given_on: list[int] = []
    order = Reorder(lambda line, record: given_on.append(line))
    for line in range(1, 101):
        order.push(line + 1, line, {})
        assert len(order._held) <= 10
    order.flush()
    assert given_on == list(range(1, 101))


@pytest.mark.parametrize(
    ("record", "faults"),
    [
        ({"a": "x", "b": 1}, []),
        ({"a": "x", "b": None}, []),
        ({"a": "x"}, [("b", "is missing")]),
        ({"a": 1, "b": True}, [("a", "has the wrong type"), ("b", "has the wrong type")]),
        ({"a": None, "b": 1.0}, [("a", "has the wrong type"), ("b", "has the wrong type")]),
    ],
)
def test_fields_must_be_there_and_typed(record: dict[str, Any], faults: list[tuple[str, str]]) -> None:
    assert list(Fields(a=(str,), b=(int, type(None))).faults(record)) == faults
