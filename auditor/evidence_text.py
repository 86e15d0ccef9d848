"""The examiner's view as tables for a terminal: the matrix, the joined logs, every observation. Nothing is shortened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.emit.arrange import plural
from auditor.emit.safe import safe
from auditor.emit.tables import table
from auditor.evidence_view import KINDS, Cell, Joined, Observed, Spot, View
from auditor.facts import GRADES, visible

_NOBODY = "(none)"
_LOGS = ("events", "stderr", "trace", "gateway")
_TITLES = {
    "model.named": "Namings of a model",
    "dispatch": "Dispatches of an agent",
    "model.response": "Answered requests",
    "host.contacted": "Hosts contacted",
}


def as_text(view: View) -> str:
    """Return the whole view, safe for a terminal. Secrets must be masked in it already."""
    sections = [
        _head(view),
        ["Matrix: which agent's model is named by which witness, at which grade", *_matrix(view)],
        ["Joined logs: the line of each log that tells of it; ! marks what is left over", *_joined(view.joins)],
        *(_observations(kind, [each for each in view.observations if each.kind == kind]) for kind in KINDS),
        _gaps(view),
        [f"root sha256 {view.root_sha256 or 'unknown: not every file could be read'}"],
    ]
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def _head(view: View) -> list[str]:
    admission = view.admission
    pair = _pair(admission.provider, admission.model) if admission.status == "admitted" else "no pair"
    return [f"EVIDENCE {safe(view.run_id)}, without a verdict", f"  admission  {safe(admission.status)}: {pair}"]


def _pair(provider: str | None, model: str | None) -> str:
    first = "(no provider)" if provider is None else visible(provider)
    second = "(no model)" if model is None else visible(model)
    return f"{first}/{second}"


def _matrix(view: View) -> list[str]:
    unnamed = sorted({row.agent for row in view.joins if row.agent} - {cell.agent for cell in view.matrix})
    silent = [[safe(agent), "(no witness)", *("-" for _ in GRADES)] for agent in unnamed]
    if not view.matrix and not silent:
        return ["  No artifact names a provider or a model."]
    pairs = sorted({(cell.provider or "", cell.model or "", _pair(cell.provider, cell.model)) for cell in view.matrix})
    marks = {pair: f"[{number}]" for number, (_, _, pair) in enumerate(pairs, start=1)}
    rows: dict[tuple[str | None, str], dict[str, list[str]]] = {}
    for cell in view.matrix:
        times = rows.setdefault((cell.agent, cell.witness), {})
        times.setdefault(cell.grade or "", []).append(f"{marks[_cell_pair(cell)]} x{cell.times}")
    named = [[_agent(agent), witness, *_grades(times)] for (agent, witness), times in rows.items()]
    return [
        *table([*named, *silent], ["agent", "witness", *GRADES]),
        "",
        *table([[mark, safe(pair), _relation(pair, view)] for pair, mark in marks.items()]),
    ]


def _cell_pair(cell: Cell) -> str:
    return _pair(cell.provider, cell.model)


def _grades(times: Mapping[str, Sequence[str]]) -> list[str]:
    return [", ".join(times.get(grade, ())) or "-" for grade in GRADES]


def _relation(pair: str, view: View) -> str:
    if view.admission.status != "admitted":
        return ""
    return "the admitted pair" if pair == _pair(view.admission.provider, view.admission.model) else "another"


def _agent(agent: str | None) -> str:
    return _NOBODY if not agent else safe(agent)


def _joined(rows: Sequence[Joined]) -> list[str]:
    """Return the joined logs. A log of one file is named once, above; of several, at each line."""
    if not rows:
        return ["  No log tells of a phase, a dispatch, a response or a request."]
    paths = {log: sorted({spot.path for row in rows if (spot := _spot(row, log))}) for log in _LOGS}
    legend = [[log, safe(each[0])] for log, each in paths.items() if len(each) == 1]
    shown = [
        [
            "!" if row.leftover else "",
            _agent(row.agent),
            row.time or "-",
            row.what,
            safe(row.name or "-"),
            safe(row.outcome or "-"),
            *(_line(_spot(row, log), alone=len(paths[log]) == 1) for log in _LOGS),
            safe(row.leftover),
        ]
        for row in rows
    ]
    count = sum(bool(row.leftover) for row in rows)
    return [
        *table(legend),
        "",
        *table(shown, ["", "agent", "time", "what", "name", "outcome", *_LOGS, "left over"]),
        f"  {plural(count, 'row')} of {len(rows):,} with something left over",
    ]


def _spot(row: Joined, log: str) -> Spot | None:
    found: Spot | None = getattr(row, log)
    return found


def _line(spot: Spot | None, *, alone: bool) -> str:
    if spot is None:
        return "-"
    line = "" if spot.line is None else f":{spot.line}"
    return line if alone and line else f"{safe(spot.path)}{line}"


def _observations(kind: str, found: Sequence[Observed]) -> list[str]:
    title = f"{_TITLES[kind]}: {len(found):,}"
    rows = [
        [
            each.grade or "-",
            each.witness,
            _agent(each.agent or each.role),
            *_what(each),
            each.time or "-",
            f"x{each.times}",
            safe(each.shape or "-"),
            _place(each),
        ]
        for each in found
    ]
    head = ["grade", "witness", "agent or role", *_WHAT[kind], "time", "times", "shape", "at"]
    return [title, *table(rows, head)]


_WHAT = {
    "model.named": ("names",),
    "dispatch": ("names",),
    "model.response": ("answered", "asked for", "id", "status", "host"),
    "host.contacted": ("host", "port", "provider"),
}


def _what(each: Observed) -> list[str]:
    status = "-" if each.status is None else str(each.status)
    host = "-" if each.host is None else visible(each.host)
    match each.kind:
        case "model.response":
            asked = "-" if each.requested is None else visible(each.requested)
            return [_pair(each.provider, each.model), asked, safe(each.response_id or "-"), status, host]
        case "host.contacted":
            provider = "-" if each.provider is None else visible(each.provider)
            return [host, "-" if each.port is None else str(each.port), provider]
        case _:
            return [_pair(each.provider, each.model)]


def _place(each: Observed) -> str:
    line = "" if each.line is None else f":{each.line}"
    return f"{safe(each.path)}{line}{':' + safe(each.pointer) if each.pointer else ''}"


def _gaps(view: View) -> list[str]:
    rows = [[_line(Spot(gap.path, gap.line), alone=False), safe(gap.reason)] for gap in view.gaps]
    return [f"Not read: {plural(len(rows), 'gap')}", *table(rows, ["where", "why"])]
