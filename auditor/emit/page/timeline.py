"""Where each moment of a run stands in the picture of its course: lanes from top to bottom, time from left to right.

The picture spans the harness's own time. What claims to have happened outside of it stands at the edge and is counted:
one wrong clock must not squeeze the rest of the run into a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from auditor.emit.arrange import plural
from auditor.facts import Moment, Pair
from auditor.instants import SECOND, rfc3339

FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
"""The years 1 to 9999 in microseconds since the Unix epoch: what can be written as a date."""

LEFT, RIGHT = 152, 944
_TOP, _LANE = 56, 34
_LEVELS, _LEVEL = 3, 13
_NUMBER_WIDTH = 18
_CHARACTER = 6.4  # width of a letter of a phase's name, in the picture's units
_TICKS = 6
_MILLISECONDS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_SECONDS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 604800, 2592000, 31536000)
_STEPS = (*(SECOND // 1000 * ms for ms in _MILLISECONDS), *(SECOND * s for s in _SECONDS))
"""Distances of grid lines that a person can add up."""


_NOUNS = {"phase": "phase", "dispatch": "record", "response": "record"}
_COUNTED = {"phase": "of Case", "dispatch": "of a model being called", "response": "of an answer"}


class Tick(msgspec.Struct, frozen=True):
    """A grid line: where, and the time since the start that it marks."""

    x: float
    label: str


class Mark(msgspec.Struct, frozen=True):
    """One moment in the picture. `style` is a class of the style sheet, `title` what a pointer over it says.

    `number` is the moment's in the list below the picture, 0 for what has none. `width` is that of a bar, 0 for a point.
    """

    style: str
    x: float
    y: float
    width: float
    title: str
    number: int = 0
    label: str = ""


class Lane(msgspec.Struct, frozen=True):
    """One row of the picture with the marks of one sort by one witness."""

    title: str
    y: float
    marks: tuple[Mark, ...]


class Told(msgspec.Struct, frozen=True):
    """One moment as a row of the table that says the same as the picture."""

    moment: Moment
    after: str
    lasted: str
    number: int
    style: str


class Timeline(msgspec.Struct, frozen=True):
    """The picture and the table of a run's course. `outside` counts the moments that stand at an edge."""

    height: float
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    rows: tuple[Told, ...]
    summary: str
    outside: int
    left: float = LEFT
    right: float = RIGHT


_LANES = (
    ("Harness", "harness", ("step", "refusal")),
    ("Case phases", "case", ("phase",)),
    ("Called, by Case", "case", ("dispatch",)),
    ("Called, by harness", "harness", ("dispatch",)),
    ("Answered, by Case", "case", ("response",)),
    ("Answered, by harness", "harness", ("response",)),
    ("Answered, by gateway", "gateway", ("response",)),
)


def timeline(moments: Sequence[Moment], admitted: Pair | None) -> Timeline | None:
    """Return the picture of the moments, None where none of them has a time; `admitted` is the pair that may be named."""
    moments = [_dated(moment) for moment in moments]
    timed = [moment.time for moment in moments if moment.time is not None]
    if not timed:
        return None
    start, end = _window(moments, timed)
    numbers = {id(moment): n for n, moment in enumerate((m for m in moments if m.kind in {"step", "refusal"}), start=1)}
    lanes: list[Lane] = []
    y = float(_TOP)
    for title, witness, kinds in _LANES:
        own = [m for m in moments if m.kind in kinds and m.witness == witness and m.time is not None]
        if own:
            marks = _numbered([_mark(m, start, end, y, numbers.get(id(m), 0), admitted) for m in own])
            lanes.append(Lane(title, y, marks))
            y = max(mark.y for mark in marks) + _LANE
    rows = tuple(
        Told(moment, _since(moment.time, start), _extent(moment), numbers.get(id(moment), 0), _style(moment, admitted))
        for moment in moments
    )
    outside = sum(not start <= time <= end for time in timed)
    return Timeline(y + 6, tuple(lanes), _ticks(start, end), rows, _summary(moments, start, end, admitted), outside)


def lasted(micros: int) -> str:
    """Return a span of time for reading: ``340 ms``, ``1.476 s``, ``12 min 5 s``, ``3 h 20 min``."""
    if micros < SECOND:
        return f"{micros / 1000:g} ms"
    seconds = micros / SECOND
    if seconds < 60:
        return f"{seconds:.3f}".rstrip("0").rstrip(".") + " s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _dated(moment: Moment) -> Moment:
    """Return the moment without a time that no calendar has: a damaged store must not stop the page."""
    times = {"time": moment.time, "end": moment.end}
    wrong = {name: None for name, time in times.items() if time is not None and not FIRST <= time <= LAST}
    return msgspec.structs.replace(moment, **wrong) if wrong else moment


