"""``cto-audit log check``: does the whole log stand?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli_attest import PublicKeyFiles, public_keys
from auditor.cli_log import Json, LogFolder, Origin, Since, answer, read_note
from auditor.cli_output import destination
from auditor.errors import OperatorError


def command(
    log: LogFolder,
    key: PublicKeyFiles = None,
    since: Since = None,
    origin: Origin = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the checkpoint there if it stands: keep it for the next --since.",
        ),
    ] = None,
    json: Json = False,
) -> int:
    """Check the whole log: recompute every tile from the entries, and compare with the signed checkpoint.

    With --since, the log must begin with all that an earlier checkpoint covered: that is how a log that dropped or rewrote
    entries is found out, even if its own key signed it. Keep checkpoints where who keeps the log cannot change them.

    \b
    Example, as a nightly job:
      cto-audit log check --log verdicts --key log.pub --since kept/checkpoint -o kept/checkpoint

    \b
    Exit codes: 0 the log stands, 1 refused, with every reason, 2 usage error,
    3 the log stands, but files follow that its checkpoint does not cover: an append was
    interrupted, or an older checkpoint was put back.
    """
    if not key:
        raise OperatorError("no key is named that you trust", "name the log's public key with --key")
    if not log.is_dir():
        raise OperatorError(f"the log {log} is no folder", "name a log; `cto-audit log init` makes one")
    if str(output) == "-":
        raise OperatorError("--output - is no file, and the answer goes to standard output", "name a file")
    keys = public_keys(key)
    earlier = read_note(since)
    from auditor.tlog import check  # noqa: PLC0415 - loads the cryptography
    from auditor.tlog.answer import LogAnswer, checked  # noqa: PLC0415

    notes: list[str] = []

    def work() -> LogAnswer:
        found = check(log, keys, since=earlier, origin=origin)
        if not found.problems and not found.unsigned:
            notes.append(found.checkpoint.note.decode())
        return checked(found)

    with destination(output, log, key, "--output", "the log") as write:
        code = answer("check", work, json=json)
        if output is not None and notes:
            write(notes[0])
    return code
