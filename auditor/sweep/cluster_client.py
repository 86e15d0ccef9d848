"""All that is asked of `dask.distributed`: tasks to submit, those that ended, and who is there to do them."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from auditor.errors import OperatorError
from auditor.facts import visible

GO_ON = "look to the cluster, then run the same command again to go on"

_CONNECT_SECONDS = 10
_CLOSE_SECONDS = 5
_ENCRYPTED = frozenset({"tls", "wss"})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Future(Protocol):
    """A task under way or at its end; it is kept by the cluster until it is released."""

    @property
    def key(self) -> Any:
        """The name it was submitted under."""

    @property
    def status(self) -> str:
        """``pending``, ``finished``, ``error``, or ``cancelled``, as when the scheduler was lost."""

    def result(self) -> Any:
        """Return what a finished task returned."""

    def exception(self) -> BaseException | None:
        """Return what a task that failed raised."""

    def release(self) -> None:
        """Let the cluster forget it."""


class Scheduler:
    """A cluster's scheduler, as a sweep needs it. `client` is a connected `distributed.Client`."""

    def __init__(self, client: Any) -> None:
        import distributed  # noqa: PLC0415 - slow to load, and only a cluster's sweep needs it

        self._library: Any = distributed
        self._client = client
        self._ended: Any = self._library.as_completed(loop=client.loop, with_results=True, raise_errors=False)

    def submit(self, function: Callable[..., object], *arguments: object, key: str, worker: str = "") -> Future:
        """Have the function, which must be importable on the workers, done by one of them, or by the one at `worker`."""
        where = [worker] if worker else None
        future: Future = self._client.submit(function, *arguments, key=key, workers=where, pure=False)
        return future

    def follow(self, future: Future) -> None:
        """Have a task's end reported by `ended`, with its result."""
        self._ended.add(future)

    def ended(self) -> list[tuple[Future, Any]]:
        """Return the followed tasks that ended since the last time. With one that failed comes what it raised."""
        batch: list[tuple[Future, Any]] = self._ended.next_batch(block=False)
        return [(future, result[1] if future.status == "error" else result) for future, result in batch]

    def threads(self) -> dict[str, int]:
        """Return the workers' addresses, and how many tasks each does at a time."""
        try:
            return dict(self._client.nthreads())
        except (OSError, ValueError, RuntimeError) as error:
            raise OperatorError("the cluster's scheduler was lost", GO_ON) from error

    def victim(self, error: object) -> str | None:
        """Return the key of the task that cost as many workers as the scheduler allows, None where the error is another."""
        return str(error.args[0]) if isinstance(error, self._library.scheduler.KilledWorker) else None


@contextmanager
def connected(address: str) -> Iterator[Scheduler]:
    """Connect to a cluster by its scheduler's address, such as ``tcp://host:8786``.

    Raise `OperatorError` where that is none, cannot be reached, or the library is not installed.
    """
    try:
        import distributed  # noqa: PLC0415 - as above
    except ImportError:
        raise OperatorError("a sweep on a cluster needs dask.distributed", "install `cto-audit[cluster]`") from None
    library: Any = distributed
    with _quiet(library):
        try:
            library.comm.get_address_host_port(address, strict=True)  # a client made with a wrong one cannot be closed
            client = library.Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError, ImportError, RuntimeError) as error:
            reason = f"the scheduler {visible(address)} cannot be reached: {told(error)}"
            hint = "give the address that `dask scheduler` names, such as tcp://host:8786"
            raise OperatorError(reason, hint) from error
        try:
            yield Scheduler(client)
        finally:
            client.close(timeout=_CLOSE_SECONDS)


def is_private(address: str) -> bool:
    """Tell whether nobody on the way can read what is sent to the scheduler: it is encrypted, or stays on this machine."""
    scheme, mark, rest = address.partition("://")
    host = (rest if mark else address).rpartition(":")[0].strip("[]")
    return (mark != "" and scheme in _ENCRYPTED) or host in _LOOPBACK


def told(error: object) -> str:
    """Return an error of the library in a few words without control characters."""
    return f"{type(error).__name__}: {' '.join(visible(str(error)).split())[:200]}".removesuffix(": ")


@contextmanager
def _quiet(library: Any) -> Iterator[None]:
    """Keep the library's own log off the terminal, and its warning of unlike installations: ours are compared exactly."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == library.__name__]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", library.versions.VersionMismatchWarning)
            yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
