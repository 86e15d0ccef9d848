"""A pool of worker processes that survives its workers.

A job may kill the process that does it (a crash in a library, the system's out-of-memory killer) or never end. Each costs
exactly that job: it comes back with a fault, the process is replaced, and what was waiting behind it is done by others.
Jobs are handed out in small batches, so that no worker waits for the parent between two short ones, and answers come back
one by one, so that it is always known which job a process was at.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.resource_tracker import ensure_running
from typing import Generic, TypeVar

import msgspec

from auditor.errors import OperatorError

BATCH = 8
"""Jobs handed to a worker at a time; it gets the next ones when half of them are done."""

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that ask a sweep to end. A terminal and a service manager send them to every process of it."""

_BATCH_BYTES = 16_384
"""Bytes of jobs handed out at a time: two batches must fit into a pipe, or both ends could wait for each other."""

_READY_SECONDS = 60.0
_FAILED_STARTS = 3
_NAP_SECONDS = 0.25
_FAREWELL_SECONDS = 5.0

Task = TypeVar("Task")
Answer = TypeVar("Answer")


class Done(msgspec.Struct, Generic[Task, Answer], frozen=True):
    """One job at its end: its answer, or None and the fault that took its place. `seconds` is how long it took."""

    job: Task
    answer: Answer | None
    seconds: float
    fault: str = ""


class Pool(Generic[Task, Answer]):
    """Worker processes that do jobs in any order.

    `prepare` is called once in each process and returns what does one job; it must be importable, and bound arguments
    (`functools.partial`) must survive pickling. `preload` names modules that are imported once, before the processes
    part. `timeout` is in seconds for one job. Use as a context manager: leaving it ends every process.
    """

    def __init__(
        self,
        prepare: Callable[[], Callable[[Task], Answer]],
        *,
        workers: int,
        timeout: float,
        preload: Iterable[str] = (),
    ) -> None:
        self._prepare = prepare
        self._timeout = timeout
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._workers: list[_Worker[Task]] = []
        self._count = workers
        self._failed_starts = 0
        self._stopped = False

    def __enter__(self) -> Pool[Task, Answer]:
        try:
            for _ in range(self._count):
                self._workers.append(self._new())
        except BaseException:  # whatever it is, who fails to enter is not left either
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()
        self._workers = []

    def stop(self) -> None:
        """Hand out nothing more: `results` ends with what has already come back. May be called by a signal's handler."""
        self._stopped = True

    def results(self, jobs: Iterable[Task], idle: Callable[[], None] = lambda: None) -> Iterator[Done[Task, Answer]]:
        """Do the jobs, taken from the iterable only as fast as they are done, and yield each at its end.

        `idle` is called several times a second, also while no job comes to its end. Raise `OperatorError` where no worker
        process can be brought up.
        """
        source = iter(jobs)
        waiting: deque[Task] = deque()
        while not self._stopped:
            for worker in self._workers:
                if worker.wants_more():
                    worker.give(_batch(waiting, source))
            busy = [worker for worker in self._workers if worker.pending]
            if not busy and not _any_left(waiting, source):
                return
            idle()
            wait([worker.connection for worker in self._workers], self._patience(busy))
            for index, worker in enumerate(self._workers):
                yield from worker.received()
                fault = worker.fault(self._timeout)
                if fault:
                    yield from self._replace(index, fault, waiting)

    def _replace(self, index: int, fault: str, waiting: deque[Task]) -> Iterator[Done[Task, Answer]]:
        """End a worker, put another in its place, and yield what it was at with the fault."""
        worker = self._workers[index]
        worker.end()
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= _FAILED_STARTS:
                raise OperatorError(f"no worker process can be started: {fault}", "free memory, or use fewer --jobs")
        else:
            self._failed_starts = 0
        blamed = [worker.pending.popleft()] if worker.pending and worker.ready else []
        waiting.extendleft(reversed(worker.pending))
        self._workers[index] = self._new()
        for job in blamed:
            yield Done(job, None, time.monotonic() - worker.began, fault)

    def _patience(self, busy: list[_Worker[Task]]) -> float:
        """Return how many seconds may be waited before a worker is out of time; never long, to see a wish to stop."""
        now = time.monotonic()
        return max(0.0, min(_NAP_SECONDS, *(worker.began + self._timeout - now for worker in busy), _NAP_SECONDS))

    def _new(self) -> _Worker[Task]:
        try:
            with _interrupts_blocked():
                return _Worker(self._context, self._prepare)
        except (OSError, EOFError) as error:
            # What starts them, a process of its own, could not be started or was ended meanwhile.
            reason = getattr(error, "strerror", None) or "what starts them was ended"
            raise OperatorError(
                f"no worker process can be started: {reason}", "free memory, or use fewer --jobs"
            ) from error


