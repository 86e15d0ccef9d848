"""A verdict as a comment: fit for GitHub, GitLab and Jira, whatever a run calls itself."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from auditor.workitems.render import comment, jira
from auditor.workitems.standing import Standing
from tests.workitems.kit import BASELINE, FAIL, TRUST, attested

HOSTILE = (
    "x`y`` @all #1 [a](http://b.c) ![i](j) <script>|*_~ {color:red} {{x}} !k! h1. -- \\ \n\n# h\n- [ ] z \x1b[31m\u202e"
)


def told(line: bytes) -> Standing:
    """Return what an attestation says."""
    return TRUST.authentic(line)


@pytest.mark.parametrize("form", [comment, jira])
@pytest.mark.parametrize("name", ["stage2-pass-gateway", FAIL, BASELINE])
def test_a_comment_says_what_matters(form: object, name: str) -> None:
    assert callable(form)
    standing = told(attested(name))
    text = form(standing)
    assert text.startswith(("**", "*"))
    for part in (standing.decision.upper(), standing.sha256, standing.root_sha256, standing.policy_sha256):
        assert part in text
    assert ("no Stage 2 pass" in text) == (name == BASELINE)


def test_markdown_grows_nothing_out_of_a_verdict() -> None:
    text = comment(told(attested(run_id=HOSTILE, reason=HOSTILE)))
    kinds = {
        child.type
        for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
        for child in [token, *(token.children or [])]
    }
    assert kinds <= {
        *("paragraph_open", "paragraph_close", "bullet_list_open", "bullet_list_close", "list_item_open"),
        *("list_item_close", "inline", "text", "code_inline", "strong_open", "strong_close"),
    }
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.count("\n- ") == 9


def test_jira_grows_nothing_out_of_a_verdict() -> None:
    text = jira(told(attested(run_id=HOSTILE, reason=HOSTILE)))
    rows = [line for line in text.splitlines() if line.startswith("||")]
    assert len(rows) == 9
    for row in rows:
        _, name, value, end = re.split(r"\|\||\|", row, maxsplit=3)
        assert name
        assert end == ""
        assert not set(value) & set('|{}[]!*_~@\\`<>"')
        assert "--" not in value
