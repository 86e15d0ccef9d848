"""What is left of a sweep in the morning: figures, the newest failures, and what to look at; schema ``cto-audit-sweep/v1``."""

from __future__ import annotations

import heapq
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from auditor.anomalies import Anomaly
from auditor.coverage import Coverage
from auditor.emit.arrange import plural
from auditor.emit.safe import safe, short, utf8
from auditor.emit.tables import paragraph, table
from auditor.facts import Decision
from auditor.instants import SECOND
from auditor.store import Judged
from auditor.sweep.incremental import Standing

MAX_LISTED = 50
"""Failures, troubles and anomalies that a summary holds; the figures count them all, and the store has every row."""

_SHOWN = 10
_ORDER: tuple[Decision, ...] = ("fail", "blocked", "pass")
EXIT_CODES: dict[Decision, int] = {"pass": 0, "fail": 1, "blocked": 3}


class Decisions(msgspec.Struct, frozen=True):
    """How many runs have each decision."""

    passed: Annotated[int, Meta(ge=0)] = msgspec.field(default=0, name="pass")
    blocked: Annotated[int, Meta(ge=0)] = 0
    fail: Annotated[int, Meta(ge=0)] = 0

    @property
    def worst(self) -> Decision:
        """The worst decision that any run has; `pass` where there is none."""
        return "fail" if self.fail else "blocked" if self.blocked else "pass"


class Failure(msgspec.Struct, frozen=True):
    """A run that failed, or that could not be judged, and why. `judged_at` is RFC 3339; `place` has no credential in it."""

    run_id: str
    place: str
    decision: Decision
    reason: str
    started: int | None
    judged_at: int


class Obstacle(msgspec.Struct, frozen=True):
    """A place that could not be looked into, and why: runs may lie there that nobody has judged."""

    path: str
    reason: str


class Across(msgspec.Struct, frozen=True):
    """What the store's verdicts show together: the gates seen to refuse, and anomalies, of which some may be left out."""

    coverage: Coverage
    anomalies: tuple[Anomaly, ...]
    left_out: int


class SweepSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One sweep. Times are microseconds since the Unix epoch, UTC.

    `new` counts the verdicts that this sweep reached, `standing` those of every run that it met and that has one, the new
    ones included. `unjudged` are runs that are blocked because no verdict could be reached, `refused` those that are blocked
    because they were soundly refused. `older` are runs passed over by ``--since``. `trust` says how it was decided that a run
    is unchanged: by digesting its content again, or by its files' metadata alone.
    """

    schema: Literal["cto-audit-sweep/v1"] = "cto-audit-sweep/v1"
    sweep: int
    store: str
    roots: tuple[str, ...]
    started: int
    ended: int
    interrupted: bool
    trust: Literal["content", "stat"]
    found: int
    judged: int
    unchanged: int
    older: int
    unjudged: int
    refused: int
    supports_stage2_pass: int
    new: Decisions
    standing: Decisions
    bytes: int
    files: int
    failures: tuple[Failure, ...]
    failures_left_out: int
    troubles: tuple[Obstacle, ...]
    troubles_left_out: int
    notes: dict[str, int]
    tool: dict[str, str]
    coverage: Coverage
    anomalies: tuple[Anomaly, ...]
    anomalies_left_out: int

    def exit_code(self, *, everything: bool) -> int:
        """Return the exit code: the worst decision among the new verdicts, or among all that stand.

        A place that could not be looked into blocks, because a run that nobody saw is not shown to be sound.
        """
        return EXIT_CODES[self.worst(everything=everything)]

    def worst(self, *, everything: bool) -> Decision:
        """Return the decision that the exit code tells."""
        worst = (self.standing if everything else self.new).worst
        return "blocked" if worst == "pass" and (self.troubles or self.troubles_left_out) else worst


class Tally:
    """Counts a sweep as it goes, in memory that does not grow with it."""

    def __init__(self) -> None:
        self.found = self.judged = self.unchanged = self.older = self.unjudged = self.refused = self.supports = 0
        self.bytes = self.files = 0
        self.new: dict[Decision, int] = dict.fromkeys(_ORDER, 0)
        self.standing: dict[Decision, int] = dict.fromkeys(_ORDER, 0)
        self.notes: dict[str, int] = {}
        self._failures: list[tuple[int, int, Failure]] = []
        self._failed = 0
        self._troubles: list[Obstacle] = []
        self._troubled = 0

    @property
    def done(self) -> int:
        """Runs that have been dealt with."""
        return self.judged + self.unchanged + self.older

    def take_judged(self, judged: Judged) -> None:
        """Count a new judgement."""
        self.judged += 1
        self.bytes += judged.total_bytes
        self.files += judged.files
        self.new[judged.decision] += 1
        self.standing[judged.decision] += 1
        self.unjudged += judged.document is None
        self.refused += judged.traits.refusal_sound
        self.supports += judged.supports_stage2_pass
        if judged.decision == "fail" or judged.document is None:
            self._fail(judged)

    def take_standing(self, before: Standing | None, *, older: bool) -> None:
        """Count a run whose earlier verdict stands, or that was passed over as `older`, with its verdict if it has one."""
        self.older += older
        self.unchanged += not older
        if before is not None:
            self.standing[before.decision] += 1
            self.refused += before.refused
            self.supports += before.supports

    def take_trouble(self, path: str, reason: str) -> None:
        """Count a place that could not be looked into; `path` is without credentials."""
        self._troubled += 1
        if len(self._troubles) < MAX_LISTED:
            self._troubles.append(Obstacle(utf8(path), utf8(reason)))

    def take_note(self, note: str) -> None:
        """Count what a reader should know of some runs."""
        if note:
            self.notes[note] = self.notes.get(note, 0) + 1

    def counts(self) -> dict[str, int]:
        """Return the figures that the store keeps of a sweep."""
        return {
            "found": self.found,
            "judged": self.judged,
            "unchanged": self.unchanged,
            "older": self.older,
            "unjudged": self.unjudged,
            "refused": self.refused,
            "troubles": self._troubled,
            **{f"new_{decision}": number for decision, number in self.new.items()},
            **{str(decision): number for decision, number in self.standing.items()},
        }

    def failures(self) -> tuple[tuple[Failure, ...], int]:
        """Return the newest failures, newest first, and how many others there are."""
        newest = tuple(failure for *_, failure in sorted(self._failures, key=lambda each: each[:2], reverse=True))
        return newest, self._failed - len(newest)

    def troubles(self) -> tuple[tuple[Obstacle, ...], int]:
        """Return the first troubles, and how many others there are."""
        return tuple(self._troubles), self._troubled - len(self._troubles)

    def _fail(self, judged: Judged) -> None:
        self._failed += 1
        failure = Failure(
            run_id=utf8(judged.run_id),
            place=utf8(judged.shown or judged.place),
            decision=judged.decision,
            reason=utf8(judged.reason),
            started=judged.traits.started_at,
            judged_at=judged.judged_at,
        )
        entry = (judged.traits.started_at or judged.judged_at, self._failed, failure)
        (heapq.heappush if len(self._failures) < MAX_LISTED else heapq.heappushpop)(self._failures, entry)


def as_text(summary: SweepSummary, width: int) -> str:
    """Return the summary for a person: the figures by decision, then what deserves a look."""
    sections = [
        [_headline(summary)],
        table(
            [[name, str(new), str(standing), remark] for name, new, standing, remark in _figures(summary)],
            ("decision", "new", "all", ""),
        ),
        _listed("Newest failures", [_failure(each, width) for each in summary.failures[:_SHOWN]], _unlisted(summary)),
        _listed("Not looked into, or not written", [_obstacle(each, width) for each in summary.troubles[:_SHOWN]]),
        _listed("Gates and baselines", [_point(each, width) for each in summary.coverage.warnings]),
        _listed(
            "Across runs",
            [_point(each.sentence, width) for each in summary.anomalies[:_SHOWN]],
            summary.anomalies_left_out + max(0, len(summary.anomalies) - _SHOWN),
            "--json has them",
        ),
        _listed("Notes", [_point(f"{number} x {note}", width) for note, number in sorted(summary.notes.items())]),
        [f"store {safe(summary.store)}, sweep {summary.sweep}"],
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _headline(summary: SweepSummary) -> str:
    seconds = max(summary.ended - summary.started, 1) / SECOND
    trust = " (by file metadata alone)" if summary.trust == "stat" and summary.unchanged else ""
    parts = [f"{summary.judged} judged", f"{summary.unchanged} unchanged{trust}"]
    parts += [f"{summary.older} older"] if summary.older else []
    standing = [
        f"{number} {name}"
        for name, number in (("fail", summary.standing.fail), ("blocked", summary.standing.blocked))
        if number
    ]
    stand = f"; {' and '.join(standing)} stand" if standing else ""
    head = f"{_state(summary)} {plural(summary.found, 'run')}"
    return f"{head}: {', '.join(parts)}, in {seconds:.1f} s{stand}{_missing(summary)}"


def _state(summary: SweepSummary) -> str:
    """Return the first word: what the new verdicts come to.

    Where there is none, an old failure must not read as a pass; and where only the sweep itself met with trouble, no run is
    blocked, whatever the exit code.
    """
    if summary.interrupted:
        return "INTERRUPTED"
    worst = summary.new.worst
    if worst == "pass" and summary.troubles:
        return "INCOMPLETE"
    return "NOTHING NEW" if not summary.judged else worst.upper()


def _missing(summary: SweepSummary) -> str:
    """Return what keeps the sweep from being whole: its first trouble, and how many others there are."""
    if not summary.troubles:
        return ""
    first, others = summary.troubles[0], len(summary.troubles) - 1 + summary.troubles_left_out
    more = f" (and {others:,} more)" if others else ""
    return f"; not all was done: {short(first.path)}: {short(first.reason)}{more}"


def _figures(summary: SweepSummary) -> list[tuple[str, int, int, str]]:
    remarks: dict[Decision, str] = {
        "pass": f"{summary.supports_stage2_pass} support a Stage 2 pass",
        "blocked": f"{summary.refused} soundly refused, {summary.unjudged} could not be judged",
        "fail": "",
    }
    new, standing = summary.new, summary.standing
    return [
        ("pass", new.passed, standing.passed, remarks["pass"]),
        ("blocked", new.blocked, standing.blocked, remarks["blocked"]),
        ("fail", new.fail, standing.fail, remarks["fail"]),
    ]


def _unlisted(summary: SweepSummary) -> int:
    return summary.failures_left_out + max(0, len(summary.failures) - _SHOWN)


def _listed(title: str, entries: list[list[str]], more: int = 0, where: str = "see `cto-audit history`") -> list[str]:
    lines = [line for entry in entries for line in entry]
    if not lines:
        return []
    return [title, *lines, *([f"  and {more:,} more: {where}"] if more else [])]


def _failure(failure: Failure, width: int) -> list[str]:
    head = f"{failure.decision.upper()} {safe(failure.run_id)}"
    reason = paragraph(short(failure.reason), width, "    ", "    ")
    return [f"  {head}", *reason, f"    {safe(failure.place)}"]


def _obstacle(obstacle: Obstacle, width: int) -> list[str]:
    return [f"  {safe(obstacle.path)}", *paragraph(short(obstacle.reason), width, "    ", "    ")]


def _point(text: str, width: int) -> list[str]:
    return paragraph(short(text), width, "  ", "    ")
