"""What a worker process remembers of artifacts: the facts of small ones for itself, of large ones that they are clean for all.

Facts stay in the process that read them, the latest of them up to a bound. That a large artifact holds no credential is
written to the store, so that an identical log is scanned once, by whichever process and in whichever night meets it first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

import msgspec

from auditor.remembered import Facts, Known
from auditor.store import MemoKey, Store

BUDGET = 8 << 20
"""Bytes of artifacts whose facts one process remembers."""

_MOST_CLEAN = 100_000
_OVERHEAD = 512
_CLEAN, _SIZE = "clean", "size"


class Learned(msgspec.Struct, frozen=True):
    """A large artifact that was found clean: its digest and its size in bytes."""

    sha256: str
    size: int


class Remembering:
    """The memory of one process, for one engine. `url` names the store that knows what other processes learned."""

    def __init__(self, engine: str, url: str | None, *, shared: bool) -> None:
        self._engine = engine
        self._url = url
        self._shared = shared
        self._store: Store | None = None
        self._facts: OrderedDict[Known, tuple[Facts, int]] = OrderedDict()
        self._held = 0
        self._clean: set[str] = set()
        self._sizes: set[int] = set()
        self.learned: list[Learned] = []
        """What was learned of large artifacts and is not in the store yet."""

    def close(self) -> None:
        """Let go of the store; a process that ends has no need to."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def recall(self, known: Known) -> Facts | None:
        """Return the facts of a small artifact, None if it is not remembered."""
        found = self._facts.get(known)
        if found is None:
            return None
        self._facts.move_to_end(known)
        return found[0]

    def keep(self, known: Known, facts: Facts, size: int) -> None:
        """Remember the facts of a small artifact, and forget what was not asked for the longest."""
        cost = size + _OVERHEAD
        if cost > BUDGET or known in self._facts:
            return
        self._facts[known] = (facts, cost)
        self._held += cost
        while self._held > BUDGET:
            _, (_, freed) = self._facts.popitem(last=False)
            self._held -= freed

    def expects(self, size: int) -> bool:
        """Tell whether a large artifact of this size is known to anybody."""
        return size in self._sizes or self._asked(MemoKey(str(size), _SIZE, self._engine))

    def is_clean(self, sha256: str) -> bool:
        """Tell whether a large artifact was found clean by anybody."""
        return sha256 in self._clean or self._asked(MemoKey(sha256, _CLEAN, self._engine))

    def keep_clean(self, sha256: str, size: int) -> None:
        """Remember a large artifact that was found clean."""
        if sha256 in self._clean or len(self._clean) >= _MOST_CLEAN:
            return
        self._clean.add(sha256)
        self._sizes.add(size)
        self.learned.append(Learned(sha256, size))

    def take_learned(self) -> tuple[Learned, ...]:
        """Return what was learned since the last time."""
        learned, self.learned = tuple(self.learned), []
        return learned

    def _asked(self, key: MemoKey) -> bool:
        if not self._shared:
            return False
        if self._store is None:
            self._store = Store.open(self._url, create=False)
        return key in self._store.memo_get([key])


def notes_of(learned: Iterable[Learned], engine: str) -> dict[MemoKey, bytes]:
    """Return what is to be written to the store of what was learned."""
    noted: dict[MemoKey, bytes] = {}
    for one in learned:
        noted[MemoKey(one.sha256, _CLEAN, engine)] = b""
        noted[MemoKey(str(one.size), _SIZE, engine)] = b""
    return noted
