"""The verdict as JUnit XML, for build servers that know tests: one suite a run, one test case a rule.

A violated rule is a failure, one that could not be proven an error, one that does not apply is skipped. A warning passes,
with its sentence among the output. The first case is the decision itself, so that a run whose every rule holds and from
which nothing can be claimed does not look like a pass: a sound refusal is skipped, any other block an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape

from auditor.emit.arrange import place
from auditor.emit.safe import safe, short
from auditor.emit.style import PLAIN, Style
from auditor.facts import Exhibit, Ruling, Verdict

NAME = "junit"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_PLACES = 25


def emit(verdict: Verdict, style: Style = PLAIN) -> str:
    """Return a document with one suite; `style` changes nothing."""
    return "".join(suites([("", verdict)]))


def suites(verdicts: Iterable[tuple[str, Verdict]]) -> Iterator[str]:
    """Yield a document of one suite a verdict, each with the place of its run directory (empty: not told), in pieces.

    Nothing is kept of a verdict that has been written.
    """
    yield f'{_HEAD}<testsuites name="cto-audit">\n'
    for where, verdict in verdicts:
        yield _suite(where, verdict)
    yield "</testsuites>\n"


def _suite(where: str, verdict: Verdict) -> str:
    cases = [_decision(verdict), *(_case(verdict, ruling) for ruling in verdict.rulings)]
    counts = Counter(outcome for outcome, _ in cases)
    numbers = {
        "tests": len(cases),
        "failures": counts["failure"],
        "errors": counts["error"],
        "skipped": counts["skipped"],
    }
    known = {
        "place": where,
        "decision": verdict.decision,
        "reason": short(verdict.reason),
        "supports_stage2_pass": "true" if verdict.supports_stage2_pass else "false",
        "model_grade": verdict.model_grade or "",
        "root_sha256": verdict.root_sha256 or "",
        "ruleset_sha256": verdict.tool.ruleset_sha256,
        "policy_sha256": verdict.tool.policy_sha256,
    }
    properties = "".join(
        f"<property{_attributes(name=name, value=value)}/>\n" for name, value in known.items() if value
    )
    told = _attributes(name=short(verdict.run_id, 200), **{name: str(number) for name, number in numbers.items()})
    body = "".join(text for _, text in cases)
    return f"<testsuite{told}>\n<properties>\n{properties}</properties>\n{body}{_output(verdict)}</testsuite>\n"


def _decision(verdict: Verdict) -> tuple[str, str]:
    reason = short(verdict.reason)
    if verdict.decision == "pass":
        return _wrapped(verdict, "cto-audit", "decision", "", "pass", reason, reason)
    open_ = any(r.status in {"violated", "unproven"} and r.effect != "warn" for r in verdict.rulings)
    outcome = "failure" if verdict.decision == "fail" else "error" if open_ or verdict.gaps else "skipped"
    return _wrapped(verdict, "cto-audit", "decision", outcome, verdict.decision, reason, reason)


def _case(verdict: Verdict, ruling: Ruling) -> tuple[str, str]:
    topic, _, name = ruling.rule.partition(".")
    message = short(ruling.because)
    if ruling.status == "holds":
        return _wrapped(verdict, topic, name, "", "", "", "")
    if ruling.status == "not_applicable":
        return _wrapped(verdict, topic, name, "skipped", "not_applicable", message, "")
    warned = ruling.effect == "warn"
    outcome = "" if warned else "failure" if ruling.status == "violated" else "error"
    kind = "warning" if warned else ruling.status
    return _wrapped(verdict, topic, name, outcome, kind, message, _details(ruling))


def _wrapped(
    verdict: Verdict, topic: str, name: str, outcome: str, kind: str, message: str, body: str
) -> tuple[str, str]:
    """Return the outcome and the test case. What passes keeps its message, if it has one, among its output."""
    case = _attributes(classname=f"{short(verdict.run_id, 200)}.{topic}", name=name)
    if outcome == "skipped":
        inner = f"<skipped{_attributes(message=message)}/>\n"
    elif outcome:
        inner = f"<{outcome}{_attributes(type=kind, message=message)}>{_text(body)}</{outcome}>\n"
    else:
        inner = f"<system-out>{_text(f'{kind}: {message}')}</system-out>\n" if message else ""
    return outcome, f"<testcase{case}>\n{inner}</testcase>\n" if inner else f"<testcase{case}/>\n"


def _details(ruling: Ruling) -> str:
    """Return the sentence, the places, the remedy and the requirement, a line each."""
    lines = [short(ruling.because), *(_exhibit(exhibit) for exhibit in ruling.evidence[:_PLACES])]
    if len(ruling.evidence) > _PLACES:
        lines.append(f"at {len(ruling.evidence) - _PLACES} more")
    lines += [f"do {short(ruling.remedy)}"] if ruling.remedy else []
    lines += [f"for {short(ruling.clause)}"] if ruling.clause else []
    return "\n".join(lines)


def _exhibit(exhibit: Exhibit) -> str:
    return f"at {place(exhibit)}" + (f" {short(exhibit.note)}" if exhibit.note else "")


def _output(verdict: Verdict) -> str:
    """Return what was not read and which credentials were found, masked, as the output of the suite."""
    lines = [f"not read: {place(Exhibit(gap.path, gap.line))}: {short(gap.reason)}" for gap in verdict.gaps]
    lines += [
        f"secret: {place(Exhibit(each.path, each.line))}: {safe(each.detector)} ({each.confidence}) {short(each.masked, 40)}"
        for each in verdict.secrets
    ]
    return f"<system-out>{_text(chr(10).join(lines))}</system-out>\n" if lines else ""


def _attributes(**values: str) -> str:
    return "".join(f' {name}="{escape(safe(value))}"' for name, value in values.items())


def _text(text: str) -> str:
    """Return lines of text as the content of an element. A character that XML 1.0 cannot hold is written as an escape."""
    return escape("\n".join(safe(line) for line in text.split("\n")), quote=False)
