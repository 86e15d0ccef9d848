"""``cto-audit log prove ATTESTATION``: a proof that the attestation is in the log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli_attest import PublicKeyFiles, public_keys
from auditor.cli_log import EXIT_REFUSED, Json, LogFolder, answer
from auditor.cli_output import destination
from auditor.errors import OperatorError


def command(
    attestation: Annotated[
        Path, typer.Argument(metavar="ATTESTATION", help="The file that --attest wrote.", show_default=False)
    ],
    log: LogFolder,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the proof there, whole or not at all."),
    ] = None,
    key: PublicKeyFiles = None,
    json: Json = False,
) -> int:
    """Write the proof that an attestation is in the log: one text file, verified anywhere, offline.

    The proof (C2SP tlog-proof) has the entry's index, the hashes that lead to the root, and the signed checkpoint. It stays
    good however long the log grows. With --key the checkpoint must be signed by one of these keys, else nobody's word is
    checked here: whoever gets the proof verifies it.

    \b
    Examples:
      cto-audit log prove run-1.attestation --log verdicts -o run-1.tlog-proof
      cto-audit log verify run-1.attestation run-1.tlog-proof --key log.pub

    \b
    Exit codes: 0 proved, 1 refused: it is not in the log, or the log does not stand, 2 usage error.
    """
    if not log.is_dir():
        raise OperatorError(f"the log {log} is no folder", "name a log; `cto-audit log init` makes one")
    target = None if output is None or str(output) == "-" else output
    keys = public_keys(key or [])
    from auditor.attest import read_envelope  # noqa: PLC0415 - loads the cryptography
    from auditor.tlog import prove, record_unverified  # noqa: PLC0415
    from auditor.tlog.answer import LogAnswer, Logged, head  # noqa: PLC0415
    from auditor.tlog.proof import read_proof  # noqa: PLC0415
    from auditor.tlog.record import read_record  # noqa: PLC0415

    proofs: list[str] = []

    def work() -> LogAnswer:
        leaf = record_unverified(read_envelope(attestation))
        proof = prove(log, leaf, keys)
        found, entry = read_proof(proof), read_record(leaf)
        assert entry is not None  # we have just made it
        proofs.append(proof.decode())
        return LogAnswer(
            action="prove",
            log=head(found.checkpoint),
            entries=(Logged(str(attestation), entry.run_id, entry.decision, found.index),),
            proof=proofs[0],
        )

    inputs = [attestation, *(key or [])]
    with destination(target, log, inputs, "--output", "the log") as write:
        if target is None and not json:
            return answer("prove", work, json=False, shown=lambda found: found.proof)
        code = answer("prove", work, json=json)
        if target is not None and code != EXIT_REFUSED:
            write(proofs[0])
    return code
