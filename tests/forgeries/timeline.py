"""Forgeries of time, order and identity."""

from __future__ import annotations

from tests.forgeries.kit import (
    GATEWAY,
    GATEWAY_LOG,
    RUN_LOG,
    STDERR,
    TRACE,
    Row,
    Scene,
    add_event,
    append,
    drop_events,
    forge,
    get_report,
    retrace,
    rows,
    set_event,
    set_report,
    swap,
    write_rows,
)

OTHER = "20260702T081500Z-r2-tide-clock-77777"
UUID = "00000000-0000-4000-8000-000000000000"


@forge("timeline")
def trace_has_a_gap(scene: Scene) -> None:
    retrace(scene, lambda found: found[:10] + found[11:], renumber=False)


@forge("timeline")
def trace_repeats_a_number(scene: Scene) -> None:
    set_event(scene, "tool_call", nth=2, seq=5)


@forge("timeline")
def trace_repeats_a_line(scene: Scene) -> None:
    retrace(scene, lambda found: [*found[:12], found[11], *found[12:]], renumber=False)


@forge("timeline")
def trace_starts_at_two(scene: Scene) -> None:
    retrace(scene, lambda found: [row | {"seq": row["seq"] + 1} for row in found], renumber=False)


@forge("timeline")
def trace_numbers_are_text(scene: Scene) -> None:
    retrace(scene, lambda found: [row | {"seq": str(row["seq"])} for row in found], renumber=False)


@forge("timeline")
def trace_line_is_of_another_run(scene: Scene) -> None:
    set_event(scene, "tool_call", run_id=OTHER)


@forge("timeline")
def whole_trace_is_of_another_run(scene: Scene) -> None:
    retrace(scene, lambda found: [row | {"run_id": OTHER} for row in found])


@forge("timeline|report")
def report_is_of_another_run(scene: Scene) -> None:
    set_report(scene, run_id=OTHER)


@forge("timeline")
def directory_is_named_otherwise(scene: Scene) -> None:
    scene.run = scene.run.rename(scene.run.with_name(OTHER))


@forge("timeline")
def time_runs_backwards(scene: Scene) -> None:
    set_event(scene, "tool_call", nth=4, ts="2026-07-02T08:15:00.100Z")


@forge("timeline")
def a_line_is_of_next_week(scene: Scene) -> None:
    set_event(scene, "tool_call", nth=4, ts="2026-07-09T08:15:00.100Z")


@forge("timeline")
def a_time_is_no_time(scene: Scene) -> None:
    set_event(scene, "tool_call", nth=4, ts="around noon")


@forge("timeline")
def report_ends_before_it_starts(scene: Scene) -> None:
    set_report(scene, finished_at="2026-07-02T08:14:00.000Z")


@forge("timeline")
def report_ends_before_its_trace(scene: Scene) -> None:
    set_report(scene, finished_at="2026-07-02T08:15:01.000Z")


@forge("timeline")
def dispatched_before_the_start(scene: Scene) -> None:
    def edit(found: list[Row]) -> list[Row]:
        dispatch = next(row for row in found if row["event"] == "model_dispatched")
        start = next(n for n, row in enumerate(found) if row["event"] == "case_process_started")
        found.remove(dispatch)
        return [*found[:start], dispatch | {"ts": found[start]["ts"]}, *found[start:]]

    retrace(scene, edit)


@forge("timeline")
def dispatched_after_the_exit(scene: Scene) -> None:
    def edit(found: list[Row]) -> list[Row]:
        dispatch = next(row for row in found if row["event"] == "model_dispatched")
        found.remove(dispatch)
        end = next(n for n, row in enumerate(found) if row["event"] == "case_process_exited")
        return [*found[: end + 1], dispatch | {"ts": found[end]["ts"]}, *found[end + 1 :]]

    retrace(scene, edit)


@forge("timeline", decision=("blocked", "fail"))
def trace_is_torn(scene: Scene) -> None:
    content = scene.path(TRACE).read_bytes()
    scene.path(TRACE).write_bytes(content[:-25])


@forge("timeline|report", decision=("blocked", "fail"))
def trace_never_starts(scene: Scene) -> None:
    drop_events(scene, "run_started")


