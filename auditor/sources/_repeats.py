"""Records that come again, alike in all but what tells them apart: they are read once, and then counted."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Set
from typing import Any

import msgspec

from auditor.facts import Response

_MOST = 4096
_LONGEST = 600


class Again(msgspec.Struct):
    """What a record came to: how so many `times` more that are alike are counted, and the answer that it tells of."""

    count: Callable[[int], None]
    response: Response | None = None
    active: bool = True
    """Whether it is a sign of an agent at work."""
    times: int = 0


def silent() -> Again:
    """Return what a record comes to that holds nothing to be read but what all have."""
    return Again(lambda _times: None, active=False)


class Repeats:
    """Remembers what the latest records came to. A signature is all of a record that reading it depends on."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Again] = {}

    def unknown(self, signatures: Set[Hashable]) -> Set[Hashable]:
        """Return those signatures of which it is not known what their records come to."""
        return signatures - self._known.keys()

    def is_active(self, tail: bytes) -> bool:
        """Tell whether a record that is known by its end is one of an agent at work."""
        return self._known[tail].active

    def count(self, times: Mapping[Any, int]) -> Set[Hashable]:
        """Count the records like which there were others before, and return the signatures of these.

        `times` says how many records there are of each signature.
        """
        known = times.keys() & self._known.keys()
        for signature in known:
            self._known[signature].times += times[signature]
        return known

    def find(self, signature: Hashable) -> Again | None:
        """Return what a record like this one came to, None if that is not known."""
        try:
            return self._known.get(signature)
        except TypeError:  # it holds a list or an object
            return None

    def remember(self, signature: Hashable, again: Again) -> None:
        """Remember what a record came to."""
        if isinstance(signature, bytes) and len(signature) > _LONGEST:
            return
        if len(self._known) >= _MOST:
            used = {known: again for known, again in self._known.items() if again.times}
            self.settle()
            if len(used) < _MOST // 2:
                self._known = used
        self._known[signature] = again

    def settle(self) -> None:
        """Have what came again counted, and forget all."""
        for again in self._known.values():
            if again.times:
                again.count(again.times)
                again.times = 0
        self._known = {}
