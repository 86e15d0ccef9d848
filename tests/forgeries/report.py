"""Forgeries of the report: fields, types, its Markdown form, and what the other witnesses say of the outcome."""

from __future__ import annotations

from typing import Any

from tests.forgeries.kit import (
    KILLED,
    REFUSED,
    RUN_LOG,
    STDERR,
    Scene,
    add,
    append,
    drop_events,
    forge,
    get_report,
    rows,
    set_event,
    set_report,
    swap,
    write_rows,
)
from tests.harness import seal

REQUIRED = (
    "case_model_provider",
    "case_model",
    "case_model_admission_status",
    "case_process_started",
    "backend_exit_code",
    "allowed_writes_passed",
    "changed_files",
    "blockers",
)
BESIDE = ("schema", "run_id", "case_id", "engine", "stage", "status", "started_at", "finished_at", "command", "fixture")

for _field in (*REQUIRED, *BESIDE):

    def _without(scene: Scene, field: str = _field) -> None:
        told = get_report(scene)
        del told[field]
        seal.write_report(scene.run, told, artifacts=False)

    add(f"without-{_field.replace('_', '-')}", "report", _without, decision=("blocked", "fail"))

TYPES: dict[str, dict[str, Any]] = {
    "started-is-text": {"case_process_started": "true"},
    "started-is-one": {"case_process_started": 1},
    "exit-code-is-text": {"backend_exit_code": "0"},
    "exit-code-is-false": {"backend_exit_code": False},
    "changed-files-is-text": {"changed_files": "src/clock.sh"},
    "changed-files-holds-null": {"changed_files": ["src/clock.sh", None]},
    "blockers-is-null": {"blockers": None},
    "blockers-is-a-number": {"blockers": 0},
    "stage-is-text": {"stage": "2"},
    "stage-is-true": {"stage": True},
    "status-is-passed": {"status": "passed"},
    "engine-is-upper-case": {"engine": "CASE"},
    "model-is-a-list": {"case_model": ["claude-sonnet-4-6"]},
    "schema-is-another": {"schema": "cto-harness-report/v9"},
    "artifacts-is-text": {"artifacts": "all"},
    "started-at-is-a-number": {"started_at": 1782980100},
}
for _name, _fields in TYPES.items():

    def _typed(scene: Scene, fields: dict[str, Any] = _fields) -> None:
        set_report(scene, agree=False, **fields)
        seal.write_digests(scene.run)

    add(_name, "report|digest", _typed, sealed=False, decision=("fail", "blocked"))

MARKDOWN = {
    "status": ("`status`: pass", "`status`: blocked"),
    "model": ("`case_model`: claude-sonnet-4-6", "`case_model`: claude-opus-4-5"),
    "exit-code": ("`backend_exit_code`: 0", "`backend_exit_code`: 1"),
    "started": ("`case_process_started`: true", "`case_process_started`: false"),
    "run": ("`run_id`: 2026", "`run_id`: 2025"),
    "started-in-python": ("`case_process_started`: true", "`case_process_started`: True"),
}
for _name, (_old, _new) in MARKDOWN.items():

    def _marked(scene: Scene, old: str = _old, new: str = _new) -> None:
        swap(scene.path("report.md"), old, new)

    add(f"markdown-tells-another-{_name}", "report", _marked)


@forge("report")
def markdown_states_a_thing_twice(scene: Scene) -> None:
    append(scene.path("report.md"), "- `status`: pass\n")


@forge("report")
def markdown_contradicts_itself(scene: Scene) -> None:
    append(scene.path("report.md"), "- `status`: blocked\n")


@forge("report", decision=("blocked", "fail"))
def markdown_leaves_the_status_out(scene: Scene) -> None:
    swap(scene.path("report.md"), "- `status`: pass\n", "")


@forge("report", decision="blocked")
def markdown_is_missing(scene: Scene) -> None:
    scene.path("report.md").unlink()


@forge("report", decision="blocked", sealed=False)
def report_is_missing(scene: Scene) -> None:
    scene.path("report.json").unlink()
    seal.write_digests(scene.run)


@forge("report", sealed=False)
def report_repeats_a_key(scene: Scene) -> None:
    swap(scene.path("report.json"), '  "status": "pass",', '  "status": "blocked",\n  "status": "pass",')
    seal.write_digests(scene.run)


@forge("report", sealed=False)
def report_repeats_a_key_in_escapes(scene: Scene) -> None:
    swap(scene.path("report.json"), '  "status": "pass",', '  "st\\u0061tus": "blocked",\n  "status": "pass",')
    seal.write_digests(scene.run)


@forge("report")
def exit_code_contradicts_the_pass(scene: Scene) -> None:
    set_report(scene, backend_exit_code=1)
    set_event(scene, "case_process_exited", exit_code=1)


@forge("report")
def exit_code_is_not_the_traced_one(scene: Scene) -> None:
    set_event(scene, "case_process_exited", exit_code=1)


@forge("report", decision=("fail", "blocked"))
def exit_code_is_null(scene: Scene) -> None:
    set_report(scene, backend_exit_code=None)


