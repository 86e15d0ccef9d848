"""Shards are retried, halved and blamed rightly, whatever a cluster does; here one that does what a test says."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import OperatorError
from auditor.sweep import cluster as ours
from auditor.sweep.cluster import Cluster
from auditor.sweep.cluster_client import Scheduler
from auditor.sweep.cluster_worker import Bench, Part, Refusal, check, work


class KilledError(Exception):
    """As many workers were lost with a task as the scheduler allows."""


class Ended:
    """A task that has ended."""

    def __init__(self, key: str, status: str, result: object) -> None:
        self.key = key
        self.status = status
        self._result = result
        self.released = False

    def result(self) -> Any:
        """Return the result."""
        return self._result

    def exception(self) -> BaseException | None:
        """Return what was raised."""
        return self._result if isinstance(self._result, BaseException) else None

    def release(self) -> None:
        """Remember that it was let go of."""
        self.released = True


class Pretended:
    """A scheduler whose one worker does each task at once, unless `deadly` says that a shard costs it."""

    def __init__(self, deadly: Callable[[list[int]], BaseException | None]) -> None:
        self.deadly = deadly
        self.workers: dict[str, int] = {"tcp://worker": 1}
        self.futures: list[Ended] = []
        self.ready: list[Ended] = []
        self.shards: list[list[int]] = []
        self.benches = 0

    def submit(self, function: Any, *arguments: Any, key: str, worker: str = "") -> Ended:
        """Do a task."""
        status, result = "finished", None
        if function is Bench:
            self.benches += 1
        elif function is check:
            result = check(arguments[0])
        elif function is work:
            status, result = self._work(arguments[1], key)
        self.futures.append(Ended(key, status, result))
        return self.futures[-1]

    def _work(self, shard: bytes, key: str) -> tuple[str, Any]:
        jobs = pickle.loads(shard)
        self.shards.append(jobs)
        error = self.deadly(jobs)
        if error is not None:
            return "error", error if error.args else type(error)(key)
        return "finished", pickle.dumps([Part(number, job, 0.0, "") for number, job in enumerate(jobs)])

    def follow(self, future: Ended) -> None:
        """Have it reported."""
        self.ready.append(future)

    def ended(self) -> list[tuple[Ended, Any]]:
        """Report the oldest."""
        some, self.ready = self.ready[:1], self.ready[1:]
        return [(future, future.result()) for future in some]

    def threads(self) -> dict[str, int]:
        """Return who is there."""
        return self.workers

    def victim(self, error: object) -> str | None:
        """Return the key of the task that cost its workers."""
        return str(error.args[0]) if isinstance(error, KilledError) else None


def equip() -> Callable[[], Callable[[int], int]]:
    """Equip nothing: tasks are done by the test."""
    return making


def making() -> Callable[[int], int]:
    """Make ready to do next to nothing."""
    return abs


def refusing() -> Callable[[], Callable[[int], int]]:
    """Refuse to judge."""
    raise OperatorError("this worker must not", "use another")


def cluster(pretended: Pretended, how: Any = equip) -> Cluster[int, int]:
    """Return a cluster with a pretended scheduler."""
    return Cluster(cast(Scheduler, pretended), how, timeout=60)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 200), st.sets(st.integers(0, 199), max_size=6))
def test_exactly_the_deadly_jobs_are_blamed(number: int, deadly: set[int]) -> None:
    pretended = Pretended(lambda jobs: KilledError() if deadly & set(jobs) else None)
    with cluster(pretended) as there:
        done = list(there.results(range(number)))
    assert sorted(one.job for one in done) == list(range(number))
    assert {one.job for one in done if one.answer is None} == {job for job in deadly if job < number}
    assert all("was lost while it judged this run alone" in one.fault for one in done if one.answer is None)
    assert all(future.released for future in pretended.futures)


def test_a_job_is_not_blamed_for_what_its_neighbour_did() -> None:
    def deadly(jobs: list[int]) -> BaseException | None:
        once = len(jobs) == 1 and jobs not in pretended.shards[:-1]
        return KilledError() if len(jobs) > 1 or once else None

    pretended = Pretended(deadly)
    with cluster(pretended) as there:
        done = list(there.results(range(9)))
    assert sorted(one.answer for one in done if one.answer is not None) == list(range(9))


def test_another_failure_of_a_worker_is_one_of_the_run() -> None:
    pretended = Pretended(lambda jobs: MemoryError("x") if 3 in jobs else None)
    with cluster(pretended) as there:
        faults = {one.job: one.fault for one in there.results(range(9))}
    assert faults.pop(3) == "the cluster's worker could not judge it (MemoryError)"
    assert set(faults.values()) == {""}


def test_a_worker_without_the_audit_stops_the_sweep() -> None:
    pretended = Pretended(lambda _: ModuleNotFoundError("No module named 'auditor'"))
    with cluster(pretended) as there, pytest.raises(OperatorError, match="cannot run the audit: ModuleNotFoundError"):
        list(there.results(range(9)))


def test_what_all_shards_need_is_made_anew_where_it_was_lost_but_not_for_ever() -> None:
    lost = iter(range(3))
    pretended = Pretended(lambda _: KilledError("bench") if next(lost, None) is not None else None)
    with cluster(pretended) as there:
        for future in pretended.futures:
            future.status = "error"
        assert len(list(there.results(range(9)))) == 9
    pretended = Pretended(lambda _: KilledError("bench"))

    class Lost(Ended):
        """A task that was lost whenever it is asked for."""

        status = property(lambda _: "error", lambda *_: None)

    plain = pretended.submit
    pretended.submit = lambda function, *rest, **how: (  # type: ignore[method-assign]
        Lost("bench", "error", KilledError("bench")) if function is Bench else plain(function, *rest, **how)
    )
    with cluster(pretended) as there, pytest.raises(OperatorError, match="loses its workers faster"):
        list(there.results(range(9)))


def test_a_worker_that_refuses_stops_the_sweep_before_it_begins() -> None:
    pretended = Pretended(lambda _: None)
    with pytest.raises(OperatorError, match="this worker must not"):
        cluster(pretended, refusing).__enter__()
    assert pretended.shards == []


def test_a_worker_that_came_late_and_refuses_stops_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    pretended = Pretended(lambda _: None)
    monkeypatch.setattr(
        pretended, "_work", lambda *_: ("finished", pickle.dumps(Refusal("this one came late", "look to it")))
    )
    with cluster(pretended) as there, pytest.raises(OperatorError, match="this one came late"):
        list(there.results(range(9)))


def test_a_cluster_without_workers_is_given_up_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "_CENSUS_SECONDS", 0.0)
    monkeypatch.setattr(ours, "_DESERTED_SECONDS", 0.0)
    pretended = Pretended(lambda _: None)
    with cluster(pretended) as there:
        pretended.workers = {}
        monkeypatch.setattr(pretended, "ended", list)
        with pytest.raises(OperatorError, match="no workers any more"):
            list(there.results(range(9)))


def test_jobs_that_a_worker_gave_back_are_done_by_the_next() -> None:
    pretended = Pretended(lambda _: None)

    def half(shard: bytes, key: str) -> tuple[str, Any]:
        jobs = pickle.loads(shard)
        return "finished", pickle.dumps([Part(0, jobs[0], 0.0, "")])

    pretended._work = half  # type: ignore[method-assign]
    with cluster(pretended) as there:
        assert sorted(one.job for one in there.results(iter_of(30))) == list(range(30))


def iter_of(number: int) -> Iterator[int]:
    """Yield numbers, as a source that cannot be asked for its length."""
    yield from range(number)
