"""The verdict as Markdown, for an issue, a pull request or a build summary.

Whatever comes from the run stands in code spans (see `auditor.emit.safe.code`), so that a file name can neither mention
a person nor draw a table, a link or an image.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.emit.arrange import alike, by_topic, consequence, namings, open_rulings, place, plural, rulings_with
from auditor.emit.safe import code, prose, short
from auditor.emit.style import PLAIN, Style
from auditor.facts import Exhibit, Ruling, Verdict

NAME = "markdown"

_PLACES = 8
_ROWS = 50


def emit(verdict: Verdict, style: Style = PLAIN) -> str:
    """Return the verdict as a Markdown document of its own, or the headline alone if the reader wants quiet."""
    headline = [f"## {verdict.decision.upper()} {code(verdict.run_id)}", _sentence(verdict.reason)]
    if style.quiet:
        return "\n\n".join(headline) + "\n"
    sections = [
        *headline,
        _standing(verdict),
        _section("Which model did the work", _models(verdict, style)),
        _section("What does not hold", _open(verdict, style)),
        _section("Secrets", _secrets(verdict, style)),
        _section("Not read", _gaps(verdict, style)),
        _section("What holds", _held(verdict, style)),
        _footer(verdict),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _standing(verdict: Verdict) -> str:
    claim = verdict.claim
    said = ", ".join(
        f"{name} {code(str(value)) if value is not None else 'not stated'}"
        for name, value in (("engine", claim.engine), ("stage", claim.stage), ("status", claim.status))
    )
    return "\n".join(
        [
            f"- Claim: {said}",
            f"- Supports: {'a' if verdict.supports_stage2_pass else 'no'} Stage 2 pass",
            f"- Admitted: {code(str(verdict.admitted)) if verdict.admitted else 'no provider/model pair'}",
            f"- Model grade: {verdict.model_grade or 'no evidence of the model'}",
        ]
    )


def _models(verdict: Verdict, style: Style) -> str:
    rows = [
        [e.grade, e.witness, code(e.name), e.relation, str(e.times), code(place(e.where))] for e in namings(verdict)
    ]
    head = ["Grade", "Witness", "Names", "Which", "Times", "First at"]
    return _table(head, rows, style) or "No artifact names a provider or a model."


def _open(verdict: Verdict, style: Style) -> str:
    rulings = open_rulings(verdict)
    groups = [[ruling] for ruling in rulings] if style.verbose else alike(rulings)
    return "\n".join(_ruling(group[0], style) if len(group) == 1 else _rulings(group) for group in groups)


def _rulings(group: Sequence[Ruling]) -> str:
    first = group[0]
    head = (
        f"- **{first.status.upper()}** {plural(len(group), 'rule')} ({consequence(first)}): {_sentence(first.because)}"
    )
    return f"{head}\n  - in {', '.join(code(ruling.rule) for ruling in group)}"


def _ruling(ruling: Ruling, style: Style) -> str:
    lines = [f"- **{ruling.status.upper()}** {code(ruling.rule)} ({consequence(ruling)}): {_sentence(ruling.because)}"]
    shown = ruling.evidence if style.verbose else ruling.evidence[:_PLACES]
    lines += [f"  - at {_exhibit(exhibit)}" for exhibit in shown]
    if len(shown) < len(ruling.evidence):
        lines.append(f"  - and {plural(len(ruling.evidence) - len(shown), 'more place')}")
    if ruling.remedy and ruling.status != "holds":
        lines.append(f"  - What to do: {_sentence(ruling.remedy)}")
    if ruling.clause and ruling.status != "holds":
        lines.append(f"  - Requirement: {_sentence(ruling.clause)}")
    return "\n".join(lines)


def _exhibit(exhibit: Exhibit) -> str:
    return code(place(exhibit)) + (f" {_sentence(exhibit.note)}" if exhibit.note else "")


def _secrets(verdict: Verdict, style: Style) -> str:
    rows = [
        [
            s.confidence,
            code(s.detector),
            code(short(s.masked, 40)),
            code(s.fingerprint),
            code(s.view),
            _line(s.path, s.line),
        ]
        for s in verdict.secrets
    ]
    return _table(["Confidence", "Detector", "Masked", "Fingerprint", "View", "Where"], rows, style)


def _gaps(verdict: Verdict, style: Style) -> str:
    return _table(["Where", "Why"], [[_line(gap.path, gap.line), _sentence(gap.reason)] for gap in verdict.gaps], style)


def _held(verdict: Verdict, style: Style) -> str:
    held, beside = rulings_with(verdict, "holds"), rulings_with(verdict, "not_applicable")
    if style.verbose:
        return "\n".join(_ruling(ruling, style) for ruling in (*held, *beside))
    lines = [
        f"- {word}: " + ", ".join(f"{code(topic)} {count}" for topic, count in by_topic(rulings))
        for word, rulings in (("Holds", held), ("Does not apply", beside))
        if rulings
    ]
    return "\n".join(lines)


def _footer(verdict: Verdict) -> str:
    tool = verdict.tool
    root = code(verdict.root_sha256) if verdict.root_sha256 else "unknown"
    return (
        f"{plural(len(verdict.artifacts), 'artifact')}, root sha256 {root}; cto-audit {code(tool.version)},"
        f" rules {code(tool.ruleset_sha256)}, policy {code(tool.policy_sha256)}"
    )


def _section(title: str, body: str) -> str:
    return f"### {title}\n\n{body}" if body else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], style: Style) -> str:
    if not rows:
        return ""
    shown = rows if style.verbose else rows[:_ROWS]
    table = "\n".join(_row(cells) for cells in (head, ["---"] * len(head), *shown))
    return table + (f"\n\nand {len(rows) - len(shown):,} more" if len(shown) < len(rows) else "")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _line(path: str, line: int | None) -> str:
    return code(path if line is None else f"{path}:{line}")


def _sentence(text: str) -> str:
    return prose(short(text))
