"""Proofs (C2SP ``tlog-proof``): a text file that shows, offline, that an entry is in a log.

::

    c2sp.org/tlog-proof@v1
    index 5
    <one line of base64 for each hash of the inclusion proof, the leaf's sibling first>

    <the checkpoint, as signed>
"""

from __future__ import annotations

from base64 import b64encode

import msgspec

from auditor.attest.refused import refusal
from auditor.tlog.checkpoint import NUMBER, Checkpoint, read_checkpoint
from auditor.tlog.merkle import HASH_BYTES, includes, leaf_hash
from auditor.tlog.notes import MAX_NOTE_BYTES, unbase64

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 64

_MAKE = "make the proof anew with `cto-audit log prove`"


class Proof(msgspec.Struct, frozen=True):
    """That entry `index` is in the tree of `checkpoint`; `hashes` lead from the leaf's sibling up to the root's child."""

    index: int
    hashes: list[bytes]
    checkpoint: Checkpoint

    def encode(self) -> bytes:
        """Return the proof as the text that goes into a ``.tlog-proof`` file."""
        lines = [HEADER, f"index {self.index}", *(b64encode(each).decode() for each in self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint.note

    def shows(self, leaf: bytes) -> bool:
        """Tell whether the hashes lead from this leaf to the checkpoint's root. Says nothing of who signed it."""
        return includes(leaf_hash(leaf), self.index, self.checkpoint.size, self.hashes, self.checkpoint.root)


def read_proof(proof: bytes) -> Proof:
    """Return what a proof says. Nothing is verified. Raises `Refused` for anything but a ``tlog-proof``.

    The format's line of extra data is not taken: nothing would authenticate it, and we have no use for it.
    """
    if len(proof) > 2 * MAX_NOTE_BYTES:
        raise refusal(f"a proof of more than {2 * MAX_NOTE_BYTES} bytes is not read", _MAKE)
    head, gap, note = proof.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    if not gap or lines[0] != HEADER or len(lines) < 2:
        raise refusal("this is no inclusion proof", _MAKE)
    word, _, number = lines[1].partition(" ")
    if word != "index" or not NUMBER.fullmatch(number):
        raise refusal("the inclusion proof names no index", _MAKE)
    hashes = [unbase64(line) for line in lines[2:]]
    whole = [each for each in hashes if each is not None and len(each) == HASH_BYTES]
    if len(whole) != len(hashes) or len(whole) > MAX_HASHES:
        raise refusal("the inclusion proof has a line that is no hash", _MAKE)
    return Proof(int(number), whole, read_checkpoint(note))
