"""The pool of a sweep beyond one machine: the same jobs, done by the workers of a `dask.distributed` cluster.

Jobs travel in shards. Only as many shards are under way as keep the workers busy, and each result is let go of as soon as
it is here, so that memory does not grow with the number of runs. A shard whose worker is lost is done by another one, as
often as the scheduler allows; one that costs worker after worker is halved until the deadly run is known. That run is tried
once more with nothing beside it, so that no run is blamed for what its neighbour did.
"""

from __future__ import annotations

import pickle
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Generic

import msgspec

from auditor.errors import OperatorError
from auditor.facts import visible
from auditor.sweep.cluster_client import GO_ON, Future, Scheduler, told
from auditor.sweep.cluster_worker import Answer, Bench, Equip, Kit, Part, Refusal, Task, check, work
from auditor.sweep.pool import Done

SHARD = 50
"""Jobs in a shard at most. The first ones are smaller, so that a short sweep is shared out as well."""

_FIRST_SHARD = 4
_NAP_SECONDS = 0.02
_CENSUS_SECONDS = 2.0
_CHECK_SECONDS = 60.0
_DESERTED_SECONDS = 60.0
"""How long a cluster may be without any worker, such as while they are started again, before the sweep is given up."""

_MAX_BENCHES = 10
_SAME_INSTALLED = "install the same cto-audit on every worker"
_LOST = "the cluster's worker was lost while it judged this run alone, most likely for want of memory"


class _Shard(msgspec.Struct, Generic[Task], frozen=True):
    """Jobs under way as one task. `alone` tells that nothing else is."""

    jobs: list[Task]
    began: float
    alone: bool = False


