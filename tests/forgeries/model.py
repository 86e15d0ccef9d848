"""Forgeries of the model's evidence: another model, a missing dispatch, a look-alike, an override."""

from __future__ import annotations

import json
from typing import Any

from tests.forgeries.kit import (
    CONFIG,
    DISPATCHED,
    GATEWAY,
    GATEWAY_LOG,
    RETRIED,
    STDERR,
    TRACE,
    Row,
    Scene,
    add,
    add_event,
    append,
    drop_events,
    edit_json,
    forge,
    retrace,
    rows,
    set_env,
    set_event,
    set_report,
    swap,
    write_rows,
)
from tests.harness import seal

SAID = '"model":"claude-sonnet-4-6"'
LOCAL = '"model":"lab/echo-1"'
STRANGERS = {
    "another-model": "claude-opus-4-5",
    "dated-alias": "claude-sonnet-4-6-20260101",
    "prefix": "claude-sonnet-4",
    "upper-case": "CLAUDE-SONNET-4-6",
    "trailing-space": "claude-sonnet-4-6 ",
    "cyrillic-letter": "cl\u0430ude-sonnet-4-6",
    "zero-width-joiner": "claude-sonnet\u200d-4-6",
    "empty": "",
}
for _name, _stranger in STRANGERS.items():

    def _answered(scene: Scene, stranger: str = _stranger) -> None:
        set_event(scene, "model_response", nth=3, model=stranger)

    def _spawned(scene: Scene, stranger: str = _stranger) -> None:
        swap(scene.path(STDERR), SAID, f'"model":{json.dumps(stranger, ensure_ascii=False)}')

    add(f"response-names-{_name}", "model", _answered)
    add(f"stderr-names-{_name}", "model", _spawned)


@forge("model|admission")
def report_names_another_model(scene: Scene) -> None:
    set_report(scene, case_model="claude-opus-4-5")


@forge("model|admission")
def report_names_another_provider(scene: Scene) -> None:
    set_report(scene, case_model_provider="openrouter")


@forge("model")
def config_names_another_model(scene: Scene) -> None:
    swap(scene.path(CONFIG), "claude-sonnet-4-6", "claude-opus-4-5")


@forge("model")
def config_names_another_provider(scene: Scene) -> None:
    swap(scene.path(CONFIG), '"anthropic"', '"openrouter"')


@forge("model")
def config_overrides_a_role(scene: Scene) -> None:
    def edit(config: Row) -> None:
        config["models"]["closer"] = {"provider": "anthropic", "model": "claude-haiku-4-5"}

    edit_json(scene.path(CONFIG), edit)


@forge("model", decision=("blocked", "fail"), base=GATEWAY)
def config_misspells_models(scene: Scene) -> None:
    swap(scene.path(CONFIG), '"models"', '"modles"')


@forge("model", decision=("blocked", "fail"), base=GATEWAY)
def config_misspells_default(scene: Scene) -> None:
    swap(scene.path(CONFIG), '"default"', '"Default"')


@forge("model", decision=("blocked", "fail"))
def config_is_not_json(scene: Scene) -> None:
    append(scene.path(CONFIG), "}")


@forge("model", decision=("blocked", "fail"))
def config_is_missing(scene: Scene) -> None:
    scene.path(CONFIG).unlink()


@forge("model|command|digest|report")
def config_repeats_the_default(scene: Scene) -> None:
    other = '"default": {"provider": "anthropic", "model": "claude-opus-4-5"},\n    "default"'
    swap(scene.path(CONFIG), '"default"', other)


@forge("model")
def config_written_names_another(scene: Scene) -> None:
    set_event(scene, "config_written", model="claude-opus-4-5")


@forge("model|digest|timeline", sealed=False)
def config_written_digest_is_another(scene: Scene) -> None:
    set_event(scene, "config_written", sha256="0" * 64)
    seal.write_report(scene.run, json.loads(scene.path("report.json").read_bytes()))
    seal.write_digests(scene.run)


