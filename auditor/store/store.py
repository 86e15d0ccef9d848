"""The verdict store: every judgement ever made, appended, never changed.

One process writes (a sweep's coordinator); any number read at the same time. What a sweep writes is whole after each
call: whoever is killed in between leaves a store that the next sweep goes on with.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from types import TracebackType
from typing import Any, Literal, Self

from sqlalchemy import Connection, Select, select

from auditor.store import tables
from auditor.store.connect import WRITES, Target, target
from auditor.store.failures import told
from auditor.store.memo import MemoKey, memo_get, memo_put, memo_trim
from auditor.store.packing import unpack
from auditor.store.reading import latest_rows, newest_of, row_of, rows, sweep_of
from auditor.store.rows import Basis, Judged, Row, Sweep
from auditor.store.schema import prepare
from auditor.store.writing import BIGGEST, CHUNK, append, place_key, touch

_PAGE = 1000
"""Rows fetched at a time: what a reader holds in memory, however long the answer is."""

Order = Literal["recorded", "place"]


class Store:
    """An open store; make one with `Store.open`, and close it, best with ``with``.

    Every method raises `OperatorError` where the database refuses: a full disk, a damaged file, a lost server.
    """

    def __init__(self, reached: Target) -> None:
        self._engine = reached.engine
        self._bases: dict[Basis, int] = {}
        self.name = reached.name
        """What the store is called in messages; never with a password."""
        self.path = reached.path
        """The SQLite file, None for a server."""

    @classmethod
    def open(cls, url: str | None = None, *, create: bool = True) -> Self:
        """Open the store that `url` names: a path, ``sqlite:///PATH``, ``postgresql://…``, or None for the default place.

        With `create` a new store is made where there is none, and it may be written; without, it must be there and is
        only read. Raise `OperatorError` where it cannot be reached, is none of ours, or is of a later version.
        """
        store = cls(target(url, create=create))
        try:
            with told(store.name), store._transaction(writes=create) as connection:
                prepare(connection, store.name, create=create)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def record(self, judged: Judged) -> int:
        """Append one judgement and return its id. For many at once see `record_all`."""
        return self.record_all([judged])[0]

    def record_all(self, judged: Sequence[Judged]) -> list[int]:
        """Append judgements in one transaction, all or none, and return their ids in the same order."""
        bases = dict(self._bases)
        with self._writing() as connection:
            ids = append(connection, judged, bases)
        self._bases = bases
        return ids

    def seen(
        self, places: Iterable[str], *, at: int, sweep: int | None, by_stat: Mapping[str, int] | None = None
    ) -> None:
        """Note that known places were met again, and found unchanged. Places that are not known are passed over.

        `by_stat` gives for a place the verdict that was let stand by its files' metadata alone, which its row then states
        (`Row.trust`); the content of the others was digested.
        """
        standing = by_stat or {}
        with self._writing() as connection:
            touch(connection, ((place_key(place), at, sweep, standing.get(place)) for place in places))

    def latest(self, *, order: Order = "recorded") -> Iterator[Row]:
        """Yield the newest row of each place, in the order of recording or of the places' bytes."""
        by = tables.verdict.c.id if order == "recorded" else tables.place.c.path
        return self._rows(latest_rows().order_by(by))

    def latest_of(self, place: str) -> Row | None:
        """Return the newest row of a place, None if it is not known."""
        return self.latest_of_all([place]).get(place)

    def latest_of_all(self, places: Sequence[str]) -> dict[str, Row]:
        """Return the newest row of each of these places that is known, by place."""
        names = {place_key(place): place for place in places}
        keys = list(names)
        found: dict[str, Row] = {}
        for at in range(0, len(keys), CHUNK):
            wanted = tables.place.c.key.in_(keys[at : at + CHUNK])
            numbers = select(tables.place.c.id).where(wanted)
            with told(self.name), self._transaction() as connection:
                for row in connection.execute(newest_of(numbers)):
                    found[names[row.place_key]] = row_of(row)
        return found

    def history(self, place: str, limit: int | None = None) -> Iterator[Row]:
        """Yield the rows of one place, newest first."""
        wanted = rows().where(tables.place.c.key == place_key(place))
        return self._rows(wanted.order_by(tables.verdict.c.id.desc()).limit(limit))

    def history_of(self, place_id: int, limit: int | None = None) -> Iterator[Row]:
        """Yield the rows of the place with this number (`Row.place_id`), newest first."""
        wanted = rows().where(tables.verdict.c.place_id == place_id)
        return self._rows(wanted.order_by(tables.verdict.c.id.desc()).limit(limit))

    def before(self, listed: Iterable[Row]) -> dict[int, Row]:
        """Return what came before each of these rows on the same place, by the later row's id; the first has none."""
        found: dict[int, Row] = {}
        for row in listed:
            older = rows().where(tables.verdict.c.place_id == row.place_id, tables.verdict.c.id < row.id)
            earlier = self._one(older.order_by(tables.verdict.c.id.desc()).limit(1))
            if earlier is not None:
                with told(self.name):
                    found[row.id] = row_of(earlier)
        return found

    def recorded(self, *, since: int | None = None, limit: int | None = None) -> Iterator[Row]:
        """Yield the rows of all places, newest first; `since` leaves out what was judged before it."""
        wanted = rows() if since is None else rows().where(tables.verdict.c.judged_at >= since)
        return self._rows(wanted.order_by(tables.verdict.c.id.desc()).limit(limit))

    def row(self, number: int) -> Row | None:
        """Return the row with this id, None if there is none."""
        if not 0 < number <= BIGGEST:  # no database can be asked for more
            return None
        found = self._one(rows().where(tables.verdict.c.id == number))
        with told(self.name):
            return None if found is None else row_of(found)

    def verdict(self, number: int) -> bytes | None:
        """Return the published document of a row, None where the run could not be judged or there is no such row."""
        return self._document(number)[0]

    def display(self, number: int) -> bytes | None:
        """Return what the presentation of a row needs besides (`display.Display` as JSON), None if there is nothing."""
        return self._document(number)[1]

    def begin_sweep(self, roots: Sequence[str], *, started: int) -> int:
        """Record that a sweep begins and return its id."""
        values = {
            "started": started,
            "roots": json.dumps(list(roots)),
            "counts": "{}",
            "interrupted": False,
        }
        with self._writing() as connection:
            insert = tables.sweep.insert().values(**values).returning(tables.sweep.c.id)
            return int(connection.execute(insert).scalar_one())

    def end_sweep(self, number: int, *, ended: int, counts: Mapping[str, int], interrupted: bool) -> None:
        """Record how a sweep ended."""
        values = {"ended": ended, "counts": json.dumps(dict(counts)), "interrupted": interrupted}
        with self._writing() as connection:
            connection.execute(tables.sweep.update().where(tables.sweep.c.id == number).values(**values))

    def sweeps(self, limit: int | None = None) -> Iterator[Sweep]:
        """Yield the sweeps, newest first."""
        wanted = select(tables.sweep).order_by(tables.sweep.c.id.desc()).limit(limit)
        with told(self.name), closing(self._stream(wanted)) as stream:
            for found in stream:
                yield sweep_of(found)

    def memo_get(self, keys: Iterable[MemoKey]) -> dict[MemoKey, bytes]:
        """Return what is remembered of these artifacts, by key; an artifact that is not known is absent."""
        with told(self.name), self._transaction() as connection:
            return memo_get(connection, keys)

    def memo_put(self, found: Mapping[MemoKey, bytes]) -> None:
        """Remember what was found in artifacts. What is remembered already stays as it is."""
        with self._writing() as connection:
            memo_put(connection, found)

    def memo_trim(self, engine: str) -> int:
        """Forget what other engines and rules than `engine` found, and return how much that was."""
        with self._writing() as connection:
            return memo_trim(connection, engine)

    def select(self, wanted: Select[Any]) -> Generator[Any, None, None]:
        """Yield what a selection on `auditor.store.tables` finds, a page at a time: for reports across runs."""
        return self._stream(wanted)

    def rows(self, wanted: Select[Any]) -> Generator[Row, None, None]:
        """Yield the rows of a selection that was made from `auditor.store.reading.rows`, a page at a time."""
        return self._rows(wanted)

    def _document(self, number: int) -> tuple[bytes | None, bytes | None]:
        found = self._one(select(tables.document).where(tables.document.c.verdict_id == number))
        if found is None:
            return None, None
        with told(self.name):
            return unpack(found.published), None if found.display is None else unpack(found.display)

    def _rows(self, wanted: Select[Any]) -> Generator[Row, None, None]:
        with told(self.name), closing(self._stream(wanted)) as stream:
            for found in stream:
                yield row_of(found)

    def _stream(self, wanted: Select[Any]) -> Generator[Any, None, None]:
        with (
            told(self.name),
            self._transaction() as connection,
            connection.execution_options(yield_per=_PAGE).execute(wanted) as result,
        ):
            yield from result

    def _one(self, wanted: Select[Any]) -> Any | None:
        with told(self.name), self._transaction() as connection:
            return connection.execute(wanted).one_or_none()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with told(self.name), self._transaction(writes=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, writes: bool = False) -> Iterator[Connection]:
        with self._engine.connect().execution_options(**{WRITES: writes}) as connection, connection.begin():
            yield connection
