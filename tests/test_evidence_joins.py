"""The joined logs: a line added to or taken from one of them is left over, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import policy as policies
from auditor.audit import examine
from auditor.evidence_joins import JoinRow, joins
from auditor.facts import Fact, Where
from tests.forgeries import kit
from tests.forgeries.kit import Row, Scene


def joined(run: Path) -> tuple[JoinRow, ...]:
    """Return the rows of a run directory."""
    policy = policies.load()
    return joins(examine(run, policy).evidence, policy)


def leftovers(scene: Scene) -> list[tuple[str | None, str, str]]:
    """Return what is left over: agent, what, and the note."""
    return [(row.agent, row.what, row.leftover) for row in joined(scene.run) if row.leftover]


def without(nth: int, keep: Callable[[Row], bool]) -> Callable[[list[Row]], list[Row]]:
    """Return an edit that takes out the nth of the rows for which `keep` is false."""

    def edit(found: list[Row]) -> list[Row]:
        at = [number for number, row in enumerate(found) if not keep(row)]
        return [row for number, row in enumerate(found) if number != at[nth]]

    return edit


def is_not(**fields: Any) -> Callable[[Row], bool]:
    """Return a test for a row that differs in one of the fields."""
    return lambda row: any(row.get(key) != value for key, value in fields.items())


def rewrite(path: Path, edit: Callable[[list[Row]], list[Row]]) -> None:
    """Rewrite the JSON lines of a file."""
    kit.write_rows(path, edit(kit.rows(path)))


@pytest.mark.parametrize("base", [kit.HOSTED, kit.GATEWAY, kit.RETRIED, kit.KILLED, kit.DISPATCHED, "resumed-run"])
def test_of_a_sound_run_nothing_is_left_over(base: str, tmp_path: Path) -> None:
    scene = Scene(base, tmp_path)
    rows = joined(scene.run)
    assert {row.what for row in rows} >= {"phase"}
    assert leftovers(scene) == []


def test_a_row_shows_the_line_of_each_log(tmp_path: Path) -> None:
    rows = joined(Scene(kit.GATEWAY, tmp_path).run)
    phase = rows[0]
    lines = [where.line if where else None for where in (phase.events, phase.stderr, phase.trace, phase.gateway)]
    assert (phase.agent, phase.what, phase.name, phase.outcome) == ("implementer", "phase", "implement", "completed")
    assert lines == [2, 5, 7, None]
    answer = rows[1]
    assert answer.what == "response" and answer.events is None and answer.stderr is None
    assert answer.trace is not None and answer.trace.line == 8
    assert answer.gateway is not None and answer.gateway.line == 1


def test_a_retry_has_a_row_of_its_own(tmp_path: Path) -> None:
    rows = [row for row in joined(Scene(kit.RETRIED, tmp_path).run) if row.agent == "implementer"]
    starts = [(row.what, row.stderr.line if row.stderr else None) for row in rows if row.what != "response"]
    assert starts == [("phase", 5), ("retry", 9), ("phase", 19)]


@pytest.mark.parametrize("nth", [0, 1, 2])
def test_the_dispatch_that_is_gone_is_missed_where_it_was(nth: int, tmp_path: Path) -> None:
    scene = Scene(kit.RETRIED, tmp_path)
    dispatch = is_not(msg="spawning agent", agent="implementer")
    rewrite(scene.path(kit.STDERR), without(nth, dispatch))
    rows = [row for row in joined(scene.run) if row.agent == "implementer" and row.what != "response"]
    assert [row.leftover for row in rows] == ["no dispatch in stderr" if each == nth else "" for each in range(3)]


def test_a_dispatch_gone_from_the_trace_is_missed(tmp_path: Path) -> None:
    scene = Scene(kit.HOSTED, tmp_path)
    kit.drop_events(scene, "model_dispatched", nth=1)
    assert ("reviewer", "phase", "no dispatch in the trace") in leftovers(scene)


def test_a_dispatch_too_many_is_shown_with_its_line(tmp_path: Path) -> None:
    scene = Scene(kit.HOSTED, tmp_path)
    stderr = scene.path(kit.STDERR)
    first = next(row for row in kit.rows(stderr) if row["msg"] == "spawning agent")
    kit.append(stderr, "")
    kit.write_rows(stderr, [*kit.rows(stderr), first | {"agent": "stranger"}])
    (row,) = [row for row in joined(scene.run) if row.leftover]
    assert (row.agent, row.what, row.leftover) == (
        "stranger",
        "dispatch",
        "no phase explains this dispatch in stderr",
    )
    assert row.stderr is not None and row.stderr.line == len(stderr.read_text().splitlines()) and row.trace is None


def test_a_phase_that_was_dispatched_and_never_answered_is_shown(tmp_path: Path) -> None:
    scene = Scene(kit.HOSTED, tmp_path)
    kit.retrace(scene, lambda rows: [r for r in rows if r["event"] != "model_response" or r.get("agent") != "reviewer"])
    assert leftovers(scene) == [("reviewer", "phase", "no response in the trace")]


def test_a_response_without_a_dispatch_before_it_is_shown(tmp_path: Path) -> None:
    scene = Scene(kit.HOSTED, tmp_path)
    kit.retrace(
        scene,
        lambda rows: [row | ({"agent": "stranger"} if row["event"] == "model_response" else {}) for row in rows],
    )
    notes = {note for agent, what, note in leftovers(scene) if agent == "stranger" and what == "response"}
    assert notes == {"no dispatch in the trace stands before it"}


def test_a_row_gone_from_the_gateway_is_missed(tmp_path: Path) -> None:
    scene = Scene(kit.GATEWAY, tmp_path)
    rewrite(scene.path(kit.GATEWAY_LOG), lambda rows: rows[:2] + rows[3:])
    assert leftovers(scene) == [("implementer", "response", "no row at the gateway")]


def test_a_request_that_only_the_gateway_saw_comes_last(tmp_path: Path) -> None:
    scene = Scene(kit.GATEWAY, tmp_path)
    kit.drop_events(scene, "model_response", nth=0)
    assert leftovers(scene) == [(None, "request", "no response in the trace explains it")]
    assert joined(scene.run)[-1].what == "request"


def test_an_id_used_twice_finds_one_row_only(tmp_path: Path) -> None:
    scene = Scene(kit.GATEWAY, tmp_path)

    def twice(rows: list[Row]) -> list[Row]:
        answer = next(row for row in rows if row["event"] == "model_response")
        place = rows.index(answer)
        return [*rows[: place + 1], answer, *rows[place + 1 :]]

    kit.retrace(scene, twice)
    assert leftovers(scene) == [("implementer", "response", "no row at the gateway")]


def test_what_gateway_and_trace_disagree_on_is_named(tmp_path: Path) -> None:
    scene = Scene(kit.GATEWAY, tmp_path)
    rewrite(scene.path(kit.GATEWAY_LOG), lambda rows: [rows[0] | {"served_model": "lab/other"}, *rows[1:]])
    assert leftovers(scene) == [("implementer", "response", "the gateway disagrees on the model that answered")]


def test_refused_requests_without_an_id_are_joined_by_what_was_asked(tmp_path: Path) -> None:
    scene = Scene(kit.GATEWAY, tmp_path)
    refused = {"served_model": None, "response_id": None, "status": 429}
    rewrite(scene.path(kit.GATEWAY_LOG), lambda rows: [rows[0] | refused, *rows[1:]])
    kit.set_event(scene, "model_response", model=None, response_id=None, status=429)
    assert leftovers(scene) == []


def test_a_retry_of_no_phase_is_shown(tmp_path: Path) -> None:
    scene = Scene(kit.RETRIED, tmp_path)
    rewrite(
        scene.path(kit.STDERR),
        lambda rows: [row | ({"phase": "none"} if row.get("status") == "retrying" else {}) for row in rows],
    )
    assert (None, "retry", "no phase of this name") in leftovers(scene)


POLICY = policies.load()
RUN = examine(next(path for path in (kit.SAMPLES / kit.RETRIED).iterdir() if path.is_dir()), POLICY).evidence
JOINED_KINDS = ("case.event", "case.retry", "dispatch", "model.response")


def spots(rows: tuple[JoinRow, ...], log: str) -> list[Where]:
    """Return the places that the rows show in one log, sorted."""
    found = (getattr(row, log) for row in rows)
    return sorted((where for where in found if where is not None), key=lambda where: where.line or 0)


def places(facts: list[Fact], witness: str, kinds: tuple[str, ...]) -> set[Where]:
    """Return the places of one witness's facts of some kinds."""
    return {fact.where for fact in facts if fact.witness == witness and fact.kind in kinds}


