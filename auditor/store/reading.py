"""Reading rows back: the selections, and from a row of the tables to a `Row`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Select, func, select

from auditor.store import tables
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
    path = _bytes(found.path)
    shown = path.decode("utf-8", "surrogateescape")
    values = {
        "id": found.id,
        "place_id": found.place_id,
        "place": shown,
        "masked": found.place_key != place_key(shown),
        "last_seen": found.last_seen,
        "run_id": found.run_id,
        "judged_at": found.judged_at,
        "decision": found.decision,
        "reason": found.reason,
        "basis": {
            "version": found.version,
            "ruleset_sha256": _hex(found.ruleset_sha256),
            "policy_sha256": _hex(found.policy_sha256),
            "admission_sha256": _hex(found.admission_sha256),
            "admission_expires": found.admission_expires,
            "options_sha256": _hex(found.options_sha256),
        },
        "root_sha256": _hex(found.root_sha256),
        "stat_sha256": _hex(found.stat_sha256),
        "trust": "stat" if found.by_stat == found.id else found.trust,
        "seconds": found.seconds,
        "total_bytes": found.total_bytes,
        "files": found.files,
        "claim": {"engine": found.engine, "stage": found.stage, "status": found.claimed},
        "supports_stage2_pass": found.supports,
        "grade": found.grade,
        "counts": {name: getattr(found, name) for name in tables.COUNTS},
        "traits": {
            "gate": found.gate,
            "refusal_sound": found.refusal_sound,
            "baseline": found.baseline,
            "trace_sha256": _hex(found.trace_sha256),
            "started_at": found.started_at,
            "finished_at": found.finished_at,
            "report_mtime": found.report_mtime,
        },
        "sweep": found.sweep_id,
        "whole": found.whole is not None,
    }
    # A store is a file that anybody may have changed: what comes out of it is checked as any other input is.
    return msgspec.convert(values, Row)


def sweep_of(found: Any) -> Sweep:
    """Return the `Sweep` of a row of its table."""
    try:
        roots, counts = json.loads(found.roots), json.loads(found.counts)
    except ValueError as error:
        raise DamagedDocumentError("the roots or counts of a sweep are no JSON") from error
    values = (found.id, found.started, found.ended, roots, counts, found.interrupted)
    return msgspec.convert(dict(zip(Sweep.__struct_fields__, values, strict=True)), Sweep)


def _hex(digest: Any) -> str | None:
    return None if digest is None else _bytes(digest).hex()


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise DamagedDocumentError("a column of bytes holds something else")
    return value
