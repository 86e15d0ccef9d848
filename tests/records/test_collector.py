"""Facts are kept, equal ones counted, and every cap leaves a gap behind."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import Where
from auditor.records.collector import MAX_GAPS, Collector
from tests.records.kit import facts, gaps, notebook


def test_a_fact_knows_who_says_it_and_where() -> None:
    collector = Collector(9)
    collector.notes("b/x", "gateway_log", "gateway").fact("k", "v", 3, "/p", grade="served", time=7)
    (fact,) = collector.facts["k"]
    assert (fact.value, fact.witness, fact.where) == ("v", "gateway", Where("b/x", 3, "/p"))
    assert (fact.grade, fact.time, fact.count) == ("served", 7, 1)


def test_once_counts_and_keeps_the_first_place() -> None:
    collector, notes = notebook()
    notes.once("k", "a", 1)
    notes.once("k", "b", 2)
    notes.once("k", "a", 3)
    notes.once("k", "a", 4, grade="served")
    notes.settle()
    assert [(f.value, f.where.line, f.count, f.grade) for f in collector.facts["k"]] == [
        ("a", 1, 2, None),
        ("b", 2, 1, None),
        ("a", 4, 1, "served"),
    ]


def test_two_artifacts_do_not_share_their_counts() -> None:
    collector = Collector(9)
    for path in ("a", "b"):
        collector.notes(path, "trace", "harness").once("k", "v", 1)
    assert [(fact.where.path, fact.count) for fact in collector.facts["k"]] == [("a", 1), ("b", 1)]


@given(values=st.lists(st.integers(0, 4), max_size=30), cap=st.integers(0, 4))
def test_a_cap_cuts_the_new_and_says_so_once(values: list[int], cap: int) -> None:
    collector, notes = notebook(cap=cap)
    for line, value in enumerate(values, 1):
        notes.once("k", value, line)
    notes.settle()
    kept = list(dict.fromkeys(values))[:cap]
    assert [value for value, *_ in facts(collector, "k")] == kept
    assert [fact.count for fact in collector.facts.get("k", [])] == [values.count(value) for value in kept]
    assert len(gaps(collector)) == (len(set(values)) > cap)


def test_each_kind_has_its_own_cap() -> None:
    collector, notes = notebook(cap=1)
    for kind in ("a", "b", "a"):
        notes.fact(kind, 1)
    assert {kind: len(found) for kind, found in collector.facts.items()} == {"a": 1, "b": 1}
    assert len(gaps(collector)) == 1


def test_a_flood_in_one_kind_of_artifact_takes_no_room_from_another() -> None:
    collector = Collector(2)
    for kind in ("case_events", "case_events", "trace"):
        notes = collector.notes(kind, kind, "harness")
        for value in range(5):
            notes.once("tool.call", value)
    assert [(fact.where.path, fact.value) for fact in collector.facts["tool.call"]] == [
        ("case_events", 0),
        ("case_events", 1),
        ("trace", 0),
        ("trace", 1),
    ]
    assert len(gaps(collector)) == 3


def test_gaps_are_bounded_and_the_last_says_that_there_are_more() -> None:
    collector, notes = notebook()
    for line in range(MAX_GAPS * 3):
        notes.gap("unreadable", line)
    found = gaps(collector)
    assert len(found) == MAX_GAPS + 1
    assert found[-1][1] == f"more than {MAX_GAPS} gaps in this file: the rest are not shown"
    collector.notes("other", "trace", "harness").gap("its own")
    assert gaps(collector)[-1][1] == "its own"


def test_facts_cannot_be_changed() -> None:
    collector, notes = notebook()
    notes.fact("k", 1)
    try:
        collector.facts["k"][0].value = 2  # type: ignore[misc]
    except AttributeError:
        pass
    else:
        raise AssertionError("a fact was changed")
    assert msgspec.structs.asdict(collector.facts["k"][0])["value"] == 1