@forge("model")
def stderr_names_another_provider(scene: Scene) -> None:
    swap(scene.path(STDERR), '"provider":"anthropic"', '"provider":"openrouter"')


@forge("model")
def stderr_crash_names_another(scene: Scene) -> None:
    append(scene.path(STDERR), "Model not found: openrouter/lab/echo-9\n")


@forge("model")
def stderr_repeats_the_model_key(scene: Scene) -> None:
    swap(scene.path(STDERR), SAID, f'"model":"claude-opus-4-5",{SAID}')


@forge("model", decision=("fail", "blocked"))
def stderr_lacks_one_dispatch(scene: Scene) -> None:
    lines = scene.path(STDERR).read_text().splitlines()
    index = [n for n, line in enumerate(lines) if "spawning agent" in line][2]
    write_rows(scene.path(STDERR), lines[:index] + lines[index + 1 :])


@forge("model", decision="blocked")
def stderr_is_empty(scene: Scene) -> None:
    scene.path(STDERR).write_bytes(b"")


@forge("model", decision="blocked")
def stderr_is_missing(scene: Scene) -> None:
    scene.path(STDERR).unlink()


@forge("model")
def trace_dispatches_another_model(scene: Scene) -> None:
    set_event(scene, "model_dispatched", nth=1, model="claude-haiku-4-5")


@forge("model")
def trace_dispatches_another_provider(scene: Scene) -> None:
    set_event(scene, "model_dispatched", nth=1, provider="openrouter")


@forge("model")
def trace_lacks_one_dispatch(scene: Scene) -> None:
    drop_events(scene, "model_dispatched", nth=1)


@forge("model", base=RETRIED)
def trace_lacks_the_retry(scene: Scene) -> None:
    drop_events(scene, "model_dispatched", nth=1)


@forge("model", decision=("blocked", "fail"))
def trace_has_no_dispatch(scene: Scene) -> None:
    drop_events(scene, "model_dispatched")


@forge("model", decision=("blocked", "fail"), base=DISPATCHED)
def nobody_dispatched_the_reviewer(scene: Scene) -> None:
    lines = scene.path(STDERR).read_text().splitlines()
    write_rows(scene.path(STDERR), [s for s in lines if not ("spawning" in s and '"agent":"reviewer"' in s)])
    drop_events(scene, "model_dispatched", nth=1)


@forge("model")
def response_was_requested_of_another(scene: Scene) -> None:
    set_event(scene, "model_response", nth=2, requested_model="claude-opus-4-5")


@forge("model|network")
def response_came_from_another_provider(scene: Scene) -> None:
    set_event(scene, "model_response", nth=2, provider="openrouter")


@forge("model|timeline|report")
def response_repeats_the_model_key(scene: Scene) -> None:
    line = next(s for s in scene.path(TRACE).read_text().splitlines() if '"event":"model_response"' in s)
    index = line.index('"requested_model"')
    swap(scene.path(TRACE), line, line[:index] + '"model":"claude-opus-4-5",' + line[index:])


@forge("model")
def unknown_event_names_another_in_otel_words(scene: Scene) -> None:
    attributes = {"gen_ai.provider.name": "anthropic", "gen_ai.request.model": "claude-sonnet-4-6"}
    add_event(scene, "span", **attributes, **{"gen_ai.response.model": "claude-haiku-4-5"})


@forge("model")
def unknown_event_is_a_message_of_another(scene: Scene) -> None:
    body = {"id": "msg_lab0099", "type": "message", "role": "assistant", "model": "claude-haiku-4-5"}
    usage = {"input_tokens": 3, "output_tokens": 4}
    add_event(scene, "provider_message", **body, content=[], stop_reason="end_turn", usage=usage)


@forge("model")
def backend_log_row_names_another(scene: Scene) -> None:
    row = {"model_group": "claude-sonnet-4-6", "model": "claude-haiku-4-5", "custom_llm_provider": "anthropic"}
    row |= {
        "api_base": "https://api.anthropic.com",
        "call_type": "acompletion",
        "status": "success",
        "id": "msg_lab0001",
    }
    append(scene.path("backend/litellm.log"), json.dumps(row) + "\n")


