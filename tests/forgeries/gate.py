"""Forgeries of the gate: nothing of Case may exist before, or without, an admission."""

from __future__ import annotations

from typing import Any

from tests.forgeries.kit import (
    GATEWAY_LOG,
    REFUSED,
    STDERR,
    STDOUT,
    Row,
    Scene,
    add,
    add_event,
    append,
    drop_events,
    forge,
    retrace,
    set_event,
    set_report,
)

MARKER = "backend/provider-model-not-admitted.txt"
PAIR: dict[str, Any] = {"provider": "anthropic", "model": "claude-opus-4-5"}


@forge("gate", base=REFUSED, decision=("blocked", "fail"))
def refused_without_marker(scene: Scene) -> None:
    scene.path(MARKER).unlink()


@forge("gate", base=REFUSED)
def marker_gives_another_status(scene: Scene) -> None:
    scene.path(MARKER).write_text("missing_admission\n")


@forge("gate", base=REFUSED, decision=("blocked", "fail"))
def marker_is_empty(scene: Scene) -> None:
    scene.path(MARKER).write_bytes(b"")


@forge("gate", base=REFUSED)
def refused_yet_started(scene: Scene) -> None:
    set_report(scene, case_process_started=True)


@forge("gate", base=REFUSED)
def refused_yet_traced_as_started(scene: Scene) -> None:
    add_event(scene, "case_process_started", after="admission_checked", pid=1, argv=["ca"], cwd=scene.copy)


@forge("gate", base=REFUSED)
def refused_yet_traced_as_exited(scene: Scene) -> None:
    add_event(scene, "case_process_exited", after="admission_checked", exit_code=0)


@forge("gate", base=REFUSED)
def refused_yet_dispatched_in_trace(scene: Scene) -> None:
    add_event(scene, "model_dispatched", after="admission_checked", agent="implementer", **PAIR)


@forge("gate", base=REFUSED)
def refused_yet_answered_in_trace(scene: Scene) -> None:
    answer = {"requested_model": PAIR["model"], "response_id": "msg_lab0001", "status": 200}
    add_event(scene, "model_response", after="admission_checked", agent="implementer", **PAIR, **answer)


@forge("gate", base=REFUSED)
def refused_yet_stdout(scene: Scene) -> None:
    append(scene.path(STDOUT), "[unattended] [implement] starting implementer...\n")


@forge("gate", base=REFUSED)
def refused_yet_stderr(scene: Scene) -> None:
    row = '{"ts":"2026-07-02T08:15:00.800Z","level":"info","msg":"spawning agent","agent":"implementer",'
    append(scene.path(STDERR), row + '"provider":"anthropic","model":"claude-opus-4-5"}\n')


@forge("gate", base=REFUSED)
def refused_yet_events(scene: Scene) -> None:
    head = '{"event":"pipeline_start","ts":"2026-07-02T08:15:00.800Z","sequence":1,'
    append(scene.path("backend/case-events/run-0.jsonl"), head + '"runId":"0"}\n')


@forge("gate", base=REFUSED)
def refused_yet_run_log(scene: Scene) -> None:
    append(scene.path("backend/run-log.jsonl"), '{"runId":"0","outcome":"completed"}\n')


@forge("gate", base=REFUSED)
def refused_yet_the_gateway_was_asked(scene: Scene) -> None:
    models = (
        '"requested_model":"claude-opus-4-5","served_model":"claude-opus-4-5","response_id":"msg_1","status":200}\n'
    )
    head = '{"ts":"2026-07-02T08:15:00.800Z","seq":1,"provider":"anthropic","host":"api.anthropic.com",'
    append(scene.path(GATEWAY_LOG), head + models)


@forge("gate", base=REFUSED)
def refused_with_an_exit_code(scene: Scene) -> None:
    set_report(scene, backend_exit_code=0)


@forge("gate|report", base=REFUSED)
def refused_without_blockers(scene: Scene) -> None:
    set_report(scene, blockers=[])
    set_event(scene, "run_blocked", blockers=[])


@forge("gate|admission|report", base=REFUSED)
def refused_and_passes(scene: Scene) -> None:
    set_report(scene, status="pass", blockers=[])
    drop_events(scene, "run_blocked")
    set_event(scene, "run_finished", status="pass")


@forge("gate")
def admitted_with_marker(scene: Scene) -> None:
    scene.path(MARKER).write_text("mismatch\n")


@forge("gate")
def started_before_the_check(scene: Scene) -> None:
    def edit(found: list[Row]) -> list[Row]:
        check = next(row for row in found if row["event"] == "admission_checked")
        found.remove(check)
        index = next(n for n, row in enumerate(found) if row["event"] == "case_process_started")
        found.insert(index + 1, check | {"ts": found[index]["ts"]})
        return found

    retrace(scene, edit)


@forge("gate", decision=("blocked", "fail"))
def never_checked(scene: Scene) -> None:
    drop_events(scene, "admission_checked")


@forge("gate|report")
def passes_without_starting(scene: Scene) -> None:
    set_report(scene, case_process_started=False)


@forge("gate|timeline|command|report", decision=("blocked", "fail"))
def start_event_taken_out(scene: Scene) -> None:
    drop_events(scene, "case_process_started")


@forge("gate|timeline", base=REFUSED, decision="blocked")
def refused_without_a_trace(scene: Scene) -> None:
    scene.path("trace.jsonl").unlink()


@forge("gate", base=REFUSED, decision=("blocked", "fail"))
def refused_without_saying_so_in_the_trace(scene: Scene) -> None:
    drop_events(scene, "run_blocked")


PLACES = {
    "at-the-root": ("provider-model-not-admitted.txt", "gate"),
    "in-other-letters": ("backend/Provider-Model-Not-Admitted.TXT", "gate"),
    "in-the-copy": ("work/repo/.case/notes/provider-model-not-admitted.txt", None),
}
for _name, (_path, _topic) in PLACES.items():

    def _marker(scene: Scene, path: str = _path) -> None:
        append(scene.path(path), "not_admitted\n")

    add(f"marker-{_name}", _topic, _marker, decision="fail" if _topic else "pass")
