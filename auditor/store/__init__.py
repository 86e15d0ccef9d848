"""The verdict store: judgements of many runs over time, in an SQLite file or on a PostgreSQL server.

`Store` is loaded when it is first asked for, because a worker process that only makes `Judged` rows needs no database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.store.rows import Basis, Counts, Judged, Row, Sweep, Traits

if TYPE_CHECKING:
    from auditor.store.memo import MemoKey
    from auditor.store.store import Store

__all__ = ["Basis", "Counts", "Judged", "MemoKey", "Row", "Store", "Sweep", "Traits"]


def __getattr__(name: str) -> Any:
    if name == "Store":
        from auditor.store.store import Store  # noqa: PLC0415 - it loads SQLAlchemy

        return Store
    if name == "MemoKey":
        from auditor.store.memo import MemoKey  # noqa: PLC0415 - it loads SQLAlchemy

        return MemoKey
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
