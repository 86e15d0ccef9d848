"""``cto-audit fingerprint``: stand-ins for credentials, so that the machine that audits need not hold them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli_known import SecretEnv, SecretFile, values
from auditor.cli_output import say
from auditor.errors import OperatorError


def command(
    known_secret_env: SecretEnv = None,
    known_secret_file: SecretFile = None,
    fingerprint_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Without this key nobody can test a guess.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Changes nothing: a fingerprint file is one JSON object.")
    ] = False,
) -> None:
    """Print a fingerprint file of the credentials that you name, for --known-fingerprint.

    It holds a random salt, each value's length, keyed digests of the value and of every sixteen characters of it, and no
    value. Whoever has the file alone can test guesses, so make one with --fingerprint-key for values that could be
    guessed in whole or in part, and give the same key to the audit.
    """
    if not known_secret_env and not known_secret_file:
        raise OperatorError(
            "no credential is named", "name a variable with --known-secret-env or a file with --known-secret-file"
        )
    from auditor.commands.audit import read_key  # noqa: PLC0415
    from auditor.places import rules_folder  # noqa: PLC0415
    from auditor.secrets import fingerprint_file  # noqa: PLC0415
    from auditor.secrets.patterns import load_patterns  # noqa: PLC0415

    key = b"" if fingerprint_key is None else read_key(fingerprint_key)
    public = {anchor for pattern in load_patterns(rules_folder() / "secrets") for anchor in pattern.anchors}
    say(fingerprint_file(values(known_secret_env, known_secret_file), key, public).decode("ascii"))
