"""The sample runs through the real command, and what all samples and forgeries together must have shown."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from auditor.audit import audit
from auditor.ruleset import load
from tests.forgeries import FORGERIES
from tests.forgeries.judge import judge
from tests.harness.command import run_command

SAMPLES = Path(__file__).parents[1] / "sample_runs"
NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/expected.json"))
EXIT = {"pass": 0, "fail": 1, "blocked": 3}


def place(name: str) -> tuple[Path, Path | None]:
    """Return a sample's run directory and its authority."""
    (run,) = (path for path in (SAMPLES / name).iterdir() if path.is_dir())
    record = SAMPLES / name / "admission.json"
    return run, record if record.exists() else None


def open_topics(rulings: list[dict[str, Any]]) -> list[str]:
    """Return the topics in which something that matters is violated or unproven."""
    telling = (r for r in rulings if r["status"] in {"violated", "unproven"} and r["effect"] in {"fail", "block"})
    return sorted({ruling["rule"].partition(".")[0] for ruling in telling})


def test_there_are_samples_of_every_decision() -> None:
    decisions = {json.loads((SAMPLES / name / "expected.json").read_bytes())["decision"] for name in NAMES}
    assert decisions == {"pass", "blocked", "fail"}


@pytest.mark.parametrize("name", NAMES)
def test_sample_through_the_command(name: str) -> None:
    run, record = place(name)
    expected = json.loads((SAMPLES / name / "expected.json").read_bytes())
    done = run_command(run, record)
    assert done.stderr == ""
    told = json.loads(done.stdout)
    seen = {key: told[key] for key in expected if key != "topics"} | {"topics": open_topics(told["rulings"])}
    assert seen == expected, [r for r in told["rulings"] if r["status"] in {"violated", "unproven"}]
    assert done.returncode == EXIT[expected["decision"]]


@pytest.mark.parametrize("name", NAMES)
def test_the_verdict_is_the_same_again(name: str) -> None:
    run, record = place(name)
    assert run_command(run, record).stdout == run_command(run, record).stdout


@pytest.mark.parametrize("missing", ["run", "record"])
def test_what_is_not_there_is_a_usage_error(missing: str, tmp_path: Path) -> None:
    run, record = place("stage2-pass-gateway")
    nowhere = tmp_path / "nowhere"
    done = run_command(nowhere, record) if missing == "run" else run_command(run, nowhere)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere" in done.stderr


@cache
def statuses() -> dict[str, set[str]]:
    """Return every status that each rule took over all samples and forgeries."""
    seen: dict[str, set[str]] = defaultdict(set)
    verdicts = [judge(identity) for identity in FORGERIES]
    for name in NAMES:
        run, record = place(name)
        verdicts.append(audit(run, admission=record))
    for verdict in verdicts:
        for ruling in verdict.rulings:
            seen[ruling.rule].add(ruling.status)
    return dict(seen)


@pytest.mark.parametrize("name", [rule.name for rule in load().rules])
def test_every_rule_is_seen_to_hold_to_break_and_to_doubt(name: str) -> None:
    assert {"holds", "violated", "unproven"} <= statuses().get(name, set())
