"""The trend compares like with like, and a single failure among thousands can be seen."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auditor.site.trend import HEIGHT, NIGHTS, WIDTH, trend
from auditor.store import Sweep
from tests.store.kit import NIGHT, NOW


def swept(night: int, *, fail: int = 0, blocked: int = 0, passed: int = 1, **changes: Any) -> Sweep:
    """Return the sweep of a night."""
    counts = {"fail": fail, "blocked": blocked, "pass": passed}
    started = NOW + night * NIGHT
    fields = {"id": night + 1, "started": started, "ended": started + 1, "roots": ("/r",), "counts": counts}
    return Sweep(**{"interrupted": False, **fields, **changes})


def test_one_night_is_no_trend() -> None:
    assert trend([]) is None
    assert trend([swept(0)]) is None


def test_the_nights_come_oldest_first_and_say_their_counts() -> None:
    drawn = trend([swept(1, fail=3, blocked=2, passed=5), swept(0)])
    assert drawn is not None
    assert [night.day for night in drawn.nights] == ["2026-07-02", "2026-07-03"]
    assert [(b.decision, round(b.height)) for b in drawn.nights[1].blocks] == [
        ("pass", 70),
        ("blocked", 28),
        ("fail", 42),
    ]
    assert drawn.summary.endswith("fail from 0 to 3, blocked from 0 to 2, pass from 1 to 5.")


def test_only_whole_sweeps_of_the_same_roots_count_and_the_last_of_a_day() -> None:
    sweeps = [
        swept(3, passed=9, interrupted=True),
        swept(3, passed=8, ended=None),
        swept(3, passed=7, counts={"found": 7}),
        swept(2, passed=6),
        swept(2, passed=5),
        swept(1, passed=4, roots=("/other",)),
        swept(0, passed=3),
    ]
    drawn = trend(sweeps)
    assert drawn is not None and [night.total for night in drawn.nights] == [3, 6]


@given(st.lists(st.tuples(*[st.integers(0, 10**7)] * 3), min_size=2, max_size=80))
def test_every_column_stands_in_the_picture(counts: list[tuple[int, int, int]]) -> None:
    sweeps = [swept(n, fail=f, blocked=b, passed=p) for n, (f, b, p) in enumerate(counts)]
    drawn = trend(reversed(sweeps))
    assert drawn is not None and len(drawn.nights) == min(len(counts), NIGHTS)
    for night in drawn.nights:
        assert 0 <= night.x <= night.x + night.width <= WIDTH
        assert all(block.height >= 1 and 0 <= block.y <= HEIGHT for block in night.blocks)
        assert {block.decision for block in night.blocks} == {name for name, number in night.counts.items() if number}
