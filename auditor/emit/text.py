"""The verdict for a person at a terminal: what was decided, why, where to look, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.emit.arrange import alike, by_topic, consequence, open_rulings, place, plural, rulings_with
from auditor.emit.model_table import model_lines
from auditor.emit.safe import safe, short
from auditor.emit.style import PLAIN, Style
from auditor.emit.tables import paragraph, table
from auditor.facts import Exhibit, Ruling, Verdict

NAME = "text"

_PLACES = 8
_ROWS = 20
_TIE = "\xa0"  # keeps a topic and its number on one line
_COLOURS = {"pass": "1;32", "blocked": "1;33", "fail": "1;31", "violated": "31", "unproven": "33", "title": "1"}


def emit(verdict: Verdict, style: Style = PLAIN) -> str:
    """Return the whole verdict as text, or its headline alone if the reader wants quiet."""
    headline = f"{verdict.decision.upper()} {safe(verdict.run_id)}: {short(verdict.reason)}"
    if style.quiet:
        return _painted(headline, verdict.decision, style) + "\n"
    sections = [
        [_painted(line, verdict.decision, style) for line in paragraph(headline, style.width, "", "  ")],
        _standing(verdict),
        _section("Which model did the work", model_lines(verdict, style), style),
        _open(verdict, style),
        _secrets(verdict, style),
        _gaps(verdict, style),
        _held(verdict, style) if style.verbose else _held_in_short(verdict, style),
        _footer(verdict),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _standing(verdict: Verdict) -> list[str]:
    claim = verdict.claim
    engine, status = (safe(word) if word else "not stated" for word in (claim.engine, claim.status))
    stage = "not stated" if claim.stage is None else str(claim.stage)
    return table(
        [
            ["claim", f"engine {engine}, stage {stage}, status {status}"],
            ["supports", f"{'a' if verdict.supports_stage2_pass else 'no'} Stage 2 pass"],
            ["admitted", str(verdict.admitted) if verdict.admitted else "no provider/model pair"],
            ["model grade", verdict.model_grade or "no evidence of the model"],
        ]
    )


def _open(verdict: Verdict, style: Style) -> list[str]:
    rulings = open_rulings(verdict)
    groups = [[ruling] for ruling in rulings] if style.verbose else alike(rulings)
    lines: list[str] = []
    for group in groups:
        told = _ruling(group[0], style) if len(group) == 1 else _rulings(group, style)
        lines += ["", *told] if lines else told
    return _section(f"What does not hold: {plural(len(rulings), 'rule')}", lines, style)


def _rulings(group: Sequence[Ruling], style: Style) -> list[str]:
    """Return rulings that all say the same as one, with the rules' names instead of their remedies."""
    first = group[0]
    word = f"{first.status.upper()}  {plural(len(group), 'rule')}"
    return [
        f"  {_painted(word, first.status, style)}  ({consequence(first)})",
        *paragraph(short(first.because), style.width, "    ", "    "),
        *paragraph(", ".join(safe(ruling.rule) for ruling in group), style.width, "    in  ", "        "),
        *paragraph(
            "See why it is absent; `cto-audit explain RULE` says what a rule needs.",
            style.width,
            "    do  ",
            "        ",
        ),
    ]


def _ruling(ruling: Ruling, style: Style) -> list[str]:
    """Return one ruling in full: verdict and sentence, the places, the remedy, the requirement."""
    word = f"{ruling.status.upper()}  {safe(ruling.rule)}"
    tail = f"  ({consequence(ruling)})" if ruling.status != "holds" else ""
    lines = [f"  {_painted(word, ruling.status, style)}{tail}"]
    lines += paragraph(short(ruling.because), style.width, "    ", "    ")
    shown = ruling.evidence if style.verbose else ruling.evidence[:_PLACES]
    lines += [line for exhibit in shown for line in _exhibit(exhibit, style)]
    if len(shown) < len(ruling.evidence):
        lines.append(f"    at  {plural(len(ruling.evidence) - len(shown), 'more place')}: see --verbose")
    if ruling.status == "holds":
        return lines
    if ruling.remedy:
        lines += paragraph(short(ruling.remedy), style.width, "    do  ", "        ")
    if ruling.clause:
        lines += paragraph(short(ruling.clause), style.width, "    for ", "        ")
    return lines


