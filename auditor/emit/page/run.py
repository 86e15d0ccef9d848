"""The page of one run: its parts in the order in which a reviewer asks for them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

import msgspec

from auditor.emit.arrange import (
    ADMITTED,
    DIFFERS,
    WITNESSES,
    Named,
    consequence,
    namings,
    open_rulings,
    place,
    rulings_with,
)
from auditor.emit.page.environment import environment, security_policy, style
from auditor.emit.page.timeline import timeline
from auditor.emit.rulebook import RuleText, rulebook, rules_sha256
from auditor.emit.safe import safe, short
from auditor.emit.style import PLAIN, Style
from auditor.facts import GRADES, Artifact, Exhibit, Ruling, Verdict

_PLAIN_NAME = re.compile(r"[A-Za-z0-9/._+@:=-]{1,500}")
_PLACES = {"holds": 4, "violated": 25, "unproven": 25, "not_applicable": 4}
_NAMINGS = 40
_FILES, _ROWS = 500, 100
_BORNE_OUT = ("match", "exempt")


class Context(msgspec.Struct, frozen=True):
    """What is known of a judgement beside the verdict itself.

    `place` is the run directory as it may be shown, `judged_at` an RFC 3339 time, `overview` the address of the page that
    lists this one among others, `note` one sentence about how the verdict was reached.
    `with_picture` tells that namings and moments were kept: without them their absence means nothing.
    """

    place: str | None = None
    judged_at: str | None = None
    overview: str | None = None
    note: str | None = None
    with_picture: bool = True


class Cell(msgspec.Struct, frozen=True):
    """One witness at one grade: what it names, each with how it stands to the admitted pair and how often."""

    grade: str
    names: tuple[Named, ...]
    more: int


class Group(msgspec.Struct, frozen=True):
    """Rulings that are told together; mostly one. `shown` are the places of the first, `more` how many are left out."""

    rulings: tuple[Ruling, ...]
    first: Ruling
    consequence: str
    shown: tuple[Exhibit, ...]
    more: int
    why: str
    what: str


class Topic(msgspec.Struct, frozen=True):
    """The rulings of one topic that hold or do not apply."""

    name: str
    groups: tuple[Group, ...]

    @property
    def size(self) -> int:
        """How many rulings they are."""
        return len(self.groups)


def run_page(verdict: Verdict, context: Context | None = None, wishes: Style = PLAIN) -> str:
    """Return the whole page of a verdict that has gone through `auditor.withhold`.

    The page depends on nothing but its arguments and the rules in force, which explain their rulings.
    """
    known = context or Context()
    books = rulebook()
    open_ = open_rulings(verdict)
    groups = [[ruling] for ruling in open_] if wishes.verbose else _together(open_)
    entries = namings(verdict)
    looks = style()
    return (
        environment()
        .get_template("run.html.j2")
        .render(
            verdict=verdict,
            context=known,
            style=looks,
            script=None,
            policy=security_policy([looks]),
            grades=GRADES,
            matrix=_matrix(entries),
            namings=entries if wishes.verbose else entries[:_NAMINGS],
            namings_left=0 if wishes.verbose else max(0, len(entries) - _NAMINGS),
            timeline=timeline(verdict.moments, verdict.admitted),
            open=[_group(group, books, wishes) for group in groups],
            open_count=len(open_),
            held=_topics(rulings_with(verdict, "holds"), books, wishes),
            beside=rulings_with(verdict, "not_applicable"),
            artifacts=verdict.artifacts if wishes.verbose else _notable(verdict.artifacts),
            unsettled=sum(artifact.digest not in _BORNE_OUT for artifact in verdict.artifacts),
            secrets=verdict.secrets if wishes.verbose else verdict.secrets[:_ROWS],
            gaps=verdict.gaps if wishes.verbose else verdict.gaps[:_ROWS],
            with_picture=known.with_picture,
            bytes=sum(artifact.bytes for artifact in verdict.artifacts),
            other_rules=verdict.tool.ruleset_sha256 != rules_sha256(),
            command=_argument(known.place, verdict.run_id),
            place=place,
            short=short,
            at=_at,
            ADMITTED=ADMITTED,
            DIFFERS=DIFFERS,
        )
    )


def _matrix(entries: Sequence[Named]) -> list[tuple[str, list[Cell]]]:
    """Return one row a witness and one cell a grade; the authority only if it names something."""
    rows: list[tuple[str, list[Cell]]] = []
    for witness in WITNESSES:
        cells = []
        for grade in GRADES:
            named = [entry for entry in entries if (entry.witness, entry.grade) == (witness, grade)]
            cells.append(Cell(grade, tuple(named[:3]), max(0, len(named) - 3)))
        if witness != "authority" or any(cell.names for cell in cells):
            rows.append((witness, cells))
    return rows


def _together(rulings: Sequence[Ruling]) -> list[list[Ruling]]:
    """Return the rulings in their order, those that cannot be proven for one and the same reason and place together."""
    groups: dict[object, list[Ruling]] = {}
    for ruling in rulings:
        same = (ruling.because, ruling.evidence, consequence(ruling))
        groups.setdefault(same if ruling.status == "unproven" else ruling.rule, []).append(ruling)
    return list(groups.values())


def _group(rulings: Sequence[Ruling], books: dict[str, RuleText], wishes: Style) -> Group:
    first = rulings[0]
    limit = len(first.evidence) if wishes.verbose else _PLACES[first.status]
    told = books.get(first.rule) if len(rulings) == 1 else None
    return Group(
        tuple(rulings),
        first,
        consequence(first),
        first.evidence[:limit],
        max(0, len(first.evidence) - limit),
        told.why if told else "",
        told.summary if told else "",
    )


def _topics(rulings: Sequence[Ruling], books: dict[str, RuleText], wishes: Style) -> list[Topic]:
    topics: dict[str, list[Group]] = {}
    for ruling in rulings:
        topics.setdefault(ruling.rule.partition(".")[0], []).append(_group([ruling], books, wishes))
    return [Topic(name, tuple(groups)) for name, groups in sorted(topics.items())]


def _notable(artifacts: Sequence[Artifact]) -> Sequence[Artifact]:
    """Return at most `_FILES` artifacts, those that no manifest bears out before the rest."""
    if len(artifacts) <= _FILES:
        return artifacts
    return sorted(artifacts, key=lambda artifact: artifact.digest in _BORNE_OUT)[:_FILES]


def _at(path: str, line: int | None) -> str:
    return safe(path if line is None else f"{path}:{line}")


def _argument(place_: str | None, run_id: str) -> str:
    """Return the run directory as an argument for a shell; ``RUN_DIR`` where its name is not fit to be copied."""
    name = place_ if place_ is not None else run_id
    if not _PLAIN_NAME.fullmatch(name) or name.startswith("-"):
        return "RUN_DIR"
    return shlex.quote(name)
