"""Count the runs of a sweep ahead of it, so that even the first one can tell how long it will take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

from auditor.errors import OperatorError
from auditor.layout import Layout
from auditor.sweep.find import Found, find
from auditor.tree import is_url

_FAREWELL_SECONDS = 1.0


class Ahead:
    """Counts the runs below `roots` in a thread of its own while inside, unless a root is a URL, which is too slow to list twice.

    A sweep asks for the next runs only as fast as it judges; nobody waits for this count, and it keeps none of the runs.
    """

    def __init__(self, roots: Sequence[str], layouts: Sequence[Layout]) -> None:
        self.total: int | None = None
        """How many runs there are, None as long as that is not known."""
        self._roots = roots
        self._layouts = layouts
        self._enough = Event()
        self._thread = Thread(target=self._count, name="count ahead", daemon=True)

    def __enter__(self) -> Self:
        """Begin to count."""
        if not any(is_url(root) for root in self._roots):
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Count no further."""
        self._enough.set()
        if self._thread.ident is not None:
            self._thread.join(_FAREWELL_SECONDS)

    def _count(self) -> None:
        total = 0
        try:
            for sight in find([Path(root) for root in self._roots], self._layouts):
                if self._enough.is_set():
                    return
                total += isinstance(sight, Found)
        except OperatorError:  # a root that has just gone: the sweep itself says so, and needs no total for that
            return
        self.total = total