def _exhibit(exhibit: Exhibit, style: Style) -> list[str]:
    """Return the place, which is never broken, and its note: beside it, or below it where the line is too short."""
    line, note = f"    at  {place(exhibit)}", short(exhibit.note)
    if len(line) + 2 + len(note) <= style.width:
        return [f"{line}  {note}" if note else line]
    return [line, *paragraph(note, style.width, "        ", "        ")]


def _secrets(verdict: Verdict, style: Style) -> list[str]:
    rows = [
        [
            s.confidence,
            safe(s.detector),
            short(s.masked, 40),
            s.fingerprint[:12],
            safe(s.view),
            safe(_line(s.path, s.line)),
        ]
        for s in verdict.secrets
    ]
    head = ["confidence", "detector", "masked", "fingerprint", "view", "where"]
    return _section(f"Secrets: {len(rows):,} found", _capped(head, rows, style), style)


def _gaps(verdict: Verdict, style: Style) -> list[str]:
    rows = [[safe(_line(gap.path, gap.line)), short(gap.reason)] for gap in verdict.gaps]
    return _section(f"Not read: {plural(len(rows), 'gap')}", _capped(["where", "why"], rows, style), style)


def _held_in_short(verdict: Verdict, style: Style) -> list[str]:
    held, beside = rulings_with(verdict, "holds"), rulings_with(verdict, "not_applicable")
    lines: list[str] = []
    for word, rulings in (("holds: ", held), ("does not apply: ", beside)):
        if rulings:
            topics = ", ".join(f"{topic}{_TIE}{count}" for topic, count in by_topic(rulings))
            lines += [line.replace(_TIE, " ") for line in paragraph(word + topics, style.width, "  ", "    ")]
    return _section(f"What holds: {len(held)} of {plural(len(verdict.rulings), 'rule')}", lines, style)


def _held(verdict: Verdict, style: Style) -> list[str]:
    held, beside = rulings_with(verdict, "holds"), rulings_with(verdict, "not_applicable")
    lines = [line for ruling in held for line in _ruling(ruling, style)]
    lines += [""] if held and beside else []
    lines += table([["does not apply", safe(ruling.rule), short(ruling.because)] for ruling in beside])
    return _section(f"What holds: {len(held)} of {plural(len(verdict.rulings), 'rule')}", lines, style)


def _footer(verdict: Verdict) -> list[str]:
    size = sum(artifact.bytes for artifact in verdict.artifacts)
    tool = verdict.tool
    return [
        f"root sha256 {verdict.root_sha256 or 'unknown: not every file could be read'}",
        f"{plural(len(verdict.artifacts), 'artifact')}, {plural(size, 'byte')}; cto-audit {safe(tool.version)},"
        f" rules {tool.ruleset_sha256[:12]}, policy {tool.policy_sha256[:12]}",
    ]


def _section(title: str, lines: Sequence[str], style: Style) -> list[str]:
    return [_painted(title, "title", style), *lines] if lines else []


def _capped(head: list[str], rows: list[list[str]], style: Style) -> list[str]:
    if not rows:
        return []
    shown = rows if style.verbose else rows[:_ROWS]
    more = [f"  and {len(rows) - len(shown):,} more: see --verbose"] if len(shown) < len(rows) else []
    return table(shown, head) + more


def _line(path: str, line: int | None) -> str:
    return path if line is None else f"{path}:{line}"


def _painted(text: str, what: str, style: Style) -> str:
    colour = _COLOURS.get(what)
    return f"\x1b[{colour}m{text}\x1b[0m" if style.colour and colour else text
