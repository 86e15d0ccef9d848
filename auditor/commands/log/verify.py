"""``cto-audit log verify ATTESTATION PROOF``: is this attestation in the log?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli_attest import PublicKeyFiles, public_keys
from auditor.cli_log import Json, Origin, Since, answer, read_note
from auditor.errors import OperatorError


def command(
    attestation: Annotated[
        Path, typer.Argument(metavar="ATTESTATION", help="The file that --attest wrote.", show_default=False)
    ],
    proof: Annotated[Path, typer.Argument(metavar="PROOF", help="The file that log prove wrote.", show_default=False)],
    key: PublicKeyFiles = None,
    signer: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="A public key that attestations are signed with; may be repeated. Default: --key."
        ),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            "--log",
            metavar="DIR",
            help="The log, or a copy: it must still have all that the proof's checkpoint covers.",
        ),
    ] = None,
    since: Since = None,
    origin: Origin = None,
    json: Json = False,
) -> int:
    """Verify an attestation and the proof that it is in the log. Without --log, nothing but the two files is needed.

    \b
    Examples:
      cto-audit log verify run-1.attestation run-1.tlog-proof --key log.pub
      cto-audit log verify run-1.attestation run-1.tlog-proof --key log.pub \\
          --signer auditor.pub --log verdicts --since kept/checkpoint

    \b
    Exit codes: 0 it is in the log, whatever its decision, 1 refused, 2 usage error.
    """
    if not key:
        raise OperatorError("no key is named that you trust", "name the log's public key with --key")
    keys = public_keys(key)
    signers = public_keys(signer) if signer else keys
    text = read_note(proof, "the proof") or b""
    earlier = read_note(since)
    from auditor.attest import read_envelope, verify  # noqa: PLC0415 - loads the cryptography
    from auditor.tlog import record, verify_proof  # noqa: PLC0415
    from auditor.tlog.answer import LogAnswer, Logged, head  # noqa: PLC0415

    def work() -> LogAnswer:
        verified = verify(read_envelope(attestation), keys=signers)
        found = verify_proof(text, record(verified), keys, origin=origin, since=earlier, log=log)
        entry = Logged(str(attestation), verified.run_id, verified.decision, found.index)
        return LogAnswer(
            action="verify",
            log=head(found.current or found.checkpoint),
            entries=(entry,),
            earlier=head(found.checkpoint) if found.current else None,
        )

    return answer("verify", work, json=json)
