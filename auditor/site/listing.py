"""The list of all runs, as data for the page's own script and as the newest few in plain HTML.

The data is one JSON object: tables of the texts that repeat, and an array a run. It is made a piece at a time, so that
ten thousand runs need no more memory than ten.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

import msgspec

from auditor.emit.safe import short, terminal_safe_json
from auditor.facts import GRADES
from auditor.instants import SECOND
from auditor.store import Row, Sweep

DECISIONS = ("fail", "blocked", "pass")
NEW, SUPPORTS, UNMET = 1, 2, 4
"""Flags of a listed run: judged in the newest sweep, supports a Stage 2 pass, not met in the newest sweep."""

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")
_MARKUP = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


class Listed(msgspec.Struct, frozen=True):
    """One run in the list: what a reader sees of it before opening its page. `folder` is what its directory lies in."""

    name: str
    folder: str
    decision: str
    reason: str
    grade: str
    judged_at: int
    page: str
    flags: int

    @property
    def new(self) -> bool:
        """Whether the newest sweep reached this verdict."""
        return bool(self.flags & NEW)

    @property
    def unmet(self) -> bool:
        """Whether the newest sweep did not meet the run at all."""
        return bool(self.flags & UNMET)


def listed(row: Row, sweep: Sweep | None) -> Listed:
    """Return how a row of the store is listed; `sweep` is the newest one."""
    new = sweep is not None and row.sweep == sweep.id
    unmet = sweep is not None and sweep.ended is not None and not sweep.interrupted and row.last_seen < sweep.started
    flags = NEW * new | SUPPORTS * row.supports_stage2_pass | UNMET * unmet
    name = short(row.run_id, 120)
    folder = short(row.place.rstrip("/").rpartition("/")[0], 200)
    return Listed(
        name, folder, row.decision, short(row.reason, 240), row.grade or "", row.judged_at, page_name(row), flags
    )


def page_name(row: Row) -> str:
    """Return the name of the run's page: the run id as far as it is fit for a file, and a digest of the whole place."""
    place = f"{row.place}\0{row.id if row.masked else ''}"
    digest = hashlib.sha256(place.encode("utf-8", "backslashreplace")).hexdigest()[:12]
    slug = _UNFIT.sub("-", row.run_id)[:80].strip(".-")
    return f"{slug}-{digest}.html" if slug else f"run-{digest}.html"


def data(runs: Iterable[Listed]) -> Iterator[str]:
    """Yield the JSON of the list in pieces, fit to stand in a script element; see ``script.js`` for its reader."""
    folders: dict[str, int] = {}
    reasons: dict[str, int] = {}
    yield '{"rows":['
    for at, run in enumerate(runs):
        row = (
            run.name,
            folders.setdefault(run.folder, len(folders)),
            DECISIONS.index(run.decision),
            reasons.setdefault(run.reason, len(reasons)),
            GRADES.index(run.grade) if run.grade in GRADES else -1,
            run.judged_at // SECOND,
            run.page,
            run.flags,
        )
        yield ("," if at else "") + "\n" + _json(row)
    yield "],\n"
    tables = {"folders": list(folders), "reasons": list(reasons), "grades": GRADES, "decisions": DECISIONS}
    yield ",\n".join(f'"{name}":{_json(table)}' for name, table in tables.items()) + "}"


def _json(value: object) -> str:
    """Return the value as JSON in which nothing is markup, and nothing is invisible."""
    return terminal_safe_json(msgspec.json.encode(value).decode()).translate(_MARKUP)