@forge("model|command")
def override_variable_of_the_same_model(scene: Scene) -> None:
    set_env(scene, CASE_MODEL_OVERRIDE="claude-sonnet-4-6")


def _gateway_rows(scene: Scene, nth: int, **fields: Any) -> None:
    found = rows(scene.path(GATEWAY_LOG))
    found[nth] |= fields
    write_rows(scene.path(GATEWAY_LOG), found)


@forge("model", base=GATEWAY)
def gateway_served_another(scene: Scene) -> None:
    _gateway_rows(scene, 4, served_model="lab/echo-0-mini")


@forge("model", base=GATEWAY)
def gateway_was_asked_for_another(scene: Scene) -> None:
    _gateway_rows(scene, 4, requested_model="lab/echo-2")


@forge("model|network", base=GATEWAY)
def gateway_saw_another_provider(scene: Scene) -> None:
    _gateway_rows(scene, 4, provider="groq")


@forge("model|timeline", base=GATEWAY)
def gateway_lacks_a_row(scene: Scene) -> None:
    found = rows(scene.path(GATEWAY_LOG))
    write_rows(scene.path(GATEWAY_LOG), [row | {"seq": n} for n, row in enumerate(found[:3] + found[4:], 1)])


@forge("model", base=GATEWAY)
def gateway_has_another_response_id(scene: Scene) -> None:
    _gateway_rows(scene, 4, response_id="gen-lab9999")


@forge("model", base=GATEWAY, decision=("fail", "blocked"))
def gateway_log_is_empty(scene: Scene) -> None:
    scene.path(GATEWAY_LOG).write_bytes(b"")


@forge("model", base=GATEWAY)
def trace_response_id_is_another(scene: Scene) -> None:
    set_event(scene, "model_response", nth=1, response_id="gen-lab9999")


@forge("model", base=GATEWAY)
def stderr_fell_back_silently(scene: Scene) -> None:
    swap(scene.path(STDERR), f'"provider":"openrouter",{LOCAL}', f'"provider":"anthropic",{SAID}', count=-1)


@forge("model")
def config_was_written_twice(scene: Scene) -> None:
    other = {"path": CONFIG, "sha256": "0" * 64, "provider": "anthropic", "model": "claude-opus-4-5"}
    add_event(scene, "config_written", **other)


@forge("model")
def stderr_repeats_the_model_key_in_escapes(scene: Scene) -> None:
    swap(scene.path(STDERR), SAID, f'"mod\\u0065l":"claude-opus-4-5",{SAID}')


@forge("model", base=RETRIED, decision=("fail", "blocked"))
def stderr_lacks_the_retry(scene: Scene) -> None:
    lines = scene.path(STDERR).read_text().splitlines()
    index = [n for n, line in enumerate(lines) if "spawning agent" in line][1]
    write_rows(scene.path(STDERR), lines[:index] + lines[index + 1 :])


@forge("model|timeline")
def an_agent_that_was_never_dispatched_is_answered(scene: Scene) -> None:
    set_event(scene, "model_response", nth=1, agent="verifier")


@forge("model", base=GATEWAY)
def nobody_answered_the_reviewer(scene: Scene) -> None:
    """The reviewer's requests are taken out of the trace and of the gateway's log alike."""
    taken = {row["response_id"] for row in rows(scene.path(TRACE)) if _is_answer(row, "reviewer")}
    retrace(scene, lambda found: [row for row in found if not _is_answer(row, "reviewer")])
    kept = [row for row in rows(scene.path(GATEWAY_LOG)) if row["response_id"] not in taken]
    write_rows(scene.path(GATEWAY_LOG), [row | {"seq": number} for number, row in enumerate(kept, 1)])


def _is_answer(row: Row, agent: str) -> bool:
    return bool(row["event"] == "model_response" and row["agent"] == agent)
