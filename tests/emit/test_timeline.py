"""The picture of a run's course holds every moment, in its bounds, whatever the clocks say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.emit.page.timeline import LEFT, RIGHT, lasted, timeline
from auditor.facts import Moment, Pair, Where

PAIR = Pair("p", "m")
HOUR = 3_600_000_000


def moment(kind: Any, time: int | None, *, witness: Any = "harness", label: str = "p/m", **more: Any) -> Moment:
    """Return a moment at a time."""
    return Moment(kind, witness, label, Where("trace.jsonl", 1), time, **more)


MOMENTS = st.lists(
    st.builds(
        Moment,
        kind=st.sampled_from(["step", "phase", "dispatch", "response", "refusal"]),
        witness=st.sampled_from(["harness", "case", "gateway"]),
        label=st.sampled_from(["p/m", "p/other", "implement (implementer)"]),
        where=st.just(Where("t", 1)),
        time=st.one_of(st.none(), st.integers(-(10**19), 10**19), st.integers(10**15, 10**15 + HOUR)),
        end=st.one_of(st.none(), st.integers(10**15, 10**15 + HOUR)),
        count=st.integers(1, 5),
    ),
    max_size=60,
)


@given(MOMENTS)
def test_everything_stands_inside_the_picture(moments: list[Moment]) -> None:
    drawn = timeline(moments, PAIR)
    if drawn is None:
        return
    assert len(drawn.rows) == len(moments)
    for lane in drawn.lanes:
        for mark in lane.marks:
            assert LEFT <= mark.x <= RIGHT and mark.x + mark.width <= RIGHT + 2
            assert 0 <= mark.y <= drawn.height
    assert all(LEFT <= tick.x <= RIGHT for tick in drawn.ticks) and len(drawn.ticks) <= 8


def test_without_a_time_there_is_no_picture() -> None:
    assert timeline([moment("step", None)], PAIR) is None
    assert timeline([moment("step", 10**19)], PAIR) is None


def test_a_wrong_clock_stands_at_the_edge_and_is_counted() -> None:
    moments = [moment("step", 10**15), moment("response", 5), moment("step", 10**15 + HOUR)]
    drawn = timeline(moments, PAIR)
    assert drawn is not None and drawn.outside == 1
    answered = next(lane for lane in drawn.lanes if lane.title == "Answered, by harness")
    assert answered.marks[0].x == LEFT
    assert [tick.label for tick in drawn.ticks] == ["0", "10 min", "20 min", "30 min", "40 min", "50 min", "1 h"]


def test_numbers_that_would_hide_one_another_go_to_other_levels_or_away() -> None:
    drawn = timeline([*(moment("step", 10**15 + n) for n in range(5)), moment("step", 10**15 + HOUR)], PAIR)
    assert drawn is not None
    (lane,) = drawn.lanes
    assert [mark.number for mark in lane.marks] == [1, 2, 3, 0, 0, 6]
    assert len({mark.y for mark in lane.marks[:3]}) == 3
    assert [row.number for row in drawn.rows] == [1, 2, 3, 4, 5, 6]


def test_another_than_the_admitted_pair_is_marked_and_none_where_none_is_admitted() -> None:
    moments = [moment("step", 1), moment("dispatch", 2, label="p/other"), moment("response", 3), moment("step", 9)]
    drawn, bare = timeline(moments, PAIR), timeline(moments, None)
    assert drawn is not None and [row.style for row in drawn.rows] == ["step", "differs", "response", "step"]
    assert bare is not None and "differs" not in {row.style for row in bare.rows}


def test_a_phase_without_an_end_is_drawn_open_to_the_edge() -> None:
    phase = moment("phase", 10, witness="case", label="implement (a)", detail="no end in evidence")
    drawn = timeline([moment("step", 0), phase, moment("step", 20)], PAIR)
    assert drawn is not None
    mark = drawn.lanes[1].marks[0]
    assert mark.style == "phase open" and mark.x + mark.width == RIGHT and mark.label == "implement"


@pytest.mark.parametrize(
    ("micros", "shown"),
    [(0, "0 ms"), (1500, "1.5 ms"), (1_476_000, "1.476 s"), (60_000_000, "1 min"), (725_000_000, "12 min 5 s"),
     (59_999_999, "60 s"), (12_000_000_000, "3 h 20 min"), (3_600_000_000, "1 h")],
)  # fmt: skip
def test_spans_are_for_reading(micros: int, shown: str) -> None:
    assert lasted(micros) == shown
