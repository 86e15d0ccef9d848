"""Times that cannot be: ends that lie after their judgement, files written before what they tell of, clocks set back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from auditor.anomalies.anomaly import Anomaly, anomaly, called, lasting, when
from auditor.anomalies.brief import Brief
from auditor.instants import SECOND
from auditor.run_names import run_name
from auditor.store.rows import Sweep

SKEW = 300 * SECOND
"""How far two honest clocks may differ."""

_DAY = 86_400 * SECOND
_HOUR = 3600 * SECOND


def impossible_times(rows: Iterable[Brief], *, now: int, sweep: int | None) -> Iterator[Anomaly]:
    """Yield each run whose times contradict its name, its judgement, the file system or its neighbours.

    Give them in the order of their places (`briefs`): there, runs of one folder follow one another as their names say
    that they began.
    """
    before: Brief | None = None
    row: Brief | None = None
    for after in chain[Brief | None](rows, (None,)):
        if row is not None:
            sentence = _impossible(row, now) or _rewritten(before, row, after)
            if sentence:
                yield anomaly("clock", f"{called(row)}: {sentence}", [row], sweep=sweep)
        before, row = row, after


def sweeps_out_of_order(sweeps: Iterable[Sweep]) -> Iterator[Anomaly]:
    """Yield each sweep that began before an earlier one did: the auditor's own clock was set back. Give the newest first."""
    later: Sweep | None = None
    for each in sweeps:
        if later is not None and later.started < each.started - SKEW:
            sentence = (
                f"sweep {later.id} began {lasting(each.started - later.started)} before sweep {each.id}, which was "
                f"earlier: the clock of the machine that audits was set back, on or before {when(later.started)}"
            )
            yield Anomaly("clock", sentence, (), ())
        later = each


def _impossible(row: Brief, now: int) -> str | None:
    """Return what cannot be about the run's own times, None where all can."""
    started, finished, written = row.started_at, row.finished_at, row.report_mtime
    if row.judged_at > now + SKEW:
        return f"it was judged {lasting(row.judged_at - now)} from now, at {when(row.judged_at)}"
    last = max((time for time in (started, finished) if time is not None), default=None)
    if last is not None and last > row.judged_at + SKEW:
        return f"it says that it ran until {when(last)}, {lasting(last - row.judged_at)} after it was judged"
    if written is not None and finished is not None and written < finished - SKEW:
        return (
            f"its report was last written at {when(written)}, {lasting(finished - written)} before the end of the run "
            "that it tells of"
        )
    name = run_name(row.name)
    if name is not None and started is not None and abs(name.at - started) > SKEW:
        way = "after" if started > name.at else "before"
        return f"it says that it started at {when(started)}, {lasting(started - name.at)} {way} the time in its name"
    return None


def _rewritten(before: Brief | None, row: Brief, after: Brief | None) -> str | None:
    """Return that the report was written again long after the run, where those of the runs beside it were not.

    A copy of a whole folder gives all its files new times; one new time among old ones does not come from copying.
    """
    own = _delay(row)
    if own is None or own < _DAY or before is None or after is None:
        return None
    beside = [_delay(other) for other in (before, after) if other.folder == row.folder]
    if len(beside) == 2 and all(delay is not None and delay < _HOUR for delay in beside):
        return f"its report was written again {lasting(own)} after the run ended; those of the runs beside it were not"
    return None


def _delay(row: Brief) -> int | None:
    """Return how long after the run's end its report was last written, None where that is not known."""
    finished, written = row.finished_at, row.report_mtime
    return None if finished is None or written is None else written - finished
