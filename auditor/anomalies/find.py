"""All anomalies of a store, as a sweep reports them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from itertools import islice

from auditor.anomalies import clocks, selective, shared
from auditor.anomalies.anomaly import Anomaly
from auditor.anomalies.brief import briefs
from auditor.coverage import DAY, WINDOW_DAYS
from auditor.store.rows import Row, Sweep
from auditor.store.store import Store

_SWEEPS = 100


def find(store: Store, *, now: int, days: int = WINDOW_DAYS, sweep: Sweep | None = None) -> Iterator[Anomaly]:
    """Yield every anomaly among the newest verdicts of a store, what was left out or taken away first.

    `sweep` is the one whose absences and fresh findings matter; by default the newest that ended. `days` is how far back
    what is gone or left out is still told. Memory does not grow with the number of runs.
    """
    sweep = sweep or next((each for each in islice(store.sweeps(), _SWEEPS) if each.ended is not None), None)
    number = None if sweep is None else sweep.id
    since = now - days * DAY
    if sweep is not None:
        yield from selective.gone(store, sweep, still_there, since=since)
    yield from selective.left_out(briefs(store), since=since, sweep=number)
    yield from shared.same_content(store, sweep=number)
    yield from shared.same_run_id(store, still_there, sweep=number)
    yield from shared.copied_traces(store, sweep=number)
    yield from shared.copied_responses(store, sweep=number)
    yield from clocks.impossible_times(briefs(store), now=now, sweep=number)
    yield from clocks.sweeps_out_of_order(islice(store.sweeps(), _SWEEPS))


def still_there(row: Row) -> bool:
    """Tell whether a run still stands where it was judged, as far as this machine can tell.

    A link, a file or an empty directory in its place is not the run. A URL is not asked, nor is a place of which only a
    masked name is known or that may not be looked into: these count as there, because nothing shows that they are not.
    """
    if row.masked or not row.place.startswith("/"):
        return True
    try:
        if not stat.S_ISDIR(os.lstat(row.place).st_mode):
            return False
        with os.scandir(row.place) as entries:
            return any(entries)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # it may not be looked into, which a sweep that tries says by itself
        return True
