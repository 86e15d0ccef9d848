"""Write the site of a store: a page for each run whose verdict is new, then the overview of them all."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from auditor import __version__
from auditor.emit.page import Context, environment, run_page
from auditor.emit.page.environment import asset, security_policy, style
from auditor.emit.rulebook import rules_sha256
from auditor.emit.safe import short
from auditor.exports import refuse_inside, verdict_of
from auditor.instants import rfc3339
from auditor.site.findings import Findings
from auditor.site.folder import open_folder
from auditor.site.listing import DECISIONS, SUPPORTS, Listed, data, listed
from auditor.site.trend import NIGHTS, trend
from auditor.store import Row, Sweep

if TYPE_CHECKING:
    from auditor.store import Store

NEWEST = 200
"""Runs that the overview lists without its script."""

FAILURES = 10
"""Newest failures on the overview."""

_SITE = "auditor.site"
_TEMPLATES = (_SITE, "auditor.emit.page")
_SWEEPS_LOOKED_AT = 20 * NIGHTS
_BY_METADATA = "The files were not read again for this verdict: their size, times and inodes were those of before."


class Written(msgspec.Struct, frozen=True):
    """What was written: how many runs are listed, how many pages are new, how many were taken away."""

    runs: int
    pages: int
    removed: int


class _Newest:
    """The newest few of many, in memory that does not grow with them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: list[tuple[int, int, Listed]] = []

    def take(self, at: int, run: Listed) -> None:
        entry = (run.judged_at, at, run)
        if len(self._kept) < self._limit:
            heapq.heappush(self._kept, entry)
        else:
            heapq.heappushpop(self._kept, entry)

    def all(self) -> list[Listed]:
        """Return them, newest first."""
        return [run for *_, run in sorted(self._kept, key=lambda entry: entry[:2], reverse=True)]


def write_site(store: Store, out: Path, findings: Findings | None = None) -> Written:
    """Write the site of all that the store holds into the directory `out`.

    Pages of verdicts that stand are left alone; each file is put in its place whole. Nothing tells when it was written, so
    that the same store gives the same bytes. Raise `OperatorError` where the directory cannot be used, holds something
    else, or lies in a run directory that the store knows.
    """
    refuse_inside(store, out)
    sweep = next(store.sweeps(limit=1), None)
    folder = open_folder(out, look())
    counts, fresh = dict.fromkeys(DECISIONS, 0), dict.fromkeys(DECISIONS, 0)
    supporting = unmet = 0
    newest, failures = _Newest(NEWEST), _Newest(FAILURES)
    for row in store.latest():
        run = listed(row, sweep)
        folder.page(run.page, f"{row.id}.{row.judged_at}", lambda row=row: page(store, row))  # type: ignore[misc]
        counts[run.decision] += 1
        fresh[run.decision] += run.new
        supporting += bool(run.flags & SUPPORTS)
        unmet += run.unmet
        newest.take(row.id, run)
        if run.decision == "fail":
            failures.take(row.id, run)
    looks, script = style(), asset(_SITE, "script.js")
    overview = environment(_SITE).get_template("overview.html.j2")
    pieces = overview.generate(
        style=looks,
        script=script,
        policy=security_policy([looks], [script]),
        decisions=DECISIONS,
        counts=counts,
        fresh=fresh,
        supporting=supporting,
        unmet=unmet,
        worst=next((name for name in DECISIONS if counts[name]), "none"),
        sweep=sweep,
        trend=trend(store.sweeps(limit=_SWEEPS_LOOKED_AT)),
        findings=findings or Findings(),
        newest=newest.all(),
        failures=failures.all(),
        data=data(_all(store, sweep)),
        version=__version__,
        time=rfc3339,
        short=short,
    )
    removed = folder.finish(pieces)
    return Written(sum(counts.values()), folder.written, removed)


def page(store: Store, row: Row) -> str:
    """Return the page of one row of the store."""
    if not row.whole:
        looks = style()
        unjudged = environment(_SITE).get_template("unjudged.html.j2")
        return unjudged.render(
            row=row, style=looks, script=None, policy=security_policy([looks]), time=rfc3339, short=short
        )
    verdict = verdict_of(store, row)
    context = Context(
        place=row.place,
        judged_at=rfc3339(row.judged_at),
        overview="../index.html",
        note=_BY_METADATA if row.trust == "stat" else None,
        with_picture=bool(verdict.namings or verdict.moments) or store.display(row.id) is not None,
    )
    return run_page(verdict, context)


def check_site(store: Store, out: Path) -> None:
    """Raise `OperatorError` for a directory that `write_site` could not use."""
    refuse_inside(store, out)
    open_folder(out, look()).probe()


@cache
def look() -> str:
    """Return a digest of all that shapes a page beside its verdict: templates, style, script, rules, version."""
    digest = hashlib.sha256(f"{__version__}\0{rules_sha256()}".encode())
    for package in _TEMPLATES:
        for file in sorted((files(package) / "templates").iterdir(), key=lambda each: each.name):
            digest.update(f"\0{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _all(store: Store, sweep: Sweep | None) -> Iterator[Listed]:
    rows: Iterable[Row] = store.latest()
    for row in rows:
        yield listed(row, sweep)
