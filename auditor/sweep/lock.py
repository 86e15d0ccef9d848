"""One sweep at a time on one store. Whoever holds it can be named, and a lock ends with the process that held it.

An SQLite file has a lock file beside it, held with ``flock``; a PostgreSQL database has an advisory lock, held by a
connection. Neither has to be cleaned up after a crash.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from auditor.errors import OperatorError
from auditor.facts import visible
from auditor.instants import now, rfc3339
from auditor.store.connect import APPLICATION_ID, target
from auditor.store.failures import told

if TYPE_CHECKING:
    from sqlalchemy import Connection

_HINT = "wait until it has ended, or end it: what it has written is kept"
_OPEN_LOCK = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
_MAX_NOTE = 4096
_SWEEP = 1
"""Second half of the advisory lock's key; the first tells our locks from those of other programs."""


class Holder(msgspec.Struct, frozen=True):
    """Who sweeps: process id, host, and since when (microseconds since the epoch)."""

    pid: int
    host: str
    since: int

    def __str__(self) -> str:
        return f"process {self.pid} on {visible(self.host)[:80]}, since {rfc3339(self.since)}"


@contextmanager
def held(url: str | None, path: Path | None, name: str) -> Iterator[None]:
    """Hold the lock of a store while inside: of the SQLite file `path`, or of the database that `url` names.

    `name` is what the store is called in messages. Raise `OperatorError`, which says who holds it, where another sweep does.
    """
    if path is not None:
        with _held_file(Path(f"{os.path.realpath(path)}.lock"), name):
            yield
    else:
        with _held_server(url, name):
            yield


def _me() -> Holder:
    return Holder(os.getpid(), socket.gethostname(), now())


def _taken(name: str, holder: str) -> OperatorError:
    return OperatorError(f"another sweep is writing to the verdict store {name}: {holder}", _HINT)


@contextmanager
def _held_file(lock: Path, name: str) -> Iterator[None]:
    try:
        descriptor = os.open(lock, _OPEN_LOCK, 0o600)
    except OSError as error:
        raise OperatorError(
            f"the lock {lock} cannot be used: {error.strerror}", "look to the folder's rights"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _taken(name, _noted(os.pread(descriptor, _MAX_NOTE, 0))) from None
        except OSError as error:
            reason = f"the file system of {lock} has no locks: {error.strerror}"
            raise OperatorError(reason, "keep the store on a local disk, or on a PostgreSQL server") from error
        _note(descriptor)
        yield
    finally:
        os.close(descriptor)


def _note(descriptor: int) -> None:
    """Write who holds the lock into it; a full disk costs the note, not the sweep, and the lock holds all the same."""
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, msgspec.json.encode(_me()) + b"\n", 0)
    except OSError:
        return


def _noted(note: bytes) -> str:
    try:
        return str(msgspec.json.decode(note, type=Holder))
    except (msgspec.MsgspecError, OverflowError):
        return "it does not say who it is"


@contextmanager
def _held_server(url: str | None, name: str) -> Iterator[None]:
    reached = target(url, create=False)
    try:
        with told(name):
            connection = reached.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            with told(name):
                _lock(connection, name)
            yield
        finally:
            connection.close()
    finally:
        reached.engine.dispose()


def _lock(connection: Connection, name: str) -> None:
    from sqlalchemy import text  # noqa: PLC0415 - slow to load

    key = {"ours": APPLICATION_ID, "sweep": _SWEEP}
    me = _me()
    own = f"cto-audit sweep {me.pid} {me.host}"[:63]  # the server cuts a longer name
    connection.execute(text("SELECT set_config('application_name', :own, false)"), {"own": own})
    if connection.execute(text("SELECT pg_try_advisory_lock(:ours, :sweep)"), key).scalar_one():
        return
    others = text(
        "SELECT a.application_name AS who, extract(epoch FROM a.backend_start) AS since FROM pg_locks l "
        "JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted "
        "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
        "AND l.classid = :ours AND l.objid = :sweep"
    )
    found = connection.execute(others, key).first()
    if found is None:
        raise _taken(name, "it has only just ended, or this user may not see it")
    pid, _, host = str(found.who).removeprefix("cto-audit sweep ").partition(" ")
    since = int(float(found.since) * 1_000_000)
    raise _taken(name, str(Holder(int(pid), host, since)) if pid.isdecimal() and pid.isascii() else str(found.who))
