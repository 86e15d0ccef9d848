"""A whole sweep: find the runs, have them judged, write each verdict as it is made, and say what the night brought.

Only this process writes the store. Verdicts are written at most a second, or fifty of them, after they were made, so that
whoever stops or kills a sweep loses no more than that, and the same command goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import msgspec

from auditor import layout as layouts
from auditor.coverage import WINDOW_DAYS
from auditor.errors import OperatorError
from auditor.instants import now
from auditor.layout import Layout
from auditor.places import rules_folder
from auditor.secrets import Engine
from auditor.store import Judged, Store
from auditor.store.judged import masked, unjudged
from auditor.sweep import lock
from auditor.sweep.across import check_pages, look_across, write_pages
from auditor.sweep.ahead import Ahead
from auditor.sweep.find import Found, Recogniser, Sight
from auditor.sweep.incremental import standing
from auditor.sweep.memory import Learned, notes_of
from auditor.sweep.outside import refuse_in_run
from auditor.sweep.pool import ENDING, Done
from auditor.sweep.progress import Reporter
from auditor.sweep.roots import distinct_roots, recorded, sights
from auditor.sweep.summary import Across, Decisions, SweepSummary, Tally
from auditor.sweep.worker import Job, Outcome, Setup
from auditor.sweep.workforce import Workforce, scheduler_at, workforce
from auditor.tree import Place

if TYPE_CHECKING:
    from auditor.sweep.cluster_client import Scheduler

WRITE_ROWS = 50
WRITE_SECONDS = 1.0
_LOOK_UP = 64
"""Runs whose newest verdicts are asked for at a time."""


class Stopped(OperatorError):  # noqa: N818 - it says that the sweep has stopped, not that the operator erred
    """The sweep could not be finished: the store failed on the way, or no process could be started. What was written is kept."""


class Plan(msgspec.Struct, frozen=True):
    """What is to be swept and how. `setup` is what runs are judged with; its basis and sweep number are filled in here.

    `url` names the store (None for the default one), `workers` is the number of processes, `timeout` the seconds that one
    run may take. `days` is the window of gate coverage and anomalies. `site` is the folder of the HTML site to write.
    `cluster` is the address of the scheduler whose workers judge, instead of processes of this machine.
    """

    roots: tuple[Place, ...]
    setup: Setup
    url: str | None
    workers: int
    timeout: float
    days: int = WINDOW_DAYS
    site: Path | None = None
    cluster: str | None = None


def sweep(plan: Plan, reporter: Reporter) -> SweepSummary:
    """Carry out a sweep. A signal that asks to end it is obeyed soon, and the summary says so.

    Raise `OperatorError` for roots, a store or a lock that cannot be used, and `Stopped` where it fails on the way.
    """
    roots = distinct_roots(plan.roots)
    known = layouts.load(rules_folder() / "layouts")
    recogniser = Recogniser(known)
    refuse_in_run(plan.url, recogniser)
    with (
        scheduler_at(plan.cluster) as scheduler,
        Store.open(plan.url) as store,
        lock.held(plan.url, store.path, store.name),
    ):
        if plan.site is not None:
            check_pages(store, plan.site, recogniser)
        return _Sweep(plan, roots, known, store, reporter, scheduler).go()


class _Sweep:
    def __init__(
        self,
        plan: Plan,
        roots: list[str],
        known: Sequence[Layout],
        store: Store,
        reporter: Reporter,
        scheduler: Scheduler | None,
    ) -> None:
        self._plan = plan
        self._scheduler = scheduler
        self._roots = tuple(roots)
        self._store = store
        self._reporter = reporter
        self._tally = Tally()
        self._layouts = known
        self._interrupted = False
        self._all_found = False
        self._last_time: int | None = None
        self._ahead: Ahead | None = None
        self._judged: list[Judged] = []
        self._seen: dict[str, int | None] = {}
        self._written = time.monotonic()
        self._basis = plan.setup.basis
        self._number = 0
        self._learned: list[Learned] = []

    @cached_property
    def _engine(self) -> Engine:
        """What masks credentials in the names of places; few sweeps need it in this process."""
        return self._plan.setup.engine()

    def go(self) -> SweepSummary:
        began = now()
        shown = tuple(self._shown(root) for root in self._roots)
        self._number = self._store.begin_sweep(shown, started=began)
        setup = msgspec.structs.replace(
            self._plan.setup, basis=self._basis, sweep=self._number, url=self._plan.url, shares=True
        )
        self._store.memo_trim(setup.reading)
        plan = self._plan
        pool = workforce(setup, self._roots, self._scheduler, workers=plan.workers, timeout=plan.timeout)
        try:
            with self._reporter, self._counting(shown), self._stopping(pool), pool:
                self._reporter.begun(self._store.name, shown)
                for done in pool.results(self._jobs(), idle=self._tick):
                    self._take(done)
                    self._tick()
                self._write()
        except OperatorError as error:
            self._give_up()
            raise Stopped(f"the sweep stopped: {error.sentence}", error.hint) from error
        except BaseException:
            self._give_up()
            raise
        ended = self._end(interrupted=self._interrupted)
        self._reporter.ended(self._tally, (ended - began) / 1e6, interrupted=self._interrupted)
        across = look_across(self._store, now=ended, days=self._plan.days)
        if self._plan.site is not None:
            self._write_site(self._plan.site, across)
        return self._summary(began, ended, shown, across)

    def _jobs(self) -> Iterator[Job]:
        """Yield a job for each run that is found, with its newest verdict; asked for only as fast as they are done."""
        found = sights(self._roots, self._layouts)
        while some := list(islice(found, _LOOK_UP)):
            yield from self._look_up(some)
        self._all_found = True

    def _look_up(self, some: Sequence[Sight]) -> Iterator[Job]:
        places = [recorded(sight.path) for sight in some if isinstance(sight, Found)]
        known = self._store.latest_of_all(places)
        for sight in some:
            if isinstance(sight, Found):
                self._tally.found += 1
                place = recorded(sight.path)
                before = known.get(place)
                yield Job(place, standing(before) if before else None, sight.path if sight.path != place else "")
            else:
                path = self._shown(sight.path)
                self._tally.take_trouble(path, sight.reason)
                self._reporter.trouble(path, sight.reason)

    def _take(self, done: Done[Job, Outcome]) -> None:
        """Take what came of one job."""
        outcome = done.answer
        if outcome is None:
            outcome = Outcome("judged", self._lost(done))
        self._tally.take_note(outcome.note)
        self._learned += outcome.learned
        if outcome.judged is not None:
            self._judged.append(outcome.judged)
            self._tally.take_judged(outcome.judged)
            self._reporter.judged(outcome.judged, outcome.note)
            return
        self._tally.take_standing(done.job.before, older=outcome.what == "older")
        if done.job.before is not None:
            unread = outcome.what == "older" or self._plan.setup.trust_stat
            self._seen[done.job.place] = done.job.before.id if unread else None

    def _lost(self, done: Done[Job, Outcome]) -> Judged:
        """Return the row of a run that cost its worker process."""
        return unjudged(
            done.job.place,
            done.fault,
            engine=self._engine,
            basis=self._basis,
            judged_at=now(),
            seconds=done.seconds,
            sweep=self._number,
        )

    def _tick(self) -> None:
        """Write what has been waiting long enough, and move the bar."""
        if len(self._judged) >= WRITE_ROWS or time.monotonic() - self._written >= WRITE_SECONDS:
            self._write()
        expected = self._ahead.total if self._ahead else self._last_time
        self._reporter.moved(self._tally, all_found=self._all_found, expected=expected)

    def _write(self) -> None:
        judged, self._judged = self._judged, []
        seen, self._seen = self._seen, {}
        if judged:
            self._store.record_all(judged)
        learned, self._learned = self._learned, []
        if learned:
            self._store.memo_put(notes_of(learned, self._plan.setup.reading))
        if seen:
            by_stat = {place: standing for place, standing in seen.items() if standing is not None}
            self._store.seen(seen, at=now(), sweep=self._number, by_stat=by_stat)
        self._written = time.monotonic()

    def _give_up(self) -> None:
        """Write what can still be written."""
        with contextlib.suppress(OperatorError):  # the store fails, which is what is being told already
            self._write()
            self._end(interrupted=True)

    def _end(self, *, interrupted: bool) -> int:
        ended = now()
        self._store.end_sweep(self._number, ended=ended, counts=self._tally.counts(), interrupted=interrupted)
        return ended

    def _write_site(self, folder: Path, across: Across) -> None:
        """Write the site; where that fails, the verdicts are there all the same, and the summary says what is missing."""
        try:
            write_pages(self._store, folder, across, *self._tally.troubles())
        except OperatorError as error:
            path = self._shown(str(folder))
            self._tally.take_trouble(path, f"the site could not be written: {error.sentence}")
            self._reporter.trouble(path, error.sentence)

    @contextlib.contextmanager
    def _counting(self, shown: tuple[str, ...]) -> Iterator[None]:
        """Know how many runs may be met: as many as by the last whole sweep of the same roots, else they are counted ahead."""
        for before in self._store.sweeps(limit=20):
            if before.roots == shown and before.ended is not None and not before.interrupted:
                self._last_time = before.counts.get("found")
                break
        if self._last_time is not None or not self._reporter.tells_time_left:
            yield
            return
        with Ahead(self._roots, self._layouts) as self._ahead:
            yield

    def _shown(self, place: str) -> str:
        place = recorded(place)
        return masked(place, self._engine) or place

    @contextlib.contextmanager
    def _stopping(self, pool: Workforce) -> Iterator[None]:
        """Let the signals that ask for an end stop the pool. A second Ctrl-C does not wait for anything."""

        def stop(number: int, frame: FrameType | None) -> None:
            if self._interrupted and number == signal.SIGINT:
                raise KeyboardInterrupt
            self._interrupted = True
            pool.stop()

        before = {number: signal.signal(number, stop) for number in ENDING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _summary(self, began: int, ended: int, shown: tuple[str, ...], across: Across) -> SweepSummary:
        tally = self._tally
        failures, more = tally.failures()
        troubles, unlisted = tally.troubles()
        return SweepSummary(
            sweep=self._number,
            store=self._store.name,
            roots=shown,
            started=began,
            ended=ended,
            interrupted=self._interrupted,
            trust="stat" if self._plan.setup.trust_stat else "content",
            found=tally.found,
            judged=tally.judged,
            unchanged=tally.unchanged,
            older=tally.older,
            unjudged=tally.unjudged,
            refused=tally.refused,
            supports_stage2_pass=tally.supports,
            new=Decisions(tally.new["pass"], tally.new["blocked"], tally.new["fail"]),
            standing=Decisions(tally.standing["pass"], tally.standing["blocked"], tally.standing["fail"]),
            bytes=tally.bytes,
            files=tally.files,
            failures=failures,
            failures_left_out=more,
            troubles=troubles,
            troubles_left_out=unlisted,
            notes=tally.notes,
            coverage=across.coverage,
            anomalies=across.anomalies,
            anomalies_left_out=across.left_out,
            tool={
                "version": self._basis.version,
                "ruleset_sha256": self._basis.ruleset_sha256,
                "policy_sha256": self._basis.policy_sha256,
            },
        )