class Cluster(Generic[Task, Answer]):
    """Does jobs in any order on the workers of a cluster; it is used as a `Pool` is.

    `equip` is called once on each worker and returns what `Pool` calls `prepare`; it must survive pickling. `timeout` is in
    seconds for one job, `preload` names modules to import before the workers' processes part.
    """

    def __init__(
        self, scheduler: Scheduler, equip: Equip[Task, Answer], *, timeout: float, preload: Iterable[str] = ()
    ) -> None:
        self._scheduler = scheduler
        self._packed = pickle.dumps(Kit(equip, timeout, tuple(preload)))
        self._name = f"cto-audit-{uuid.uuid4().hex[:12]}"
        self._submitted = 0
        self._benches = 0
        self._bench: Future | None = None
        self._flying: dict[Future, _Shard[Task]] = {}
        self._waiting: deque[Task] = deque()
        self._pieces: deque[list[Task]] = deque()
        self._suspects: deque[Task] = deque()
        self._stopped = False
        self._width = 2
        self._peopled = self._counted = time.monotonic()

    def __enter__(self) -> Cluster[Task, Answer]:
        """Ask every worker whether it may judge. Raise `OperatorError` where one must not, or none is there."""
        workers = self._census()
        if not workers:
            raise OperatorError("the cluster has no workers", "start some with `dask worker`, then try again")
        self._check(workers)
        self._renew_bench()
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of everything: what waits is dropped by the scheduler, what a worker is at comes to its end unheard."""
        for future in self._flying:
            future.release()
        self._flying.clear()
        if self._bench is not None:
            self._bench.release()
            self._bench = None

    def stop(self) -> None:
        """Hand out nothing more: `results` ends with what has already come back. May be called by a signal's handler."""
        self._stopped = True

    def results(self, jobs: Iterable[Task], idle: Callable[[], None] = lambda: None) -> Iterator[Done[Task, Answer]]:
        """Do the jobs, taken from the iterable only as fast as they are done, and yield each at its end.

        `idle` is called several times a second, also while no job comes to its end. Raise `OperatorError` where the cluster
        is lost, or a worker must not judge.
        """
        source = iter(jobs)
        while not self._stopped:
            while not self._stopped and len(self._flying) < self._width and (shard := self._next(source)) is not None:
                self._submit(shard)
                idle()
            if not self._flying:
                return
            idle()
            ended = self._scheduler.ended()
            if not ended:
                time.sleep(_NAP_SECONDS)
            for future, result in ended:
                if future in self._flying:  # not one that was asked only whether it may judge, and answered late
                    yield from self._taken(future, result, self._flying.pop(future))
                future.release()
            self._look_around()

    def _next(self, source: Iterator[Task]) -> _Shard[Task] | None:
        """Return the next shard to hand out, None for none now. Suspects come last, one by one."""
        now = time.monotonic()
        if self._pieces:
            return _Shard(self._pieces.popleft(), now)
        size = min(SHARD, _FIRST_SHARD + self._submitted)
        jobs = [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]
        jobs += islice(source, size - len(jobs))
        if jobs:
            return _Shard(jobs, now)
        if self._suspects and not self._flying:
            return _Shard([self._suspects.popleft()], now, alone=True)
        return None

    def _submit(self, shard: _Shard[Task]) -> None:
        self._submitted += 1
        key = f"{self._name}-{self._submitted}"
        future = self._scheduler.submit(work, self._bench, pickle.dumps(shard.jobs), key=key)
        self._flying[future] = shard
        self._scheduler.follow(future)

    def _taken(self, future: Future, result: Any, shard: _Shard[Task]) -> Iterator[Done[Task, Answer]]:
        """Take what came of a shard, and yield the jobs of it that are at their end."""
        if future.status == "error":
            yield from self._failed(str(future.key), result, shard)
        elif isinstance(result, bytes):
            yield from self._opened(result, shard)
        else:  # cancelled, by the library, for one reason only
            raise OperatorError("the cluster's scheduler was lost", GO_ON)

    def _opened(self, result: bytes, shard: _Shard[Task]) -> Iterator[Done[Task, Answer]]:
        answer: list[Part] | Refusal = pickle.loads(result)  # noqa: S301 - the cluster is trusted to run the audit itself
        if isinstance(answer, Refusal):
            raise OperatorError(answer.sentence, answer.hint)
        done = {part.number for part in answer}
        undone = [job for number, job in enumerate(shard.jobs) if number not in done]
        self._waiting.extendleft(reversed(undone))
        for part in answer:
            yield Done(shard.jobs[part.number], part.answer, part.seconds, part.fault)

    def _failed(self, key: str, error: object, shard: _Shard[Task]) -> Iterator[Done[Task, Answer]]:
        """Find out which job of a shard cannot be done: by halves, and the last one alone."""
        if isinstance(error, ImportError | AttributeError):
            raise OperatorError(f"a worker of the cluster cannot run the audit: {told(error)}", _SAME_INSTALLED)
        victim = self._scheduler.victim(error)
        if victim is not None and victim != key:  # what all shards need was lost, again and again
            self._renew_bench()
            self._pieces.append(shard.jobs)
        elif shard.alone:
            fault = _LOST if victim else f"the cluster's worker could not judge it ({type(error).__name__})"
            yield Done(shard.jobs[0], None, time.monotonic() - shard.began, fault)
        elif len(shard.jobs) == 1:
            self._suspects += shard.jobs
        else:
            middle = len(shard.jobs) // 2
            self._pieces += [shard.jobs[:middle], shard.jobs[middle:]]

    def _renew_bench(self) -> None:
        """Have the cluster keep what all shards need; anew where too many workers were lost with it."""
        if self._bench is not None and self._bench.status != "error":
            return
        if self._bench is not None:
            self._bench.release()
        self._benches += 1
        if self._benches > _MAX_BENCHES:
            raise OperatorError("the cluster loses its workers faster than they can be made ready", GO_ON)
        self._bench = self._scheduler.submit(Bench, self._packed, key=f"{self._name}-bench-{self._benches}")

    def _check(self, workers: list[str]) -> None:
        """Ask each worker whether it may judge; those too busy to answer are asked again by their first shard."""
        asked: dict[Future, str] = {}
        for worker in workers:
            future = self._scheduler.submit(check, self._packed, key=f"{self._name}-at-{worker}", worker=worker)
            asked[future] = visible(worker)
            self._scheduler.follow(future)
        begun = time.monotonic()
        while asked and not self._stopped and time.monotonic() - begun < _CHECK_SECONDS:
            for future, result in self._scheduler.ended():
                worker = asked.pop(future)
                if future.status == "error" and self._scheduler.victim(result) is None:
                    raise OperatorError(f"the worker {worker} cannot run the audit: {told(result)}", _SAME_INSTALLED)
                if isinstance(result, Refusal):
                    raise OperatorError(result.sentence, result.hint)
                future.release()
            time.sleep(_NAP_SECONDS)
        for future in asked:
            future.release()

    def _census(self) -> list[str]:
        """Return the workers' addresses, and hold as many shards under way as keep all their threads busy."""
        threads = self._scheduler.threads()
        self._counted = time.monotonic()
        if threads:
            self._peopled = self._counted
        self._width = max(2, 2 * sum(threads.values()))
        return sorted(threads)

    def _look_around(self) -> None:
        """Notice workers that came or went. Raise `OperatorError` where there have been none for too long."""
        if time.monotonic() - self._counted < _CENSUS_SECONDS:
            return
        self._census()
        if self._counted - self._peopled > _DESERTED_SECONDS:
            raise OperatorError("the cluster has no workers any more", GO_ON)
