"""Changes that leave a sound run sound: an auditor that cries wolf is no better than one that sleeps."""

from __future__ import annotations

import json
from typing import Any

from tests.forgeries.kit import (
    CONFIG,
    DISPATCHED,
    FAKE,
    GATEWAY,
    RUN_LOG,
    STDERR,
    TRACE,
    Row,
    Scene,
    add,
    add_event,
    admit,
    append,
    edit_json,
    forge,
    get_report,
    rows,
    set_env,
    set_event,
    set_report,
    write_rows,
)
from tests.harness import seal

PASS = {"decision": "pass"}

for _base in (GATEWAY, DISPATCHED, FAKE, "stage2-pass-no-gateway", "retries-and-revision"):

    def _nothing(scene: Scene) -> None:
        assert scene.run.is_dir()

    add(f"unchanged-{_base}", None, _nothing, base=_base, sealed=False, **PASS)


@forge(None, sealed=False, **PASS)
def sums_instead_of_digests(scene: Scene) -> None:
    scene.path("digests.json").unlink()
    seal.write_sums(scene.run)


@forge(None, sealed=False, **PASS)
def sums_with_dot_and_star(scene: Scene) -> None:
    scene.path("digests.json").unlink()
    seal.write_sums(scene.run, prefix="./", mark="*")


@forge(None, sealed=False, **PASS)
def sums_beside_digests(scene: Scene) -> None:
    seal.write_sums(scene.run)
    seal.write_digests(scene.run)


@forge(None, sealed=False, **PASS)
def artifacts_are_the_only_manifest(scene: Scene) -> None:
    scene.path("digests.json").unlink()


@forge(None, sealed=False, **PASS)
def digests_are_the_only_manifest(scene: Scene) -> None:
    set_report(scene, artifacts=[])
    seal.write_digests(scene.run)


@forge(None, **PASS)
def options_in_the_other_order(scene: Scene) -> None:
    command = get_report(scene)["command"]
    swapped = [*command[:2], *command[4:], *command[2:4]]

    def edit(told: Row) -> None:
        told["argv"] = swapped

    edit_json(scene.path("backend/argv.json"), edit)
    set_event(scene, "case_process_started", argv=swapped)
    set_report(scene, command=swapped)


@forge(None, sealed=False, **PASS)
def compact_report(scene: Scene) -> None:
    scene.path("report.json").write_bytes(json.dumps(get_report(scene), separators=(",", ":")).encode())
    seal.write_digests(scene.run)


@forge(None, sealed=False, **PASS)
def report_keys_in_another_order(scene: Scene) -> None:
    scene.path("report.json").write_bytes(json.dumps(get_report(scene), sort_keys=True, indent=4).encode())
    seal.write_digests(scene.run)


@forge(None, **PASS)
def trace_with_spaces_in_its_json(scene: Scene) -> None:
    lines = [json.dumps(row) for row in rows(scene.path(TRACE))]
    write_rows(scene.path(TRACE), lines)


@forge(None, **PASS)
def null_role_in_config(scene: Scene) -> None:
    def edit(config: Row) -> None:
        config["models"] |= {"reviewer": None, "closer": None}

    edit_json(scene.path(CONFIG), edit)


@forge(None, **PASS)
def another_listed_file(scene: Scene) -> None:
    append(scene.path("backend/notes/host.txt"), "kernel 6.1\n")
    append(scene.path("empty.txt"), "")


@forge(None, **PASS)
def moved_directory(scene: Scene) -> None:
    target = scene.run.parent / "archive" / "2026" / scene.run.name
    target.parent.mkdir(parents=True)
    scene.run = scene.run.rename(target)


@forge(None, sealed=False, **PASS)
def directory_reached_through_a_link(scene: Scene) -> None:
    link = scene.run.parent / "elsewhere"
    link.mkdir()
    moved = scene.run.rename(link / scene.run.name)
    (scene.run.parent / "shortcut").symlink_to(link, target_is_directory=True)
    scene.run = scene.run.parent / "shortcut" / moved.name


@forge(None, **PASS)
def prose_in_the_markdown(scene: Scene) -> None:
    text = "\n## Notes\n\nAll checks ran; `claude-opus-4-5` was considered and not used. Status: see above.\n"
    append(scene.path("report.md"), text)


@forge(None, **PASS)
def events_slightly_out_of_order(scene: Scene) -> None:
    found = rows(scene.events)
    found[5], found[6] = found[6], found[5]
    found[10], found[12] = found[12], found[10]
    write_rows(scene.events, found)


@forge(None, **PASS)
def more_leftover_skips(scene: Scene) -> None:
    found = rows(scene.events)
    end = found.pop()
    for phase, agent in (("implement", "implementer"), ("review", "reviewer"), ("close", "closer")):
        sequence = found[-1]["sequence"] + 1
        skip = {"event": "phase_end", "phase": phase, "agent": agent, "outcome": "skipped", "durationMs": 0}
        found.append(skip | {"ts": end["ts"], "sequence": sequence, "runId": end["runId"]})
    write_rows(scene.events, [*found, end | {"sequence": found[-1]["sequence"] + 1}])


@forge(None, **PASS)
def unknown_trace_events(scene: Scene) -> None:
    add_event(scene, "heartbeat", load=0.4, note="still here", nested={"a": [1, None, True]})
    add_event(scene, "tool_result", agent="implementer", tool="bash", output="ok - 754 reads 12:34\n", exit_code=0)


@forge(None, **PASS)
def another_model_named_in_prose(scene: Scene) -> None:
    said = 'I am claude-opus-4-5, {"provider":"openai","model":"gpt-9"} and "gen_ai.response.model":"gpt-9".'
    add_event(scene, "agent_message", agent="implementer", text=said)
    add_event(scene, "tool_result", agent="implementer", tool="bash", output=json.dumps({"model": "gpt-9"}))
    append(scene.path(STDERR), f"the agent said: {said}\n")


