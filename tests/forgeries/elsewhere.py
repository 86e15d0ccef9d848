"""Forgeries that put the truth where few look: other logs, lists, hidden bytes, nested arguments, the baseline."""

from __future__ import annotations

import json
from typing import Any

from tests.forgeries.kit import (
    CONFIG,
    DISPATCHED,
    GATEWAY,
    GATEWAY_LOG,
    KILLED,
    REFUSED,
    STDERR,
    TRACE,
    Row,
    Scene,
    add,
    add_event,
    append,
    edit_json,
    forge,
    retrace,
    rows,
    set_env,
    set_event,
    set_report,
    write_rows,
)

LITELLM = {"custom_llm_provider": "openai", "model": "gpt-4o", "api_base": "https://api.openai.com/v1"}
ANSWER = {"id": "msg_x", "type": "message", "role": "assistant", "model": "claude-haiku-4-5", "content": []}
STREAM = "event: message_start\ndata: " + json.dumps({"type": "message_start", "message": ANSWER}) + "\n\n"
SPAWN = {"msg": "spawning agent", "agent": "reviewer", "provider": "groq", "model": "lab/other"}

DISPATCHED_EVENT = {"ts": "2026-07-02T08:15:02Z", "seq": 1, "run_id": "r", "event": "model_dispatched"}
DISPATCHED_EVENT |= {"agent": "reviewer", "provider": "groq", "model": "lab/other"}
ANSWERED_EVENT = DISPATCHED_EVENT | {
    "event": "model_response",
    "requested_model": "lab/other",
    "host": "h",
    "status": 200,
}

FILES: dict[str, tuple[str, str]] = {
    "dispatch-in-a-rotated-trace": ("trace.jsonl.1", json.dumps(DISPATCHED_EVENT) + "\n"),
    "dispatch-in-a-numbered-trace": ("trace.1.jsonl", json.dumps(DISPATCHED_EVENT) + "\n"),
    "response-in-an-old-trace": ("trace.jsonl.old", json.dumps(ANSWERED_EVENT) + "\n"),
    "dispatch-in-a-run-inside-the-run": ("20260702T081500Z-r2-tide-clock-7/trace.jsonl", json.dumps(DISPATCHED_EVENT)),
    "dispatch-beside-the-copy": ("work/trace.jsonl", json.dumps(DISPATCHED_EVENT) + "\n"),
    "dispatch-in-a-rotated-stderr": ("backend/case.stderr.1", json.dumps(SPAWN) + "\n"),
    "litellm-row-in-a-log": ("backend/provider.log", json.dumps(LITELLM) + "\n"),
    "litellm-row-nested": ("backend/rows.jsonl", json.dumps({"standard_logging_object": LITELLM}) + "\n"),
    "event-stream-in-a-log": ("backend/stream.log", STREAM),
    "list-of-records": ("backend/rows.json", json.dumps([LITELLM])),
    "list-of-records-on-a-line": ("backend/rows.jsonl", json.dumps([LITELLM]) + "\n"),
    "dispatch-in-a-second-stderr": ("backend/case.2.stderr", json.dumps(SPAWN) + "\n"),
    "dispatch-in-the-harness-log": ("backend/tee.log", json.dumps(SPAWN) + "\n"),
}
for _name, (_path, _text) in FILES.items():

    def _place(scene: Scene, path: str = _path, text: str = _text) -> None:
        append(scene.path(path), text)

    add(f"elsewhere-{_name}", "model", _place)

for _name, _before in {"a-byte-order-mark": b"\xef\xbb\xbf", "a-control": b"\x0b", "a-colour": b"\x1b[0m"}.items():

    def _hide(scene: Scene, before: bytes = _before) -> None:
        append(scene.path(STDERR), before + json.dumps(SPAWN).encode() + b"\n")

    add(f"dispatch-behind-{_name}", "model", _hide)

CALLS: dict[str, Row] = {
    "json-text-arguments": {"tool": "run", "args": json.dumps({"command": "cat /etc/passwd"})},
    "a-patch": {"tool": "apply_patch", "input": "*** Begin Patch\n*** Update File: /etc/passwd\n"},
    "a-file-url": {"tool": "webfetch", "url": "file:///etc/passwd"},
    "a-list-of-files": {"tool": "read", "files": ["src/a", "/etc/passwd"]},
}
for _name, _fields in CALLS.items():

    def _call(scene: Scene, fields: Row = _fields) -> None:
        add_event(scene, "tool_call", agent="implementer", **fields)

    add(f"call-with-{_name}", "writes", _call)


@forge("writes")
def agents_work_elsewhere(scene: Scene) -> None:
    found = rows(scene.path(STDERR))
    write_rows(scene.path(STDERR), [row | ({"cwd": "/srv/target"} if "cwd" in row else {}) for row in found])


@forge("writes")
def copy_is_the_whole_run(scene: Scene) -> None:
    fixture = json.loads(scene.path("report.json").read_bytes())["fixture"]
    set_report(scene, fixture=fixture | {"copy": scene.root + "/work"})
    set_event(scene, "fixture_copied", copy=scene.root + "/work")


@forge("report", base=DISPATCHED)
def every_agent_failed_in_stderr(scene: Scene) -> None:
    found = rows(scene.path(STDERR))
    write_rows(
        scene.path(STDERR),
        [row | ({"status": "failed"} if row.get("msg") == "agent completed" else {}) for row in found],
    )


