"""A cluster for the tests of sweeps: a scheduler and two workers of one thread each, as processes of their own, on loopback."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from auditor.places import rules_folder
from auditor.secrets import Engine
from auditor.secrets.scan import Scan
from tests.sweep.kit import Trapped

ROOT = Path(__file__).parents[2]
START_SECONDS = 120


class Processes:
    """A scheduler at `address`, and whatever workers were started for it."""

    def __init__(self, folder: Path, *, allowed_failures: int = 3) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []
        # Memory limits would have nannies end workers on a machine that is short of it.
        self._environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed_failures),
            "DASK_TEMPORARY_DIRECTORY": str(folder),
        }
        self._scheduler_file = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter",
            "--scheduler-file", str(self._scheduler_file),
        )  # fmt: skip
        self.address = self._address()

    def add_worker(self) -> None:
        """Start a worker under its nanny."""
        self._start(
            "worker", self.address, "--host", "127.0.0.1", "--no-dashboard", "--nthreads", "1", "--memory-limit", "0",
            "--death-timeout", str(START_SECONDS), "--local-directory", str(self._folder),
        )  # fmt: skip

    def end(self) -> None:
        """End all of it."""
        for process in self._started:
            process.kill()  # workers and nannies that have lost each other end by themselves
            process.wait()

    def _start(self, what: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{what}-{len(self._started)}.log").open("wb") as log:
            command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments]
            self._started.append(
                subprocess.Popen(command, cwd=self._folder, env=self._environment, stdout=log, stderr=log)
            )
        return self._started[-1]

    def _address(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.scheduler.poll() is None:
            with contextlib.suppress(OSError, ValueError):  # not written yet, or only half
                return str(json.loads(self._scheduler_file.read_bytes())["address"])
            time.sleep(0.05)
        raise RuntimeError(f"the scheduler did not start: see {self._folder}")


@contextlib.contextmanager
def cluster(folder: Path, *, workers: int = 2, allowed_failures: int = 3) -> Iterator[Processes]:
    """Start a cluster, and end it."""
    processes = Processes(folder, allowed_failures=allowed_failures)
    try:
        for _ in range(workers):
            processes.add_worker()
        await_workers(processes.address, workers)
        yield processes
    finally:
        processes.end()


def await_workers(address: str, number: int) -> None:
    """Wait until so many workers are there."""
    if number == 0:
        return
    with talking_to(address) as client:
        client.wait_for_workers(number, timeout=START_SECONDS)


@contextlib.contextmanager
def talking_to(address: str) -> Iterator[Any]:
    """Talk to a scheduler beside the sweep."""
    library: Any = importlib.import_module("distributed")
    client = library.Client(address, timeout=START_SECONDS, set_as_default=False)
    try:
        yield client
    finally:
        client.close()


class Deadly(Trapped):
    """The engine with traps, one of which ends the whole worker of the cluster."""

    def scan(self, path: str) -> Scan:
        """Kill the worker that this process belongs to, past the server that it was parted from."""
        if path == "trap-worker":
            psutil: Any = importlib.import_module("psutil")  # which distributed needs
            psutil.Process().parents()[1].kill()
        return super().scan(path)


def deadly() -> Engine:
    """Return the engine that is deadly to workers."""
    return Deadly.load(rules_folder() / "secrets")


def allow_failures(number: int, dask_scheduler: Any = None) -> None:
    """Set how many workers one task may cost."""
    dask_scheduler.allowed_failures = number


def echo() -> Callable[[], Callable[[int], int]]:
    """Equip a worker to give back what it is given."""
    return echoing


def echoing() -> Callable[[int], int]:
    """Make ready to give back what is given."""
    return abs


def missing() -> Callable[[], Callable[[int], int]]:
    """Fail as where a worker has not all that is needed."""
    raise ImportError("no module of that name")


def tasks_of_ours(dask_scheduler: Any = None) -> list[str]:
    """Return the keys of a sweep's tasks that nobody wants any more and that have not begun."""
    return [key for key, task in dask_scheduler.tasks.items() if str(key).startswith("cto-audit") and task.who_wants]
