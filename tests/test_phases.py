"""What Case executed: each start and real end once, leftovers of the plan never, an open phase as open."""

from __future__ import annotations

from auditor.phases import executed
from tests.pieces import event


def log(*steps: str) -> list[tuple[str, str, str | None]]:
    """Run a short log, such as ``start implement``, ``end implement completed``, through the reader."""
    facts = []
    for number, step in enumerate(steps, 1):
        what, phase, *outcome = step.split()
        fields = {"phase": phase, "agent": f"{phase}er"} | ({"outcome": outcome[0]} if outcome else {})
        facts.append(event(f"phase_{what}", number, time=number, **fields))
    return [(phase.name, phase.agent, phase.outcome) for phase in executed(facts)]


def test_a_phase_is_its_start_and_end() -> None:
    assert log("start implement", "end implement completed") == [("implement", "implementer", "completed")]


def test_a_retry_is_a_phase_of_its_own() -> None:
    once = ["start verify", "end verify failed"]
    assert log(*once, *once) == [("verify", "verifyer", "failed")] * 2


def test_leftover_ends_that_say_skipped_execute_nothing() -> None:
    assert log("start implement", "end implement completed", "end implement skipped", "end review skipped") == [
        ("implement", "implementer", "completed")
    ]


def test_the_first_end_that_is_not_skipped_counts() -> None:
    assert log("end verify skipped", "start verify", "end verify completed") == [("verify", "verifyer", "completed")]


def test_a_phase_that_never_ends_is_open() -> None:
    assert log("start implement", "start verify", "end implement completed") == [
        ("implement", "implementer", "completed"),
        ("verify", "verifyer", None),
    ]


def test_a_second_start_leaves_the_first_open() -> None:
    assert log("start implement", "start implement", "end implement completed") == [
        ("implement", "implementer", None),
        ("implement", "implementer", "completed"),
    ]


def test_an_end_without_start_was_executed_all_the_same() -> None:
    assert log("end close completed") == [("close", "closeer", "completed")]


def test_two_agents_of_one_phase_are_two_phases() -> None:
    facts = [
        event("phase_start", 1, phase="p", agent="a"),
        event("phase_start", 2, phase="p", agent="b"),
        event("phase_end", 3, phase="p", agent="a", outcome="completed"),
    ]
    assert [(phase.agent, phase.outcome) for phase in executed(facts)] == [("a", "completed"), ("b", None)]


def test_a_phase_without_name_agent_or_outcome_is_not_dropped() -> None:
    facts = [event("phase_start", 1), event("phase_end", 2, outcome=7)]
    (phase,) = executed(facts)
    assert (phase.name, phase.agent, phase.outcome) == ("", "", "unstated")


def test_the_window_is_that_of_start_and_end() -> None:
    start, end = event("phase_start", 1, phase="p", time=10), event("phase_end", 2, phase="p", time=20, outcome="x")
    assert [phase.window for phase in executed([start, end])] == [(10, 20)]
    assert [phase.window for phase in executed([start])] == [(10, None)]


def test_other_events_are_no_phases() -> None:
    assert executed([event("pipeline_start", phase="p"), event("", 2), event("phase_started", 3)]) == []
