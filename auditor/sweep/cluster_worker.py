"""What a worker of a cluster does: a shard of jobs at a time, each thread of it with a supervised process of its own.

The process that `dask` runs judges nothing itself. A run that crashes its judge, or never ends, costs what it costs on one
machine: that run and one small process, which is replaced. Only what ends the whole worker is left to the cluster.
"""

from __future__ import annotations

import multiprocessing
import pickle
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from auditor.errors import OperatorError
from auditor.sweep.pool import Done, Pool

SHARD_SECONDS = 2.0
"""A shard that has taken so long is given back, with what is done of it: a verdict is to be written soon after it is made."""

Task = TypeVar("Task")
Answer = TypeVar("Answer")

Prepare: TypeAlias = Callable[[], Callable[[Task], Answer]]
"""Called once in each process that judges; returns what does one job."""

Equip: TypeAlias = Callable[[], Prepare[Task, Answer]]
"""Called once on each worker; returns what makes its processes ready. Raises `OperatorError` on a worker that must not judge."""


class Kit(msgspec.Struct, Generic[Task, Answer], frozen=True):
    """What every worker needs, sent to each of them once. For `timeout` and `preload` see `Pool`."""

    equip: Equip[Task, Answer]
    timeout: float
    preload: tuple[str, ...] = ()


class Part(msgspec.Struct, frozen=True):
    """One job of a shard at its end: its number in the shard, and for the rest see `Done`."""

    number: int
    answer: Any
    seconds: float
    fault: str


class Refusal(msgspec.Struct, frozen=True):
    """A worker that must not judge, or cannot, and why."""

    sentence: str
    hint: str


class Bench:
    """The processes of one worker for one sweep, kept from shard to shard.

    It is an object among those that the cluster keeps for the sweep: workers copy it from each other as they need it, and
    when the sweep lets go of it, or is killed, each worker drops it, and the processes end.
    """

    def __init__(self, packed: bytes) -> None:
        self._packed = packed
        self._lock = threading.Lock()
        self._idle: list[Pool[Any, Any]] = []
        self._prepare: Prepare[Any, Any] | None = None
        weakref.finalize(self, _end, self._idle)

    def __reduce__(self) -> tuple[type[Bench], tuple[bytes]]:
        """Travel as what it was made from: another worker has processes of its own."""
        return Bench, (self._packed,)

    def do(self, jobs: Sequence[Any]) -> list[Part]:
        """Do jobs until all are done or the shard's time is over, at least one. Raise `OperatorError` on an unfit worker."""
        numbers = {id(job): number for number, job in enumerate(jobs)}
        pool = self._taken()
        try:
            parts = [_part(numbers[id(done.job)], done) for done in pool.results(_for_a_while(jobs))]
        except BaseException:
            pool.__exit__(None, None, None)
            raise
        with self._lock:
            self._idle.append(pool)
        return parts

    def _taken(self) -> Pool[Any, Any]:
        """Return a pool that nobody uses, or a new one; there are never more than the worker has threads."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
            kit: Kit[Any, Any] = pickle.loads(self._packed)  # noqa: S301 - what a cluster's workers run is pickled by nature
            if self._prepare is None:
                self._prepare = kit.equip()
        _allow_children()
        return Pool(self._prepare, workers=1, timeout=kit.timeout, preload=kit.preload).__enter__()


def work(bench: Bench, shard: bytes) -> bytes:
    """Do a shard of pickled jobs, and return the pickled list of its `Part`, or a `Refusal`: what the cluster runs as a task."""
    jobs: list[Any] = pickle.loads(shard)  # noqa: S301 - as above
    try:
        return pickle.dumps(bench.do(jobs))
    except OperatorError as error:
        return pickle.dumps(Refusal(error.sentence, error.hint))


def check(packed: bytes) -> Refusal | None:
    """Tell whether this worker may judge, before it is given anything to judge."""
    kit: Kit[Any, Any] = pickle.loads(packed)  # noqa: S301 - as above
    try:
        kit.equip()
    except OperatorError as error:
        return Refusal(error.sentence, error.hint)
    return None


def _for_a_while(jobs: Sequence[Task]) -> Iterator[Task]:
    begun = time.monotonic()
    for job in jobs:
        yield job
        if time.monotonic() - begun >= SHARD_SECONDS:
            return


def _part(number: int, done: Done[Any, Any]) -> Part:
    return Part(number, done.answer, done.seconds, done.fault)


def _allow_children() -> None:
    """Let this process have children.

    Dask's nanny starts workers as daemons, which may have none, lest they be left behind. Ours end by themselves as soon as
    the process that they answer to is gone, however it ended.
    """
    this = multiprocessing.current_process()
    if this.daemon:
        this.daemon = False


def _end(idle: list[Pool[Any, Any]]) -> None:
    for pool in idle:
        pool.__exit__(None, None, None)
