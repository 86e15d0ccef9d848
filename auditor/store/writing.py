"""Recording judgements: what is appended in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from auditor.emit.safe import utf8
from auditor.store import tables
from auditor.store.rows import Basis, Judged

CHUNK = 500
"""Values in one statement: below what any SQLite takes."""

BIGGEST = (1 << 63) - 1
"""The biggest integer that a column holds."""


def place_key(place: str) -> bytes:
    """Return the key of a place: a digest, so that a place whose name may not be written down can be found again."""
    return hashlib.blake2b(path_bytes(place), digest_size=16).digest()


def path_bytes(path: str) -> bytes:
    """Return a path as the bytes that the file system has, whatever the locale."""
    return path.encode("utf-8", "surrogateescape")


def append(connection: Connection, judged: Sequence[Judged], bases: dict[Basis, int]) -> list[int]:
    """Append the judgements and return their ids in the same order.

    `bases` are the ids of bases by basis, and are added to: they are good only once the transaction is.
    """
    seen = {place_key(each.place): each for each in judged}
    places = sight(
        connection, [(key, each.shown or each.place, each.judged_at, each.sweep) for key, each in seen.items()]
    )
    for basis in {each.basis for each in judged} - bases.keys():
        bases[basis] = _basis_id(connection, basis)
    rows = [_verdict(each, places[place_key(each.place)], bases[each.basis]) for each in judged]
    insert = tables.verdict.insert().returning(tables.verdict.c.id, sort_by_parameter_order=True)
    ids = list(connection.execute(insert, rows).scalars()) if rows else []
    documents = [
        {"verdict_id": number, "published": each.document, "display": each.display}
        for number, each in zip(ids, judged, strict=True)
        if each.document is not None
    ]
    if documents:
        connection.execute(tables.document.insert(), documents)
    add_missing(
        connection,
        tables.response,
        [
            {"hash": value, "place_id": places[place_key(each.place)]}
            for each in judged
            for value in each.traits.responses
        ],
    )
    return ids


def sight(connection: Connection, met: Iterable[tuple[bytes, str, int, int | None]]) -> dict[bytes, int]:
    """Note places that were met: key, place as it may be shown, when, in which sweep. Return their ids by key."""
    met = list(met)
    if not met:
        return {}
    add_missing(
        connection,
        tables.place,
        [
            {"key": key, "path": path_bytes(shown), "first_seen": at, "last_seen": at, "last_sweep": sweep}
            for key, shown, at, sweep in met
        ],
    )
    touch(connection, ((key, at, sweep, None) for key, _, at, sweep in met))
    return look_up(connection, tables.place, [key for key, *_ in met])


def touch(connection: Connection, met: Iterable[tuple[bytes, int, int | None, int | None]]) -> None:
    """Note again that known places were met: key, when, in which sweep (None: in none), and which verdict was let stand by
    metadata alone (None: none was). A clock set back changes nothing.
    """
    place = tables.place
    later = "greatest" if connection.dialect.name == "postgresql" else "max"
    update = (
        place.update()
        .where(place.c.key == bindparam("of"))
        .values(
            last_seen=getattr(func, later)(place.c.last_seen, bindparam("at")),
            last_sweep=func.coalesce(bindparam("sweep", type_=place.c.last_sweep.type), place.c.last_sweep),
            by_stat=bindparam("standing"),
        )
    )
    values = [{"of": key, "at": at, "sweep": sweep, "standing": standing} for key, at, sweep, standing in met]
    if values:
        connection.execute(update, values)


def add_missing(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose key the table does not have yet."""
    insert: Callable[[Table], Any] = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    if rows:
        connection.execute(insert(table).on_conflict_do_nothing(), rows)


def look_up(connection: Connection, table: Table, keys: Sequence[bytes]) -> dict[bytes, int]:
    """Return the ids of the rows with these keys, by key."""
    found: dict[bytes, int] = {}
    for at in range(0, len(keys), CHUNK):
        wanted = select(table.c.key, table.c.id).where(table.c.key.in_(keys[at : at + CHUNK]))
        found.update((key, number) for key, number in connection.execute(wanted))
    return found


def _basis_id(connection: Connection, basis: Basis) -> int:
    key = hashlib.blake2b(msgspec.json.encode(basis), digest_size=16).digest()
    values = {
        "key": key,
        "version": basis.version,
        "ruleset_sha256": bytes.fromhex(basis.ruleset_sha256),
        "policy_sha256": bytes.fromhex(basis.policy_sha256),
        "admission_sha256": _raw(basis.admission_sha256),
        "admission_expires": basis.admission_expires,
        "options_sha256": _raw(basis.options_sha256),
    }
    add_missing(connection, tables.basis, [values])
    return look_up(connection, tables.basis, [key])[key]


def _verdict(judged: Judged, place_id: int, basis_id: int) -> dict[str, Any]:
    claim, traits = judged.claim, judged.traits
    return {
        "place_id": place_id,
        "basis_id": basis_id,
        "sweep_id": judged.sweep,
        "run_id": _text(judged.run_id),
        "judged_at": judged.judged_at,
        "decision": judged.decision,
        "reason": _text(judged.reason),
        "root_sha256": _raw(judged.root_sha256),
        "stat_sha256": _raw(judged.stat_sha256),
        "trust": judged.trust,
        "seconds": judged.seconds,
        "total_bytes": judged.total_bytes,
        "files": judged.files,
        "engine": _text(claim.engine),
        "stage": claim.stage if claim.stage is None or -BIGGEST <= claim.stage <= BIGGEST else None,
        "claimed": _text(claim.status),
        "supports": judged.supports_stage2_pass,
        "grade": judged.grade,
        **msgspec.structs.asdict(judged.counts),
        "gate": traits.gate,
        "refusal_sound": traits.refusal_sound,
        "baseline": traits.baseline,
        "trace_sha256": _raw(traits.trace_sha256),
        "started_at": traits.started_at,
        "finished_at": traits.finished_at,
        "report_mtime": traits.report_mtime,
    }


def _raw(digest: str | None) -> bytes | None:
    return None if digest is None else bytes.fromhex(digest)


def _text(text: str | None) -> str | None:
    """Return the text as every database can hold it: without lone surrogates, and without NUL, which is written out."""
    return None if text is None else utf8(text).replace("\0", "\\u0000")
