"""``cto-audit scan PATH…``: are there credentials in these files, or in these commits?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli_known import KnownFingerprint, SecretEnv, SecretFile, engine
from auditor.cli_output import complain, say
from auditor.commands.audit import AllowFile, BaselineFile, read_allow, read_key, tell_speed
from auditor.errors import OperatorError

EXIT_CLEAN = 0
EXIT_FOUND = 1
EXIT_UNREAD = 3


def command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Files and folders; with --git, repositories.", show_default=False),
    ] = None,
    git: Annotated[
        str | None,
        typer.Option(
            metavar="RANGE", help="Scan the commits in RANGE, such as main..HEAD or --git=--all, not the files."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    fingerprint_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The key of the secrets' fingerprints.")
    ] = None,
    known_secret_env: SecretEnv = None,
    known_secret_file: SecretFile = None,
    known_fingerprint: KnownFingerprint = None,
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="A policy of your own.")] = None,
    allow: AllowFile = None,
    secrets_baseline: BaselineFile = None,
) -> int:
    """Look for credentials in files and folders, or in the messages and blobs of a range of commits.

    Exits 0 if there are none, 1 if there are any of a confidence that the policy lets fail, and 3 if there are none but
    something could not be read.
    """
    if not paths and git is None:
        raise OperatorError("nothing is named to be scanned", "name files or folders, or commits with --git")
    from auditor.audit import rules_allow  # noqa: PLC0415 - the whole machinery, which a wrong option need not wait for
    from auditor.policy import load  # noqa: PLC0415
    from auditor.scan_answer import as_text, result  # noqa: PLC0415
    from auditor.scanning import scan_commits, scan_paths  # noqa: PLC0415
    from auditor.withhold import withhold  # noqa: PLC0415

    in_force = load(policy)
    key = None if fingerprint_key is None else read_key(fingerprint_key)
    allowances = rules_allow() | read_allow(allow, secrets_baseline)
    searching = engine(known_secret_env, known_secret_file, known_fingerprint, key)
    named = list(paths or [Path()])
    findings = scan_paths(searching, named) if git is None else scan_commits(searching, named, git)
    found = withhold(result(findings, key, allowances), searching, findings.hits)
    shown = found.answer
    failing = sum(secret.confidence in in_force.failing_confidence for secret in shown.secrets)
    if json:
        from auditor.published_json import as_json  # noqa: PLC0415

        say(as_json(shown))
        if found.allowed:  # the published object has no place for them, and none must be passed over in silence
            complain(f"left out as allowed: {len(found.allowed)}", "without --json each is shown, with its reason")
    else:
        say(as_text(found, findings, failing))
    tell_speed(searching)
    if failing:
        return EXIT_FOUND
    return EXIT_UNREAD if shown.gaps else EXIT_CLEAN
