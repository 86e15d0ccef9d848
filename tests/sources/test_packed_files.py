"""Model evidence inside packed files: it counts like open evidence, and what cannot be unpacked supports no pass."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.audit import audit
from auditor.errors import OperatorError
from auditor.facts import Verdict
from auditor.layout import load
from auditor.places import rules_folder
from tests.forgeries import kit
from tests.forgeries.kit import Scene
from tests.harness.seal import reseal

(HARNESS,) = load(rules_folder() / "layouts")
ADMITTED = "claude-sonnet-4-6"
OTHER = "claude-haiku-4-5"


def event(model: str) -> dict[str, Any]:
    """Return a model event of an Inspect sample."""
    return {"event": "model", "model": f"anthropic/{model}", "input": [], "output": {"model": model}}


def inspect_log(path: Path, model: str) -> None:
    """Write an Inspect archive whose only sample was answered by `model`."""
    plan = {"task": "slug", "run_id": "r", "model": f"anthropic/{ADMITTED}"}
    members = {
        "_journal/start.json": {"version": 2, "eval": plan},
        "_journal/summaries/1.json": [{"id": 1, "epoch": 1}],
        "samples/1_epoch_1.json": {"id": 1, "epoch": 1, "events": [event(model)]},
        "summaries.json": [{"id": 1, "epoch": 1}],
        "header.json": {"version": 2, "status": "success", "eval": plan},
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in members.items():
            archive.writestr(name, json.dumps(value))


def gzipped_log(path: Path, model: str) -> None:
    """Write packed JSON lines, of which the second tells of an answer by `model`."""
    path.write_bytes(gzip.compress(b"started\n" + json.dumps(event(model)).encode() + b"\n"))


def gzipped_document(path: Path, model: str) -> None:
    """Write a packed JSON document that tells of an answer by `model`."""
    path.write_bytes(gzip.compress(json.dumps(event(model), indent=1).encode()))


WRITERS: dict[str, Callable[[Path, str], None]] = {
    "logs/slug.eval": inspect_log,
    "logs/calls.jsonl.gz": gzipped_log,
    "logs/proxy.log.gz": gzipped_log,
    "logs/call.json.gz": gzipped_document,
}


def judged(scene: Scene) -> Verdict:
    """Seal the run and judge it."""
    reseal(scene.run)
    return audit(scene.run, admission=scene.authority)


def written(tmp_path: Path, name: str, model: str) -> tuple[Scene, Path]:
    """Return a sound run with one packed file more."""
    scene = Scene(kit.HOSTED, tmp_path)
    path = scene.path(name)
    path.parent.mkdir()
    WRITERS[name](path, model)
    return scene, path


@pytest.mark.parametrize("name", WRITERS)
def test_the_admitted_model_inside_is_evidence_and_takes_nothing_away(name: str, tmp_path: Path) -> None:
    scene, _ = written(tmp_path, name, ADMITTED)
    verdict = judged(scene)
    assert (verdict.decision, verdict.gaps) == ("pass", ())
    assert [fact for fact in verdict.namings if fact.where.path == name and fact.grade == "served"]


@pytest.mark.parametrize(
    ("name", "line", "pointer"),
    [
        ("logs/slug.eval", None, "/samples~11_epoch_1.json/events/0/model"),
        ("logs/calls.jsonl.gz", 2, "/model"),
        ("logs/proxy.log.gz", 2, "/model"),
        ("logs/call.json.gz", None, "/model"),
    ],
)
def test_another_model_inside_fails_the_run_at_its_place(
    name: str, line: int | None, pointer: str, tmp_path: Path
) -> None:
    scene, _ = written(tmp_path, name, OTHER)
    verdict = judged(scene)
    assert verdict.decision == "fail"
    (ruling,) = [one for one in verdict.rulings if one.rule == "model.only-the-admitted"]
    assert ruling.status == "violated"
    assert (name, line, pointer) in [(shown.path, shown.line, shown.pointer) for shown in ruling.evidence]


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("keep", [0, 1, 0.5, -1])
def test_a_cut_file_supports_no_pass(name: str, keep: float, tmp_path: Path) -> None:
    scene, path = written(tmp_path, name, ADMITTED)
    size = path.stat().st_size
    os.truncate(path, int(size * keep) if keep == 0.5 else int(keep) % size)
    verdict = judged(scene)
    assert verdict.decision == "blocked"
    assert {gap.path for gap in verdict.gaps} == {name}


@pytest.mark.parametrize("name", ["report.json", "trace.jsonl"])
@pytest.mark.parametrize("form", ["zip", "gzip"])
def test_no_kind_that_rules_read_may_be_packed(name: str, form: str, tmp_path: Path) -> None:
    text = f'name = "x"\nmarks = ["{name}"]\n[[kinds]]\nkind = "trace"\npaths = ["{name}"]\nwitness = "harness"\n'
    (tmp_path / "x.toml").write_text(text + f'format = "{form}"\n')
    with pytest.raises(OperatorError, match="for kind other only"):
        load(tmp_path)


def test_packed_files_are_of_no_kind_of_their_own() -> None:
    kinds = [HARNESS.classify(name) for name in (*WRITERS, "backend/case-events/a.jsonl.gz", "deep/er/x.eval")]
    assert {(kind.kind, kind.format) for kind in kinds} == {("other", "zip"), ("other", "gzip")}
