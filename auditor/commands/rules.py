"""``cto-audit rules``: what is judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli_output import say
from auditor.errors import OperatorError

if TYPE_CHECKING:
    from auditor.evidence import Rule


_COLUMN = 76


def command(
    markdown: Annotated[bool, typer.Option("--markdown", help="A Markdown table, as in rules/README.md.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """List the rules."""
    if markdown and json:
        raise OperatorError("--markdown and --json contradict each other", "give one of them")
    from auditor import ruleset  # noqa: PLC0415 - loads every rule

    rules = ruleset.load().rules
    say(as_markdown(rules) if markdown else as_json(rules) if json else as_text(rules))


def summary(rule: Rule) -> str:
    """Return the first sentence of the rule's documentation, on one line."""
    return " ".join(rule.doc.strip().partition("\n\n")[0].split())


def as_text(rules: Sequence[Rule]) -> str:
    """Return a table of the rules: name, effect, what holds."""
    from auditor.emit.tables import table  # noqa: PLC0415

    rows = [[rule.name, rule.effect, summary(rule)] for rule in rules]
    return "\n".join(table(rows, ["rule", "effect", "what must hold"], indent="", widths=(None, None, _COLUMN))) + "\n"


def as_markdown(rules: Sequence[Rule]) -> str:
    """Return the table that stands between the markers of ``rules/README.md``."""
    rows = [f"| `{rule.name}` | {rule.effect} | {_cell(summary(rule))} | {_cell(rule.clause)} |" for rule in rules]
    return "\n".join(["| Rule | Effect | What must hold | Requirement |", "| --- | --- | --- | --- |", *rows]) + "\n"


def as_json(rules: Sequence[Rule]) -> str:
    """Return the rules with all that they say of themselves."""
    import msgspec  # noqa: PLC0415

    fields = ("name", "topic", "effect", "clause", "remedy", "missing", "needs")
    rows = [{**{field: getattr(rule, field) for field in fields}, "summary": summary(rule)} for rule in rules]
    return msgspec.json.encode(rows).decode() + "\n"


def _cell(text: str) -> str:
    """Return our own text for a table cell: it may use Markdown, but no bar."""
    return " ".join(text.split()).replace("|", "\\|")
