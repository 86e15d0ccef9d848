"""Forgeries that Case's own files give away: what one of them tells and another leaves out or tells otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.forgeries.kit import (
    CONFIG,
    KILLED,
    RETRIED,
    RUN_LOG,
    STDERR,
    STDOUT,
    Row,
    Scene,
    add,
    add_event,
    edit_json,
    forge,
    retrace,
    rows,
    set_env,
    set_event,
    swap,
    write_rows,
)
from tests.harness import seal

PASS = {"decision": "pass"}


def renumber(scene: Scene, edit: Callable[[list[Row]], list[Row]]) -> None:
    """Rewrite Case's events with a whole sequence."""
    edited = edit(rows(scene.events))
    write_rows(scene.events, [row | {"sequence": number} for number, row in enumerate(edited, 1)])


def no_review(scene: Scene, *, stdout: bool, stderr: bool) -> None:
    """Take the review out of the events, of each dispatch and of the trace, and of the output if told so."""
    renumber(scene, lambda found: [row for row in found if row.get("phase") != "review"])
    told = rows(scene.path(STDERR))
    kept = [row for row in told if row.get("agent") != "reviewer" and (stderr or row.get("phase") != "review")]
    write_rows(scene.path(STDERR), kept)
    retrace(scene, lambda found: [row for row in found if row.get("agent") != "reviewer"])
    if not stdout:
        text = scene.path(STDOUT).read_text(encoding="utf-8")
        scene.path(STDOUT).write_text("".join(x for x in text.splitlines(keepends=True) if "review" not in x))


for _name, _left in {
    "stdout": {"stdout": True, "stderr": False},
    "stderr": {"stdout": False, "stderr": True},
    "the-plan": {"stdout": False, "stderr": False},
}.items():

    def _unreviewed(scene: Scene, left: dict[str, bool] = _left) -> None:
        no_review(scene, **left)

    deserved = "blocked" if _name == "the-plan" else "fail"
    add(f"a-phase-that-only-{_name}-tells-of", "timeline", _unreviewed, decision=deserved)


@forge("timeline", decision="blocked")
def a_phase_that_only_the_run_log_tells_of(scene: Scene) -> None:
    no_review(scene, stdout=False, stderr=False)

    def edit(found: list[Row]) -> list[Row]:
        plan = found[0]["plan"]
        plan["phases"] = [phase for phase in plan["phases"] if phase["phase"] != "review"]
        return found

    renumber(scene, edit)


@forge("timeline|model", base=RETRIED)
def a_revision_is_taken_out_of_the_events(scene: Scene) -> None:
    def edit(found: list[Row]) -> list[Row]:
        starts = [n for n, row in enumerate(found) if (row["event"], row.get("phase")) == ("phase_start", "review")]
        assert len(starts) > 1
        return found[: starts[-1]] + found[starts[-1] + 1 :]

    renumber(scene, edit)


@forge(None, **PASS)
def the_output_was_cut(scene: Scene) -> None:
    text = scene.path(STDOUT).read_text(encoding="utf-8").splitlines(keepends=True)
    scene.path(STDOUT).write_text("".join([*text[:2], *text[-1:]]))


@forge(None, **PASS)
def an_agent_prints_of_starts(scene: Scene) -> None:
    text = scene.path(STDOUT).read_text(encoding="utf-8")
    said = "[unattended] it said: [verify] starting verifier...\n[verify] starting to write the tests...\n"
    scene.path(STDOUT).write_text(said + text)


LOGGED: dict[str, Row] = {
    "a-phase-failed": {"phases": {"implementer": "skipped", "closer": "failed"}},
    "an-agent-failed": {"failedAgent": "reviewer"},
}
for _name, _fields in LOGGED.items():

    def _logged(scene: Scene, fields: Row = _fields) -> None:
        write_rows(scene.path(RUN_LOG), [row | fields for row in rows(scene.path(RUN_LOG))])

    add(f"run-log-says-that-{_name}", "report", _logged)

for _date, _topic in {
    "2026-06-30": "timeline",
    "2026-07-01": None,
    "2026-07-03": None,
    "2026-07-04": "timeline",
    "today": None,
}.items():

    def _dated(scene: Scene, date: str = _date) -> None:
        write_rows(scene.path(RUN_LOG), [row | {"date": date} for row in rows(scene.path(RUN_LOG))])

    add(f"run-log-is-of-{_date}", _topic, _dated, decision="fail" if _topic else "pass")


@forge("report")
def a_phase_completed_with_a_failed_result(scene: Scene) -> None:
    def edit(found: list[Row]) -> list[Row]:
        end = next(row for row in found if (row["event"], row.get("phase")) == ("phase_end", "review"))
        end["result"] = {"status": "failed"}
        return found

    renumber(scene, edit)


