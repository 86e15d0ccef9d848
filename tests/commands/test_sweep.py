"""``cto-audit sweep`` as an operator and a cron job meet it: real processes, real signals, a disk that is full."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor import engines
from auditor.cli import main
from auditor.store import Store
from tests.harness.command import ROOT
from tests.sweep.kit import put

SOUND = "stage2-pass-no-gateway"
FORBIDDEN = "forbidden-write"
LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ sweep (started|judged|trouble|progress|finished|interrupted)( \w+=.+)?"
)


class Place:
    """A folder of runs, their records and a store."""

    def __init__(self, folder: Path, *samples: str) -> None:
        self.folder = folder
        self.runs = folder / "runs"
        self.runs.mkdir()
        self.store = folder / "store.sqlite3"
        self.run = {sample: put(sample, self.runs) for sample in samples}

    def command(self, *options: str) -> list[str]:
        """Return the command line of a sweep."""
        given = ["--admission", str(self.folder / "records"), "--store", str(self.store), *options]
        return [sys.executable, "-m", "auditor", "sweep", str(self.runs), *given]

    def sweep(self, *options: str, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
        """Sweep, and return the finished process."""
        return subprocess.run(
            self.command(*options),
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            check=False,
            timeout=300,
            preexec_fn=before,
        )

    def begin(self, *, judged: int) -> tuple[subprocess.Popen[str], Path]:
        """Start a sweep and wait until its log, which is returned, tells of so many runs that were judged."""
        log = self.folder / "log"
        with log.open("w") as file:
            process = subprocess.Popen(
                self.command(), stdout=subprocess.PIPE, stderr=file, text=True, cwd=ROOT, start_new_session=True
            )
        for _ in range(6000):
            lines = log.read_text("utf-8").splitlines()
            if lines and sum(" sweep judged " in line for line in lines) >= judged:
                return process, log
            time.sleep(0.02)
        pytest.fail(f"nothing came of it: {log.read_text('utf-8')}")

    def multiply(self, sample: str, count: int) -> None:
        """Put many copies of a sample under the runs, each in a folder of its own."""
        run = self.run[sample]
        for number in range(count):
            shutil.copytree(run, self.runs / f"p{number:04d}" / run.name)


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the summary that was printed."""
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def recorded(store: Path) -> int:
    """Return how many verdicts are in the store, and see that it is whole."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (count,) = connection.execute("SELECT count(*) FROM verdict").fetchone()
    connection.close()
    return int(count)


def test_a_site_that_cannot_be_is_refused_before_anything_is_judged(tmp_path: Path) -> None:
    place = Place(tmp_path, SOUND)
    (tmp_path / "mine").write_text("a file")
    done = place.sweep("--html", str(tmp_path / "mine"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not a directory" in done.stderr and "judged" not in done.stderr


@pytest.mark.parametrize(("options", "told_of"), [((), True), (("--quiet",), False)])
def test_a_sweep_says_that_it_could_be_faster(
    tmp_path: Path, options: tuple[str, ...], told_of: bool, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    place = Place(tmp_path, SOUND)
    monkeypatch.setattr(engines, "find_spec", lambda name: None)
    monkeypatch.setenv("CTO_AUDIT_STORE", str(place.store))
    assert main(["sweep", str(place.runs), "--admission", str(tmp_path / "records"), *options]) == 0
    assert ("vectorscan is not installed" in capfd.readouterr().err) == told_of
    assert recorded(place.store) == 1


def test_the_exit_code_is_of_the_new_verdicts_or_of_all(tmp_path: Path) -> None:
    place = Place(tmp_path, SOUND, FORBIDDEN, "refused-mismatch")
    first = place.sweep("--json")
    assert (first.returncode, told(first)["new"]) == (1, {"pass": 1, "blocked": 1, "fail": 1})
    assert told(first)["schema"] == "cto-audit-sweep/v1"
    again = place.sweep("--json")
    assert (again.returncode, told(again)["unchanged"]) == (0, 3)
    everything = place.sweep("--all")
    assert everything.returncode == 1
    headline = everything.stdout.splitlines()[0]
    assert headline.startswith("NOTHING NEW 3 runs: 0 judged") and headline.endswith("; 1 fail and 1 blocked stand")
    shutil.rmtree(place.run[FORBIDDEN])
    put("killed-case", place.runs)
    assert place.sweep().returncode == 3
    assert recorded(place.store) == 4


def test_every_line_of_the_log_can_be_grepped(tmp_path: Path) -> None:
    place = Place(tmp_path, SOUND, FORBIDDEN)
    hostile = place.runs / "x\n2026-01-01T00:00:00Z sweep judged run=forged decision=pass\x1b[31m"
    put("refused-mismatch", hostile)
    done = place.sweep()
    lines = done.stderr.splitlines()
    assert all(LINE.fullmatch(line) for line in lines), lines
    assert sum(" sweep judged " in line and "decision=fail" in line for line in lines) == 1
    assert sum(line.split(" ")[1:3] == ["sweep", "judged"] for line in lines) == 3
    assert "\x1b" not in done.stdout + done.stderr
    assert "FAIL 3 runs" in done.stdout


def test_quiet_says_nothing_on_the_way(tmp_path: Path) -> None:
    done = Place(tmp_path, SOUND).sweep("-q")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_it_and_the_same_command_goes_on(tmp_path: Path, how: signal.Signals) -> None:
    place = Place(tmp_path, SOUND)
    place.multiply(SOUND, 200)
    process, log = place.begin(judged=1)
    # As a terminal and a service manager do it: to every process, the workers included.
    os.killpg(process.pid, how)
    out, _ = process.communicate(timeout=120)
    err = log.read_text("utf-8")
    assert process.returncode == 130, err
    assert "run the same command again" in err
    assert "Traceback" not in err
    assert out.startswith("INTERRUPTED")
    assert "killed by signal" not in err
    done = recorded(place.store)
    assert 1 <= done < 201
    again = place.sweep("--json")
    assert (again.returncode, told(again)["judged"], told(again)["found"]) == (0, 201 - done, 201)
    assert recorded(place.store) == 201


def test_an_interrupt_outside_of_the_judging_is_told_of_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("auditor.sweep.drive.look_across", interrupted)
    place = Place(tmp_path, SOUND)
    assert main(place.command()[3:]) == 130
    assert "what was judged is kept" in capsys.readouterr().err
    assert recorded(place.store) == 1


def test_a_sweep_that_is_killed_loses_little_and_leaves_no_process(tmp_path: Path) -> None:
    place = Place(tmp_path, SOUND)
    place.multiply(SOUND, 160)
    process, _ = place.begin(judged=80)
    process.kill()
    process.communicate()
    assert recorded(place.store) >= 20
    again = place.sweep("--json")
    assert again.returncode == 0, again.stderr
    assert recorded(place.store) == 161


def test_two_at_once_do_not_fight(tmp_path: Path) -> None:
    place = Place(tmp_path, SOUND)
    place.multiply(SOUND, 160)
    process, _ = place.begin(judged=0)
    os.kill(process.pid, signal.SIGSTOP)  # held for as long as the second one takes, however slow the machine is
    second = place.sweep()
    os.kill(process.pid, signal.SIGCONT)
    process.communicate(timeout=120)
    assert second.returncode == 2
    assert f"process {process.pid} on" in second.stderr
    assert process.returncode == 0
    assert recorded(place.store) == 161


def test_a_full_disk_is_told_and_what_was_written_is_kept(tmp_path: Path) -> None:
    place = Place(tmp_path, SOUND)
    assert place.sweep().returncode == 0
    size = place.store.stat().st_size
    place.multiply(SOUND, 200)

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 300_000, size + 300_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = place.sweep(before=small)
    assert done.returncode == 3, done.stderr
    assert "the sweep stopped" in done.stderr
    assert "Traceback" not in done.stderr
    kept = recorded(place.store)
    assert 1 <= kept < 201
    again = place.sweep("--json")
    assert (again.returncode, told(again)["judged"]) == (0, 201 - kept)


def test_a_run_that_takes_too_long_is_blocked(tmp_path: Path) -> None:
    place = Place(tmp_path, SOUND, "refused-mismatch")
    with (place.run[SOUND] / "noise.bin").open("wb") as file:
        file.truncate(20_000_000_000)
    done = place.sweep("--json", "--timeout", "2")
    assert done.returncode == 3
    (failure,) = told(done)["failures"]
    assert "longer than the limit of 2 seconds" in failure["reason"]
    assert told(done)["judged"] == 2


def test_trust_in_metadata_is_stated(tmp_path: Path) -> None:
    place = Place(tmp_path, SOUND)
    time.sleep(2.1)
    place.sweep()
    assert told(place.sweep("--json", "--trust-stat"))["trust"] == "stat"
    with Store.open(str(place.store), create=False) as store:
        row = store.latest_of(str(place.run[SOUND]))
        assert row is not None
        assert row.trust == "stat"
    place.sweep()
    with Store.open(str(place.store), create=False) as store:
        row = store.latest_of(str(place.run[SOUND]))
        assert row is not None
        assert row.trust == "content"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--jobs", "0"], "--jobs 0"),
        (["--jobs", "many"], "--jobs many"),
        (["--timeout", "-1"], "--timeout -1"),
        (["--since", "yesterday"], "--since yesterday"),
        (["--since", "2026-13-01"], "--since"),
        (["--window", "0"], "--window"),
        (["--store", "mysql://x"], "--store"),
        (["--policy", "/nowhere"], "policy"),
        (["--profile", "nothing"], "profile"),
        (["--admission", "/nowhere"], "admission record /nowhere"),
        (["--allow", "/nowhere"], "--allow"),
    ],
)
def test_what_cannot_be_is_a_usage_error(tmp_path: Path, options: list[str], complaint: str) -> None:
    done = Place(tmp_path, SOUND).sweep(*options)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert not (tmp_path / "store.sqlite3").exists()


def test_a_root_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    place = Place(tmp_path, SOUND)
    shutil.rmtree(place.runs)
    done = place.sweep()
    assert (done.returncode, done.stdout) == (2, "")
    assert "the root" in done.stderr


def test_since_spans(tmp_path: Path) -> None:
    place = Place(tmp_path, SOUND)
    assert told(place.sweep("--json", "--since", "24h"))["judged"] == 1
    old = (1_000_000_000, 1_000_000_000)
    for path in place.run[SOUND].rglob("*"):
        os.utime(path, old)
    for span in ("7d", "2010-01-01", "2010-01-01T00:00:00Z"):
        assert told(place.sweep("--json", "--since", span))["older"] == 1
    assert told(place.sweep("--json", "--since", "2001-01-01"))["unchanged"] == 1
