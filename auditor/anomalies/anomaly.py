"""What an anomaly is, and which runs it is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Protocol, TypeAlias

import msgspec

from auditor.emit.safe import short
from auditor.instants import SECOND, rfc3339

Kind: TypeAlias = Literal["same-content", "same-run-id", "copied-evidence", "clock", "gone", "left-out"]
"""`same-content`: one root digest, several runs. `same-run-id`: one run id in several places. `copied-evidence`: the
same trace, or answers of a model with the same ids, in different runs. `clock`: times that cannot be. `gone`: a run that
was there and is no more. `left-out`: a number that a series of runs implies and that was never seen."""

MOST_NAMED = 10
"""Runs that one anomaly names; its sentence has the whole number."""

_DAY = 86_400 * SECOND
_UNITS = ((_DAY, "day"), (3600 * SECOND, "hour"), (60 * SECOND, "minute"), (SECOND, "second"))


class Run(Protocol):
    """What an anomaly says of a run: a whole row or a brief has it."""

    @property
    def run_id(self) -> str:
        """The run's id."""

    @property
    def place(self) -> str:
        """The run directory, as it may be shown."""

    @property
    def sweep(self) -> int | None:
        """The sweep that judged it last."""


class Anomaly(msgspec.Struct, frozen=True):
    """One thing to look into. It proves no guilt: a copy may be a backup.

    `sentence` is fit to print. `runs` are the ids of the runs it is about and `where` their places, side by side, at
    most `MOST_NAMED` of them. `fresh` tells that a verdict of the newest sweep is among them.
    """

    kind: Kind
    sentence: str
    runs: tuple[str, ...]
    where: tuple[str, ...]
    fresh: bool = False


def anomaly(kind: Kind, sentence: str, rows: Iterable[Run], *, sweep: int | None) -> Anomaly:
    """Return the anomaly about these rows; `sweep` is the newest sweep's id."""
    rows = list(rows)
    fresh = sweep is not None and any(row.sweep == sweep for row in rows)
    named = rows[:MOST_NAMED]
    return Anomaly(kind, sentence, tuple(row.run_id for row in named), tuple(row.place for row in named), fresh)


def called(row: Run) -> str:
    """Return a run's id as a sentence may quote it."""
    return short(row.run_id, 120)


def lasting(micros: int) -> str:
    """Return a length of time in the biggest unit that fits, such as ``3 hours``."""
    for unit, name in _UNITS:
        if abs(micros) >= unit:
            count = abs(micros) // unit
            return f"{count:,} {name}{'' if count == 1 else 's'}"
    return "less than a second"


def when(micros: int) -> str:
    """Return an instant to the second, such as ``2026-07-02T08:15:00Z``."""
    return f"{rfc3339(micros)[:19]}Z"
