"""The course of a run shows what happened, in bounded room, and never half a credential."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.audit import audit
from auditor.course import MAX_MOMENTS
from auditor.facts import Moment

SAMPLES = Path(__file__).parents[1] / "sample_runs"
RUN_ID = "20260702T081500Z-r2-tide-clock-7"


def moments_of(sample: str) -> tuple[Moment, ...]:
    """Return the course of a sample run."""
    run = next((SAMPLES / sample).glob("2*"))
    record = SAMPLES / sample / "admission.json"
    return audit(run, admission=record if record.exists() else None).moments


def traced(folder: Path, events: list[dict[str, Any]]) -> tuple[Moment, ...]:
    """Return the course of a run that has nothing but a trace of these events, a millisecond apart."""
    run = folder / RUN_ID
    run.mkdir()
    lines = [
        {"ts": f"2026-07-02T08:{15 + n // 60000:02}:{n // 1000 % 60:02}.{n % 1000:03}Z", "seq": n + 1, "run_id": RUN_ID}
        | event
        for n, event in enumerate(events)
    ]
    (run / "trace.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return audit(run).moments


def answer(model: str = "m") -> dict[str, Any]:
    """Return a response in the trace."""
    named = {"agent": "a", "provider": "p", "requested_model": "m", "model": model}
    return {"event": "model_response", **named, "response_id": "i", "host": "h", "status": 200}


def test_a_whole_run_shows_steps_phases_dispatches_and_both_witnesses_of_each_answer() -> None:
    moments = moments_of("stage2-pass-gateway")
    told = {(m.kind, m.witness) for m in moments}
    assert told == {
        ("step", "harness"), ("phase", "case"), ("dispatch", "case"), ("dispatch", "harness"),
        ("response", "harness"), ("response", "gateway"),
    }  # fmt: skip
    assert [m.label for m in moments if m.kind == "phase"] == [
        "implement (implementer)", "verify (verifier)", "review (reviewer)", "close (closer)",
        "retrospective (retrospective)",
    ]  # fmt: skip
    assert all(m.end is not None and m.time is not None and m.time <= m.end for m in moments if m.kind == "phase")
    assert [m.time for m in moments] == sorted(m.time or 0 for m in moments)


@pytest.mark.parametrize("sample", ["refused-mismatch", "refused-not-admitted", "refused-missing-admission"])
def test_a_refusal_is_marked_and_says_why(sample: str) -> None:
    stops = [m for m in moments_of(sample) if m.kind == "refusal"]
    assert [m.label for m in stops] == ["admission_checked", "run_blocked"]
    assert stops[1].detail.startswith("blockers: ")


def test_the_gate_of_a_fake_run_is_no_refusal() -> None:
    assert not [m for m in moments_of("fake-baseline-only") if m.kind == "refusal"]


def test_a_phase_that_never_ended_says_so() -> None:
    open_phase = next(m for m in moments_of("killed-case") if m.kind == "phase")
    assert open_phase.end is None and open_phase.detail == "no end in evidence"


def test_a_long_run_stays_small_keeps_its_end_and_counts_what_it_joins(tmp_path: Path) -> None:
    moments = traced(tmp_path, [{"event": "config_written"}] * 500 + [answer()] * 5000 + [{"event": "run_finished"}])
    assert len(moments) <= MAX_MOMENTS
    assert sum(m.count for m in moments if m.kind == "response") == 5000
    assert moments[-1].label == "run_finished"


def test_nothing_is_lost_where_answers_alternate(tmp_path: Path) -> None:
    moments = traced(tmp_path, [answer(f"m{number % 3}") for number in range(6000)])
    assert sum(m.count for m in moments) == 6000 and len(moments) <= MAX_MOMENTS
    assert {m.label for m in moments} == {"p/m0", "p/m1", "p/m2"}


def test_answers_that_differ_are_not_joined(tmp_path: Path) -> None:
    moments = traced(tmp_path, [*[answer()] * 2000, answer("other"), *[answer()] * 2000])
    other = next(m for m in moments if m.label == "p/other")
    assert (other.count, other.detail) == (1, "a, asked for m")


def test_a_long_text_is_measured_and_not_cut(tmp_path: Path) -> None:
    moments = traced(tmp_path, [{"event": "run_blocked", "blockers": ["x" * 4000, "short"]}])
    assert moments[0].detail == "blockers: (4,000 characters), short"


def test_many_blockers_are_counted(tmp_path: Path) -> None:
    moments = traced(tmp_path, [{"event": "run_blocked", "blockers": [str(n) for n in range(9)]}])
    assert moments[0].detail == "blockers: 0, 1, 2, 3, 4 and 4 more"
