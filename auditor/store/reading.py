"""Reading rows back: the selections, and from a row of the tables to a `Row`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Select, func, select

from auditor.store.packing import DamagedDocumentError
from auditor.store.rows import Row, Sweep
from auditor.store.tables import basis, document, place, verdict
from auditor.store.writing import place_key

_COLUMNS = [column for column in verdict.c if column.name not in {"basis_id", "sweep_id"}]


def rows() -> Select[Any]:
    """Return the selection of every recorded judgement, as `row_of` reads it, in no order."""
    return (
        select(
            *_COLUMNS,
            verdict.c.sweep_id,
            place.c.path,
            place.c.key.label("place_key"),
            place.c.last_seen,
            place.c.by_stat,
            *(column for column in basis.c if column.name not in {"id", "key"}),
            document.c.verdict_id.label("whole"),
        )
        .select_from(
            verdict.join(place, verdict.c.place_id == place.c.id).join(basis, verdict.c.basis_id == basis.c.id)
        )
        .outerjoin(document, document.c.verdict_id == verdict.c.id)
    )


_NAMES = tuple(map(str, rows().selected_columns.keys()))
_DIGESTS = tuple(name for name in _NAMES if name.endswith("_sha256"))


def newest() -> Any:
    """Return the ids of the newest judgement of each place, as a subquery with the column ``id``."""
    return select(func.max(verdict.c.id).label("id")).group_by(verdict.c.place_id).subquery("newest")


def newest_of(place_ids: Iterable[int] | Select[Any]) -> Select[Any]:
    """Return the selection of the newest judgement of each of these places, by their numbers."""
    chosen = (
        select(func.max(verdict.c.id))
        .where(verdict.c.place_id.in_(place_ids if isinstance(place_ids, Select) else list(place_ids)))
        .group_by(verdict.c.place_id)
    )
    return rows().where(verdict.c.id.in_(chosen))


def latest_rows() -> Select[Any]:
    """Return the selection of the newest judgement of each place."""
    return rows().where(verdict.c.id.in_(select(newest().c.id)))


def row_of(found: Any) -> Row:
    """Return the `Row` of what `rows` selects. Raise `msgspec.ValidationError` if the tables hold what none can hold."""
    cell = dict(zip(_NAMES, found, strict=True))
    for name in _DIGESTS:
        if cell[name] is not None:
            cell[name] = _bytes(cell[name]).hex()
    shown = _bytes(cell["path"]).decode("utf-8", "surrogateescape")
    cell["place"] = shown
    cell["masked"] = cell["place_key"] != place_key(shown)
    cell["basis"] = cell["traits"] = cell["counts"] = cell
    cell["claim"] = {"engine": cell["engine"], "stage": cell["stage"], "status": cell["claimed"]}
    cell["supports_stage2_pass"] = cell["supports"]
    cell["sweep"] = cell["sweep_id"]
    cell["whole"] = cell["whole"] is not None
    if cell["by_stat"] == cell["id"]:
        cell["trust"] = "stat"
    # A store is a file that anybody may have changed: what comes out of it is checked as any other input is.
    return msgspec.convert(cell, Row)


def sweep_of(found: Any) -> Sweep:
    """Return the `Sweep` of a row of its table."""
    try:
        roots, counts = json.loads(found.roots), json.loads(found.counts)
    except ValueError as error:
        raise DamagedDocumentError("the roots or counts of a sweep are no JSON") from error
    values = (found.id, found.started, found.ended, roots, counts, found.interrupted)
    return msgspec.convert(dict(zip(Sweep.__struct_fields__, values, strict=True)), Sweep)


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise DamagedDocumentError("a column of bytes holds something else")
    return value
