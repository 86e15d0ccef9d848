"""The pool outlives what its jobs do to it, and every job comes back exactly once."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from auditor.errors import OperatorError
from auditor.sweep.pool import BATCH, Done, Pool

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