@forge("timeline|report", decision=("blocked", "fail"))
def trace_never_finishes(scene: Scene) -> None:
    drop_events(scene, "run_finished")


@forge("timeline|report", decision=("blocked", "fail"))
def child_never_exits(scene: Scene) -> None:
    drop_events(scene, "case_process_exited")


@forge("timeline|report|command")
def child_starts_twice(scene: Scene) -> None:
    add_event(scene, "case_process_started", pid=2, argv=get_report(scene)["command"], cwd=scene.copy)


@forge("timeline")
def something_follows_the_end(scene: Scene) -> None:
    add_event(scene, "tool_call", after="run_finished", agent="implementer", tool="read", path="src/clock.sh")


@forge("timeline")
def events_have_a_gap(scene: Scene) -> None:
    found = rows(scene.events)
    write_rows(scene.events, found[:6] + found[7:])


@forge("timeline")
def events_repeat_a_number(scene: Scene) -> None:
    found = rows(scene.events)
    found[6]["sequence"] = found[5]["sequence"]
    write_rows(scene.events, found)


@forge("timeline", decision=("blocked", "fail"))
def events_are_torn(scene: Scene) -> None:
    scene.events.write_bytes(scene.events.read_bytes()[:-30])


@forge("timeline")
def events_are_of_two_runs(scene: Scene) -> None:
    found = rows(scene.events)
    found[5]["runId"] = UUID
    write_rows(scene.events, found)


@forge("timeline")
def second_events_file_of_another_run(scene: Scene) -> None:
    text = scene.events.read_text(encoding="utf-8")
    own = rows(scene.events)[0]["runId"]
    append(scene.events.with_name(f"run-{UUID}.jsonl"), text.replace(own, UUID))


@forge("timeline", decision=("blocked", "fail"))
def events_are_missing(scene: Scene) -> None:
    scene.events.unlink()


@forge("timeline")
def stderr_is_of_another_run(scene: Scene) -> None:
    swap(scene.path(STDERR), rows(scene.events)[0]["runId"], UUID, count=-1)


@forge("timeline")
def run_log_is_of_another_run(scene: Scene) -> None:
    edit_rows = [row | {"runId": UUID} for row in rows(scene.path(RUN_LOG))]
    write_rows(scene.path(RUN_LOG), edit_rows)


@forge("timeline")
def case_worked_before_it_started(scene: Scene) -> None:
    found = rows(scene.events)
    found[0]["ts"] = "2026-07-02T08:14:00.000Z"
    write_rows(scene.events, found)


@forge("timeline")
def case_worked_after_it_exited(scene: Scene) -> None:
    found = rows(scene.events)
    found[-1]["ts"] = "2026-07-02T09:14:00.000Z"
    write_rows(scene.events, found)


@forge("timeline", base=GATEWAY)
def gateway_log_has_a_gap(scene: Scene) -> None:
    found = rows(scene.path(GATEWAY_LOG))
    write_rows(scene.path(GATEWAY_LOG), [row | {"seq": row["seq"] + (row["seq"] > 5)} for row in found])


@forge("timeline", base=GATEWAY)
def gateway_answered_last_week(scene: Scene) -> None:
    found = rows(scene.path(GATEWAY_LOG))
    found[0]["ts"] = "2026-06-25T08:15:00.900Z"
    write_rows(scene.path(GATEWAY_LOG), found)


@forge("timeline")
def trace_number_is_true(scene: Scene) -> None:
    retrace(scene, lambda found: [found[0] | {"seq": True}, *found[1:]], renumber=False)


@forge("timeline")
def trace_number_is_a_fraction(scene: Scene) -> None:
    retrace(
        scene,
        lambda found: [row | {"seq": row["seq"] + (0.5 if n == 9 else 0)} for n, row in enumerate(found)],
        renumber=False,
    )


@forge("timeline")
def trace_line_names_no_run(scene: Scene) -> None:
    retrace(
        scene, lambda found: [{k: v for k, v in row.items() if k != "run_id" or n != 9} for n, row in enumerate(found)]
    )
