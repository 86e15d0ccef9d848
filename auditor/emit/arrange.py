"""What the formats for people have in common: which ruling comes first, and which witness names which model where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from auditor.emit.safe import safe, short
from auditor.facts import GRADES, Exhibit, Fact, Naming, Pair, Ruling, Verdict, Where, Witness, visible

WITNESSES: tuple[Witness, ...] = ("harness", "case", "gateway", "authority")

_EFFECT_RANK = {"fail": 0, "block": 1, "warn": 2}


class Named(msgspec.Struct, frozen=True):
    """One model name by one witness at one grade: how often, and where first.

    `name` is ready to print; `relation` says how it stands to the admitted pair; `agents` are those it was named for.
    """

    grade: str
    witness: str
    name: str
    relation: str
    times: int
    where: Where
    agents: tuple[str, ...]


def open_rulings(verdict: Verdict) -> list[Ruling]:
    """Return the rulings that do not hold, heaviest first: failing, blocking, unproven, warnings."""
    rulings = [r for r in verdict.rulings if r.status in {"violated", "unproven"}]
    return sorted(rulings, key=lambda r: (r.effect == "warn", r.status != "violated", _EFFECT_RANK[r.effect], r.rule))


def alike(rulings: Iterable[Ruling]) -> list[list[Ruling]]:
    """Return the rulings in their order, those together that say the same for want of the same evidence.

    One absent report leaves most rules without an answer: that is one thing to tell, not fifty.
    """
    groups: dict[tuple[str, ...], list[Ruling]] = {}
    for ruling in rulings:
        bare = ruling.status == "unproven" and not ruling.evidence
        key = (ruling.because, consequence(ruling)) if bare else (ruling.rule,)
        groups.setdefault(key, []).append(ruling)
    return list(groups.values())


def consequence(ruling: Ruling) -> str:
    """Return what a ruling does to the decision, in words."""
    if ruling.status in {"holds", "not_applicable"}:
        return "decides nothing against the run"
    if ruling.effect == "warn":
        return "a warning"
    return "fails the run" if ruling.status == "violated" and ruling.effect == "fail" else "blocks a pass"


def rulings_with(verdict: Verdict, status: str) -> list[Ruling]:
    """Return the rulings of one status by the rules' names."""
    return sorted((r for r in verdict.rulings if r.status == status), key=lambda r: r.rule)


def by_topic(rulings: Iterable[Ruling]) -> list[tuple[str, int]]:
    """Return how many of the rulings each topic has, by topic."""
    return sorted(Counter(ruling.rule.partition(".")[0] for ruling in rulings).items())


def namings(verdict: Verdict) -> list[Named]:
    """Return the evidence of the model, strongest grade first, and what differs from the admitted pair before the rest.

    Namings that only differ in the place or the agent are one entry; the place is the first, in the facts' order.
    """
    groups: dict[tuple[str, str, str], list[Fact]] = {}
    for fact in verdict.namings:
        if isinstance(fact.value, Naming):
            groups.setdefault((fact.grade or "-", fact.witness, _name(fact.value)), []).append(fact)
    entries = [
        Named(
            grade,
            witness,
            name,
            _relation(group[0].value, verdict.admitted),
            sum(fact.count for fact in group),
            group[0].where,
            tuple(sorted({fact.value.agent for fact in group if fact.value.agent})),
        )
        for (grade, witness, name), group in groups.items()
    ]
    return sorted(entries, key=lambda e: (-_strength(e.grade), e.relation != DIFFERS, e.witness, e.name))


ADMITTED = "the admitted pair"
DIFFERS = "differs from the admitted pair"
PARTIAL = "agrees with the admitted pair in what it names"
NONE_ADMITTED = "no pair is admitted"


def place(where: Where | Exhibit) -> str:
    """Return ``path:line:pointer`` as far as it is known, safe to print; a very long pointer is shortened."""
    line = "" if where.line is None else f":{where.line}"
    pointer = f":{short(where.pointer, 200)}" if where.pointer else ""
    return f"{safe(where.path)}{line}{pointer}"


def plural(count: int, noun: str) -> str:
    """Return the count with its noun: ``1 rule``, ``2 rules``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _name(naming: Naming) -> str:
    provider = "(no provider)" if naming.provider is None else visible(naming.provider)
    model = "(no model)" if naming.model is None else visible(naming.model)
    return f"{provider}/{model}"


def _relation(naming: Naming, admitted: Pair | None) -> str:
    if admitted is None:
        return NONE_ADMITTED
    agrees = naming.provider in {None, admitted.provider} and naming.model in {None, admitted.model}
    if not agrees:
        return DIFFERS
    return PARTIAL if None in {naming.provider, naming.model} else ADMITTED


def _strength(grade: str) -> int:
    return GRADES.index(grade) if grade in GRADES else -1
