"""Trees of runs for the tests of sweeps, and engines that are slow or deadly where a file says so."""

from __future__ import annotations

import os
import shutil
import signal
import time
from functools import partial
from pathlib import Path

import msgspec

from auditor import __version__, ruleset
from auditor import layout as layouts
from auditor import policy as policies
from auditor.engines import rules_engine
from auditor.places import rules_folder
from auditor.policy import Policy
from auditor.secrets import Engine
from auditor.secrets.scan import Scan
from auditor.store import Basis, Judged
from auditor.sweep import admissions
from auditor.sweep.drive import Plan, sweep
from auditor.sweep.progress import Silence
from auditor.sweep.summary import SweepSummary
from auditor.sweep.worker import Setup

SAMPLES = Path(__file__).parents[2] / "sample_runs"
LAYOUTS = layouts.load(rules_folder() / "layouts")


class Trapped(Engine):
    """The rules' engine, but a file called ``trap-…`` does to the process what its name says."""

    def scan(self, path: str) -> Scan:
        """Spring the trap, if it is one."""
        trap = Path(path).name.removeprefix("trap-")
        if trap == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        elif trap == "exit":
            os._exit(9)
        elif trap == "forever":
            time.sleep(3600)
        elif trap == "slow":
            time.sleep(0.3)
        elif trap == "defect":
            raise RuntimeError("a defect of ours, which quotes evidence")
        return super().scan(path)


def trapped() -> Engine:
    """Return the engine with traps."""
    return Trapped.load(rules_folder() / "secrets")


def trapped_removing(folder: str) -> Engine:
    """Return an engine that removes the folder when it first scans a trap."""

    class Removing(Trapped):
        def scan(self, path: str) -> Scan:
            if path.startswith("trap-"):
                shutil.rmtree(folder, ignore_errors=True)
            return super().scan(path)

    return Removing.load(rules_folder() / "secrets")


def trapped_writing(folder: str) -> Engine:
    """Return an engine during whose scan of a trap another file of the run is written."""

    class Writing(Trapped):
        def scan(self, path: str) -> Scan:
            if path.startswith("trap-"):
                (Path(folder) / "backend/harness.log").open("a").write("and more\n")
            return super().scan(path)

    return Writing.load(rules_folder() / "secrets")


def put(sample: str, folder: Path) -> Path:
    """Copy a sample run into the folder, and its record into ``records`` beside it; return the run directory."""
    (source,) = (path for path in (SAMPLES / sample).iterdir() if path.is_dir())
    run = Path(shutil.copytree(source, folder / source.name))
    record = SAMPLES / sample / "admission.json"
    if record.exists():
        records = folder.parent / "records"
        records.mkdir(exist_ok=True)
        shutil.copyfile(record, records / f"{sample}.json")
    return run


def trap(run: Path, what: str) -> None:
    """Put a trap into the run. Its manifest does not list it, so that a run that survives it fails."""
    (run / f"trap-{what}").write_text("sprung when it is scanned")


class Tree:
    """A folder of runs, one of records, and a store, to be swept again and again."""

    def __init__(self, folder: Path, *samples: str) -> None:
        self.runs = folder / "runs"
        self.records = folder / "records"
        self.store = folder / "store.sqlite3"
        self.runs.mkdir()
        self.records.mkdir()
        self.run = {sample: put(sample, self.runs) for sample in samples}
        self.policy: Policy = policies.load()

    def plan(self, *, timeout: float = 60, workers: int = 2, url: str | None = None, **setup: object) -> Plan:
        """Return a plan for a sweep of the tree; `setup` replaces what runs are judged with."""
        given = Setup(
            policy=self.policy,
            authorities=admissions.load(self.records, LAYOUTS)
            if any(self.records.iterdir())
            else admissions.load(None),
            basis=Basis(__version__, ruleset.load().sha256, self.policy.sha256),
        )
        return Plan((self.runs,), msgspec.structs.replace(given, **setup), url or str(self.store), workers, timeout)

    def sweep(self, **options: object) -> tuple[SweepSummary, Log]:
        """Sweep the tree, and return the summary and what was told on the way."""
        log = Log()
        return sweep(self.plan(**options), log), log  # type: ignore[arg-type]


class Log(Silence):
    """Keeps what a sweep tells."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, Judged] = {}
        self.troubles: list[tuple[str, str]] = []

    def judged(self, judged: Judged, note: str) -> None:
        """Keep a judgement, by run id."""
        self.rows[judged.run_id] = judged

    def trouble(self, path: str, reason: str) -> None:
        """Keep a trouble."""
        self.troubles.append((path, reason))


def removing(run: Path) -> partial[Engine]:
    """Return what makes an engine that removes the run while it is judged."""
    return partial(trapped_removing, str(run))


def writing(run: Path) -> partial[Engine]:
    """Return what makes an engine under which the run is written while it is judged."""
    return partial(trapped_writing, str(run))


__all__ = ["LAYOUTS", "SAMPLES", "Log", "Tree", "put", "removing", "rules_engine", "trap", "trapped", "writing"]
