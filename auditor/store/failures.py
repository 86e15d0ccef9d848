"""What a database refuses, said in one sentence that an operator can act on.

A driver's own words may quote a connection string, a statement or a row, so only those known to quote none are passed on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from sqlalchemy.exc import DatabaseError, DBAPIError, DisconnectionError, SQLAlchemyError

from auditor.errors import OperatorError
from auditor.store.packing import DamagedDocumentError

# What SQLite says, and what that means for the operator.
_SQLITE = (
    ("disk is full", "its disk is full", "free space, then run the same command again: what was recorded is kept"),
    ("disk i/o error", "its disk does not read or write", "look to the disk, its quota and the system log"),
    ("file is not a database", "it is not an SQLite file", "name another file with --store"),
    ("malformed", "its file is damaged", "restore it from a copy, or name a new file with --store and sweep again"),
    ("is locked", "another process is writing to it", "wait until that has ended, and try again"),
    ("readonly", "it may not be written", "look to the rights of the file and of its folder"),
    ("read-only", "it may not be written", "look to the rights of the file and of its folder"),
    ("unable to open", "it cannot be opened", "look to the path, and to the rights of the file and of its folder"),
    (
        "history is kept",
        "a verdict in it was to be changed, and it keeps history",
        "this is a defect; please report it",
    ),
    ("no such table", "its tables are incomplete", "restore it from a copy, or name a new file with --store"),
    ("no such column", "its tables are incomplete", "restore it from a copy, or name a new file with --store"),
)

# PostgreSQL's SQLSTATE classes and codes, longest first.
_POSTGRES = (
    ("42501", "its user may not do that", "grant the rights that the tables need, or name another user"),
    ("42P01", "its tables are incomplete", "restore the database, or name another with --store"),
    ("42703", "its tables are incomplete", "restore the database, or name another with --store"),
    ("3D000", "there is no such database", "create it first: createdb --encoding UTF8 NAME"),
    ("53100", "its disk is full", "free space, then run the same command again: what was recorded is kept"),
    ("53300", "it has no connection left", "wait, or raise max_connections"),
    ("55P03", "another process is writing to it", "wait until that has ended, and try again"),
    ("25006", "it may only be read", "name the primary server"),
    ("22021", "it cannot hold every character", "create the database with ENCODING 'UTF8'"),
    ("22P05", "it cannot hold every character", "create the database with ENCODING 'UTF8'"),
    ("28", "it refuses the user or the password", "mend the user, or the password in ~/.pgpass or PGPASSWORD"),
    ("57", "it was shut down", "start the server, and run the same command again"),
    ("08", "the connection was lost", "look to the server, and run the same command again"),
    ("53", "it is out of resources", "look to the server's log"),
    ("XX", "its data is damaged", "look to the server's log, and restore it from a copy"),
)

# What PostgreSQL's client says before there is a connection, and so no SQLSTATE.
_CONNECTING = (
    ("password", "it refuses the user or the password", "mend the user, or the password in ~/.pgpass or PGPASSWORD"),
    ("no pg_hba.conf entry", "it lets nobody in from here", "look to the server's pg_hba.conf"),
    ("database", "there is no such database", "create it first: createdb --encoding UTF8 NAME"),
    ("role", "there is no such user", "name a user of the server"),
    ("timeout", "no server answers there", "look to the host and the port, and start the server"),
    ("refused", "no server answers there", "look to the host and the port, and start the server"),
    ("no such file", "no server answers there", "look to the host and the port, and start the server"),
    ("unreachable", "no server answers there", "look to the host and the port, and start the server"),
    ("name", "there is no such host", "look to the host in the URL"),
    ("ssl", "it and the client cannot agree on encryption", "look to sslmode in the URL"),
)


@contextmanager
def told(store: str) -> Iterator[None]:
    """Turn whatever the database or its driver raises inside into an `OperatorError` about the store called `store`."""
    try:
        yield
    except (SQLAlchemyError, DamagedDocumentError, msgspec.MsgspecError, OverflowError, UnicodeError) as error:
        raise refusal(store, error) from error


def refusal(store: str, error: Exception) -> OperatorError:
    """Return the sentence and the hint for what went wrong with the store called `store`."""
    what, hint = _explained(error)
    return OperatorError(f"the verdict store {store} cannot be used: {what}", hint)


def _explained(error: Exception) -> tuple[str, str]:
    if isinstance(error, (DamagedDocumentError, msgspec.MsgspecError, OverflowError, UnicodeError)):
        return f"a row in it is damaged ({_kind(error)})", "restore it from a copy, or sweep into a new store"
    original = error.orig if isinstance(error, DBAPIError) else None
    state = getattr(original, "sqlstate", None)
    if state:
        for code, what, hint in _POSTGRES:
            if state.startswith(code):
                return what, hint
        return f"the server refuses (SQLSTATE {state})", "look up the code, and look to the server's log"
    said = str(original or "").lower()
    connecting = original is not None and type(original).__module__.partition(".")[0] == "psycopg"
    for mark, what, hint in _CONNECTING if connecting else _SQLITE:
        if mark in said:
            return what, hint
    if isinstance(error, DisconnectionError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return "the connection was lost", "look to the server, and run the same command again"
    if isinstance(error, DBAPIError) and not isinstance(error, DatabaseError):
        return f"its driver refuses ({_kind(original or error)})", "look to the server and its log"
    name = _kind(original or error)
    code = getattr(original, "sqlite_errorname", "")
    return f"the database refuses ({code or name})", "look to the server or the file, and its log"


def _kind(error: BaseException) -> str:
    return str(error) if isinstance(error, DamagedDocumentError) else type(error).__name__
