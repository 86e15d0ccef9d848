"""``cto-audit log append ATTESTATION…``: add attestations to the log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auditor.cli_attest import public_keys
from auditor.cli_log import Json, LogFolder, LogSigningKey, Since, answer, log_signer, read_note
from auditor.errors import OperatorError


def command(
    attestations: Annotated[
        list[Path] | None,
        typer.Argument(metavar="ATTESTATION", help="Files that --attest wrote.", show_default=False),
    ],
    log: LogFolder,
    key: LogSigningKey = None,
    signer: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="A public key that attestations are signed with; may be repeated. Default: the log's."
        ),
    ] = None,
    since: Since = None,
    discard_unsigned: Annotated[
        bool,
        typer.Option(
            "--discard-unsigned",
            help="Take away entries that no checkpoint covers, as an interrupted append left them.",
        ),
    ] = False,
    json: Json = False,
) -> int:
    """Add attestations to the log, in the order given, under one new checkpoint: all of them, or none.

    Each must verify under a key named with --signer, or under the log's own. Any decision is taken: a fail that cannot be
    dropped is worth as much as a pass. One that is in the log already keeps its place. The log's old checkpoint and the
    tiles at its edge are verified first, so that a log that was tampered with is never signed anew.

    \b
    Examples:
      cto-audit log append run-1.attestation --log verdicts --key log.key
      cto-audit log append night/*.attestation --log verdicts --key log.key \\
          --signer auditor.pub --since kept/checkpoint

    \b
    Exit codes: 0 all are in the log, 1 refused: an attestation or the log does not stand,
    2 usage error, and where the log cannot be written: then nothing was added.
    An append that was interrupted is completed by the same append, tried again.
    """
    if not attestations:
        raise OperatorError("no attestation is named", "name the files that `cto-audit --attest` wrote")
    mine = log_signer(key)
    keys = public_keys(signer) if signer else [mine.public_key]
    earlier = read_note(since)
    from auditor.attest import Reason, Refused, Verified, read_envelope, verify  # noqa: PLC0415 - loads the cryptography
    from auditor.tlog import append, record  # noqa: PLC0415
    from auditor.tlog.answer import LogAnswer, Logged, head  # noqa: PLC0415

    def work() -> LogAnswer:
        verified: list[Verified] = []
        leaves: list[bytes] = []
        reasons: list[Reason] = []
        for path in attestations:
            try:
                verified.append(verify(read_envelope(path), keys=keys))
                leaves.append(record(verified[-1]))
            except Refused as refused:
                reasons += [Reason(f"{path}: {reason.text}", reason.hint) for reason in refused.reasons]
        if reasons:
            raise Refused(reasons)
        added = append(log, leaves, mine, since=earlier, discard_unsigned=discard_unsigned)
        entries = tuple(
            Logged(str(path), each.run_id, each.decision, entry.index, entry.already)
            for path, each, entry in zip(attestations, verified, added.entries, strict=True)
        )
        return LogAnswer(action="append", log=head(added.checkpoint), entries=entries)

    return answer("append", work, json=json)
