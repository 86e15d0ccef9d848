"""What the rules in force say of themselves, by name: for formats that teach and for verdicts that were stored."""

from __future__ import annotations

from functools import cache
from inspect import cleandoc

import msgspec

from auditor.facts import Effect


class RuleText(msgspec.Struct, frozen=True):
    """One rule in words: what must hold, why, the requirement it enforces, what to do if it is violated, or unproven."""

    name: str
    effect: Effect
    summary: str
    why: str
    clause: str
    remedy: str
    missing: str = ""


@cache
def rulebook() -> dict[str, RuleText]:
    """Return every rule in force by its name, in the order of the names."""
    from auditor import ruleset  # noqa: PLC0415 - loads every rule, which most formats never need

    return {
        rule.name: _text(rule.name, rule.effect, rule.doc, rule.clause, rule.remedy, rule.missing)
        for rule in ruleset.load().rules
    }


def rules_sha256() -> str:
    """Return the digest of the rules in force, which tells whether a stored verdict was reached by them."""
    from auditor import ruleset  # noqa: PLC0415

    return ruleset.load().sha256


def _text(name: str, effect: Effect, doc: str, clause: str, remedy: str, missing: str) -> RuleText:
    what, _, why = cleandoc(doc).partition("Why:")
    return RuleText(name, effect, " ".join(what.split()), " ".join(why.split()), clause, remedy, missing)
