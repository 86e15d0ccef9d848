"""Gate coverage: what a set of verdicts proves as a set."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.applies import REFUSALS
from auditor.coverage import DAY, Coverage, GateCoverage, coverage
from auditor.store.rows import Row, Traits
from tests.store.kit import NOW, SAMPLES, judged, sample


def row(number: int = 1, **changes: Any) -> Row:
    """Return a recorded row, with the given fields changed."""
    made = judged(f"/runs/{number}", **changes)
    shared = {name: getattr(made, name) for name in Row.__struct_fields__ if hasattr(made, name)}
    return Row(id=number, place_id=number, masked=False, last_seen=NOW, whole=True, **shared)


def refusal(gate: str, *, days_ago: float = 1, sound: bool = True, **changes: Any) -> Row:
    """Return the row of a run that a gate refused so many days ago."""
    started = NOW - int(days_ago * DAY)
    traits = Traits(gate=gate, refusal_sound=sound, baseline="sound", started_at=started)
    return row(run_id=f"run-of-{gate}", decision="blocked", traits=traits, **changes)


def of(found: Coverage, gate: str) -> GateCoverage:
    """Return what is covered of one gate."""
    return next(each for each in found.gates if each.gate == gate)


ALL = [refusal(gate) for gate in REFUSALS]


def test_every_gate_seen_is_complete() -> None:
    found = coverage(ALL, now=NOW)
    assert found.complete and not found.warnings
    assert [(each.gate, each.refused, each.last_at) for each in found.gates] == [(g, 1, NOW - DAY) for g in REFUSALS]


@pytest.mark.parametrize("gate", REFUSALS)
def test_a_gate_that_was_never_seen_is_a_warning(gate: str) -> None:
    found = coverage([each for each in ALL if each.traits.gate != gate], now=NOW)
    assert found.warnings == (
        f"gate {gate}: no run that it soundly refused in the last 30 days, and none is known from before",
    )


def test_a_gate_seen_long_ago_is_a_warning_with_its_date() -> None:
    rows = [*ALL[1:], refusal(REFUSALS[0], days_ago=31), refusal(REFUSALS[0], days_ago=40)]
    (warning,) = coverage(rows, now=NOW).warnings
    assert warning.endswith("in the last 30 days; last seen 2026-06-01 in run-of-missing_admission")
    assert coverage(rows, now=NOW, days=32).complete


def test_an_unsound_refusal_counts_for_nothing_and_is_told() -> None:
    found = coverage([*ALL[1:], refusal(REFUSALS[0], sound=False)], now=NOW)
    assert (of(found, REFUSALS[0]).refused, of(found, REFUSALS[0]).unsound) == (0, 1)
    assert found.warnings[0].endswith("none is known from before; 1 claim it and do not show it")


def test_a_start_in_the_future_covers_no_longer_than_its_judgement() -> None:
    far = refusal(REFUSALS[0], days_ago=-500)
    assert coverage([far], now=NOW).gates[0].refused == 1
    assert coverage([far], now=NOW + 31 * DAY).gates[0].refused == 0


def test_a_pass_without_its_baseline_is_a_warning() -> None:
    bare = row(supports_stage2_pass=True, run_id="bare\x1b[31m", traits=Traits(started_at=NOW - DAY))
    sound = row(2, supports_stage2_pass=True, traits=Traits(baseline="sound", started_at=NOW - DAY))
    old = row(3, supports_stage2_pass=True, traits=Traits(started_at=NOW - 40 * DAY), judged_at=NOW - 39 * DAY)
    found = coverage([*ALL, bare, sound, old], now=NOW)
    assert (found.passes, found.passes_without_baseline) == (2, 1)
    (warning,) = found.warnings
    assert warning.startswith("1 run passes Stage 2 without a sound fake baseline of the same run, such as bare\\u001b")


def test_the_sample_refusals_are_sound_and_nothing_else_is() -> None:
    names = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())
    sound = {name: sample(name)[1].traits.gate for name in names if sample(name)[1].traits.refusal_sound}
    assert sound == {f"refused-{gate.replace('_', '-')}": gate for gate in REFUSALS}
    passes = [sample(name)[1] for name in names if sample(name)[1].supports_stage2_pass]
    assert passes and {each.traits.baseline for each in passes} == {"sound"}


@given(st.lists(st.tuples(st.sampled_from(REFUSALS), st.floats(-100, 100), st.booleans()), max_size=20))
def test_no_order_and_no_unsound_run_makes_coverage_better(made: list[tuple[str, float, bool]]) -> None:
    rows = [refusal(gate, days_ago=days, sound=sound) for gate, days, sound in made]
    found = coverage(rows, now=NOW)
    assert coverage(rows[::-1], now=NOW) == found
    honest = coverage([each for each in rows if each.traits.refusal_sound], now=NOW)
    assert [each.refused for each in honest.gates] == [each.refused for each in found.gates]
    assert {each.gate for each in found.gates if each.refused} == {
        each.traits.gate for each in rows if each.traits.refusal_sound and _age(each) <= 30
    }


def _age(found: Row) -> float:
    started = found.traits.started_at
    assert started is not None
    return (NOW - min(found.judged_at, started)) / DAY
