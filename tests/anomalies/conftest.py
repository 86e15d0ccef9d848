"""The stores of these tests are those of the store's own."""

from __future__ import annotations

from tests.store.conftest import database, postgres, store, url

__all__ = ["database", "postgres", "store", "url"]
