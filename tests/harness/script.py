"""Stage directions for the stand-in: what each agent does. A script is a list of phases, each with its attempts."""

from __future__ import annotations

from typing import Any, TypeAlias

from tests.harness import fixture

Step: TypeAlias = dict[str, Any]
"""One phase: `phase`, `agent`, `attempts`, and what the agent says of itself at its end."""

Call: TypeAlias = tuple[str, dict[str, Any]]
"""One tool call: the tool's name and its arguments."""

MARKERS = f".case/{fixture.TASK}"
TASKS = ".case/tasks/active"

LOOK: list[Call] = [
    ("bash", {"command": f"ls src test && head -n 5 {TASKS}/{fixture.TASK}.md"}),
    ("read", {"path": "src/clock.sh"}),
    ("read", {"path": "test/check.sh"}),
    ("bash", {"command": "sh test/check.sh 2>&1 | head -20"}),
]
MEND: Call = ("edit", {"path": "src/clock.sh", "edits": [{"oldText": fixture.BROKEN, "newText": fixture.PADDED}]})
PROVE: list[Call] = [
    ("bash", {"command": f"sh test/check.sh > {MARKERS}/tested && cat {MARKERS}/tested"}),
    ("write", {"path": f"{TASKS}/{fixture.TASK}.working.md", "content": "# Working Memory\n\n- zero-pad both: kept\n"}),
]


def attempt(calls: list[Call], status: str = "completed", **more: Any) -> Step:
    """One dispatch of an agent: its calls, how it ends, and whether any request was answered."""
    return {"calls": calls, "status": status, "answered": True, "error": None, "failure_class": None, **more}


def step(phase: str, agent: str, calls: list[Call], summary: str, **more: Any) -> Step:
    """One phase that completes at its first attempt."""
    plain: Step = {"phase": phase, "agent": agent, "attempts": [attempt(calls)], "summary": summary}
    return {**plain, "artifacts": {}, "result": {}, **more}


def implement(*extra: Call, mend: bool = True) -> Step:
    """The implementer looks around, mends the reading, proves it, and then does whatever else is asked."""
    calls = [*LOOK, MEND, *PROVE, *extra] if mend else [*LOOK, *extra]
    said = {"commit": "0000000", "filesChanged": ["src/clock.sh"], "testsPassed": True, "evidenceMarkers": ["tested"]}
    return step("implement", "implementer", calls, "Pad both fields to two digits", artifacts=said)


def verify() -> Step:
    """The verifier runs the checks once more."""
    return step("verify", "verifier", [("bash", {"command": "sh test/check.sh"})], "Checks pass")


def review(**more: Any) -> Step:
    """The reviewer reads the change and leaves its marker."""
    command = f"grep -n 'printf' src/clock.sh; printf 'critical: 0\\nwarnings: 1\\n' > {MARKERS}/reviewed"
    finding = {"severity": "warning", "principle": "tests", "message": "consider midnight", "file": "src/clock.sh"}
    findings = {"critical": 0, "warnings": 1, "info": 0, "details": [{**finding, "line": 3}]}
    calls: list[Call] = [("bash", {"command": command})]
    return step("review", "reviewer", calls, "No critical findings", result={"findings": findings}, **more)


def close() -> Step:
    """The closer reads the reviewer's marker; there is nothing to open a pull request with."""
    calls: list[Call] = [("bash", {"command": f"cat {MARKERS}/reviewed"})]
    return step("close", "closer", calls, "Branch ready; no pull request was opened")


def retrospective(answered: bool = True) -> Step:
    """The retrospective writes down what was learned."""
    command = "printf '# Learnings\\n\\n- pad both fields\\n' >> .case/learnings.md"
    whole = step("retrospective", "retrospective", [], "Retrospective complete")
    calls: list[Call] = [("bash", {"command": command})]
    return {**whole, "attempts": [attempt(calls if answered else [], answered=answered)]}


def tiny(*extra: Call) -> list[Step]:
    """The smallest profile: implement, review, close, retrospective."""
    return [implement(*extra), review(), close(), retrospective()]


def standard() -> list[Step]:
    """The standard profile, which also verifies."""
    return [implement(), verify(), review(), close(), retrospective()]


def retried() -> list[Step]:
    """The implementer fails once and is dispatched again; the reviewer then asks for one revision."""
    failed = attempt([("bash", {"command": "false"})], "failed", error="checks still fail after the first attempt")
    first = implement()
    again = {**first["attempts"][0], "failure_class": "test-failure"}
    soft = [{"category": "test-sufficiency", "verdict": "fail", "detail": "add midnight"}]
    look: Call = ("bash", {"command": "sh test/check.sh"})
    second = step("implement", "implementer", [look], "Nothing left to pad")
    return [
        {**first, "attempts": [failed, again]},
        review(revision=1, soft=soft),
        second,
        review(),
        close(),
        retrospective(),
    ]


def unanswered() -> list[Step]:
    """No request is ever answered: the implementer fails twice, and Case still exits 0."""
    error = {"error": "AGENT_RESULT start delimiter not found", "failure_class": "agent-protocol-error"}
    attempts = [attempt([], "failed", answered=False, **error) for _ in range(2)]
    return [{**step("implement", "implementer", [], ""), "attempts": attempts}, review(), close(), retrospective(False)]