@given(st.randoms(use_true_random=False), st.floats(0, 1), st.booleans())
def test_no_line_is_lost_or_shown_twice_whatever_is_missing(random: Any, kept: float, timeless: bool) -> None:
    facts = dict(RUN.facts)
    for kind in JOINED_KINDS:
        facts[kind] = [fact for fact in RUN[kind] if random.random() < kept]
        if timeless:
            facts[kind] = [
                msgspec.structs.replace(fact, time=None) if random.random() < 0.3 else fact for fact in facts[kind]
            ]
    rows = joins(msgspec.structs.replace(RUN, facts=facts), POLICY)
    whole = [fact for kind in JOINED_KINDS for fact in facts[kind]]
    for log in ("events", "stderr", "trace", "gateway"):
        shown = spots(rows, log)
        assert len(shown) == len(set(shown))
    assert set(spots(rows, "gateway")) == places(whole, "gateway", ("model.response",))
    assert set(spots(rows, "trace")) == places(whole, "harness", ("dispatch", "model.response"))
    in_stderr = set(spots(rows, "stderr"))
    assert in_stderr >= places(whole, "case", ("dispatch",))
    assert in_stderr <= places(whole, "case", ("dispatch", "case.retry"))
    assert list(rows) == list(joins(msgspec.structs.replace(RUN, facts=facts), POLICY))


@given(st.sampled_from(["dispatch", "model.response"]), st.data())
def test_each_single_line_that_is_missing_shows(kind: str, data: st.DataObject) -> None:
    gone = data.draw(st.integers(0, len(RUN[kind]) - 1))
    facts = {**RUN.facts, kind: [fact for number, fact in enumerate(RUN[kind]) if number != gone]}
    assert [row for row in joins(msgspec.structs.replace(RUN, facts=facts), POLICY) if row.leftover]
