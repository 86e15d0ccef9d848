"""The commands beside the audit: rules, explain, schema, admission."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer

from auditor import cli, commands, ruleset

RECORD = {
    "schema": "cto-case-model-admission/v1",
    "decision_status": "external_provider_approved",
    "provider_class": "external_anthropic",
    "provider": "anthropic",
    "model": "claude-sonnet-4-6",
    "credential_source_class": "env",
    "allowed_network_class": "provider_api_only",
    "approval_source": "JP approval 2026-06-01",
    "admitted_at": "2026-06-01T09:00:00Z",
    "expires_at": "2026-09-01T00:00:00Z",
}


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs a command line and returns its exit code and what it printed."""

    def run(*line: str) -> tuple[int, str]:
        code = cli.main(line)
        out, err = capsys.readouterr()
        assert not err
        return code, out

    return run


def test_every_rule_is_listed_in_every_form(told: Any) -> None:
    names = [rule.name for rule in ruleset.load().rules]
    code, text = told("rules")
    assert code == 0 and [line.split()[0] for line in text.splitlines()[2:] if line[0] != " "] == names
    _, markdown = told("rules", "--markdown")
    rows = markdown.splitlines()
    assert [row.split("`")[1] for row in rows[2:]] == names
    assert {row.replace("\\|", "").count("|") for row in rows} == {5}
    _, listed = told("rules", "--json")
    assert [rule["name"] for rule in json.loads(listed)] == names
    assert all(rule["clause"] and rule["summary"] for rule in json.loads(listed))


def test_a_rule_is_explained_by_what_to_do_if_it_is_violated_and_if_it_is_unproven(told: Any) -> None:
    _, text = told("explain", "secret.none-leaked")
    flat = " ".join(text.split())
    assert "If it is violated: Revoke" in flat and "If it is unproven: " in flat


def every_command() -> list[Any]:
    """Return every command of the program, those of families included."""
    program: Any = typer.main.get_command(cli._application(commands.names()))
    found = [getattr(one, "commands", {"": one}).values() for one in program.commands.values()]
    return [command for group in found for command in group]


@pytest.mark.parametrize(
    ("option", "variable"),
    [("--store", "CTO_AUDIT_STORE"), ("--admission", "CTO_HARNESS_CASE_MODEL_ADMISSION_FILE")],
)
def test_an_option_that_the_environment_sets_is_set_by_it_for_every_command(option: str, variable: str) -> None:
    having = [
        (command.name, parameter.envvar)
        for command in every_command()
        for parameter in command.params
        if option in parameter.opts
    ]
    assert len(having) >= 3
    assert {name for name, envvar in having if envvar != variable} == set()


def test_every_command_takes_json() -> None:
    without = {command.name for command in every_command() if not any("--json" in each.opts for each in command.params)}
    assert without == set()


def test_a_rule_is_explained_as_one_object(told: Any) -> None:
    code, text = told("explain", "secret", "--json")
    document = json.loads(text)
    jsonschema.validate(document, json.loads(told("schema", "explain", "--json")[1]))
    assert code == 0 and document["schema"] == "cto-audit-explain/v1"
    rules = {rule["name"]: rule for rule in document["rules"]}
    assert rules["secret.none-leaked"]["remedy"].startswith("Revoke") and all(
        each["missing"] for each in rules.values()
    )


def test_what_is_json_anyway_takes_json_too(told: Any, tmp_path: Path) -> None:
    assert told("schema", "verdict", "--json") == told("schema", "verdict")
    (tmp_path / "value").write_text("a long enough value")
    code, text = told("fingerprint", "--known-secret-file", str(tmp_path / "value"), "--json")
    assert code == 0 and len(json.loads(text)["entries"]) == 1


def test_every_rule_is_explained(told: Any) -> None:
    for rule in ruleset.load().rules:
        code, text = told("explain", rule.name)
        assert code == 0 and text.startswith(rule.name + "\n=")
        flat = " ".join(text.split())
        assert " ".join(rule.clause.split()) in flat and " ".join(rule.doc.split()) in flat


def test_a_topic_explains_all_of_its_rules(told: Any) -> None:
    rules = ruleset.load().rules
    _, text = told("explain", rules[0].topic)
    assert all(rule.name in text for rule in rules if rule.topic == rules[0].topic)


def test_a_misspelt_rule_is_recognised(capsys: pytest.CaptureFixture[str]) -> None:
    name = ruleset.load().rules[0].name
    assert cli.main(["explain", name[:-1]]) == 2
    assert f"did you mean {name}?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("verdict", "rulings"),
        ("report", "blockers"),
        ("trace", "seq"),
        ("admission", "expires_at"),
        ("attestation", "predicate"),
        ("verification", "schema"),
        ("scan", "root_sha256"),
        ("evidence", "schema"),
        ("sweep", "schema"),
        ("history", "schema"),
        ("attach", "schema"),
        ("gate", "schema"),
        ("claims", "schema"),
        ("log", "schema"),
    ],
)
def test_each_schema_is_json_schema_of_its_document(name: str, field: str, told: Any) -> None:
    code, text = told("schema", name)
    schema = json.loads(text)
    assert code == 0 and schema["$schema"].startswith("https://json-schema.org/")
    top = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    assert field in top["properties"]


@pytest.mark.parametrize(
    ("change", "line", "status"),
    [
        ({}, "anthropic claude-sonnet-4-6 2026-07-01T00:00:00Z", "admitted"),
        ({}, "anthropic claude-sonnet-4-5 2026-07-01T00:00:00Z", "mismatch"),
        ({}, "anthropic claude-sonnet-4-6 2026-09-01T00:00:00Z", "not_admitted"),
        ({"model": "*"}, "anthropic * 2026-07-01T00:00:00Z", "invalid_admission"),
        (None, "anthropic claude-sonnet-4-6 2026-07-01T00:00:00Z", "missing_admission"),
    ],
)
def test_the_gate_opens_for_an_admitted_pair_only(
    change: dict[str, str] | None, line: str, status: str, tmp_path: Path, told: Any
) -> None:
    file = tmp_path / "admission.json"
    if change is not None:
        file.write_text(json.dumps(RECORD | change))
    provider, model, at = line.split()
    arguments = ("admission", str(file), "--provider", provider, "--model", model, "--at", at)
    code, text = told(*arguments)
    assert code == (0 if status == "admitted" else 3)
    assert text.startswith(f"{status}: ") and len(text.splitlines()) == 1
    _, answer = told(*arguments, "--json")
    document = json.loads(answer)
    assert document["status"] == status and document["requested"] == {"provider": provider, "model": model}
    assert document["schema"] == "cto-audit-admission/v1" and document["at"] == at.replace("Z", ".000Z")


def test_the_gate_judges_now_unless_told_otherwise(tmp_path: Path, told: Any) -> None:
    file = tmp_path / "admission.json"
    for expires, code in (("2999-01-01T00:00:00Z", 0), ("2020-02-01T00:00:00Z", 3)):
        file.write_text(json.dumps(RECORD | {"admitted_at": "2020-01-01T00:00:00Z", "expires_at": expires}))
        assert told("admission", str(file), "--provider=anthropic", "--model=claude-sonnet-4-6")[0] == code
