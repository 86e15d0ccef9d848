"""A clock that a scenario sets and the harness moves: no run directory depends on when it was made."""

from __future__ import annotations

import datetime


def parse(moment: str) -> int:
    """Return the milliseconds since the Unix epoch of an RFC 3339 time such as ``2026-07-02T08:15:00.000Z``."""
    return round(datetime.datetime.fromisoformat(moment).timestamp() * 1000)


def show(milliseconds: int) -> str:
    """Return milliseconds since the Unix epoch as RFC 3339 in UTC, always with three decimals."""
    seconds, rest = divmod(milliseconds, 1000)
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


class Clock:
    """Milliseconds since the Unix epoch, moved only by its owner."""

    def __init__(self, start: int) -> None:
        self.now = start

    def after(self, milliseconds: int) -> int:
        """Move on by so many milliseconds and return the new time."""
        self.now += milliseconds
        return self.now

    def text(self) -> str:
        """Return the time now as RFC 3339."""
        return show(self.now)
