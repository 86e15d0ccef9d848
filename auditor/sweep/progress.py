"""How a sweep goes, while it goes: a bar on a terminal, else plain lines that a person can grep."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from auditor.emit.safe import safe, short
from auditor.instants import now, rfc3339
from auditor.store import Judged
from auditor.sweep.summary import Tally

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

HEARTBEAT_SECONDS = 30.0
"""A log says at least this often that the sweep is alive."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:+,@%")


class Reporter(Protocol):
    """Takes what happens, in order. Everything it is given is without credentials.

    `tells_time_left` tells whether it makes use of the number of runs that are expected.
    """

    tells_time_left: bool

    def __enter__(self) -> Self:
        """Begin to tell."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the screen as it was."""

    def begun(self, store: str, roots: tuple[str, ...]) -> None:
        """Take the beginning."""

    def judged(self, judged: Judged, note: str) -> None:
        """Take a new judgement."""

    def trouble(self, path: str, reason: str) -> None:
        """Take a place that could not be looked into."""

    def moved(self, tally: Tally, *, all_found: bool, expected: int | None) -> None:
        """Take the figures so far; `all_found` tells that no more runs will be found, `expected` how many may be in all."""

    def ended(self, tally: Tally, seconds: float, *, interrupted: bool) -> None:
        """Take the end."""


class Lines:
    """Plain lines on standard error: a time, ``sweep``, what happened, then ``name=value`` pairs."""

    tells_time_left = False

    def __init__(self) -> None:
        self._begun = self._told = time.monotonic()

    def __enter__(self) -> Self:
        """Begin to tell."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing has to be put back."""

    def begun(self, store: str, roots: tuple[str, ...]) -> None:
        """Say what begins."""
        self._say("started", store=store, roots=" ".join(roots))

    def judged(self, judged: Judged, note: str) -> None:
        """Say what a run was judged."""
        told = {"run": judged.run_id, "decision": judged.decision, "seconds": f"{judged.seconds:.2f}"}
        if judged.decision != "pass":
            told["reason"] = short(judged.reason, 300)
        if note:
            told["note"] = note
        self._say("judged", **told, place=judged.shown or judged.place)

    def trouble(self, path: str, reason: str) -> None:
        """Say what could not be looked into."""
        self._say("trouble", place=path, reason=reason)

    def moved(self, tally: Tally, *, all_found: bool, expected: int | None) -> None:
        """Say now and then how far it is."""
        if time.monotonic() - self._told < HEARTBEAT_SECONDS:
            return
        rate = tally.done / max(time.monotonic() - self._begun, 0.001)
        self._say("progress", done=str(tally.done), rate=f"{rate:.1f}/s", **_figures(tally))

    def ended(self, tally: Tally, seconds: float, *, interrupted: bool) -> None:
        """Say how it ended."""
        what = "interrupted" if interrupted else "finished"
        self._say(what, found=str(tally.found), seconds=f"{seconds:.1f}", **_figures(tally))

    def _say(self, what: str, **values: str) -> None:
        self._told = time.monotonic()
        pairs = " ".join(f"{name}={_quoted(value)}" for name, value in values.items())
        _write(f"{rfc3339(now())[:19]}Z sweep {what} {pairs}\n")


class Bar:
    """A bar on the terminal, with rate, time left and decisions; failures scroll by above it."""

    tells_time_left = True

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Draw the bar."""
        from rich.console import Console  # noqa: PLC0415 - slow to load, and only a terminal needs it
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        columns = (
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(),
            TextColumn("{task.fields[decisions]}", markup=False),
        )
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=4)
        self._task = self._progress.add_task("", total=None, rate="", decisions="")
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()

    def begun(self, store: str, roots: tuple[str, ...]) -> None:
        """The bar is there already."""

    def judged(self, judged: Judged, note: str) -> None:
        """Let a failure scroll by."""
        if judged.decision == "fail" or judged.document is None:
            self._print(f"{judged.decision.upper()} {safe(judged.run_id)}: {short(judged.reason, 300)}")

    def trouble(self, path: str, reason: str) -> None:
        """Let a trouble scroll by."""
        self._print(f"TROUBLE {safe(path)}: {short(reason, 300)}")

    def moved(self, tally: Tally, *, all_found: bool, expected: int | None) -> None:
        """Move the bar."""
        if self._progress is None or self._task is None:
            return
        total = tally.found if all_found else max(tally.found, expected) if expected else None
        speed = self._progress.tasks[0].speed
        decisions = f"{tally.new['pass']} pass {tally.new['blocked']} blocked {tally.new['fail']} fail"
        rate = f"{speed:.0f}/s" if speed else ""
        self._progress.update(self._task, completed=tally.done, total=total, rate=rate, decisions=decisions)

    def ended(self, tally: Tally, seconds: float, *, interrupted: bool) -> None:
        """The summary says it."""

    def _print(self, line: str) -> None:
        if self._progress is not None:
            self._progress.console.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)


def reporter() -> Reporter:
    """Return the bar where standard error is a terminal, else the lines."""
    return Bar() if sys.stderr is not None and sys.stderr.isatty() else Lines()


class Silence(Lines):
    """Tells nothing."""

    def _say(self, what: str, **values: str) -> None:
        """Keep quiet."""


def _figures(tally: Tally) -> dict[str, str]:
    return {
        "judged": str(tally.judged),
        "unchanged": str(tally.unchanged),
        "older": str(tally.older),
        **{decision: str(number) for decision, number in tally.new.items()},
    }


def _quoted(value: str) -> str:
    """Return a value that ends where a reader, or ``cut``, thinks it does: quoted unless it is one plain word."""
    value = safe(value)
    if value and _PLAIN.issuperset(value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _write(line: str) -> None:
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(line)
        sys.stderr.flush()
    except OSError:  # nobody is left to tell; the store has it all
        return
