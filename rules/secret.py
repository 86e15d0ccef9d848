"""Secret: no credential in any artifact or file name."""

import re

from auditor.evidence import Evidence, Outcome, holds, not_applicable, noted, rule, unproven, violated
from auditor.facts import Exhibit, Secret, Suppressed, visible
from auditor.policy import Policy

_CLAUSE = "No secrets appear in task file, argv, report, trace, backend logs or any other artifact."
_CREDENTIAL_NAME = re.compile(
    r"(^|_)(API_?KEY|ACCESS_KEY|SECRET_ACCESS_KEY|SECRET(_KEY)?|AUTH_TOKEN|TOKEN|PASSWORD|PASSWD|PRIVATE_KEY|PAT)$",
    re.IGNORECASE,
)
_HARMLESS = re.compile(r"<redacted>|\*{3,}|", re.IGNORECASE)


_TOLD = 3
"""Allowed findings that the sentence itself names; the exhibits name the others."""


def _apart(run: Evidence, policy: Policy, *, failing: bool) -> tuple[list[Secret], list[Suppressed]]:
    """Return what counts and what an allow-list took out, of the confidences that fail a run or of the others."""
    asked = [secret for secret in run.secrets if (secret.confidence in policy.failing_confidence) is failing]
    allowed = [secret for secret in asked if isinstance(secret, Suppressed)]
    return [secret for secret in asked if not isinstance(secret, Suppressed)], allowed


def _told(allowed: list[Suppressed]) -> str:
    """Return the part of the sentence that tells of allowed findings; nothing where there are none."""
    if not allowed:
        return ""
    named = ", ".join(f"{each.fingerprint} ({visible(each.reason.strip())})" for each in allowed[:_TOLD])
    more = f" and {len(allowed) - _TOLD} more" if len(allowed) > _TOLD else ""
    return f"; {len(allowed)} allowed: {named}{more}"


def _shown(allowed: list[Suppressed]) -> list[Exhibit]:
    return [
        Exhibit(each.path, each.line, None, f"allowed: {visible(each.reason.strip())} {each.fingerprint}")
        for each in allowed
    ]


@rule(
    "secret.none-leaked",
    clause=_CLAUSE,
    remedy="Revoke the credential now, then find the step that wrote it. Do not copy this directory anywhere.",
)
def none_leaked(run: Evidence, policy: Policy) -> Outcome:
    """No artifact and no name holds a credential in a provider's format, in clear or in a known disguise.

    Why: a log outlives the run and is read by many. Case masks its events too much and too little, so a mask there
    proves nothing.
    """
    leaked, allowed = _apart(run, policy, failing=True)
    if leaked:
        first = leaked[0]
        because = f"{visible(first.path)} holds a credential ({first.detector}){_told(allowed)}"
        return violated(because, [*leaked, *_shown(allowed)])
    unread = [artifact for artifact in run.artifacts if artifact.sha256 is None]
    if unread:
        return unproven("files that could not be read whole were not scanned whole", unread)
    if not run.artifacts:
        return unproven("the directory holds no file to scan")
    return holds(f"{len(run.artifacts)} files were scanned, and their names{_told(allowed)}", _shown(allowed))


@rule(
    "secret.nothing-suspicious",
    clause=_CLAUSE,
    remedy="Look at the place: a keyword or mere randomness gave the hit. Allow it by fingerprint if it is harmless.",
    effect="warn",
)
def nothing_suspicious(run: Evidence, policy: Policy) -> Outcome:
    """Nothing looks like a credential by keyword or randomness alone.

    Why: such a hit is too often an id or a digest to fail a run, and too often a key to be dropped.
    """
    suspects, allowed = _apart(run, policy, failing=False)
    if suspects:
        return violated(f"{len(suspects)} places look like a credential{_told(allowed)}", [*suspects, *_shown(allowed)])
    if not run.artifacts or any(artifact.sha256 is None for artifact in run.artifacts):
        return unproven("not every file could be scanned")
    return holds(f"nothing looks like a credential{_told(allowed)}", _shown(allowed))


@rule(
    "secret.environment-redacted",
    clause=_CLAUSE,
    remedy="Let the harness write <redacted> for the value of every credential variable.",
    reads=("env",),
)
def environment_redacted(run: Evidence, policy: Policy) -> Outcome:
    """Variables that are named like credentials are recorded as ``<redacted>``.

    Why: a value in no provider's format is still a secret when its name says so.
    """
    env = run.document("env")
    if env is None:
        if run.of_kind("env"):
            return unproven("the recorded environment cannot be read", run.of_kind("env"))
        return not_applicable("the run recorded no environment")
    open_ = [
        name
        for name, value in env.data.items()
        if _CREDENTIAL_NAME.search(name) and not (isinstance(value, str) and _HARMLESS.fullmatch(value))
    ]
    if open_:
        return violated(
            f"the value of {visible(open_[0])} is recorded in clear",
            [noted(env.at(name), "not redacted") for name in open_],
        )
    return holds("every credential variable is redacted", [env.at()])