@forge("model", base=GATEWAY)
def response_ids_are_swapped_far_apart(scene: Scene) -> None:
    found = rows(scene.path(GATEWAY_LOG))
    found[0]["response_id"], found[-1]["response_id"] = found[-1]["response_id"], found[0]["response_id"]
    write_rows(scene.path(GATEWAY_LOG), found)


@forge("model", base=GATEWAY, decision="blocked")
def no_response_has_an_id(scene: Scene) -> None:
    write_rows(scene.path(GATEWAY_LOG), [row | {"response_id": None} for row in rows(scene.path(GATEWAY_LOG))])

    def edit(found: list[Row]) -> list[Row]:
        return [row | ({"response_id": None} if row["event"] == "model_response" else {}) for row in found]

    retrace(scene, edit)


BASELINE: dict[str, dict[str, Any]] = {
    "ended-with-an-error": {"backend_exit_code": 1},
    "has-a-command": {"command": ["ca", "run"]},
    "claims-an-admission": {"case_model_admission_status": "admitted"},
    "has-another-cases-run-id": {"run_id": "20260702T081500Z-r9-other-1"},
}
for _name, _changed in BASELINE.items():

    def _rebase(scene: Scene, changed: Row = _changed) -> None:
        edit_json(scene.path("baseline/report.json"), lambda told: told | changed)

    add(_name, "baseline", _rebase)


@forge("baseline")
def lacks_a_field(scene: Scene) -> None:
    edit_json(scene.path("baseline/report.json"), lambda told: {k: v for k, v in told.items() if k != "blockers"})


@forge("baseline")
def its_trace_shows_a_dispatch(scene: Scene) -> None:
    path = scene.path("baseline/trace.jsonl")
    found = rows(path)
    event = {"event": "model_dispatched", "agent": "implementer", "provider": "p", "model": "m"}
    new = [found[0], {"ts": found[0]["ts"], "seq": 0, "run_id": found[0]["run_id"], **event}, *found[1:]]
    write_rows(path, [row | {"seq": number} for number, row in enumerate(new, 1)])


@forge("baseline")
def was_compared_before_it_ended(scene: Scene) -> None:
    ended = json.loads(scene.path("baseline/report.json").read_bytes())["finished_at"]
    started = rows(scene.path(TRACE))[0]["ts"]
    assert started < ended

    def edit(found: list[Row]) -> list[Row]:
        compared = next(row for row in found if row["event"] == "baseline_compared")
        rest = [row for row in found if row is not compared]
        return [rest[0], compared | {"ts": started}, *rest[1:]]

    retrace(scene, edit)


@forge("model")
def another_file_was_written_as_configuration(scene: Scene) -> None:
    set_event(scene, "config_written", path="work/other/config.json")


@forge("network")
def configuration_sets_a_base_url(scene: Scene) -> None:
    def edit(told: Row) -> None:
        told["models"]["default"]["baseUrl"] = "https://api.evil.example/v1"

    edit_json(scene.path(CONFIG), edit)


@forge("gate", base=REFUSED)
def the_fixture_changed_after_the_refusal(scene: Scene) -> None:
    edit_json(scene.path("fixture/after.json"), lambda told: told | {"new.txt": "0" * 64})


def _honest_signal(scene: Scene) -> None:
    set_report(scene, backend_exit_code=None)
    set_event(scene, "case_process_exited", exit_code=None, signal="SIGKILL")


add("honest-signal-without-a-code", "timeline|writes|model", _honest_signal, base=KILLED, decision="blocked")


@forge("baseline")
def allowed_writes_are_widened_afterwards(scene: Scene) -> None:
    set_report(scene, allowed_writes=["**"])


@forge("timeline")
def the_start_is_moved_before_the_run_id(scene: Scene) -> None:
    earlier = "2026-07-02T08:14:59.500Z"
    set_report(scene, started_at=earlier)
    set_event(scene, "run_started", ts=earlier)


@forge("command")
def another_api_base_is_set(scene: Scene) -> None:
    set_env(scene, OPENAI_API_BASE="https://api.evil.example/v1")


LOGGED = '{"level":30,"msg":"copy made","module":"fixture","module":"copy"}\n'
for _path in ("backend/driver.log", "notes/driver.jsonl"):

    def _child_logger(scene: Scene, path: str = _path) -> None:
        """A child logger writes the field that its parent writes, too."""
        append(scene.path(path), LOGGED)

    add(f"a-logger-repeats-a-field-in-{_path.partition('/')[0]}", None, _child_logger, decision="pass")

TWICE = {
    "first": '{"gen_ai.provider.name":"openai","gen_ai.request.model":"gpt-4o","gen_ai.request.model":7}\n',
    "last": '{"gen_ai.provider.name":"openai","gen_ai.request.model":7,"gen_ai.request.model":"gpt-4o"}\n',
    "admitted": json.dumps(DISPATCHED_EVENT)[:-1] + ',"model":"claude-sonnet-4-6","provider":"anthropic"}\n',
}
for _name, _line in TWICE.items():
    for _path in ("backend/driver.log", "notes/driver.jsonl"):

        def _two_models(scene: Scene, path: str = _path, line: str = _line) -> None:
            append(scene.path(path), line)

        add(f"a-log-names-another-model-{_name}-in-{_path.partition('/')[0]}", "report|model", _two_models)
