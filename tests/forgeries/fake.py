"""Forgeries of the fake lane: a run of the scripted backend is no way around the admission."""

from __future__ import annotations

import json
from typing import Any

from tests.forgeries.kit import (
    CONFIG,
    FAKE,
    GATEWAY,
    GATEWAY_LOG,
    HOSTED,
    STDERR,
    STDOUT,
    Scene,
    add,
    add_event,
    append,
    forge,
    get_report,
    set_event,
    set_report,
)
from tests.harness import seal

CLAIMS: dict[str, dict[str, Any]] = {
    "names-a-provider": {"case_model_provider": "anthropic"},
    "names-a-model": {"case_model": "claude-sonnet-4-6"},
    "names-a-record": {"admission_sha256": "0" * 64},
    "claims-admission": {"case_model_admission_status": "admitted"},
    "has-a-command": {"command": ["ca", "run", "--task", "t.task.json", "--mode", "unattended"]},
    "started-case": {"case_process_started": True},
}
for _name, _fields in CLAIMS.items():

    def _claim(scene: Scene, fields: dict[str, Any] = _fields) -> None:
        set_report(scene, **fields)

    add(f"fake-run-{_name}", "report|gate|admission", _claim, base=FAKE)

for _path in (
    STDOUT,
    STDERR,
    GATEWAY_LOG,
    "backend/case-events/run-0.jsonl",
    "backend/provider-model-not-admitted.txt",
):

    def _file(scene: Scene, path: str = _path) -> None:
        append(scene.path(path), "mismatch\n" if path.endswith(".txt") else '{"a":1}\n')

    add(f"fake-run-has-{_path.rpartition('/')[2].replace('.', '-')}", "report|gate", _file, base=FAKE)


@forge("report", base=FAKE)
def fake_run_was_traced_as_started(scene: Scene) -> None:
    add_event(scene, "case_process_started", after="fixture_copied", pid=1, argv=["ca"], cwd=scene.copy)


@forge("report", base=FAKE)
def fake_run_was_answered_by_a_model(scene: Scene) -> None:
    pair = {"provider": "anthropic", "requested_model": "claude-sonnet-4-6", "model": "claude-sonnet-4-6"}
    add_event(scene, "model_response", after="fixture_copied", agent="implementer", **pair, response_id="m", status=200)


@forge("report", base=FAKE)
def fake_run_has_a_configuration_of_case(scene: Scene) -> None:
    content = {"version": 1, "models": {"default": {"provider": "anthropic", "model": "claude-sonnet-4-6"}}}
    seal.dump(scene.path(CONFIG), content)


@forge("report|writes", base=FAKE)
def fake_run_changed_something_else(scene: Scene) -> None:
    set_report(scene, changed_files=["README.md"])


@forge("report", base=FAKE)
def fake_run_failed_by_its_trace(scene: Scene) -> None:
    set_event(scene, "run_finished", status="fail")


def _relabel(scene: Scene, **fields: Any) -> None:
    """Call a real run fake, everywhere the harness says what it is."""
    set_report(scene, engine="fake", **fields)
    set_event(scene, "run_started", engine="fake")


for _base in (HOSTED, GATEWAY):

    def _labelled(scene: Scene) -> None:
        _relabel(scene)

    def _scrubbed(scene: Scene) -> None:
        nothing = {"case_model_provider": None, "case_model": None, "admission_sha256": None}
        status = {"case_model_admission_status": "missing_admission", "case_process_started": False}
        _relabel(scene, **nothing, **status, command=[])

    add(f"real-run-calls-itself-fake-{_base}", "report|gate", _labelled, base=_base)
    add(f"real-run-scrubs-its-report-{_base}", "report|gate", _scrubbed, base=_base)


@forge("report", decision=("blocked", "fail"))
def real_run_names_no_engine(scene: Scene) -> None:
    told = get_report(scene)
    del told["engine"]
    seal.write_report(scene.run, told, artifacts=False)
    set_event(scene, "run_started", engine=None)


@forge("report", base=FAKE)
def fake_run_was_traced_as_admitted(scene: Scene) -> None:
    add_event(
        scene,
        "admission_checked",
        after="run_started",
        status="admitted",
        provider="p",
        model="m",
        admission_sha256="0" * 64,
    )


for _program, _topic in {"ca": "report", "/usr/local/bin/ca": "report", "scripted-backend": None}.items():

    def _started(scene: Scene, program: str = _program) -> None:
        argv = {"argv": [program, "run", "--task", "t.task.json"], "cwd": scene.copy}
        append(scene.path("backend/argv.json"), json.dumps(argv) + "\n")

    _kept = f"fake-run-keeps-a-command-of-{_program.rpartition('/')[0].replace('/', '-')}{_program.rpartition('/')[2]}"
    add(_kept, _topic, _started, base=FAKE, decision="fail" if _topic else "pass")
