"""From what the operator calls a store to an engine that reaches it: an SQLite file, or a PostgreSQL server by URL."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from auditor.errors import OperatorError

APPLICATION_ID = 0x43544F41
"""Marks an SQLite file as ours in its header: ``CTOA``."""

WRITES = "cto_audit_writes"
"""Execution option of a connection whose transaction will write."""

_BUSY_MILLISECONDS = 30_000
_CONNECT_SECONDS = "10"
_POSTGRES_SCHEMES = ("postgresql://", "postgres://", "postgresql+psycopg://")


class Target(msgspec.Struct, frozen=True):
    """A store as it is reached: `name` is fit to print and free of any password; `path` is the SQLite file, if it is one."""

    name: str
    engine: Any
    path: Path | None = None


def default_path() -> Path:
    """Return where the store is if the operator names none: the XDG state folder."""
    state = os.environ.get("XDG_STATE_HOME", "")
    try:
        base = Path(state) if Path(state).is_absolute() else Path.home() / ".local/state"
    except RuntimeError as error:
        raise OperatorError("you have no home folder to keep a verdict store in", "name one with --store") from error
    return base / "cto-audit/verdicts.sqlite3"


def target(url: str | None, *, create: bool) -> Target:
    """Return the store that `url` names: a path, ``sqlite:///PATH``, ``postgresql://…``, or None for the default.

    Without `create` nothing is made and nothing is written: the store must be there. Raise `OperatorError` where it is
    not, and where it cannot be one. Nothing is connected yet.
    """
    if url is not None and url.startswith(_POSTGRES_SCHEMES):
        return _postgres(url)
    if url is not None and "://" in url and not url.startswith("sqlite:///"):
        scheme = url.split("://", 1)[0]
        raise OperatorError(
            f"--store: there is no kind of store {scheme[:40]!r}", "give a path, sqlite:///PATH or postgresql://…"
        )
    named = default_path() if url is None else Path(url.removeprefix("sqlite:///"))
    if url is not None and not url.removeprefix("sqlite:///"):
        raise OperatorError("--store names no file", "give a path, sqlite:///PATH or postgresql://…")
    try:
        _check_file(named, create=create)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise OperatorError(f"the verdict store {named} cannot be used: {reason}", "name another file") from error
    return Target(str(named), _sqlite(named, create=create), named)


def _check_file(path: Path, *, create: bool) -> None:
    """Refuse what SQLite would hang on or misuse: a pipe, a device, a folder."""
    try:
        status = path.stat()
    except FileNotFoundError:
        if not create:
            raise OperatorError(
                f"there is no verdict store {path}", "make one with `cto-audit sweep`, or name it with --store"
            ) from None
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made here, not by SQLite, so that nobody else can read it: verdicts tell of secrets, if not their values.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        return
    if not stat.S_ISREG(status.st_mode):
        raise OperatorError(f"the verdict store {path} is not a file", "name a file, or a new one")


def _sqlite(path: Path, *, create: bool) -> Engine:
    where = f"file:{quote(str(path.absolute()))}?mode={'rw' if create else 'ro'}"
    wal = Path(f"{path}-wal")
    if not create and not os.access(path.parent, os.W_OK) and not wal.exists():
        where += "&immutable=1"  # nobody can be writing, and the files that readers share cannot be made

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(where, uri=True, check_same_thread=False)  # the pool lends it to one thread at a time

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        try:
            _set_up(connection, create=create)
        except BaseException:
            connection.close()  # a damaged file shows here, before anybody else would close it
            raise

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A writer takes its turn at once: one that begins as a reader may find its picture too old to write on.
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _set_up(connection: Any, *, create: bool) -> None:
    """Set a fresh connection up: who waits for whom, what may be written, and what a power failure may cost."""
    # SQLAlchemy begins the transactions (`_begin`), so that a read is one consistent picture, too.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA trusted_schema = OFF")
    if create:
        cursor.execute("PRAGMA journal_mode = WAL")
        # In WAL mode this loses at most the last verdicts if the power fails, and never harms the file.
        cursor.execute("PRAGMA synchronous = NORMAL")
    else:
        cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def _postgres(url: str) -> Target:
    try:
        import psycopg  # noqa: PLC0415 - an extra, and slow to load
        from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: PLC0415
    except ImportError as error:
        raise OperatorError(
            "--store names a PostgreSQL server, and the driver for it is not installed",
            "install the extra: pip install 'cto-audit[postgres]'",
        ) from error
    plain = "postgresql://" + url.split("://", 1)[1]
    try:
        parts = conninfo_to_dict(plain)
    except (psycopg.ProgrammingError, UnicodeError):
        # Its words quote the URL, and the exception would carry them along.
        raise OperatorError(
            "--store is no URL that PostgreSQL's client understands", "write postgresql://USER@HOST:PORT/DATABASE"
        ) from None
    host, port, database = (str(parts.get(name) or "") for name in ("host", "port", "dbname"))
    # What was meant as a password may have been read as something else, which would be shown.
    if "@" in host + database or not re.fullmatch(r"[0-9,]*", port):
        raise OperatorError(
            "--store: the URL is ambiguous, as if the password in it held a character that has a meaning there",
            "write it as %40 for @, or better keep the password in ~/.pgpass or PGPASSWORD",
        )
    ours = {"connect_timeout": _CONNECT_SECONDS, "application_name": "cto-audit"}
    settings: dict[str, Any] = {**ours, **parts, "client_encoding": "utf8"}
    conninfo = make_conninfo("", **settings)
    name = _shown(host, port, database)

    def connect() -> Any:
        return psycopg.connect(conninfo)

    return Target(name, create_engine("postgresql+psycopg://", creator=connect, pool_pre_ping=True))


def _shown(host: str, port: str, database: str) -> str:
    """Return a server's database as a URL that works, without user, password and options."""
    where = f":{port}" if port else ""
    if host.startswith("/"):  # the folder of a socket
        return f"postgresql://{where}/{quote(database)}?host={quote(host)}"
    return f"postgresql://{f'[{host}]' if ':' in host else quote(host, safe=',-._')}{where}/{quote(database)}"
