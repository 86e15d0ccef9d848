"""Runs that are not there: gone since a sweep saw them, or left out of a series that the others imply.

Whoever may delete runs can report only those that went well. A store remembers what was there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby, islice

import msgspec
from sqlalchemy import ColumnElement, false, or_, select

from auditor.anomalies.anomaly import MOST_NAMED, Anomaly, anomaly, called, lasting, when
from auditor.anomalies.brief import Brief
from auditor.anomalies.series import Series, series
from auditor.anomalies.shared import Exists
from auditor.emit.safe import short
from auditor.instants import SECOND
from auditor.run_names import run_name
from auditor.store.reading import latest_rows
from auditor.store.rows import Row, Sweep
from auditor.store.store import Store
from auditor.store.tables import place, verdict
from auditor.store.writing import path_bytes

PAUSE = 6 * 3600 * SECOND
"""A longer pause between two runs of a series begins a new round of it."""

_MOST_NUMBERS = 1000
_PAGE = 200


def gone(store: Store, sweep: Sweep, exists: Exists, *, since: int) -> Iterator[Anomaly]:
    """Yield the runs under the sweep's roots that an earlier sweep saw after `since`, and that are nowhere now.

    A run that was moved, and stands elsewhere under its id, is not gone. Where many of one folder are gone, which is
    what tidying up looks like, they are one anomaly, those that did not pass named first.
    """
    under = or_(false(), *(_under(root) for root in sweep.roots))
    missed = or_(place.c.last_sweep.is_(None), place.c.last_sweep < sweep.id)
    wanted = latest_rows().where(under, missed, place.c.last_seen >= since).order_by(place.c.path)
    with closing(store.rows(wanted)) as found:
        for _, rows in groupby(_absent(store, found, exists), _folder):
            yield from _farewells(rows, sweep.id)


def _absent(store: Store, rows: Iterator[Row], exists: Exists) -> Iterator[Row]:
    """Yield those of the rows whose runs are nowhere."""
    while page := list(islice(rows, _PAGE)):
        absent = [row for row in page if not exists(row)]
        standing = _standing_elsewhere(store, absent, exists)
        yield from (row for row in absent if row.run_id not in standing)


def _farewells(rows: Iterator[Row], sweep: int) -> Iterator[Anomaly]:
    """Yield the anomalies of the runs that are gone from one folder."""
    number: Counter[str] = Counter()
    kept: list[Row] = []
    for row in rows:
        number[row.decision] += 1
        kept = sorted([*kept, row], key=lambda each: each.decision == "pass")[:MOST_NAMED]
    if number.total() <= MOST_NAMED:
        for row in kept:
            yield anomaly("gone", _farewell(row), [row], sweep=sweep)
        return
    sentence = (
        f"{number.total():,} runs are gone from {short(_folder(kept[0]), 200)}: {number['pass']:,} had passed, "
        f"{number['fail']:,} had failed, {number['blocked']:,} were blocked"
    )
    yield anomaly("gone", sentence, kept, sweep=sweep)


def left_out(rows: Iterable[Brief], *, since: int, sweep: int | None) -> Iterator[Anomaly]:
    """Yield each round of a numbered series of cases that lacks numbers which the others imply.

    Give them in the order of their places (`briefs`). A round is what ran in one folder with no longer pause than
    `PAUSE`; rounds that ended before `since` are passed over. Numbers are implied where three in four of those between
    the lowest and the highest are there: ``r1, r2, r4`` imply ``r3``, and ``r1, r9`` imply nothing.
    """
    open_: dict[str, dict[str, _Round]] = {}
    for row in rows:
        # In the order of places a folder is done with as soon as a place comes that does not lie in it.
        for folder in [folder for folder in open_ if not row.place.startswith(f"{folder}/")]:
            yield from _holes(open_.pop(folder).values(), since, sweep)
        rounds = open_.setdefault(row.folder, {})
        parts = run_name(row.name)
        found = series(parts.case_id) if parts else None
        if parts is None or found is None:
            continue
        current = rounds.get(found.name)
        if current is not None and parts.at - current.last_at > PAUSE:
            yield from _holes([current], since, sweep)
            current = None
        rounds[found.name] = _joined(current, found, parts.at, row)
    for rounds in open_.values():
        yield from _holes(rounds.values(), since, sweep)


class _Round(msgspec.Struct):
    """One round of a series: the numbers that ran, when the last did, and some of its runs."""

    name: str
    numbers: set[int]
    last_at: int
    rows: list[Brief]


def _joined(current: _Round | None, found: Series, at: int, row: Brief) -> _Round:
    current = current or _Round(found.name, set(), at, [])
    if len(current.numbers) < _MOST_NUMBERS:
        current.numbers.add(found.number)
        current.rows.append(row)
    current.last_at = max(current.last_at, at)
    return current


def _holes(rounds: Iterable[_Round], since: int, sweep: int | None) -> Iterator[Anomaly]:
    for each in rounds:
        low, high = min(each.numbers), max(each.numbers)
        missing = high - low + 1 - len(each.numbers)
        if each.last_at < since or not missing or missing * 3 > len(each.numbers):
            continue
        absent = [number for number in range(low, high + 1) if number not in each.numbers]
        named = ", ".join(_numbered(each.name, number) for number in absent[:10]) + (", ..." if missing > 10 else "")
        sentence = (
            f"{named} {'is' if missing == 1 else 'are'} missing from a series of {len(each.numbers):,} that ran until "
            f"{when(each.last_at)} from {_numbered(each.name, low)} to {_numbered(each.name, high)}"
        )
        yield anomaly("left-out", sentence, _beside(each, absent), sweep=sweep)


def _beside(each: _Round, absent: Sequence[int]) -> list[Brief]:
    """Return the runs of the round whose numbers stand next to a missing one, or some of it."""
    near = {number + step for number in absent for step in (-1, 1)}
    chosen = []
    for row in each.rows:
        parts = run_name(row.name)
        found = series(parts.case_id) if parts else None
        if found is not None and found.number in near:
            chosen.append(row)
    return chosen or each.rows


def _numbered(name: str, number: int) -> str:
    return short(name.replace("#", str(number)), 80)


def _farewell(row: Row) -> str:
    judged = {"pass": "it passed", "fail": "it had failed", "blocked": "it was blocked"}[row.decision]
    ran = row.traits.started_at
    age = "" if ran is None else f", {lasting(row.last_seen - ran)} after it started"
    return f"{called(row)} is gone: last seen at {when(row.last_seen)}{age}; {judged}"


def _folder(row: Row) -> str:
    return row.place.rstrip("/").rpartition("/")[0]


def _under(root: str) -> ColumnElement[bool]:
    """Return the condition that a place is a root or lies under it: a range of bytes, which an index can serve."""
    start = path_bytes(root.rstrip("/"))
    return or_(place.c.path == start, place.c.path.between(start + b"/", start + b"0"))


def _standing_elsewhere(store: Store, absent: Sequence[Row], exists: Exists) -> set[str]:
    """Return the ids of those runs that stand at another place."""
    if not absent:
        return set()
    places = select(verdict.c.id).where(verdict.c.run_id.in_({row.run_id for row in absent}))
    rows = store.rows(latest_rows().where(verdict.c.id.in_(places)))
    own = {row.place_id for row in absent}
    return {row.run_id for row in rows if row.place_id not in own and exists(row)}
