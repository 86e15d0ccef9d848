"""The trend over nights as stacked columns: one night a column, its runs by decision from the bottom up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from auditor.instants import rfc3339
from auditor.store import Sweep

NIGHTS = 30
WIDTH, HEIGHT = 960, 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 952, 12, 152
_WIDEST = 40
DECISIONS = ("pass", "blocked", "fail")


class Block(msgspec.Struct, frozen=True):
    """One decision's part of a column."""

    decision: str
    y: float
    height: float


class Night(msgspec.Struct, frozen=True):
    """The last whole sweep of one day (UTC): the decisions of all runs that it met, and its column."""

    day: str
    counts: dict[str, int]
    x: float
    width: float
    blocks: tuple[Block, ...]

    @property
    def total(self) -> int:
        """All runs of the night."""
        return sum(self.counts.values())


class Trend(msgspec.Struct, frozen=True):
    """The columns, oldest first, and the grid lines as pairs of height and number of runs."""

    nights: tuple[Night, ...]
    grid: tuple[tuple[float, int], ...]
    summary: str


def trend(sweeps: Iterable[Sweep]) -> Trend | None:
    """Return the trend of the sweeps, which come newest first; None where fewer than two nights can be compared.

    Only sweeps of the newest one's roots are compared, and of each day the last that was not interrupted.
    """
    days: dict[str, Sweep] = {}
    roots: tuple[str, ...] | None = None
    for sweep in sweeps:
        if sweep.ended is None or sweep.interrupted or not set(DECISIONS) <= sweep.counts.keys():
            continue
        roots = sweep.roots if roots is None else roots
        if sweep.roots == roots:
            days.setdefault(rfc3339(sweep.started)[:10], sweep)
        if len(days) == NIGHTS:
            break
    if len(days) < 2:
        return None
    counts = [(day, {name: days[day].counts[name] for name in DECISIONS}) for day in sorted(days)]
    top = _round_up(max(sum(each.values()) for _, each in counts))
    step = (_RIGHT - _LEFT) / len(counts)
    nights = tuple(_night(day, each, _LEFT + step * at, step, top) for at, (day, each) in enumerate(counts))
    grid = tuple((round(_BOTTOM - (_BOTTOM - _TOP) * part / 2, 1), top * part // 2) for part in range(3))
    return Trend(nights, grid, _summary(nights))


def _night(day: str, counts: dict[str, int], x: float, step: float, top: int) -> Night:
    width = min(step * 0.72, _WIDEST)
    blocks: list[Block] = []
    y = float(_BOTTOM)
    for name in DECISIONS:
        height = round((_BOTTOM - _TOP) * counts[name] / top, 2)
        if counts[name]:
            height = max(height, 1.0)  # one failure among thousands must still be seen
            y = round(y - height, 2)
            blocks.append(Block(name, y, height))
    return Night(day, counts, round(x + (step - width) / 2, 2), round(width, 2), tuple(blocks))


def _round_up(number: int) -> int:
    """Return the least even number of one or two leading digits that is not below `number`."""
    scale = 1
    while number > 100 * scale:
        scale *= 10
    return max(2, -(-number // (2 * scale)) * 2 * scale)


def _summary(nights: Sequence[Night]) -> str:
    first, last = nights[0], nights[-1]
    words = [f"{name} from {first.counts[name]:,} to {last.counts[name]:,}" for name in reversed(DECISIONS)]
    return f"{len(nights)} nights from {first.day} to {last.day}: {', '.join(words)}."
