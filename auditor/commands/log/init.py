"""``cto-audit log init``: make an empty log."""

from __future__ import annotations

from typing import Annotated

import typer

from auditor.cli_log import Json, LogFolder, LogSigningKey, answer, log_signer


def command(
    log: LogFolder,
    origin: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The log's name, for ever: like a URL without its scheme, such as example.com/verdicts.",
            show_default=False,
        ),
    ],
    key: LogSigningKey = None,
    json: Json = False,
) -> int:
    """Make an empty log in a new folder, and sign its first checkpoint.

    No other command makes one, so that a log that was taken away is missed rather than begun again.

    \b
    Example:
      cto-audit keygen log
      cto-audit log init --log verdicts --origin example.com/verdicts --key log.key

    \b
    Exit codes: 0 made, 2 usage error (the folder is not empty, the key is no key).
    Files: DIR/checkpoint, the signed head, which anybody may copy.
    """
    signer = log_signer(key)
    from auditor.tlog import create  # noqa: PLC0415 - loads the cryptography
    from auditor.tlog.answer import LogAnswer, head, verifier_key  # noqa: PLC0415

    def work() -> LogAnswer:
        checkpoint = create(log, origin, signer)
        return LogAnswer(
            action="init", log=head(checkpoint), verifier_key=verifier_key(checkpoint.origin, signer.public_key)
        )

    return answer("init", work, json=json)
