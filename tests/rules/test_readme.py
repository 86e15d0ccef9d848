"""The list of rules in ``rules/README.md`` is the one that the rules give."""

from __future__ import annotations

from pathlib import Path

from auditor.commands.rules import as_markdown
from auditor.ruleset import load

README = Path(__file__).parents[2] / "rules" / "README.md"


def test_the_list_of_rules_is_current() -> None:
    text = README.read_text("utf-8")
    listed = text.partition("<!-- rules:begin -->\n")[2].partition("\n<!-- rules:end -->")[0]
    assert listed == as_markdown(load().rules).strip()