@forge("report")
def case_crashed_over_the_admitted_model(scene: Scene) -> None:
    spawn = next(row for row in rows(scene.path(STDERR)) if row.get("msg") == "spawning agent")
    text = scene.path(STDERR).read_text(encoding="utf-8")
    scene.path(STDERR).write_text(f"{text}Model not found: {spawn['provider']}/{spawn['model']}\n")


@forge("command")
def case_says_that_it_was_attended(scene: Scene) -> None:
    swap(scene.path(STDERR), '"mode":"unattended"', '"mode":"attended"')


@forge("command")
def a_quiet_environment_and_a_speaking_stderr(scene: Scene) -> None:
    set_env(scene, CASE_QUIET="1")


@forge(None, **PASS)
def an_environment_that_is_not_quiet(scene: Scene) -> None:
    set_env(scene, CASE_QUIET="0")


def _names_log(scene: Scene, name: str) -> None:
    def edit(row: Row) -> Row:
        return row | {"eventLog": name} if row.get("msg") == "pipeline finished" else row

    write_rows(scene.path(STDERR), map(edit, rows(scene.path(STDERR))))


@forge("timeline")
def case_finished_another_event_log(scene: Scene) -> None:
    _names_log(scene, "/srv/other/.case/x/events/run-9.jsonl")


@forge(None, **PASS)
def the_event_log_was_collected_under_another_name(scene: Scene) -> None:
    _names_log(scene, f"/private/moved/.case/x/events/{scene.events.name}")
    scene.events.rename(scene.events.with_name("collected.jsonl"))


PLANNED: dict[str, tuple[str | None, Any]] = {
    "another-model": ("model", {"reviewer": {"provider": "openai", "model": "gpt-4o"}}),
    "another-model-alone": ("model", {"reviewer": {"model": "gpt-4o"}}),
    "nothing": (None, {"reviewer": None, "closer": {}}),
}
for _name, (_topic, _models) in PLANNED.items():

    def _plan(scene: Scene, models: Any = _models) -> None:
        def edit(found: list[Row]) -> list[Row]:
            found[0]["plan"]["modelConfig"] = models
            return found

        renumber(scene, edit)

    add(f"the-plan-sets-{_name}", _topic, _plan, decision="fail" if _topic else "pass")


CALLERS: dict[str, tuple[str | None, Row]] = {
    "a-stranger": ("model", {"agent": "scout"}),
    "the-harness": (None, {"agent": "harness"}),
    "nobody": (None, {}),
}
for _name, (_topic, _fields) in CALLERS.items():

    def _calls(scene: Scene, fields: Row = _fields) -> None:
        add_event(scene, "tool_call", tool="read", path="src/a", **fields)

    add(f"{_name}-calls-a-tool", _topic, _calls, decision="fail" if _topic else "pass")


@forge("model")
def a_stranger_calls_a_tool_in_the_events(scene: Scene) -> None:
    def edit(found: list[Row]) -> list[Row]:
        at = next(n for n, row in enumerate(found) if row["event"] == "tool_start")
        return [*found[:at], found[at] | {"agent": "scout"}, *found[at + 1 :]]

    renumber(scene, edit)


@forge("timeline", base=KILLED, decision="blocked")
def a_killed_run_whose_dispatch_nobody_saw(scene: Scene) -> None:
    """An honest run that did not pass is none the worse for what it cannot show."""
    write_rows(scene.path(STDERR), [])
    retrace(scene, lambda found: [row for row in found if row["event"] not in ("model_dispatched", "model_response")])


@forge("model|timeline", decision="blocked")
def a_dispatch_stands_behind_a_torn_text(scene: Scene) -> None:
    spawn = next(row for row in rows(scene.path(STDERR)) if row.get("msg") == "spawning agent")
    text = scene.path(STDERR).read_text(encoding="utf-8")
    scene.path(STDERR).write_text(text + "waiting... " + json.dumps(spawn | {"model": "lab/other"}) + "\n")


DEFAULTS: dict[str, tuple[str | None, Row]] = {
    "fallbacks": ("model", {"fallbacks": ["openai/gpt-4o"]}),
    "a-fallback-model": ("model", {"fallbackModel": "gpt-4o"}),
    "another-provider": ("model", {"altProvider": {"name": "openai"}}),
    "no-fallback": (None, {"fallbacks": [], "backup": None}),
    "other-options": (None, {"thinking": "low", "maxTokens": 4096, "providerOptions": {"cache": True}}),
}
for _name, (_topic, _fields) in DEFAULTS.items():

    def _default(scene: Scene, fields: Row = _fields) -> None:
        edit_json(scene.path(CONFIG), lambda told: told["models"]["default"].update(fields))
        set_event(scene, "config_written", sha256=seal.sha256(scene.path(CONFIG)))

    add(f"the-default-has-{_name}", _topic, _default, decision="fail" if _topic else "pass")
