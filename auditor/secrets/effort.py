"""What may be spent on one artifact: work is counted, not timed, so that no verdict depends on how fast a machine is.

Hostile text can make every byte look like the beginning of something. Looking closer costs `Effort`; when it is used up,
the rest is not looked at and the artifact has a gap, which no verdict passes over.
"""

from __future__ import annotations

BLOCK = 1 << 21
"""Bytes of an artifact that are looked at together: as many as are read at a time, so that they need not be put together."""

ALLOWANCE = 500_000
"""What may be spent on an artifact of any size, and again for each mebibyte.

A unit is worth about a microsecond, so that a hostile mebibyte costs a second at most or two: what a failing expression costs
is only estimated. Most honest text needs some thousands for one; text that consists of colours, of escapes or of words
about passwords may need half of them.
"""
_MEBIBYTE = 1 << 20
MOST_SAVED = 4 * ALLOWANCE
"""The most that is kept for what comes later."""

EVENTS_A_UNIT = 2
"""Occurrences of any literal that can be passed over for one unit."""

TOO_MUCH = "there is too much here that looks like a credential or hides one: not all was looked at"
"""The reason of the gap."""

UNPACKED_SHARE = 64
"""An unpacked byte brings this much less than a byte of the artifact itself: one that is packed small unpacks to hundreds."""


class Effort:
    """The allowance of one artifact, shared by everything that looks at it or at what it unpacks to."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = ALLOWANCE
        """Units that may still be spent. What is begun is finished, so this may fall a little below zero."""

    def allow(self, size: int, share: int = 1) -> None:
        """Add what `size` more bytes bring, or their `share`-th part of it."""
        self.left = min(self.left + size * ALLOWANCE // (share * _MEBIBYTE), MOST_SAVED)

    def spend(self, units: int) -> None:
        """Count work that is done."""
        self.left -= units