@forge(None, **PASS)
def another_model_named_in_a_tool_result(scene: Scene) -> None:
    found = rows(scene.events)
    index = next(n for n, row in enumerate(found) if row["event"] == "tool_end")
    body = {"id": "msg_1", "type": "message", "role": "assistant", "model": "gpt-9", "provider": "openai"}
    found[index]["result"] = json.dumps({"content": [{"type": "text", "text": json.dumps(body)}]})
    write_rows(scene.events, found)


@forge(None, **PASS)
def text_of_many_scripts(scene: Scene) -> None:
    add_event(scene, "agent_message", agent="implementer", text="潮の時計 — часы прилива — ⏰ \u202e\u0000 café")


@forge(None, **PASS)
def placeholders_are_no_secrets(scene: Scene) -> None:
    text = "export ANTHROPIC_API_KEY=<redacted>\nOPENAI_API_KEY=sk-...\nTOKEN=$TOKEN\nAKIAIOSFODNN7EXAMPLE\nkey: ***\n"
    append(scene.path("backend/harness.log"), text)


@forge(None, **PASS)
def digests_and_ids_are_no_secrets(scene: Scene) -> None:
    ids: dict[str, Any] = {
        "commit": "94d0d04" + "ab" * 16 + "c",
        "request": "req_011CRx7",
        "call": "toolu_01A09q90qw90lq917835lq9",
    }
    add_event(
        scene,
        "note",
        **ids,
        integrity="sha512-" + "Zm9vYmFy" * 10 + "Zm8=",
        uuid="7a650994-ef28-4125-800d-7894ad0d5184",
    )


@forge(None, base=GATEWAY, **PASS)
def proxy_is_the_gateway(scene: Scene) -> None:
    set_env(scene, HTTPS_PROXY="http://127.0.0.1:8081")


@forge(None, base=GATEWAY, **PASS)
def hop_to_the_gateway(scene: Scene) -> None:
    add_event(scene, "network_request", host="127.0.0.1", port=8081)


@forge(None, **PASS)
def env_requests_the_same_pair(scene: Scene) -> None:
    set_env(scene, CTO_HARNESS_CASE_MODEL_PROVIDER="anthropic", CTO_HARNESS_CASE_MODEL="claude-sonnet-4-6")


@forge(None, **PASS)
def unrestricted_network(scene: Scene) -> None:
    admit(scene, allowed_network_class="unrestricted")
    add_event(scene, "network_request", host="registry.example.net", port=443)


@forge(None, **PASS)
def review_trigger_instead_of_expiry(scene: Scene) -> None:
    admit(scene, expires_at=None, review_trigger="after the first run")


@forge(None, **PASS)
def admission_with_further_fields(scene: Scene) -> None:
    admit(scene, notes="discussed twice", ticket=7)


@forge(None, **PASS)
def admission_times_with_an_offset(scene: Scene) -> None:
    admit(scene, admitted_at="2026-06-20T11:00:00+02:00", expires_at="2026-12-31T02:00:00.5+02:00")


HARMLESS = {
    "harmless-pipe": "sh test/check.sh 2>&1 | head -20",
    "harmless-null": "sh test/check.sh > /dev/null 2>&1",
    "harmless-cd": "cd src && cat ../README.md",
    "harmless-copy-path": "cat {copy}/src/clock.sh",
    "harmless-text": "echo 'see /etc/hosts' && grep -n '/healthz' src/clock.sh",
    "harmless-sed": "sed -n 's/a/b/p' src/clock.sh",
    "harmless-env": "/usr/bin/env sh test/check.sh",
    "harmless-append": "printf '# L\\n' >> .case/learnings.md",
}
for _name, _command in HARMLESS.items():

    def _run(scene: Scene, command: str = _command) -> None:
        text = command.format(copy=scene.copy)
        add_event(scene, "tool_call", after="model_response", agent="implementer", tool="bash", command=text)

    add(_name, None, _run, **PASS)  # type: ignore[arg-type]


@forge(None, **PASS)
def absolute_path_inside_the_copy(scene: Scene) -> None:
    place = f"{scene.copy}/src/clock.sh"
    add_event(scene, "tool_call", after="model_response", agent="implementer", tool="read", path=place)


@forge(None, **PASS)
def case_files_are_kept_twice(scene: Scene) -> None:
    for source, copy in (
        (scene.events, "backend/case-events/collected.jsonl"),
        (scene.path(RUN_LOG), "work/collected/.case/run-log.jsonl"),
        (next(scene.path("task").glob("*.task.json")), "work/collected/tide.task.json"),
    ):
        append(scene.path(copy), source.read_text(encoding="utf-8"))


@forge(None, **PASS)
def a_task_is_kept_as_text_first(scene: Scene) -> None:
    task = next(scene.path("task").glob("*.task.json"))
    append(scene.path("task/a.txt"), task.read_text(encoding="utf-8"))


@forge(None, **PASS)
def the_trace_was_rotated(scene: Scene) -> None:
    append(scene.path("trace.jsonl.1"), scene.path(TRACE).read_text(encoding="utf-8"))


@forge(None, **PASS)
def the_copy_holds_a_recorded_trace_of_another_model(scene: Scene) -> None:
    line = {"ts": "2026-07-02T08:15:01Z", "seq": 1, "run_id": "r", "event": "model_dispatched", "agent": "implementer"}
    append(scene.path("work/repo/.case/notes/trace.jsonl"), json.dumps(line | {"provider": "p", "model": "m"}) + "\n")
