"""Every forgery is judged as it deserves, and for the right reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.forgeries import FORGERIES
from tests.forgeries.judge import judge, stage
from tests.harness.command import run_command

EXIT = {"pass": 0, "fail": 1, "blocked": 3}
TOPICS = (
    "admission",
    "gate",
    "model",
    "digest",
    "secret",
    "writes",
    "command",
    "baseline",
    "report",
    "timeline",
    "network",
)
THROUGH_THE_COMMAND = [identity for number, identity in enumerate(sorted(FORGERIES)) if number % 31 == 0]


def test_every_topic_is_forged() -> None:
    forged = [forgery.topic.partition("|")[0] for forgery in FORGERIES.values() if forgery.topic]
    assert {topic: forged.count(topic) >= 10 for topic in TOPICS} == dict.fromkeys(TOPICS, True)


@pytest.mark.parametrize("identity", FORGERIES)
def test_judged_as_it_deserves(identity: str) -> None:
    forgery, verdict = FORGERIES[identity], judge(identity)
    open_rulings = [ruling for ruling in verdict.rulings if ruling.status in {"violated", "unproven"}]
    shown = [f"{ruling.rule} {ruling.status}: {ruling.because}" for ruling in open_rulings]
    assert verdict.decision in forgery.decisions, shown
    if forgery.topic is None:
        assert not [ruling.rule for ruling in open_rulings if ruling.effect != "warn"], shown
    else:
        told = {ruling.rule.partition(".")[0] for ruling in open_rulings}
        assert told & set(forgery.topic.split("|")), shown


@pytest.mark.parametrize("identity", THROUGH_THE_COMMAND)
def test_the_command_agrees(identity: str, tmp_path: Path) -> None:
    forgery = FORGERIES[identity]
    scene = stage(forgery, tmp_path)
    done = run_command(scene.run, scene.authority)
    told = json.loads(done.stdout)
    assert told["decision"] in forgery.decisions
    assert done.returncode == EXIT[told["decision"]]
    assert done.stderr == ""
