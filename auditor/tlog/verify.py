"""Does a proof show an entry to be in the log, and does the log still stand by it?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from auditor.attest.keys import PublicKey
from auditor.attest.refused import refusal
from auditor.tlog.checkpoint import Checkpoint, open_checkpoint, open_earlier
from auditor.tlog.files import Files, locked, read_checkpoint_file
from auditor.tlog.log import require_consistency
from auditor.tlog.proof import read_proof


class Included(msgspec.Struct, frozen=True):
    """What a proof that verifies says: the entry stands at `index` in the log that had `checkpoint` as its head.

    `current` is the log's head now, which begins with all that `checkpoint` covers; None where no log was at hand.
    """

    index: int
    checkpoint: Checkpoint
    current: Checkpoint | None = None


def verify_proof(
    proof: bytes,
    leaf: bytes,
    keys: Sequence[PublicKey],
    *,
    origin: str | None = None,
    since: bytes | None = None,
    log: Path | None = None,
) -> Included:
    """Return where the leaf stands in the log; raise `Refused` unless the proof shows it under a trusted key.

    `proof` is the content of a ``.tlog-proof`` file, `leaf` what `auditor.tlog.record` makes of the attestation, and
    `keys` those whose logs are trusted. With `origin` only that log counts.

    With `log`, the folder of the log or of a copy, the log must still begin with all that the proof's checkpoint covers:
    one that shrank or forked since is refused. `since` is a signed checkpoint seen earlier, which proof and log must not
    contradict either; without `log`, only one of the proof's own size can be compared, and any other is refused.
    """
    found = read_proof(proof)
    checkpoint = open_checkpoint(found.checkpoint.note, keys, origin=origin)
    if not found.shows(leaf):
        raise refusal(
            "the proof does not show this attestation to be in the log",
            "it was made for another attestation, or was changed; make it anew with `cto-audit log prove`",
        )
    seen = None if since is None else open_earlier(since, keys, checkpoint.origin)
    if log is not None:
        return Included(found.index, checkpoint, _current(log, keys, [checkpoint, *([seen] if seen else [])]))
    if seen is not None and (seen.size, seen.root) != (checkpoint.size, checkpoint.root):
        if seen.size == checkpoint.size:
            raise refusal(
                f"the log forked: it signed two different heads for its first {seen.size} entries",
                "do not rely on it; ask who keeps the log",
            )
        raise refusal(
            "the proof and the checkpoint seen earlier are of two sizes, and only the log can tell whether they agree",
            "name the log, or a copy of it",
        )
    return Included(found.index, checkpoint)


def _current(folder: Path, keys: Sequence[PublicKey], earlier: Sequence[Checkpoint]) -> Checkpoint:
    """Return the log's head, which begins with all that the earlier checkpoints covered."""
    with locked(folder, exclusive=False):
        head = open_checkpoint(read_checkpoint_file(folder), keys)
        for each in earlier:
            require_consistency(Files(folder), each, head)
    return head
