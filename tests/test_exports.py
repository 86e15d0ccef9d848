"""The verdicts of a sweep reach other tools whole, from the store alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from auditor.errors import OperatorError
from auditor.exports import Exports, verdict_of, verdicts, write_whole
from auditor.store import Store
from tests.store.kit import NOW, SAMPLES, judged, sample

SWEPT = ("stage2-pass-gateway", "leaked-key")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Yield a store: one run of an earlier sweep, and of the newest two samples and one that could not be judged."""
    with Store.open(str(tmp_path / "s.sqlite3")) as opened:
        first = opened.begin_sweep(["/r"], started=NOW)
        opened.record(msgspec.structs.replace(judged("/r/old"), decision="blocked", reason="lost", sweep=first))
        second = opened.begin_sweep(["/r"], started=NOW)
        rows = [msgspec.structs.replace(sample(name)[1], place=f"/r/{name}", sweep=second) for name in SWEPT]
        lost = judged("/r/lost", decision="blocked", reason="it took too long", sweep=second)
        opened.record_all([*rows, lost])
        yield opened


def test_verdicts_come_back_as_they_were_reached(store: Store) -> None:
    found = dict(verdicts(store, sweep=2))
    assert list(found) == ["/r/leaked-key", "/r/lost", "/r/stage2-pass-gateway"]
    for name in SWEPT:
        expected, got = sample(name)[0], found[f"/r/{name}"]
        assert (got.decision, got.reason, got.secrets, got.moments) == (
            expected.decision,
            expected.reason,
            expected.secrets,
            expected.moments,
        )
    assert len(dict(verdicts(store))) == 4


def test_a_run_that_could_not_be_judged_says_why(store: Store) -> None:
    lost = dict(verdicts(store, sweep=2))["/r/lost"]
    assert (lost.decision, lost.reason, lost.gaps[0].reason) == ("blocked", "it took too long", "it took too long")


def test_a_document_that_is_another_s_is_refused(store: Store) -> None:
    rows = {row.place: row for row in store.latest()}
    swapped = msgspec.structs.replace(rows["/r/leaked-key"], id=rows["/r/stage2-pass-gateway"].id)
    with pytest.raises(OperatorError):
        verdict_of(store, swapped)


def test_both_files_hold_the_new_verdicts_or_all(store: Store, tmp_path: Path) -> None:
    for everything, count in ((False, 3), (True, 4)):
        Exports(tmp_path / "j.xml", tmp_path / "s.sarif", everything=everything).write(str(store.path), 2)
        suites = ElementTree.parse(tmp_path / "j.xml").getroot().findall("testsuite")
        assert len(suites) == count
        (run,) = json.loads((tmp_path / "s.sarif").read_bytes())["runs"]
        assert run["properties"] == {"runDirectories": count}
        assert "secret.none-leaked" in {each["ruleId"] for each in run["results"]}


def test_a_place_that_cannot_be_is_told_before_the_work(tmp_path: Path) -> None:
    Exports().check()
    Exports(tmp_path / "new.xml", Path("/dev/stdout")).check()
    for file in (tmp_path, tmp_path / "nowhere/x.xml", tmp_path / ("x" * 999) / "y"):
        with pytest.raises(OperatorError):
            Exports(file).check()


def test_nothing_is_written_into_a_run(store: Store, tmp_path: Path) -> None:
    run = tmp_path / "20260702T081500Z-x-1"
    run.mkdir()
    store.record(judged(str(run)))
    with pytest.raises(OperatorError, match="inside a run"):
        Exports(run / "junit.xml").write(str(store.path), 2)
    assert list(run.iterdir()) == []


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    def failing() -> Iterator[str]:
        yield "half"
        raise OperatorError("the store is gone", "look")

    (tmp_path / "old").write_text("old")
    with pytest.raises(OperatorError, match="gone"):
        write_whole(tmp_path / "old", failing())
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"old": "old"}


def test_a_device_is_written_and_not_replaced(tmp_path: Path) -> None:
    write_whole(Path(os.devnull), ["text"])
    assert not Path(os.devnull).is_file()
    with pytest.raises(OperatorError, match="No space left"):
        write_whole(Path("/dev/full"), ["text" * 10_000])


def test_a_sweep_leaves_what_it_is_asked_for(tmp_path: Path) -> None:
    for name in SWEPT:
        run = next((SAMPLES / name).glob("2*"))
        shutil.copytree(run, tmp_path / "runs" / name / run.name)
    summary = tmp_path / "summary.md"
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "sweep", "runs", "--store", "s.sqlite3", "-q", "--jobs", "1", "--github",
         "--junit", "j.xml", "--sarif", "s.sarif", "--html", "site"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
        env=os.environ | {"GITHUB_STEP_SUMMARY": str(summary), "PYTHONPATH": str(SAMPLES.parent)},
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "::error title=cto-audit sweep::2 new verdicts: 1 fail, 1 blocked, 0 pass" in done.stdout
    assert summary.read_text().startswith("## cto-audit sweep")
    assert {"j.xml", "s.sarif", "site", "summary.md"} <= {file.name for file in tmp_path.iterdir()}
    assert len(list((tmp_path / "site/runs").iterdir())) == 2


@pytest.mark.parametrize("options", [("--junit", "nowhere/j.xml"), ("--sarif", "."), ("--github", "--json")])
def test_a_mistake_costs_no_night(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "runs").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "sweep", "runs", "--store", "s.sqlite3", *options],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
        env=os.environ | {"PYTHONPATH": str(SAMPLES.parent)},
    )  # fmt: skip
    assert done.returncode == 2 and done.stderr.startswith("cto-audit: ")
    assert not (tmp_path / "s.sqlite3").exists()