@forge("report")
def pass_with_blockers(scene: Scene) -> None:
    set_report(scene, blockers=["the checks did not run"])


@forge("report")
def trace_finished_otherwise(scene: Scene) -> None:
    set_event(scene, "run_finished", status="fail")


@forge("report")
def trace_ran_another_stage(scene: Scene) -> None:
    set_event(scene, "run_started", stage=1)


@forge("report")
def trace_ran_another_engine(scene: Scene) -> None:
    set_event(scene, "run_started", engine="fake")


@forge("report")
def trace_ran_another_case(scene: Scene) -> None:
    set_event(scene, "run_started", case_id="r9-other")


@forge("report")
def case_failed_by_its_events(scene: Scene) -> None:
    found = rows(scene.events)
    found[-1] |= {"outcome": "failed", "failedAgent": "closer"}
    write_rows(scene.events, found)


@forge("report")
def case_failed_by_its_run_log(scene: Scene) -> None:
    found = rows(scene.path(RUN_LOG))
    write_rows(scene.path(RUN_LOG), [found[0] | {"outcome": "failed", "failedAgent": "closer"}])


@forge("report")
def case_failed_by_its_stderr(scene: Scene) -> None:
    swap(
        scene.path(STDERR),
        '"msg":"pipeline finished","outcome":"completed"',
        '"msg":"pipeline finished","outcome":"failed"',
    )


@forge("report", decision="blocked")
def case_never_ended(scene: Scene) -> None:
    found = rows(scene.events)
    assert found[-1]["event"] == "pipeline_end"
    write_rows(scene.events, found[:-1])


@forge("report", decision=("blocked", "fail"))
def case_left_no_run_log(scene: Scene) -> None:
    scene.path(RUN_LOG).unlink()


@forge("report", base=REFUSED)
def blocked_without_blockers(scene: Scene) -> None:
    set_report(scene, blockers=[])


@forge("report", base=REFUSED)
def blocked_for_other_reasons_than_traced(scene: Scene) -> None:
    set_report(scene, blockers=["it rained"])


@forge("report", base=KILLED)
def killed_but_exited_well(scene: Scene) -> None:
    set_report(scene, backend_exit_code=0)


@forge(None, decision="blocked")
def honest_failure(scene: Scene) -> None:
    """An unviolated `fail` claim is no pass."""
    set_report(scene, status="fail", blockers=["the reviewer was not convinced"])
    set_event(scene, "run_finished", status="fail")


@forge(None, decision="blocked")
def honest_refusal_after_the_run(scene: Scene) -> None:
    """A run may go well and still say blocked."""
    set_report(scene, status="blocked", blockers=["the operator withdrew"])
    set_event(scene, "run_finished", status="blocked")


@forge("report", decision=("blocked", "fail"))
def stage_is_three(scene: Scene) -> None:
    set_report(scene, stage=3)
    set_event(scene, "run_started", stage=3)


@forge("report|timeline", decision=("blocked", "fail"))
def trace_is_missing(scene: Scene) -> None:
    scene.path("trace.jsonl").unlink()


@forge("report|timeline", base="fake-baseline-only", decision=("blocked", "fail"))
def fake_run_that_never_finished(scene: Scene) -> None:
    drop_events(scene, "run_finished")


DRESSES = {
    "bold": "- **`status`**: fail",
    "without-marks": "- status: fail",
    "numbered": "1. `status`: fail",
    "in-a-table": "\n| `status` | fail |",
    "with-unseen-letters": "- `sta\u200btus`: fail",
}
for _name, _line in DRESSES.items():

    def _dressed(scene: Scene, line: str = _line) -> None:
        append(scene.path("report.md"), line + "\n")

    add(f"markdown-contradicts-itself-{_name}", "report", _dressed)


@forge("report")
def markdown_bears_the_title_of_another_run(scene: Scene) -> None:
    text = scene.path("report.md").read_text(encoding="utf-8")
    title, rest = text.split("\n", 1)
    scene.path("report.md").write_text(title.rpartition("-")[0] + "-7\n" + rest)


@forge("report", decision="blocked")
def markdown_hides_its_claims_in_a_comment(scene: Scene) -> None:
    text = scene.path("report.md").read_text(encoding="utf-8")
    scene.path("report.md").write_text(f"<!--\n{text}-->\n")


@forge(None, decision="pass")
def markdown_values_are_in_code_marks(scene: Scene) -> None:
    lines = scene.path("report.md").read_text(encoding="utf-8").splitlines()
    marked = [": `".join(line.split(": ", 1)) + "`" if line.startswith("- ") else line for line in lines]
    scene.path("report.md").write_text("\n".join(marked) + "\n")


@forge(None, decision="pass")
def markdown_tells_of_the_baseline_below(scene: Scene) -> None:
    table = "| engine | status |\n|---|---|\n| case | pass |\n"
    said = "- Status: it did not fail\n- status: pass\n\n" + table
    append(scene.path("report.md"), said + "\n## Fake baseline\n\n- engine: fake\n- stage: 1\n- exit code: 0\n")
