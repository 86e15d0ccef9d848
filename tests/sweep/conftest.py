"""The PostgreSQL server of the store's tests, for sweeps too."""

from tests.store.conftest import database, postgres

__all__ = ["database", "postgres"]
