"""The one rule on repeated keys, for the topics that each read their own artifacts."""

from __future__ import annotations

from auditor.contract import INCIDENTAL
from auditor.evidence import Applies, Evidence, Outcome, Rule, holds, not_applicable, rule, unproven, violated
from auditor.facts import Fact
from auditor.policy import Policy


def says_one_thing(name: str, says: str, *kinds: str, applies: Applies = lambda _: None) -> Rule:
    """Return the rule `name` that objects in artifacts of these kinds repeat no key; `says` is that in its own words."""

    def judge(run: Evidence, policy: Policy) -> Outcome:
        return _repeated_keys(run, *kinds)

    judge.__doc__ = (
        f"{says}\n\nWhy: one parser takes the first value, another the last, and each would judge another run."
    )
    made = rule(
        name,
        clause="Evidence says one thing: an object that repeats a key is read differently by different parsers.",
        remedy="Find out who wrote the object: no ordinary JSON writer repeats a key.",
        applies=applies,
    )
    return made(judge)


def _repeated_keys(run: Evidence, *kinds: str) -> Outcome:
    """Rule on repeated keys in artifacts of these kinds: violated by one, unproven where a part could not be read."""
    found = [fact for fact in run["json.repeated-key"] if fact.value in kinds and _is_evidence(run, fact)]
    if found:
        return violated(f"{found[0].where.path} repeats a key: two parsers would read two different things", found)
    present = run.of_kind(*kinds)
    if not present:
        return not_applicable("the run has none of these artifacts")
    gaps = run.gaps_in(*kinds)
    if gaps:
        return unproven("part of what must be read could not be read", gaps)
    return holds("no object repeats a key", present)


def _is_evidence(run: Evidence, fact: Fact) -> bool:
    """Tell whether an object carries evidence: in some artifacts only those do that name a model, a host or an exit.

    Loggers repeat keys, where a child logger is given a field that its parent has.
    """
    if fact.value not in INCIDENTAL:
        return True
    place = (fact.where.path, fact.where.line)
    told = (*run["model.named"], *run["model.response"], *run["host.contacted"], *run["backend.exited"])
    return any((other.where.path, other.where.line) == place for other in told)
