"""The pool outlives what its jobs do to it, and every job comes back exactly once."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from auditor.errors import OperatorError
from auditor.sweep import pool as pools
from auditor.sweep.pool import BATCH, ENDING, Done, Pool
from tests.harness.command import ROOT

Job = tuple[str, int]


def prepare() -> Callable[[Job], int]:
    """Return what does one job of the tests."""
    return do


def do(job: Job) -> int:
    """Do what the job says, or die as it says."""
    what, number = job
    if what == "crash":
        ctypes.string_at(0)
    elif what == "leave":
        os._exit(7)
    elif what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "forever":
        time.sleep(600)
    elif what == "slow":
        time.sleep(0.2)
    elif what == "large":
        return len(bytes(number))
    return number


def broken(number: int) -> Callable[[Job], int]:
    """Die before any job is done."""
    os._exit(number)


def watchful() -> Callable[[Job], int]:
    """Return what tells, as a mask, which signals are blocked in the process that starts the workers."""
    status = Path(f"/proc/{os.getppid()}/status").read_text("ascii")
    mask = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigBlk:"))
    return lambda job: mask


def dutiful() -> Callable[[Job], bytes]:
    """Return what answers with more than fits into a pipe."""
    return lambda job: bytes(job[1])


def ended(pool: Pool[Job, int], jobs: list[Job]) -> dict[Job, Done[Job, int]]:
    """Do the jobs; each must come back once."""
    done: dict[Job, Done[Job, int]] = {}
    for one in pool.results(jobs):
        assert one.job not in done
        done[one.job] = one
    assert done.keys() == set(jobs)
    return done


def test_every_job_is_done_once() -> None:
    jobs = [("echo", number) for number in range(500)]
    with Pool[Job, int](prepare, workers=2, timeout=60) as pool:
        done = ended(pool, jobs)
        again = ended(pool, jobs[:3])
    assert [done[job].answer for job in jobs] == list(range(500))
    assert len(again) == 3


def test_nothing_to_do_ends_at_once() -> None:
    with Pool[Job, int](prepare, workers=2, timeout=60) as pool:
        assert list(pool.results([])) == []


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("crash", "SIGSEGV"),
        ("leave", "exit code 7"),
        ("killed", "want of memory"),
        ("forever", "longer than the limit"),
    ],
)
def test_a_job_that_ends_its_process_costs_only_itself(what: str, reason: str) -> None:
    deadly = [(what, 5), (what, 6), (what, 50)]
    jobs = [("echo", number) for number in range(60)]
    jobs[5:5] = deadly[:2]
    jobs.append(deadly[2])
    with Pool[Job, int](prepare, workers=2, timeout=1) as pool:
        done = ended(pool, jobs)
    for job in jobs:
        if job in deadly:
            assert done[job].answer is None
            assert reason in done[job].fault
        else:
            assert (done[job].answer, done[job].fault) == (job[1], "")


def test_only_a_deadly_job_with_one_worker() -> None:
    with Pool[Job, int](prepare, workers=1, timeout=60) as pool:
        done = ended(pool, [("leave", 1)])
    assert done["leave", 1].fault


def test_long_answers_and_many_long_jobs_do_not_stand_in_each_others_way() -> None:
    jobs = [("x" * 30_000, 200_000 + number) for number in range(40)]
    with Pool[Job, bytes](dutiful, workers=2, timeout=60) as pool:
        done = list(pool.results(jobs))
    assert sorted(len(one.answer or b"") for one in done) == [job[1] for job in jobs]


def test_jobs_are_taken_only_as_fast_as_they_are_done() -> None:
    taken = 0

    def source() -> Iterator[Job]:
        nonlocal taken
        for number in range(1000):
            taken = number + 1
            yield "echo", number

    finished = 0
    with Pool[Job, int](prepare, workers=2, timeout=60) as pool:
        for _ in pool.results(source()):
            finished += 1
            assert taken <= finished + 2 * 2 * BATCH + 1
    assert finished == 1000


def test_stop_ends_it_soon_and_leaves_no_process() -> None:
    done = 0
    with Pool[Job, int](prepare, workers=2, timeout=60) as pool:
        for _ in pool.results(("slow", number) for number in range(10_000)):
            done += 1
            if done == 3:
                pool.stop()
        processes = [worker._process for worker in pool._workers]
    assert 3 <= done < 50
    assert [process.is_alive() for process in processes] == [False, False]


def test_workers_that_cannot_start_are_the_operators_to_mend() -> None:
    with (
        Pool[Job, int](partial(broken, 3), workers=2, timeout=60) as pool,
        pytest.raises(OperatorError, match="exit code 3"),
    ):
        list(pool.results([("echo", 1)]))


def test_what_starts_the_workers_leaves_an_interrupt_to_the_parent_from_its_first_moment() -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("this system does not tell which signals a process has blocked: run the tests on Linux")
    # In a process of its own: what starts the workers is started once, and may be there already.
    script = (
        "from auditor.sweep.pool import Pool\n"
        "from tests.sweep.test_pool import watchful\n"
        "if __name__ == '__main__':\n"
        "    with Pool(watchful, workers=1, timeout=60) as pool:\n"
        "        print(*(done.answer for done in pool.results([('mask', 0)])))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    blocked = int(done.stdout)
    assert all(blocked >> (number - 1) & 1 for number in ENDING)


@pytest.mark.parametrize("error", [EOFError(), ConnectionResetError(104, "Connection reset by peer")])
def test_workers_that_cannot_be_started_are_told_of_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    started: list[object] = []

    class Second(pools._Worker[Job]):
        def __init__(self, *given: object) -> None:
            if started:
                raise error
            super().__init__(*given)  # type: ignore[arg-type]
            started.append(self)

    monkeypatch.setattr(pools, "_Worker", Second)
    pool = Pool(prepare, workers=2, timeout=60)
    with pytest.raises(OperatorError, match="no worker process can be started"), pool:
        pytest.fail("it has no second worker")
    (first,) = started
    assert first._process.exitcode is not None  # type: ignore[attr-defined]
