"""Case's own files: dispatches and crashes in stderr, events in order with their tool calls, outcomes everywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.facts import Naming
from auditor.sources._calls import ToolCall
from auditor.sources.case_stderr import AgentDone, Identity, Outcome, PhaseTold
from auditor.sources.trace import Dispatch
from tests.sources.reading import lines, noted, places, values

TS = "2026-06-10T14:38:11Z"
SPAWN = {"ts": TS, "level": "info", "msg": "spawning agent", "agent": "implementer", "provider": "p", "model": "m"}


def test_each_dispatch_line_is_a_dispatch() -> None:
    found = noted("case_stderr", lines("starting", SPAWN, SPAWN))
    assert values(found, "dispatch") == [Dispatch("implementer", "p", "m")] * 2
    (naming,) = found.facts["model.named"]
    assert (naming.value, naming.grade, naming.count, naming.witness) == (
        Naming("p", "m", "case.stderr", agent="implementer"),
        "dispatched",
        2,
        "case",
    )


@pytest.mark.parametrize("msg", ["Spawning agent", "spawning agents", " spawning agent", "agent said: spawning agent"])
def test_prose_that_speaks_of_a_dispatch_is_none(msg: str) -> None:
    found = noted("case_stderr", lines(SPAWN | {"msg": msg}, json.dumps({"args": SPAWN}), "plain " + json.dumps(SPAWN)))
    assert not {"dispatch", "model.named"} & found.facts.keys()


@pytest.mark.parametrize("field", ["provider", "model", "agent"])
def test_a_dispatch_that_names_nothing_is_a_dispatch_all_the_same(field: str) -> None:
    (dispatch,) = values(noted("case_stderr", lines(SPAWN | {field: 7})), "dispatch")
    assert getattr(dispatch, field) in (None, "")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Model not found: openai/gpt-5.", ("openai", "gpt-5")),
        ("Error: Model not found: openrouter/org/model", ("openrouter", "org/model")),
        ("xModel not found: a/b", None),
        ("Model not found: a", None),
        ("Model not found: /b", None),
    ],
)
def test_the_crash_text_names_a_model(text: str, named: tuple[str, str] | None) -> None:
    for line in (
        text,
        {"msg": "failed", "ts": TS, "error": text},
        {"msg": text, "ts": TS},
        {"msg": "x", "err": {"message": text}},
    ):
        found = noted("case_stderr", lines(line))
        pairs = [(value.provider, value.model) for value in values(found, "model.named")]
        assert pairs == ([named] if named else [])


def test_stderr_tells_of_identity_outcome_ends_and_retries() -> None:
    found = noted(
        "case_stderr",
        lines(
            {"msg": "pipeline started", "ts": TS, "runId": "i", "task": "t"},
            {"msg": "phase:verify", "ts": TS, "phase": "verify", "status": "retrying"},
            {"msg": "agent completed", "ts": TS, "agent": "verifier", "status": "failed"},
            {"msg": "pipeline finished", "ts": TS, "runId": "i", "task": "t", "outcome": "failed"},
        ),
    )
    assert values(found, "case.identity") == [Identity("i", "t")]
    assert values(found, "case.retry") == ["verify"]
    assert values(found, "case.agent-done") == [AgentDone("verifier", "failed")]
    assert values(found, "case.outcome") == [Outcome("failed", "stderr")]


def event(number: Any, name: str, **fields: Any) -> dict[str, Any]:
    return {"sequence": number, "ts": TS, "runId": "i", "taskId": "t", "event": name, **fields}


def test_events_are_read_in_the_order_of_their_sequence() -> None:
    found = noted("case_events", lines(event(2, "b"), event(1, "a"), event(3, "c")))
    assert [(value.name, value.sequence) for value in values(found, "case.event")] == [("a", 1), ("b", 2), ("c", 3)]
    assert [fact.where.line for fact in found.facts["case.event"]] == [2, 1, 3]
    assert "stream.sequence-fault" not in found.facts


def test_a_hole_in_the_events_is_told() -> None:
    assert len(values(noted("case_events", lines(event(1, "a"), event(3, "c"))), "stream.sequence-fault")) == 1


@pytest.mark.parametrize(("outcome", "told"), [("completed", "completed"), (None, "unstated"), (7, "unstated")])
def test_the_pipelines_end_is_its_outcome(outcome: Any, told: str) -> None:
    found = noted("case_events", lines(event(1, "pipeline_end", outcome=outcome)))
    assert values(found, "case.outcome") == [Outcome(told, "events")]


def test_the_plan_states_an_identity_too() -> None:
    found = noted("case_events", lines(event(1, "pipeline_start", plan={"runId": "other", "taskId": "t"})))
    assert values(found, "case.identity") == [Identity("i", "t"), Identity("other", "t")]


def test_a_tool_start_that_could_leave_is_kept_and_its_end_is_not_a_call() -> None:
    args = json.dumps({"path": "/etc/passwd"})
    rows = [event(1, "tool_start", tool="read", agent="a", args=args), event(2, "tool_end", tool="read", args=args)]
    found = noted("case_events", lines(*rows))
    assert places(found, "tool.call") == [(ToolCall("read", path="/etc/passwd", agent="a"), 1, "/args")]
    assert values(found, "tool.calls") == [1]


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("Pipeline completed", "completed"),
        ("[case-1] Pipeline failed at verify", "failed"),
        ("Pipeline completedly", None),
        ("the Pipeline completed", None),
        ("Pipeline", None),
    ],
)
def test_stdout_says_how_the_pipeline_ended(line: str, outcome: str | None) -> None:
    assert values(noted("case_stdout", line), "case.outcome") == ([Outcome(outcome, "stdout")] if outcome else [])


def test_the_run_log_says_identity_and_outcome() -> None:
    found = noted("case_run_log", lines({"runId": "i", "task": "t", "outcome": "completed"}, {"runId": 7}))
    assert values(found, "case.identity") == [Identity("i", "t"), Identity(None, None)]
    assert values(found, "case.outcome") == [Outcome("completed", "run log"), Outcome("unstated", "run log")]


def test_the_configuration_names_each_role() -> None:
    chosen = {"default": {"provider": "p", "model": "m"}, "verifier": {"model": "x"}, "closer": None, "typo": {}}
    found = noted("case_config", json.dumps({"models": chosen}))
    assert [(value.role, value.provider, value.model) for value in values(found, "model.named")] == [
        ("default", "p", "m"),
        ("verifier", None, "x"),
    ]
    assert places(found, "config.override") == [("verifier", None, "/models/verifier"), ("typo", None, "/models/typo")]


@pytest.mark.parametrize("models", [None, [], "m", {"default": "m"}, {"default": []}])
def test_a_configuration_that_names_nothing_is_not_filled_in(models: Any) -> None:
    assert "model.named" not in noted("case_config", json.dumps({"models": models})).facts


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (["ca", "run", "--model", "x"], ["x"]),
        (["ca", "run", "--model=x", "--model", "y"], ["x", "y"]),
        (["ca", "--model"], []),
        (["ca", "--models", "x"], []),
        ([7, "--model", "x"], []),
        ("ca --model x", []),
    ],
)
def test_the_model_flag_makes_the_provider_anthropic(argv: Any, named: list[str]) -> None:
    found = noted("argv", json.dumps({"argv": argv}))
    assert [(value.provider, value.model) for value in values(found, "model.named")] == [
        ("anthropic", model) for model in named
    ]


def test_the_override_variable_makes_the_provider_anthropic() -> None:
    found = noted("env", json.dumps({"CASE_MODEL_OVERRIDE": "x"}))
    assert values(found, "model.named") == [Naming("anthropic", "x", "case.env-override")]
    assert "model.named" not in noted("env", json.dumps({"CASE_MODEL_OVERRIDE": ""})).facts


def test_each_file_tells_of_phases_in_its_own_way() -> None:
    plan = {"phases": [{"phase": "implement", "agent": "implementer"}, {"agent": 7}, "x"]}
    told = {
        "case_events": lines(event(1, "pipeline_start", plan=plan)),
        "case_run_log": lines({"phases": {"closer": "failed"}, "failedAgent": None}),
        "case_stderr": lines({"msg": "phase:verify", "ts": TS, "phase": "verify", "status": "started"}),
        "case_stdout": "[unattended] [verify] starting verifier...\n[verify] starting the verifier...\n",
    }
    assert {kind: values(noted(kind, text), "case.phase-told") for kind, text in told.items()} == {
        "case_events": [
            PhaseTold("plan", "implement", "implementer"),
            PhaseTold("plan", None, None),
            PhaseTold("plan", None, None),
        ],
        "case_run_log": [PhaseTold("run log", None, "closer")],
        "case_stderr": [PhaseTold("stderr", "verify")],
        "case_stdout": [PhaseTold("stdout", "verify", "verifier")],
    }


@pytest.mark.parametrize("phases", [None, [], "x", 7])
def test_a_plan_and_a_run_log_without_phases_tell_of_none(phases: Any) -> None:
    start = event(1, "pipeline_start", plan={"phases": phases, "modelConfig": phases})
    assert "case.phase-told" not in noted("case_events", lines(start)).facts
    assert "case.phase-told" not in noted("case_run_log", lines({"phases": phases})).facts


def test_a_plan_that_sets_a_model_is_a_configuration() -> None:
    models = {"reviewer": {"provider": "p", "model": "m"}, "closer": None, "a/b": {"model": "x"}}
    found = noted("case_events", lines(event(1, "pipeline_start", plan={"modelConfig": models})))
    assert places(found, "model.named") == [
        (Naming("p", "m", "case.plan", role="reviewer"), 1, "/plan/modelConfig/reviewer"),
        (Naming(None, "x", "case.plan", role="a/b"), 1, "/plan/modelConfig/a~1b"),
    ]


def test_the_agents_that_call_tools_are_noted_once_each() -> None:
    calls = [event(n, "tool_start", tool="t", agent=agent) for n, agent in enumerate(["a", "b", "a", None, ""], 1)]
    assert places(noted("case_events", lines(*calls)), "tool.agent") == [("a", 1, "/agent"), ("b", 2, "/agent")]


def test_stderr_names_its_mode_and_the_log_that_it_finished() -> None:
    end = {"msg": "pipeline finished", "ts": TS, "runId": "i", "eventLog": "/x/events/run-other.jsonl"}
    found = noted("case_stderr", lines({"msg": "pipeline started", "ts": TS, "runId": "i", "mode": "attended"}, end))
    assert values(found, "case.mode") == ["attended"]
    assert values(found, "case.identity") == [Identity("i", None), Identity("other", None)]


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("fallbacks", ["openai/gpt-4o"], True),
        ("fallback_models", {"a": "b"}, True),
        ("smallModel", "gpt-4o", True),
        ("fallbacks", [], False),
        ("fallback", False, False),
        ("fallbackDelay", 5, False),
        ("providerOptions", {"a": 1}, False),
        ("x" * 100_000, "y", False),
    ],
)
def test_a_default_that_names_another_model_beside_its_own_is_an_override(key: str, value: Any, told: bool) -> None:
    found = noted("case_config", json.dumps({"models": {"default": {"provider": "p", "model": "m", key: value}}}))
    assert values(found, "config.override") == ([f"default.{key}"] if told else [])


def test_a_line_that_ends_in_a_dispatch_is_a_gap_and_prose_about_one_is_none() -> None:
    found = noted("case_stderr", "x " + json.dumps(SPAWN) + "\n")
    assert [gap.line for gap in found.gaps] == [1]
    for prose in ('it logs "spawning agent" lines', 'x {"msg":"spawning agent"}', 'x {"msg":"spawning agent"'):
        assert not noted("case_stderr", prose + "\n").gaps
