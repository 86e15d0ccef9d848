"""Many lines at once for a source that takes them so: those that are known by their text are not even decoded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol, runtime_checkable

from auditor.records.heads import HeadReader, Heads
from auditor.records.patience import Patience
from auditor.records.rows import Layout, Rows

_NEW = 0.4
"""Share of a piece's lines up to which it costs less to decode only those that are new than all of them."""


@runtime_checkable
class RowSource(Protocol):
    """A source of long artifacts, which takes many records at once: of each, mostly, only the values at a few keys."""

    COLUMNS: Collection[str]
    """The keys that it asks for in columns."""
    HEAD: tuple[str, str, str]
    """The keys that its records begin with: of a time, of a number that counts them, and of a name they share."""

    def rows(self, first: int, rows: Rows) -> None:
        """Take the records of consecutive lines, `first` being the number of the first of them."""

    def unknown(self, heads: Heads) -> list[int]:
        """Return the indices of those records of which it is not known, by their tails, what they come to."""

    def again(self, first: int, heads: Heads, fresh: Sequence[int], rows: Rows | None) -> bool:
        """Take the records of consecutive lines, all but the `fresh` ones known by their tails; `rows` are the fresh ones.

        False, and none of them is taken, if anything in their heads has to be looked at one by one.
        """


class RowReader:
    """Reads pieces of one log for its source."""

    def __init__(self, source: RowSource) -> None:
        self._source = source
        self._layout = Layout(source.COLUMNS)
        self._heads = HeadReader(source.HEAD)
        self._patience = Patience()

    def read(self, first: int, data: bytes) -> int | None:
        """Have the source take whole lines and return the number of the line after them; None if that cannot be."""
        if self._patience.is_ready():
            number = self._again(first, data)
            if number is not None:
                self._patience.rewarded()
                return number
            self._patience.disappointed()
        rows = self._layout.rows(data)
        if rows is None:
            return None
        self._source.rows(first, rows)
        return first + len(rows)

    def learn(self, records: Sequence[dict[str, Any]]) -> None:
        """Take the records of a piece that had to be read another way."""
        self._layout.learn(records)

    def _again(self, first: int, data: bytes) -> int | None:
        """Have only what is new decoded; None if that is too much, or the lines do not begin alike."""
        heads = self._heads.read(data)
        if heads is None:
            return None
        fresh, rows = self._source.unknown(heads), None
        if len(fresh) > _NEW * len(heads.lines):
            return None
        if fresh:
            rows = self._layout.rows(b"".join([heads.lines[index] + b"\n" for index in fresh]))
            if rows is None:
                return None
        return first + len(heads.lines) if self._source.again(first, heads, fresh, rows) else None
