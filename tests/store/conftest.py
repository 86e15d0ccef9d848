"""The stores that the tests run on: each test that asks for `url` runs once on SQLite and once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.store import Store
from tests.store import server


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
    return server.new_database(postgres)


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
