"""The harness itself: what it writes is whole, measured and the same every time."""

from __future__ import annotations

import filecmp
import json
import re
from pathlib import Path

import pytest

from tests.harness import backend, clock, fixture, make, run, samples, seal
from tests.harness.samples import SAMPLES

ROOT = Path(__file__).parents[2]


def tree(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", SAMPLES)
def test_committed_samples_are_what_the_harness_makes(name: str, tmp_path: Path) -> None:
    made, kept = tmp_path / name, ROOT / "sample_runs" / name
    make.make(SAMPLES[name], made)
    assert tree(made) == tree(kept)
    _, differing, unread = filecmp.cmpfiles(made, kept, tree(made), shallow=False)
    assert (differing, unread) == ([], [])


def test_no_sample_is_left_behind() -> None:
    assert {path.name for path in (ROOT / "sample_runs").iterdir() if path.is_dir()} == set(SAMPLES)


def test_the_samples_readme_tells_the_right_decisions() -> None:
    table = re.findall(
        r"^\| (`.*?) \| (\w+) \|", (ROOT / "sample_runs/README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    told = {name: decision for names, decision in table for name in re.findall(r"`([^`]+)`", names)}
    assert told == {name: sample.expected.decision for name, sample in SAMPLES.items()}


def test_no_sample_names_this_machine(tmp_path: Path) -> None:
    sample = SAMPLES["stage2-pass-gateway"]
    finished = run.carry_out(sample, tmp_path)
    for name in tree(finished):
        assert str(tmp_path).encode() not in (finished / name).read_bytes(), name


def test_the_child_really_changes_the_copy(tmp_path: Path) -> None:
    sample = SAMPLES["stage2-pass-no-gateway"]
    finished = run.carry_out(sample, tmp_path)
    where = backend.places(tmp_path, sample.run_id)
    assert fixture.PADDED in (where.copy / "src/clock.sh").read_text(encoding="utf-8")
    assert fixture.BROKEN in (where.source / "src/clock.sh").read_text(encoding="utf-8")
    assert json.loads((finished / "fixture/after.json").read_bytes()) == fixture.manifest(where.copy)


def test_the_planted_key_is_in_no_committed_file() -> None:
    key = samples.planted_key().encode()
    assert len(key) == 108
    for path in (ROOT / "sample_runs").rglob("*"):
        assert path.is_dir() or key not in path.read_bytes(), path


def test_a_killed_child_is_measured_as_killed(tmp_path: Path) -> None:
    finished = run.carry_out(SAMPLES["killed-case"], tmp_path)
    assert json.loads((finished / "report.json").read_bytes())["backend_exit_code"] == -9
    (events,) = (finished / "backend/case-events").iterdir()
    assert not events.read_bytes().endswith(b"\n")


def test_resealing_a_sealed_run_changes_nothing(tmp_path: Path) -> None:
    finished = run.carry_out(SAMPLES["stage2-pass-gateway"], tmp_path)
    before = {name: seal.sha256(finished / name) for name in tree(finished)}
    seal.reseal(finished)
    assert {name: seal.sha256(finished / name) for name in tree(finished)} == before


def test_times_survive_the_round_trip() -> None:
    assert clock.show(clock.parse("2026-07-02T08:15:00.042Z")) == "2026-07-02T08:15:00.042Z"
