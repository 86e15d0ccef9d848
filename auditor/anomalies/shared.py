"""Evidence that turns up twice: one content under two names, one name with two contents, traces and answers copied.

The database groups; of a group only a few members are kept, so that memory does not grow with the number of copies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import groupby, islice
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import Column, func, select

from auditor.anomalies.anomaly import Anomaly, anomaly, called
from auditor.emit.safe import short
from auditor.store.reading import latest_rows, newest, newest_of
from auditor.store.rows import Row
from auditor.store.store import Store
from auditor.store.tables import response, verdict

Exists: TypeAlias = Callable[[Row], bool]
"""Tells whether a run is still where it was judged."""

_EMPTY = hashlib.sha256(b"").digest()
_MOST_KEPT = 1000
_PAGE = 200


class _Group(msgspec.Struct):
    """Rows that share something: how many, the first of them, and their different names and contents."""

    count: int
    rows: list[Row]
    run_ids: set[str]
    names: set[str]
    roots: set[str | None]


def same_content(store: Store, *, sweep: int | None) -> Iterator[Anomaly]:
    """Yield each content that stands under two run ids, or in two run directories of different names."""
    for group in _sharing(store, verdict.c.root_sha256):
        if len(group.run_ids) > 1 or len(group.names) > 1:
            first, second = _two_of_different_name(group.rows)
            sentence = (
                f"{group.count:,} runs with different names have the same content to the last byte, "
                f"such as {_name(first)} and {_name(second)}"
            )
            yield anomaly("same-content", sentence, group.rows, sweep=sweep)


def same_run_id(store: Store, exists: Exists, *, sweep: int | None) -> Iterator[Anomaly]:
    """Yield each run id that stands in two places. A run that was moved is in one."""
    for group in _sharing(store, verdict.c.run_id):
        rows = [row for row in group.rows if exists(row)]
        if len(rows) > 1:
            count = len(rows) if group.count == len(group.rows) else group.count
            differ = len({row.root_sha256 for row in rows}) > 1
            how = "with different contents" if differ else "with the same content"
            sentence = f"the run id {called(rows[0])} is in {count:,} places, {how}"
            yield anomaly("same-run-id", sentence, rows, sweep=sweep)


def copied_traces(store: Store, *, sweep: int | None) -> Iterator[Anomaly]:
    """Yield each trace that different runs have in common, where it is not the whole run that they have in common."""
    for group in _sharing(store, verdict.c.trace_sha256):
        if len(group.run_ids) > 1 and (len(group.roots) > 1 or None in group.roots):
            sentence = (
                f"{group.count:,} different runs have the same trace to the last byte, such as {_pair(group.rows)}"
            )
            yield anomaly("copied-evidence", sentence, group.rows, sweep=sweep)


def copied_responses(store: Store, *, sweep: int | None) -> Iterator[Anomaly]:
    """Yield the runs that tell of the same answers of a model as another run, by the answers' ids.

    Runs are told of with the first that had the answer, so that a thousand copies are one anomaly, not half a million.
    An answer has one id and was given to one run.
    """
    firsts = (
        select(response.c.hash, func.min(response.c.place_id).label("first"))
        .group_by(response.c.hash)
        .having(func.count() > 1)
        .subquery("firsts")
    )
    pairs = (
        select(firsts.c.first, response.c.place_id.label("second"), func.count().label("shared"))
        .join(firsts, firsts.c.hash == response.c.hash)
        .where(response.c.place_id != firsts.c.first)
        .group_by(firsts.c.first, response.c.place_id)
        .order_by(firsts.c.first, response.c.place_id)
    )
    with closing(store.select(pairs)) as found:
        for _, group in groupby(found, lambda pair: pair.first):
            yield from _told_twice(store, group, sweep)


def _told_twice(store: Store, pairs: Iterator[Any], sweep: int | None) -> Iterator[Anomaly]:
    """Yield the anomaly of one place and those that share answers with it: pairs of places and how many they share."""
    copies: list[Row] = []
    count = most = 0
    original: Row | None = None
    while page := list(islice(pairs, _PAGE)):
        by_place = {
            row.place_id: row for row in store.rows(newest_of({page[0].first, *(each.second for each in page)}))
        }
        original = by_place.get(page[0].first)
        for _, second, shared in page:
            row = by_place.get(second)
            if original is None or row is None or row.run_id == original.run_id or _same_trace(original, row):
                continue  # another kind of anomaly tells of these
            count, most = count + 1, max(most, shared)
            copies += [row] if len(copies) < _MOST_KEPT else []
    if original is None or not copies:
        return
    answers = "one answer" if most == 1 else f"{'up to ' if count > 1 else ''}{most:,} answers"
    others = called(copies[0]) if count == 1 else f"{count:,} other runs, such as {called(copies[0])},"
    sentence = f"{called(original)} and {others} tell of {answers} with the same id, and an answer is given to one run"
    yield anomaly("copied-evidence", sentence, [original, *copies], sweep=sweep)


def _same_trace(one: Row, other: Row) -> bool:
    return one.traits.trace_sha256 is not None and one.traits.trace_sha256 == other.traits.trace_sha256


def _sharing(store: Store, column: Column[Any]) -> Iterator[_Group]:
    """Yield the groups of newest rows that have the same value in a column of the table of verdicts."""
    twice = (
        select(column)
        .where(verdict.c.id.in_(select(newest().c.id)), column.is_not(None))
        .group_by(column)
        .having(func.count() > 1)
    )
    if column is not verdict.c.run_id:
        twice = twice.where(column != _EMPTY)  # nothing at all is nobody's evidence
    key = {"root_sha256": _root, "trace_sha256": _trace, "run_id": _run_id}[column.name]
    rows = store.rows(latest_rows().where(column.in_(twice)).order_by(column, verdict.c.id))
    for _, members in groupby(rows, key):
        group = _Group(0, [], set(), set(), set())
        for row in members:
            group.count += 1
            if len(group.rows) < _MOST_KEPT:
                group.rows.append(row)
                group.run_ids.add(row.run_id)
                group.names.add(_name(row))
                group.roots.add(row.root_sha256)
        yield group


def _root(row: Row) -> str | None:
    return row.root_sha256


def _trace(row: Row) -> str | None:
    return row.traits.trace_sha256


def _run_id(row: Row) -> str | None:
    return row.run_id


def _name(row: Row) -> str:
    """Return the name of the run directory, as a sentence may quote it."""
    return short(row.place.rstrip("/").rpartition("/")[2], 120)


def _two_of_different_name(rows: list[Row]) -> tuple[Row, Row]:
    other = next((row for row in rows if _name(row) != _name(rows[0])), rows[1])
    return rows[0], other


def _pair(rows: list[Row]) -> str:
    other = next((row for row in rows if row.run_id != rows[0].run_id), rows[1])
    return f"{called(rows[0])} and {called(other)}"
