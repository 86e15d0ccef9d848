"""What a worker process does with one run: is its verdict still current, and if not, what is it now?"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec

from auditor import layout as layouts
from auditor import ruleset
from auditor.audit import Examined, conclude, examine
from auditor.engines import rules_engine
from auditor.errors import OperatorError
from auditor.facts import Verdict
from auditor.instants import now
from auditor.places import rules_folder
from auditor.policy import Policy
from auditor.secrets import AllowList, Engine
from auditor.store import Basis, Judged
from auditor.store.judged import judged_from, masked, unjudged
from auditor.sweep import incremental, look
from auditor.sweep.admissions import Authorities, Authority, Choice, Request
from auditor.sweep.incremental import Stamp, Standing
from auditor.sweep.memory import Learned, Remembering
from auditor.tree import is_url

_COLLECT = (50_000, 20, 50)


class Setup(msgspec.Struct, frozen=True):
    """What all runs of a sweep are judged with; it is sent to every worker process once.

    `basis` is without an admission, which each run has its own of. `sweep` is the store's number of the sweep, filled in when
    it begins. `since` is a time in nanoseconds since the epoch: a run without a file that was written since then is passed
    over. `url` names the store, in which `shares` lets the processes look up what others learned of large artifacts.
    `engine` returns what looks for secrets, and `allow` the operator's allow-list: each process makes its own, because
    neither can be sent. `options` digests anew the files that they are made from, as the basis's `options_sha256`.
    """

    policy: Policy
    authorities: Authorities
    basis: Basis
    sweep: int = 0
    trust_stat: bool = False
    since: int | None = None
    fingerprint_key: bytes | None = None
    url: str | None = None
    shares: bool = False
    engine: Callable[[], Engine] = rules_engine
    allow: Callable[[], AllowList] | None = None
    options: Callable[[], str | None] | None = None

    @property
    def reading(self) -> str:
        """A digest-like name of all that decides what is found in an artifact."""
        basis = self.basis
        return "/".join((basis.version, basis.ruleset_sha256, basis.policy_sha256, basis.options_sha256 or ""))


class Job(msgspec.Struct, frozen=True):
    """One run directory to look at, and its newest verdict in the store, if there is one.

    `place` is what the store knows it by. `url` is where it is read, if that holds what must not be written down.
    """

    place: str
    before: Standing | None = None
    url: str = ""

    @property
    def source(self) -> str:
        """Where the run is read."""
        return self.url or self.place


class Outcome(msgspec.Struct, frozen=True):
    """What became of a job: `judged` (with the new judgement), `unchanged` (the earlier one stands) or `older` (than `since`).

    `note` says what the reader of a log should know besides, such as that several admission records would have done.
    `learned` is what was learned of artifacts for the sake of later runs.
    """

    what: Literal["judged", "unchanged", "older"]
    judged: Judged | None = None
    note: str = ""
    learned: tuple[Learned, ...] = ()


def prepare(setup: Setup) -> Callable[[Job], Outcome]:
    """Make ready to judge, and return what judges."""
    judge = Judge(setup)
    ruleset.load()
    # What is loaded by now stays to the end, and what a run leaves behind is freed without a search for circles: there is
    # no need to go through it all every few milliseconds.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT)
    return judge


class Judge:
    """Judges one run after another, in one process. It raises nothing that a run can bring about."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._engine = setup.engine()
        self._engine.accelerate()
        self._memory = Remembering(setup.reading, setup.url, shared=setup.shares)
        self._layouts = layouts.load(rules_folder() / "layouts")
        self._allow = setup.allow() if setup.allow else None

    def __call__(self, job: Job) -> Outcome:
        """Return the outcome of one run."""
        begun = time.monotonic()
        try:
            return self._outcome(job, begun)
        except OSError as error:
            return self._failed(job, f"the run directory cannot be opened: {error.strerror}", begun)
        except OperatorError as error:
            gone = job.place in error.sentence and not is_url(job.place)
            reason = "the run directory can no longer be opened" if gone else error.sentence
            reason = masked(reason, self._engine) or reason
            return self._failed(job, reason, begun)
        except Exception as error:  # noqa: BLE001 - one run's defect must not cost the others; its row says what it was
            return self._failed(job, f"the audit failed with an internal error ({type(error).__name__})", begun)

    def _outcome(self, job: Job, begun: float) -> Outcome:
        setup = self._setup
        choice = self._choose(job.source)
        authority = choice.authority
        stamp = look.stamp(job.source, authority.identity if authority else None)
        if setup.since is not None and stamp.newest < setup.since:
            return Outcome("older")
        if job.before is not None and self._stands(job.before, stamp, job.source, authority):
            return Outcome("unchanged", note=choice.note)
        examined = examine(
            job.source,
            setup.policy,
            admission=Path(authority.path) if authority else None,
            fingerprint_key=setup.fingerprint_key,
            engine=self._engine,
            allow=self._allow,
            memory=self._memory,
        )
        verdict = conclude(examined, setup.policy)
        # What passes was read whole, file by file. Anything else may be only half written, or half removed.
        moved = self._moved(job.source, stamp, authority) if verdict.decision != "pass" else ""
        if moved:
            return self._failed(job, moved, begun, choice)
        judged = self._judged(job, examined, verdict, stamp, authority, begun)
        return Outcome("judged", judged, choice.note, self._memory.take_learned())

    def _choose(self, place: str) -> Choice:
        """Pick the run's admission record; its report is read for that only where there is something to pick from."""
        authorities = self._setup.authorities
        if not authorities.each:
            return authorities.choose(Request())
        return authorities.choose(look.read_request(place, self._layouts, self._setup.policy.max_document_bytes))

    def _judged(
        self,
        job: Job,
        examined: Examined,
        verdict: Verdict,
        stamp: Stamp,
        authority: Authority | None,
        begun: float,
    ) -> Judged:
        used = examined.evidence.authority
        return judged_from(
            verdict,
            examined,
            place=job.place,
            basis=self._basis(used.sha256 if used else None, authority),
            judged_at=now(),
            seconds=time.monotonic() - begun,
            stat_sha256=stamp.sha256 if stamp.whole else None,
            sweep=self._setup.sweep,
        )

    def _stands(self, before: Standing, stamp: Stamp, place: str, authority: Authority | None) -> bool:
        basis = self._basis(authority.sha256 if authority else None, authority)
        digested = partial(look.content, place)
        return incremental.stands(before, basis, now(), stamp, digested, trust_stat=self._setup.trust_stat)

    def _basis(self, sha256: str | None, authority: Authority | None) -> Basis:
        """Return what a run is judged by with this record; its expiry is known only of the record that was picked."""
        expires = authority.expires if authority is not None and authority.sha256 == sha256 else None
        return msgspec.structs.replace(self._setup.basis, admission_sha256=sha256, admission_expires=expires)

    def _moved(self, place: str, before: Stamp, authority: Authority | None) -> str:
        """Return why what was read cannot be relied on: the run is gone, or was written while it was judged."""
        try:
            after = look.stamp(place, authority.identity if authority else None)
        except (OSError, OperatorError):
            return "the run directory was removed while it was judged"
        if after.identity != before.identity:
            return "the run directory was replaced while it was judged"
        if (after.files, after.others) != (before.files, before.others):
            return "the run was still being written while it was judged"
        return ""

    def _failed(self, job: Job, reason: str, begun: float, choice: Choice | None = None) -> Outcome:
        seconds = time.monotonic() - begun
        judged = unjudged(
            job.place,
            reason,
            engine=self._engine,
            basis=self._setup.basis,
            judged_at=now(),
            seconds=seconds,
            sweep=self._setup.sweep,
        )
        return Outcome("judged", judged, choice.note if choice else "")
