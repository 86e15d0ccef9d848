"""A verdict as a few lines of Markdown, or of Jira's markup: in a work item's block, and in a comment.

Everything that comes from the run stands in code spans, so that a run id or a reason can neither end the block nor
mention a person, draw a link, or smuggle in HTML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from auditor.emit.safe import code, prose, safe, short
from auditor.instants import rfc3339
from auditor.workitems.standing import Standing

_REASONS = 10
_REASON_LENGTH = 300
_JIRA_PLAIN = re.compile(r"[A-Za-z0-9 ,.;:/=+'-]")
_JIRA_RULE = re.compile(r"(?<=-)-")


def points(standing: Standing) -> list[str]:
    """Return the verdict's substance as the items of a Markdown list."""
    return [
        f"- Run: {code(standing.run_id)}",
        f"- Judged: `{rfc3339(standing.judged)}`",
        f"- Admitted pair: {code(str(standing.admitted)) if standing.admitted else 'none'}",
        f"- Model grade: {code(standing.grade) if standing.grade else 'no evidence of the model'}",
        f"- Levels: {', '.join(map(code, standing.levels))}",
        f"- Root digest: {code('sha256:' + standing.root_sha256)}",
        f"- Policy digest: {code('sha256:' + standing.policy_sha256)}",
        f"- Reason: {_sentence(standing.reason)}",
        *reasons(standing),
    ]


def reasons(standing: Standing) -> list[str]:
    """Return what does not hold as a nested Markdown list."""
    shown = standing.open_rulings[:_REASONS]
    lines = [f"  - {each.status} {code(each.rule)}: {_sentence(each.because)}" for each in shown]
    if len(standing.open_rulings) > len(shown):
        lines.append(f"  - and {len(standing.open_rulings) - len(shown)} more")
    return lines


def headline(standing: Standing) -> str:
    """Return the decision in one line of Markdown."""
    beside = "" if standing.passes or standing.decision != "pass" else " (of a run that is no Stage 2 pass)"
    return f"**Stage 2 verdict: {standing.decision.upper()}**{beside}"


def comment(standing: Standing) -> str:
    """Return the verdict as a comment for GitHub or GitLab."""
    lines = [
        headline(standing),
        "",
        *points(standing),
        f"- Attestation: {code('sha256:' + standing.sha256)}",
        "",
        "Check it with `cto-audit verify ATTESTATION RUN_DIR --key PUB`.",
    ]
    return "\n".join(lines) + "\n"


def jira(standing: Standing) -> str:
    """Return the verdict as a comment in Jira's wiki markup."""
    rows: Sequence[tuple[str, str]] = (
        ("Run", standing.run_id),
        ("Judged", rfc3339(standing.judged)),
        ("Admitted pair", str(standing.admitted) if standing.admitted else "none"),
        ("Model grade", standing.grade or "no evidence of the model"),
        ("Levels", ", ".join(standing.levels)),
        ("Root digest", f"sha256:{standing.root_sha256}"),
        ("Policy digest", f"sha256:{standing.policy_sha256}"),
        ("Reason", standing.reason),
        ("Attestation", f"sha256:{standing.sha256}"),
    )
    beside = "" if standing.passes or standing.decision != "pass" else " (of a run that is no Stage 2 pass)"
    lines = [f"*Stage 2 verdict: {standing.decision.upper()}*{beside}", ""]
    lines += [f"||{name}|{_wiki(text)}|" for name, text in rows]
    lines += [f"* {each.status} {_wiki(each.rule)}: {_wiki(each.because)}" for each in standing.open_rulings[:_REASONS]]
    return "\n".join(lines) + "\n"


def _sentence(text: str) -> str:
    return prose(short(text, _REASON_LENGTH)) or "(none)"


def _wiki(text: str) -> str:
    """Return text that Jira shows as it is: every character that might mean something is written as an entity."""
    plain = "".join(c if _JIRA_PLAIN.match(c) else f"&#{ord(c)};" for c in safe(short(text, _REASON_LENGTH)))
    plain = plain.replace("://", "&#58;//")
    return _JIRA_RULE.sub("&#45;", plain)
