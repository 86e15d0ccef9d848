"""The evidence matrix: which witness names which model, and how much each naming proves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.emit.arrange import DIFFERS, WITNESSES, Named, namings, place, plural
from auditor.emit.safe import safe
from auditor.emit.style import Style
from auditor.emit.tables import table
from auditor.facts import GRADES, Verdict

_ROWS = 20
_MARKS_IN_A_CELL = 3
_AGENTS = 3


def model_lines(verdict: Verdict, style: Style) -> list[str]:
    """Return the matrix of witnesses by grades, the names behind its marks, and the first place of each naming."""
    entries = namings(verdict)
    if not entries:
        return ["  No artifact names a provider or a model."]
    marks = _marks(entries)
    shown = entries if style.verbose else entries[:_ROWS]
    names = {entry.name: entry.relation for entry in shown}
    more = (
        [f"  and {plural(len(entries) - len(shown), 'more naming')}: see --verbose"]
        if len(shown) < len(entries)
        else []
    )
    return [
        *_matrix(entries, marks),
        "",
        *table(
            [marks[name], safe(name), relation] for name, relation in sorted(names.items(), key=lambda n: marks[n[0]])
        ),
        "",
        *_places(shown, marks),
        *more,
    ]


def _marks(entries: Sequence[Named]) -> dict[str, str]:
    """Give each name a letter or number to stand for it; a ``!`` marks one that differs from the admitted pair."""
    names = sorted({(entry.relation == DIFFERS, entry.name) for entry in entries})
    return {name: f"[{number}]{'!' if differs else ''}" for number, (differs, name) in enumerate(names, start=1)}


def _matrix(entries: Sequence[Named], marks: Mapping[str, str]) -> list[str]:
    """Return one line a witness and one column a grade. A witness that names nothing is shown, too."""
    cells: dict[tuple[str, str], list[str]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.relation != DIFFERS, entry.name)):
        cells.setdefault((entry.witness, entry.grade), []).append(f"{marks[entry.name]} x{entry.times}")
    rows = [
        [witness, *(_cell(cells.get((witness, grade), [])) for grade in GRADES)]
        for witness in WITNESSES
        if witness != "authority" or any(key[0] == witness for key in cells)
    ]
    return table(rows, ["witness", *GRADES])


def _cell(namings_: Sequence[str]) -> str:
    if not namings_:
        return "-"
    more = len(namings_) - _MARKS_IN_A_CELL
    return ", ".join(namings_[:_MARKS_IN_A_CELL]) + (f" +{more}" if more > 0 else "")


def _places(entries: Sequence[Named], marks: Mapping[str, str]) -> list[str]:
    rows = [
        [entry.grade, entry.witness, marks[entry.name], str(entry.times), _agents(entry.agents), place(entry.where)]
        for entry in entries
    ]
    return table(rows, ["grade", "witness", "names", "times", "agents", "first at"])


def _agents(agents: Sequence[str]) -> str:
    more = len(agents) - _AGENTS
    return ", ".join(safe(agent) for agent in agents[:_AGENTS]) + (f" +{more}" if more > 0 else "")
