"""``cto-audit claims PATH…``: what do these documents claim, and what supports it?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli_admissions import records
from auditor.cli_attest import PublicKeyFiles
from auditor.cli_known import KnownFingerprint, SecretEnv, SecretFile, engine
from auditor.cli_output import complain, say
from auditor.commands.audit import EXIT_CODES, AllowFile, BaselineFile, read_allow, read_key, tell_speed
from auditor.commands.gate import Authority, LogFolder, LogKeys, MaxAge, PolicyDigest, Require, demands


def command(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help="Documents and work items, and folders of them.", show_default=False),
    ],
    key: PublicKeyFiles = None,
    admission: Authority = None,
    max_age: MaxAge = None,
    policy_digest: PolicyDigest = None,
    require: Require = None,
    log: LogFolder = None,
    log_key: LogKeys = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="A policy of your own, for secrets.")] = None,
    fingerprint_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The key of the secrets' fingerprints.")
    ] = None,
    known_secret_env: SecretEnv = None,
    known_secret_file: SecretFile = None,
    known_fingerprint: KnownFingerprint = None,
    allow: AllowFile = None,
    secrets_baseline: BaselineFile = None,
) -> int:
    """Find every Stage 2 pass claim in Markdown documents and work items, and say what supports it.

    A work item's claim is supported if the gate lets it through; another document's, if it names a run or a work item
    that is. Decision records are held against the template's rules, blocked work items whose support has since arrived
    are listed, and the documents are searched for secrets. What is negated, demanded, planned, quoted, in code or under a
    heading such as "Template" or "Example" claims nothing.

    \b
    Examples:
      cto-audit claims docs work --key auditor.pub --admission admissions/
      cto-audit claims . --json

    \b
    Exit codes: 0 everything stands; 1 a claim has no support, a decision record is not valid or
    a secret was found; 2 usage error; 3 nothing is wrong, but not everything could be checked,
    such as signatures without --key.
    """
    asked = max_age is not None or policy_digest is not None or bool(require) or log is not None or bool(log_key)
    trust = demands(key, max_age, policy_digest, require, log, log_key) if key or asked else None
    from auditor import instants  # noqa: PLC0415 - the whole machinery, which a wrong option need not wait for
    from auditor.audit import rules_allow  # noqa: PLC0415
    from auditor.policy import load  # noqa: PLC0415
    from auditor.scan_answer import result  # noqa: PLC0415
    from auditor.scanning import Findings, scan_paths  # noqa: PLC0415
    from auditor.withhold import withhold  # noqa: PLC0415
    from auditor.workitems.claims_answer import answer, as_text  # noqa: PLC0415
    from auditor.workitems.survey import survey  # noqa: PLC0415

    in_force = load(policy)
    secret_key = None if fingerprint_key is None else read_key(fingerprint_key)
    allowances = rules_allow() | read_allow(allow, secrets_baseline)
    searching = engine(known_secret_env, known_secret_file, known_fingerprint, secret_key)
    surveyed = survey(paths, trust, records(admission))
    findings = scan_paths(searching, surveyed.documents) if surveyed.documents else Findings()
    found = result(findings, secret_key, allowances)
    failing = sum(secret.confidence in in_force.failing_confidence for secret in found.answer.secrets)
    shown = withhold(
        answer(surveyed, found.answer.secrets, failing, findings.gaps, instants.now()), searching, findings.hits
    )
    if json:
        from auditor.published_json import as_json  # noqa: PLC0415

        say(as_json(shown))
    else:
        say(as_text(shown))
    if found.allowed:  # none must be passed over in silence
        complain(f"left out as allowed: {len(found.allowed)}", "`cto-audit scan` shows each, with its reason")
    tell_speed(searching)
    return EXIT_CODES[shown.decision]