class _Worker(Generic[Task]):
    """One process as its parent sees it."""

    def __init__(self, context: ForkServerContext, prepare: Callable[[], Callable[[Task], object]]) -> None:
        self.connection, theirs = context.Pipe()
        self.pending: deque[Task] = deque()
        self.ready = False
        self.began = time.monotonic()
        self._broken = ""
        self._process: ForkServerProcess = context.Process(target=serve, args=(theirs, prepare), daemon=True)
        self._process.start()
        theirs.close()

    def wants_more(self) -> bool:
        return self.ready and not self._broken and len(self.pending) <= BATCH // 2

    def give(self, batch: list[tuple[Task, bytes]]) -> None:
        """Send jobs to the process."""
        if not batch:
            return
        if not self.pending:
            self.began = time.monotonic()
        self.pending += [job for job, _ in batch]
        try:
            self.connection.send([packed for _, packed in batch])
        except OSError:
            self._broken = "ended"

    def received(self) -> Iterator[Done[Task, Answer]]:
        """Yield the jobs whose answers have come."""
        try:
            while self.connection.poll():
                answer = self.connection.recv()
                now = time.monotonic()
                if not self.ready:
                    self.ready = True
                elif self.pending:
                    yield Done(self.pending.popleft(), answer, now - self.began)
                self.began = now
        except (EOFError, OSError, pickle.UnpicklingError):
            self._broken = "ended"

    def fault(self, timeout: float) -> str:
        """Return why the process can no longer be relied on, or an empty text."""
        if self._broken:
            self._process.join(_FAREWELL_SECONDS)
            return _ending(self._process.exitcode)
        taken = time.monotonic() - self.began
        if not self.ready and taken > _READY_SECONDS:
            return f"it was not ready within {_READY_SECONDS:g} seconds"
        if self.ready and self.pending and taken > timeout:
            return f"the audit took longer than the limit of {timeout:g} seconds"
        return ""

    def end(self) -> None:
        """End the process at once, and wait until it is gone."""
        self.connection.close()
        if self._process.exitcode is None:
            self._process.kill()
        self._process.join(_FAREWELL_SECONDS)


def serve(connection: Connection, prepare: Callable[[], Callable[[Task], object]]) -> None:
    """Do jobs until the parent is gone: what a worker process runs.

    Only the parent hears Ctrl-C and its like, though they come to all, and it ends the workers when it has written what they
    have done: a worker that obeyed them itself would look as if its run had killed it.
    """
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the parent is gone: nobody waits
        handle = prepare()
        connection.send(None)
        while True:
            for packed in connection.recv():
                connection.send(handle(pickle.loads(packed)))  # noqa: S301 - from the parent, by a pipe of ours


def _batch(waiting: deque[Task], source: Iterator[Task]) -> list[tuple[Task, bytes]]:
    """Take the next jobs, those first that came back from a worker that ended; with each, the bytes to be sent."""
    batch: list[tuple[Task, bytes]] = []
    size = 0
    while len(batch) < BATCH and size < _BATCH_BYTES:
        try:
            job = waiting.popleft() if waiting else next(source)
        except StopIteration:
            break
        packed = pickle.dumps(job, pickle.HIGHEST_PROTOCOL)
        batch.append((job, packed))
        size += len(packed)
    return batch


def _any_left(waiting: deque[Task], source: Iterator[Task]) -> bool:
    """Tell whether there is another job, and keep it."""
    if not waiting:
        waiting.extend(islice(source, 1))
    return bool(waiting)


def _ending(code: int | None) -> str:
    """Say how a process ended, as the end of a verdict's reason."""
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        likely = ", most likely for want of memory" if name == "SIGKILL" else ""
        return f"the audit's process was killed by signal {name}{likely}"
    return f"the audit's process ended by itself (exit code {code})"


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Start processes with these signals blocked, which they inherit: they are for the parent alone from the first moment.

    The library's own helper comes first, because starting it unblocks them.
    """
    ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
