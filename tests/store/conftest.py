"""The stores that the tests run on: each test that asks for `url` runs once on SQLite and once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from auditor.store import Store
from tests.store import server

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Yield the URL of a real PostgreSQL server."""
    pytest.importorskip("psycopg", reason="the extra is not installed: pip install 'cto-audit[postgres]'")
    programs = server.programs()
    if programs is None:
        pytest.skip(server.WANTED)
    with server.running(programs) as url:
        yield url


@pytest.fixture
def database(postgres: str) -> str:
    """Return the URL of a new and empty database."""
    return new_database(postgres)


def new_database(postgres: str, *, encoding: str = "UTF8") -> str:
    """Make an empty database on the server and return its URL."""
    import psycopg  # noqa: PLC0415 - an extra

    name = f"verdicts{next(_NUMBERS)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0")
    return postgres.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return what names a new store: a file, then a database."""
    if request.param == "sqlite":
        return str(tmp_path / "verdicts.sqlite3")
    return str(request.getfixturevalue("database"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """Yield a new, open store."""
    with Store.open(url) as opened:
        yield opened
