"""The verdict as GitHub Actions' workflow commands: annotations that the service shows beside the build.

`summary` is what belongs into the file that ``GITHUB_STEP_SUMMARY`` names; writing it is the command's business. The
service shows ten errors and ten warnings a step, so what weighs most comes first.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.emit import markdown
from auditor.emit.arrange import consequence, open_rulings, plural
from auditor.emit.safe import code, prose, safe, short
from auditor.emit.style import PLAIN, Style
from auditor.facts import Exhibit, Ruling, Verdict

NAME = "github"

SHOWN = 10
"""Annotations of one level that the service shows of a step."""

MAX_SUMMARY = 1000 * 1024
"""Bytes of a step's summary; the service refuses one above a mebibyte altogether."""

_LISTED = 200
_LEVELS = {"pass": "notice", "blocked": "warning", "fail": "error"}
_PROPERTY = str.maketrans({"%": "%25", ":": "%3A", ",": "%2C"})


def emit(verdict: Verdict, style: Style = PLAIN) -> str:
    """Return an annotation for the decision and, unless the reader wants quiet, one for each rule that does not hold."""
    lines = commands(verdict)
    return "".join(lines[:1] if style.quiet else lines)


def commands(verdict: Verdict, folder: str = "") -> list[str]:
    """Return the annotations of a verdict, a line each, heaviest first.

    `folder` is the run directory relative to the repository, so that an annotation stands at its file; without it paths
    are the run's own.
    """
    claimed = "a Stage 2 pass may be claimed" if verdict.supports_stage2_pass else "no Stage 2 pass may be claimed"
    title = f"{verdict.decision.upper()} {short(verdict.run_id, 120)}"
    head = _command(_LEVELS[verdict.decision], f"{short(verdict.reason)}; {claimed}", title)
    return [head, *(_annotation(ruling, folder) for ruling in open_rulings(verdict))]


def summary(verdict: Verdict, style: Style = PLAIN) -> str:
    """Return the Markdown for the step's summary: the whole verdict, or its headline where that would be too long."""
    text = markdown.emit(verdict, style)
    if len(text.encode()) <= MAX_SUMMARY:
        return text
    headline = markdown.emit(verdict, Style(quiet=True))
    return f"{headline}\nThe verdict is too long for a summary: see the step's log, or `--format markdown`.\n"


class SweepReport:
    """What a step says of a sweep: give each new verdict to `take`, then ask for `lines` and `markdown`.

    It keeps the runs that do not pass, the heaviest first and at most as many as are shown.
    """

    def __init__(self) -> None:
        self._counts = {"fail": 0, "blocked": 0, "pass": 0}
        self._kept: dict[str, list[tuple[str, str, str]]] = {"fail": [], "blocked": []}

    def take(self, place: str, verdict: Verdict) -> None:
        """Take the verdict of the run directory at `place`."""
        self._counts[verdict.decision] += 1
        kept = self._kept.get(verdict.decision, [])
        if verdict.decision != "pass" and len(kept) < _LISTED:
            kept.append((verdict.run_id, place, verdict.reason))

    def lines(self) -> str:
        """Return the annotations: one with the figures, then the runs that fail, then those that are blocked."""
        worst = next((name for name in ("fail", "blocked") if self._counts[name]), "pass")
        out = [_command(_LEVELS[worst], self._figures(), "cto-audit sweep")]
        for decision, runs in self._kept.items():
            out += [
                _command(
                    _LEVELS[decision], f"{short(reason)} ({short(place, 200)})", f"{decision.upper()} {short(run, 120)}"
                )
                for run, place, reason in runs[:SHOWN]
            ]
        return "".join(out)

    def markdown(self) -> str:
        """Return the Markdown for the step's summary: the figures, and a table of the runs that do not pass."""
        rows = [
            f"| {decision} | {code(short(run, 120))} | {prose(short(reason, 300))} | {code(short(place, 200))} |"
            for decision, runs in self._kept.items()
            for run, place, reason in runs
        ]
        head = ["| Decision | Run | Reason | Directory |", "| --- | --- | --- | --- |"] if rows else []
        left = sum(self._counts[name] for name in self._kept) - len(rows)
        more = ["", f"and {left:,} more"] if left else []
        return "\n".join(["## cto-audit sweep", "", self._figures(), "", *head, *rows, *more]).rstrip() + "\n"

    def _figures(self) -> str:
        total = plural(sum(self._counts.values()), "new verdict")
        return f"{total}: " + ", ".join(f"{number:,} {name}" for name, number in self._counts.items())


def sweep_report(verdicts: Iterable[tuple[str, Verdict]]) -> SweepReport:
    """Return the report of these verdicts, each with its place."""
    report = SweepReport()
    for place, verdict in verdicts:
        report.take(place, verdict)
    return report


def _annotation(ruling: Ruling, folder: str) -> str:
    level = "error" if consequence(ruling) == "fails the run" else "notice" if ruling.effect == "warn" else "warning"
    text = short(ruling.because) + (f". What to do: {short(ruling.remedy)}" if ruling.remedy else "")
    title = f"{ruling.status} {ruling.rule}"
    return _command(level, text, title, ruling.evidence[0] if ruling.evidence else None, folder)


def _command(level: str, text: str, title: str, at: Exhibit | None = None, folder: str = "") -> str:
    """Return one workflow command. Nothing in its parts can end it, or add a property to it."""
    properties: dict[str, str] = {}
    if at is not None and at.path:
        properties["file"] = f"{folder.rstrip('/')}/{at.path}" if folder else at.path
        if at.line is not None:
            properties["line"] = str(at.line)
    properties["title"] = title
    told = ",".join(f"{name}={safe(value).translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{level} {told}::{safe(text).replace('%', '%25')}\n"
