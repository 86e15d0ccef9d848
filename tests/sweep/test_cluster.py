"""A sweep on a cluster gives the verdicts of a sweep on one machine, whatever becomes of its workers on the way."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.errors import OperatorError
from auditor.store import Judged, Store
from auditor.store.packing import unpack
from auditor.sweep import cluster as clusters_of_ours
from auditor.sweep import cluster_fit
from auditor.sweep.cluster import Cluster
from auditor.sweep.cluster_client import connected
from auditor.sweep.drive import Stopped, sweep
from auditor.sweep.pool import Done
from auditor.sweep.summary import SweepSummary
from tests.sweep.clusters import (
    ROOT,
    Processes,
    allow_failures,
    await_workers,
    cluster,
    deadly,
    echo,
    missing,
    talking_to,
    tasks_of_ours,
)
from tests.sweep.kit import SAMPLES, Log, Tree, put, trap, trapped

pytest.importorskip("distributed", reason="install dask.distributed to test sweeps on a cluster")

SOUND, GATEWAY = "stage2-pass-no-gateway", "stage2-pass-gateway"
ALL = sorted(path.parent.name for path in SAMPLES.glob("*/expected.json"))
COPIES = 10


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """A cluster of two workers."""
    with cluster(tmp_path_factory.mktemp("cluster")) as processes:
        yield processes


def swept(tree: Tree, address: str, log: Log | None = None, **options: Any) -> tuple[SweepSummary, Log]:
    """Sweep the tree on the cluster."""
    log = log or Log()
    return sweep(msgspec.structs.replace(tree.plan(**options), cluster=address), log), log


def told(judged: Judged) -> dict[str, Any]:
    """Return all of a judgement but what depends on when it was made, how fast and for which sweep."""
    fields = msgspec.structs.asdict(judged)
    for name in ("judged_at", "seconds", "sweep", "display", "stat_sha256"):
        del fields[name]
    return fields | {"document": judged.document and unpack(judged.document)}


def test_verdicts_are_those_of_one_machine(tmp_path: Path, two: Processes) -> None:
    tree = Tree(tmp_path, *ALL)
    _, here = tree.sweep()
    tree.store = tmp_path / "another.sqlite3"
    summary, there = swept(tree, two.address)
    assert {run: told(row) for run, row in there.rows.items()} == {run: told(row) for run, row in here.rows.items()}
    assert (summary.judged, summary.unjudged) == (len(ALL), 0)
    again, _ = swept(tree, two.address)
    assert (again.judged, again.unchanged) == (0, len(ALL))


class Killing(Log):
    """Kills a worker of the cluster when some runs are judged."""

    def __init__(self, victim: int, after: int) -> None:
        super().__init__()
        self.decisions: dict[str, str] = {}
        self._victim = victim
        self._after = after

    def judged(self, judged: Judged, note: str) -> None:
        """Count, and kill."""
        assert judged.place not in self.decisions
        self.decisions[judged.place] = judged.decision
        if len(self.decisions) == self._after:
            os.kill(self._victim, signal.SIGKILL)


def test_a_worker_that_is_killed_in_mid_sweep_costs_no_run(tmp_path: Path, two: Processes) -> None:
    tree = Tree(tmp_path, *ALL)
    expected = {
        str(run): json.loads((SAMPLES / sample / "expected.json").read_bytes())["decision"]
        for sample, run in tree.run.items()
    }
    for number in range(COPIES):
        folder = tree.runs / f"copy-{number}"
        for sample, run in tree.run.items():
            copy = put(sample, folder)
            expected[str(copy)] = expected[str(run)]
    with talking_to(two.address) as client:
        victim = next(iter(client.run(os.getpid).values()))
    log = Killing(victim, 40)
    summary, _ = swept(tree, two.address, log)
    assert log.decisions == expected
    assert (summary.found, summary.judged, summary.unjudged) == (len(expected), len(expected), 0)
    await_workers(two.address, 2)


def test_a_run_that_ends_its_process_or_never_ends_is_blocked_alone(tmp_path: Path, two: Processes) -> None:
    tree = Tree(tmp_path, SOUND, GATEWAY, "forbidden-write")
    trap(tree.run[SOUND], "killed")
    trap(tree.run["forbidden-write"], "forever")
    summary, log = swept(tree, two.address, engine=trapped, timeout=3)
    assert "killed by signal SIGKILL" in log.rows[tree.run[SOUND].name].reason
    assert "longer than the limit of 3 seconds" in log.rows[tree.run["forbidden-write"].name].reason
    assert log.rows[tree.run[GATEWAY].name].decision == "pass"
    assert (summary.judged, summary.unjudged) == (3, 2)


def test_a_run_that_is_deadly_to_whole_workers_is_found_and_blocked_alone(tmp_path: Path, two: Processes) -> None:
    tree = Tree(tmp_path, SOUND, GATEWAY)
    trap(tree.run[SOUND], "worker")
    with talking_to(two.address) as client:
        client.run_on_scheduler(allow_failures, 0)
        try:
            summary, log = swept(tree, two.address, engine=deadly)
        finally:
            client.run_on_scheduler(allow_failures, 3)
    assert "worker was lost while it judged this run alone" in log.rows[tree.run[SOUND].name].reason
    assert log.rows[tree.run[GATEWAY].name].decision == "pass"
    assert (summary.judged, summary.unjudged) == (2, 1)
    await_workers(two.address, 2)


def test_workers_that_would_judge_otherwise_are_refused(
    tmp_path: Path, two: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = Tree(tmp_path, SOUND)
    ours = cluster_fit.installed()
    monkeypatch.setattr(cluster_fit, "installed", lambda: msgspec.structs.replace(ours, code_sha256="other"))
    with pytest.raises(Stopped, match="has another build of cto-audit"):
        swept(tree, two.address)
    with Store.open(str(tree.store)) as store:
        assert list(store.latest()) == []


def test_runs_in_an_archive_are_judged_where_they_lie(tmp_path: Path, two: Processes) -> None:
    tree = Tree(tmp_path, SOUND, GATEWAY, "forbidden-write")
    archive = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "runs")
    plan = msgspec.structs.replace(tree.plan(), roots=(f"zip://runs::file://{archive}",), cluster=two.address)
    summary = sweep(plan, Log())
    assert (summary.judged, summary.unjudged) == (3, 0)
    assert (summary.new.passed, summary.new.fail) == (2, 1)


def test_every_job_is_done_once_and_taken_only_as_fast_as_they_are_done(two: Processes) -> None:
    taken: list[int] = []

    def source() -> Iterator[int]:
        for number in range(3000):
            taken.append(number)
            yield number

    done: list[Done[int, int]] = []
    with connected(two.address) as scheduler, Cluster[int, int](scheduler, echo, timeout=60) as there:
        for one in there.results(source()):
            done.append(one)
            assert len(taken) <= len(done) + 5 * clusters_of_ours.SHARD
    assert sorted(one.answer for one in done if one.answer is not None) == list(range(3000))


def test_stop_ends_it_and_the_cluster_forgets_it(two: Processes) -> None:
    answers: list[int | None] = []
    with connected(two.address) as scheduler, Cluster[int, int](scheduler, echo, timeout=60) as there:
        for done in there.results(iter(range(100_000))):
            answers.append(done.answer)
            there.stop()
    assert 0 < len(answers) < 1000
    with talking_to(two.address) as client:
        assert client.run_on_scheduler(tasks_of_ours) == []


def test_a_worker_that_lacks_something_is_told_of(two: Processes) -> None:
    there = Cluster[int, int]
    with (
        connected(two.address) as scheduler,
        pytest.raises(OperatorError, match=r"the worker tcp://.* cannot run the audit: ImportError: no module"),
    ):
        there(scheduler, missing, timeout=60).__enter__()


def test_the_command_is_interrupted_and_goes_on(tmp_path: Path, two: Processes) -> None:
    tree = Tree(tmp_path, *ALL)
    for number in range(COPIES):
        for sample in ALL:
            put(sample, tree.runs / f"copy-{number}")
    command = [sys.executable, "-m", "auditor", "sweep", str(tree.runs), "--admission", str(tree.records)]
    command += ["--store", str(tree.store), "--cluster", two.address]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if " sweep judged " in line:
                process.send_signal(signal.SIGINT)
                break
        rest = process.stderr.read()
    assert process.returncode == 130, rest
    assert "run the same command again to go on" in rest
    assert "Traceback" not in rest
    summary, _ = swept(tree, two.address)
    assert summary.unchanged > 0
    assert summary.judged + summary.unchanged == summary.found == len(ALL) * (COPIES + 1)


def test_a_scheduler_that_ends_in_mid_sweep_stops_it(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    (tmp_path / "cluster").mkdir()
    with cluster(tmp_path / "cluster", workers=0) as processes:
        with pytest.raises(Stopped, match="the cluster has no workers"):
            swept(tree, processes.address)
        processes.add_worker()
        await_workers(processes.address, 1)

        def ending() -> None:
            processes.scheduler.kill()

        with (
            connected(processes.address) as scheduler,
            Cluster[int, int](scheduler, echo, timeout=60) as there,
            pytest.raises(OperatorError, match="the cluster's scheduler was lost"),
        ):
            for _ in there.results(iter(range(1_000_000))):
                ending()


def test_an_address_where_no_scheduler_is(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    with pytest.raises(OperatorError, match="cannot be reached"):
        swept(tree, "nonsense")
    assert not tree.store.exists()
