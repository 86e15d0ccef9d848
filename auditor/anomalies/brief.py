"""The little of each newest verdict that the passes over all runs need: a fifth of the cost of whole rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import msgspec
from sqlalchemy import select

from auditor.store.failures import told
from auditor.store.packing import DamagedDocumentError
from auditor.store.reading import newest
from auditor.store.rows import Time
from auditor.store.store import Store
from auditor.store.tables import place, verdict


class Brief(msgspec.Struct, frozen=True, gc=False):
    """A run's place, id and times, of its newest verdict; `sweep` made it. For the fields see `Row` and `Traits`."""

    place: str
    run_id: str
    sweep: int | None
    judged_at: Time
    started_at: Time | None
    finished_at: Time | None
    report_mtime: Time | None

    @property
    def folder(self) -> str:
        """The folder that the run directory lies in."""
        return self.place.rstrip("/").rpartition("/")[0]

    @property
    def name(self) -> str:
        """The name of the run directory."""
        return self.place.rstrip("/").rpartition("/")[2]


def briefs(store: Store) -> Iterator[Brief]:
    """Yield the brief of the newest verdict of each place, in the order of the places' bytes."""
    wanted = (
        select(
            place.c.path,
            verdict.c.run_id,
            verdict.c.sweep_id,
            verdict.c.judged_at,
            verdict.c.started_at,
            verdict.c.finished_at,
            verdict.c.report_mtime,
        )
        .join(place, verdict.c.place_id == place.c.id)
        .where(verdict.c.id.in_(select(newest().c.id)))
        .order_by(place.c.path)
    )
    names = Brief.__struct_fields__
    with told(store.name), closing(store.select(wanted)) as found:
        for path, *rest in found:
            if not isinstance(path, bytes):  # a store is a file that anybody may have changed
                raise DamagedDocumentError("a place is no bytes")
            values = (path.decode("utf-8", "surrogateescape"), *rest)
            yield msgspec.convert(dict(zip(names, values, strict=True)), Brief)