def _window(moments: Iterable[Moment], timed: Sequence[int]) -> tuple[int, int]:
    """Return the first and the last instant of the harness's own steps; of everything where it has fewer than two."""
    own = [m.time for m in moments if m.time is not None and m.witness == "harness" and m.kind in {"step", "refusal"}]
    if len(own) < 2 or min(own) == max(own):
        own = list(timed)
    start, end = min(own), max(own)
    return start, end if end > start else start + 1000


def _x(time: int, start: int, end: int) -> float:
    share = (min(max(time, start), end) - start) / (end - start)
    return round(LEFT + share * (RIGHT - LEFT), 1)


def _mark(moment: Moment, start: int, end: int, y: float, number: int, admitted: Pair | None) -> Mark:
    time = moment.time or 0
    x = _x(time, start, end)
    lasts = moment.kind == "phase" or moment.count > 1
    width = 0.0
    if lasts:
        width = max(2.0, round(_x(moment.end if moment.end is not None else end, start, end) - x, 1))
    label = moment.label.partition(" (")[0] if moment.kind == "phase" else ""
    shown = label if len(label) * _CHARACTER + 8 <= width else ""
    return Mark(_style(moment, admitted), x, y, width, _title(moment, start), number, shown)


def _style(moment: Moment, admitted: Pair | None) -> str:
    if moment.kind in {"dispatch", "response"} and admitted is not None and moment.label != str(admitted):
        return "differs"
    if moment.kind == "phase":
        return "phase" if moment.detail in {"completed", "skipped"} else "phase open"
    return moment.kind


def _title(moment: Moment, start: int) -> str:
    times = f" (x{moment.count})" if moment.count > 1 else ""
    said = f": {moment.detail}" if moment.detail else ""
    lasting = f", for {lasted(moment.end - moment.time)}" if moment.time is not None and _ordered(moment) else ""  # type: ignore[operator]
    return f"{_since(moment.time, start)} {moment.label}{times}{said}{lasting}"


def _extent(moment: Moment) -> str:
    if moment.count > 1:
        return f"{moment.count:,} times"
    return lasted(moment.end - moment.time) if _ordered(moment) else ""  # type: ignore[operator]


def _ordered(moment: Moment) -> bool:
    return moment.end is not None and moment.time is not None and moment.end >= moment.time


def _since(time: int | None, start: int) -> str:
    if time is None:
        return "no time"
    return f"+{lasted(time - start)}" if time >= start else f"-{lasted(start - time)}"


def _numbered(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Move numbers that would stand on one another to lower levels; one that finds no room is left to the table."""
    ends = [float("-inf")] * _LEVELS
    placed: list[Mark] = []
    for mark in marks:
        if not mark.number:
            placed.append(mark)
            continue
        free = next((level for level in range(_LEVELS) if ends[level] + _NUMBER_WIDTH <= mark.x), None)
        if free is None:
            placed.append(msgspec.structs.replace(mark, number=0))
            continue
        ends[free] = mark.x
        placed.append(msgspec.structs.replace(mark, y=mark.y + free * _LEVEL))
    return tuple(placed)


def _ticks(start: int, end: int) -> tuple[Tick, ...]:
    span = end - start
    step = next((step for step in _STEPS if span / step <= _TICKS), span)
    return tuple(Tick(_x(start + at, start, end), lasted(at) if at else "0") for at in range(0, span + 1, step))


def _summary(moments: Sequence[Moment], start: int, end: int, admitted: Pair | None) -> str:
    """Return what the picture shows, in words."""
    stops = [moment.label for moment in moments if moment.kind == "refusal"]
    strangers = sum(m.count for m in moments if _style(m, admitted) == "differs")
    counts = {kind: sum(m.count for m in moments if m.kind == kind) for kind in _COUNTED}
    words = [f"{plural(count, _NOUNS[kind])} {_COUNTED[kind]}" for kind, count in counts.items() if count]
    text = f"From {rfc3339(start)}, for {lasted(end - start)}: {', '.join(words) or 'nothing was called'}."
    if strangers:
        text += f" {strangers} of these name another than the admitted pair."
    return text + (f" The run was stopped: {', '.join(stops)}." if stops else "")
