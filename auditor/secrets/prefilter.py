"""Where do any of some hundred literals stand in a buffer? At memory speed, or, without vectorscan, still correctly.

Both finders give the same events: `(end, literal)` pairs, `end` the offset just after an occurrence and `literal` its
index, sorted. A small amount of text is not worth loading vectorscan and compiling for, so it is searched literal by
literal; the first larger amount builds the database.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from auditor.secrets.compiled import Literal, compile_all, kept

if TYPE_CHECKING:
    import hyperscan

Event: TypeAlias = tuple[int, int]
WORTH_COMPILING = 1 << 18
"""Bytes seen after which building the database pays for itself (measured: about 180 ms against half a millisecond a KiB)."""

_GRAM = 4
WORTH_GRAMS = 300
"""Literals above which gathering the data's four-byte words costs less than searching for each literal."""

Data: TypeAlias = bytes | memoryview
Finder: TypeAlias = Callable[[Data], list[Event]]


def plain_finder(literals: Sequence[Literal]) -> Finder:
    """A finder that needs nothing but Python.

    Every four bytes in a row are looked up among the literals' first four; only the literals met there are searched.
    """
    sides = [_Side([(i, x) for i, x in enumerate(literals) if x.caseless is caseless]) for caseless in (False, True)]

    def find(data: Data) -> list[Event]:
        data = bytes(data)
        events = sides[0].find(data) + sides[1].find(data.lower())
        events.sort()
        return events

    return find


class _Side:
    """The literals that are looked for in one spelling of the data."""

    def __init__(self, literals: list[tuple[int, Literal]]) -> None:
        many = len(literals) > WORTH_GRAMS
        self._short = [pair for pair in literals if len(pair[1].text) < _GRAM or not many]
        self._long: dict[int, list[tuple[int, Literal]]] = {}
        for index, literal in literals:
            if len(literal.text) >= _GRAM and many:
                self._long.setdefault(int.from_bytes(literal.text[:_GRAM], sys.byteorder), []).append((index, literal))

    def find(self, data: bytes) -> list[Event]:
        events: list[Event] = []
        met: set[int] = set()
        view = memoryview(data)
        for shift in range(_GRAM if self._long else 0):
            words = view[shift : shift + (len(data) - shift) // _GRAM * _GRAM].cast("I")
            met.update(self._long.keys() & set(words))
        wanted = [pair for first in met for pair in self._long[first]]
        for index, literal in self._short + wanted:
            text, size = literal.text, len(literal.text)
            at = data.find(text)
            while at >= 0:
                led = not literal.leading or data[at - 1 : at] != text[:1]
                if led and (not literal.count or _following(literal.then, literal.count).match(data, at + size)):
                    events.append((at + literal.length, index))
                at = data.find(text, at + 1)
        return events


@cache
def _following(then: str, count: int) -> re.Pattern[bytes]:
    return re.compile(f"{then}{{{count}}}".encode())


def vector_finder(literals: Sequence[Literal], *, keep: bool = False) -> Finder | None:
    """A finder over a vectorscan database, which scans with the interpreter lock released; None without a wheel.

    With `keep`, the database is kept for later processes.
    """
    try:
        database = compile_all(literals, keep=keep)
    except ImportError:
        return None
    return _finder(database)


def kept_finder(literals: Sequence[Literal]) -> Finder | None:
    """As `vector_finder`, if an earlier process kept the database; None otherwise."""
    try:
        database = kept(literals)
    except ImportError:
        return None
    return _finder(database) if database is not None else None


def _finder(database: hyperscan.Database) -> Finder:
    import hyperscan  # noqa: PLC0415 - whoever has a database has loaded it

    scratches = threading.local()

    def find(data: Data) -> list[Event]:
        events: list[Event] = []
        append = events.append

        def on_match(index: int, _start: int, end: int, _flags: int, _context: Any) -> None:
            append((end, index))

        scratch = getattr(scratches, "own", None)
        if scratch is None:
            scratch = scratches.own = hyperscan.Scratch(database)
        database.scan(cast("bytes", data), match_event_handler=on_match, scratch=scratch)
        events.sort()
        return events

    return find


class _Compilation(threading.Thread):
    """Makes a vector finder while other things are done. (A pool for one job takes longer to load than to do it.)"""

    def __init__(self, literals: Sequence[Literal], *, keep: bool) -> None:
        super().__init__(name="compile")
        self._literals = literals
        self._keep = keep
        self._made: Finder | None = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Compile; called in the thread."""
        try:
            self._made = vector_finder(self._literals, keep=self._keep)
        except BaseException as error:  # noqa: BLE001 - raised where the finder is asked for
            self._error = error

    def result(self) -> Finder | None:
        """Wait for the finder and return it, None without a wheel; raise what went wrong."""
        self.join()
        if self._error is not None:
            raise self._error
        return self._made


class Prefilter:
    """Finds literals in buffers, changing from the plain finder to vectorscan when there is enough to search.

    With `keep`, the database is compiled once and kept for later processes, which begin with it.
    """

    def __init__(self, literals: Sequence[Literal], *, vector: bool = True, keep: bool = False) -> None:
        self.literals = tuple(literals)
        ready = kept_finder(self.literals) if vector and keep else None
        self.vectorised = True if ready is not None else None
        self._find = ready or plain_finder(self.literals)
        self._credit = WORTH_COMPILING if vector and ready is None else -1
        self._keep = keep
        self._coming: _Compilation | None = None
        self._lock = threading.Lock()

    def find(self, data: Data) -> list[Event]:
        """Every occurrence of every literal in `data`, sorted by where it ends."""
        if self._credit >= 0:
            with self._lock:
                self._count(len(data))
        return self._find(data)

    def accelerate(self) -> None:
        """Change to vectorscan now, for a process that is known to have enough to search."""
        with self._lock:
            self._count(WORTH_COMPILING + 1)

    def prepare(self) -> None:
        """Begin to compile for vectorscan in a thread; until there is enough to search, the plain finder goes on."""
        with self._lock:
            if self._credit >= 0 and self._coming is None:
                self._coming = _Compilation(self.literals, keep=self._keep)
                self._coming.start()

    def is_coming(self) -> bool:
        """Tell whether the faster finder is being made just now: who can wait for it will search sooner."""
        return self._coming is not None and self._coming.is_alive()

    def _count(self, size: int) -> None:
        if self._credit < 0:
            return
        self._credit -= size
        if self._credit < 0:
            made = self._coming
            faster = made.result() if made is not None else vector_finder(self.literals, keep=self._keep)
            self.vectorised = faster is not None
            if faster is not None:
                self._find = faster
