"""From what a person calls a run to the run: its directory, its id, or the end of either."""

from __future__ import annotations

import os

from sqlalchemy import select

from auditor.errors import OperatorError
from auditor.store.reading import latest_rows, newest_of
from auditor.store.rows import Row
from auditor.store.store import Store
from auditor.store.tables import verdict

_NAMED = 8


def find_run(store: Store, wanted: str) -> Row:
    """Return the newest row of the one run that `wanted` names.

    The directory itself comes first, then a run id that it ever had, then the end of a directory's path or of a run id.
    Raise `OperatorError` where that is none, or several, which it names.
    """
    for place in dict.fromkeys((wanted, *_absolute(wanted))):
        row = store.latest_of(place)
        if row is not None:
            return row
    found = _with_run_id(store, wanted) or _ending(store, wanted)
    if not found:
        raise OperatorError(
            f"the store {store.name} knows no run {wanted}",
            "see `cto-audit history` for the newest, or name another --store",
        )
    if len(found) > 1:
        named = ", ".join(row.place for row in found[:_NAMED])
        more = ", ..." if len(found) > _NAMED else ""
        raise OperatorError(f"{wanted} may be any of {len(found):,} runs: {named}{more}", "name its whole path")
    return found[0]


def _absolute(wanted: str) -> tuple[str, ...]:
    try:
        return os.path.abspath(wanted), os.path.realpath(wanted)  # noqa: PTH100 - a place need not exist any more
    except (OSError, ValueError):  # no path of this machine, but it may be an id all the same
        return ()


def _with_run_id(store: Store, wanted: str) -> list[Row]:
    try:
        wanted.encode()
    except UnicodeEncodeError:  # ids are stored as valid text
        return []
    if "\0" in wanted:
        return []
    return list(store.rows(newest_of(select(verdict.c.place_id).where(verdict.c.run_id == wanted))))


def _ending(store: Store, wanted: str) -> list[Row]:
    """Return the newest rows whose place or run id ends so; all that are looked at are passed by, not kept."""
    end = wanted.rstrip("/")
    if not end:
        return []
    return [
        row
        for row in store.rows(latest_rows().order_by(verdict.c.id))
        if row.place.endswith(end) or row.run_id.endswith(end)
    ]
