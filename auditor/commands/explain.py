"""``cto-audit explain RULE``: what a rule demands, why, and how to mend a run that breaks it."""

from __future__ import annotations

from difflib import get_close_matches
from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from auditor.cli_output import say
from auditor.emit.tables import paragraph
from auditor.errors import OperatorError
from auditor.facts import Effect

if TYPE_CHECKING:
    from auditor.evidence import Rule


class ExplainedRule(msgspec.Struct, frozen=True):
    """A rule in its own words. `remedy` says what to do if it is violated, `missing` what to do if it is unproven."""

    name: str
    topic: str
    effect: Effect
    clause: str
    documentation: str
    remedy: str
    missing: str
    needs: tuple[str, ...]


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """What the command prints with ``--json``."""

    schema: Literal["cto-audit-explain/v1"] = "cto-audit-explain/v1"
    rules: tuple[ExplainedRule, ...]


_WIDTH = 100
_EFFECTS = {
    "fail": "a violation fails the run",
    "block": "a violation blocks a pass",
    "warn": "a violation is a warning and decides nothing",
}


def command(
    name: Annotated[str, typer.Argument(metavar="RULE", help="A rule's name, or a topic for all of its rules.")],
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Explain a rule, or all rules of a topic."""
    from auditor import ruleset  # noqa: PLC0415 - loads every rule

    rules = ruleset.load().rules
    wanted = [rule for rule in rules if name in {rule.name, rule.topic}]
    if not wanted:
        names = [rule.name for rule in rules]
        near = get_close_matches(name, [*names, *(each.partition(".")[2] for each in names)], n=1)
        hint = f"did you mean {near[0]}?" if near else "`cto-audit rules` lists them all"
        raise OperatorError(f"there is no rule {name!r}", hint)
    if json:
        from auditor.published_json import as_json  # noqa: PLC0415

        say(as_json(Explained(rules=tuple(map(_explained, wanted)))))
    else:
        say("\n".join(map(explanation, wanted)))


def _explained(rule: Rule) -> ExplainedRule:
    return ExplainedRule(
        rule.name, rule.topic, rule.effect, rule.clause, cleandoc(rule.doc), rule.remedy, rule.missing, rule.needs
    )


def explanation(rule: Rule) -> str:
    """Return the rule's documentation for reading: what and why, the requirement, the remedy, what it needs."""
    lines = [rule.name, "=" * len(rule.name), "", cleandoc(rule.doc), ""]
    told = [
        ("Requirement", rule.clause),
        ("If it is violated", rule.remedy),
        ("If it is unproven", rule.missing),
        ("Effect", _EFFECTS[rule.effect]),
        ("Needs facts", ", ".join(rule.needs)),
    ]
    for title, text in told:
        if text:
            lines += paragraph(f"{title}: {text}", _WIDTH, "", "  ")
    return "\n".join(lines) + "\n"
