"""Making the tables of a new store, and refusing what is no store of ours or one of a later version."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, select, text

from auditor.errors import OperatorError
from auditor.store import tables
from auditor.store.connect import APPLICATION_ID

_REFUSED = "history is kept: a verdict is never changed"
_ELSEWHERE = "name another file or database with --store"


def prepare(connection: Connection, name: str, *, create: bool) -> None:
    """Check the store called `name`, and with `create` make its tables if it has none.

    It must run in a transaction of its own that may write if `create` is set; two that do so at once take turns.
    """
    if connection.dialect.name == "postgresql":
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
        if encoding != "UTF8":
            raise OperatorError(
                f"the verdict store {name} cannot hold every character: its encoding is {encoding}",
                "create the database with createdb --encoding UTF8 --template template0 NAME",
            )
        if create:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPLICATION_ID})
    present = set(inspect(connection).get_table_names())
    if tables.meta.name in present:
        _check_version(connection, name)
        return
    strangers = present if connection.dialect.name == "sqlite" else present & set(tables.metadata.tables)
    if strangers:
        raise OperatorError(f"{name} holds tables of another program, and no verdict store", _ELSEWHERE)
    if not create:
        raise OperatorError(f"{name} holds no verdict store", "make one with `cto-audit sweep`, or name another")
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
    tables.metadata.create_all(connection, checkfirst=False)
    _keep_history(connection)
    connection.execute(tables.meta.insert().values(name="schema", value=str(tables.SCHEMA_VERSION)))


def _keep_history(connection: Connection) -> None:
    """Let the database itself refuse to change a verdict, whatever program asks it to."""
    if connection.dialect.name == "sqlite":
        for table in tables.KEPT:
            for verb in ("UPDATE", "DELETE"):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER {table.name}_no_{verb.lower()} BEFORE {verb} ON {table.name} "
                    f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
                )
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION cto_audit_keep() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
    )
    for table in tables.KEPT:
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table.name}_kept BEFORE UPDATE OR DELETE ON {table.name} "
            "FOR EACH ROW EXECUTE FUNCTION cto_audit_keep()"
        )


def _check_version(connection: Connection, name: str) -> None:
    stated = connection.execute(select(tables.meta.c.value).where(tables.meta.c.name == "schema")).scalar()
    version = int(stated) if isinstance(stated, str) and stated.isascii() and stated.isdigit() else 0
    if version == tables.SCHEMA_VERSION:
        return
    if version > tables.SCHEMA_VERSION:
        raise OperatorError(
            f"the verdict store {name} was made by a later cto-audit (schema {version}; this one knows "
            f"{tables.SCHEMA_VERSION})",
            "upgrade cto-audit, or name another store with --store",
        )
    raise OperatorError(f"the verdict store {name} does not say which version it is", _ELSEWHERE)
