"""Checkpoints (C2SP ``tlog-checkpoint``): the signed word of a log on how many entries it has, and their root."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence

import msgspec

from auditor.attest.keys import PublicKey, Signer
from auditor.attest.refused import Refused, refusal
from auditor.tlog.merkle import EMPTY_ROOT, HASH_BYTES
from auditor.tlog.notes import is_name, note_key, open_note, sign_note, split_note, unbase64

NUMBER = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
"""A size or an index in its one spelling, well below 2**63."""

_WHOLE = "give a checkpoint as its log signed it"


class Checkpoint(msgspec.Struct, frozen=True):
    """The head of a log: `origin` names it, `size` counts its entries, `root` is the hash over all of them.

    `note` is the signed note that this was read from, byte for byte.
    """

    origin: str
    size: int
    root: bytes
    note: bytes


def sign_checkpoint(origin: str, size: int, root: bytes, signer: Signer) -> Checkpoint:
    """Return a checkpoint signed under the log's origin as the key's name."""
    if not is_name(origin):
        raise ValueError("an origin holds no space, no plus and no control character")
    text = f"{origin}\n{size}\n{b64encode(root).decode()}\n"
    return Checkpoint(origin, size, root, sign_note(text, origin, signer))


def open_checkpoint(note: bytes, keys: Sequence[PublicKey], *, origin: str | None = None) -> Checkpoint:
    """Return the checkpoint in a note that one of the keys has signed under the log's origin.

    With `origin`, the checkpoint of any other log is refused, whoever signed it. Raises `Refused`.
    """
    found = read_checkpoint(note)
    if origin is not None and found.origin != origin:
        raise refusal(f"the checkpoint is of the log {found.origin}, not of {origin}", "name the log that you mean")
    open_note(note, [note_key(found.origin, key) for key in keys], f"checkpoint of {found.origin}")
    return found


def open_earlier(note: bytes, keys: Sequence[PublicKey], origin: str) -> Checkpoint:
    """Return the checkpoint of the log `origin` that was seen earlier, told apart from the log's own where it is refused."""
    try:
        return open_checkpoint(note, keys, origin=origin)
    except Refused as refused:
        raise refusal(f"the earlier checkpoint does not stand: {refused.reason}", refused.hint) from refused


def read_checkpoint(note: bytes) -> Checkpoint:
    """Return what a note says as a checkpoint. Nothing is verified: for a prover, never for who decides."""
    return parse_checkpoint(split_note(note)[0], note)


def parse_checkpoint(text: str, note: bytes) -> Checkpoint:
    """Return the checkpoint that a note's text describes; lines after the third are the log's own and are ignored."""
    lines = text.split("\n")[:-1]
    if len(lines) < 3 or not all(lines) or not NUMBER.fullmatch(lines[1]):
        raise refusal("this is no checkpoint: origin, size and root hash, a line each", _WHOLE)
    size, root = int(lines[1]), unbase64(lines[2])
    if root is None or len(root) != HASH_BYTES:
        raise refusal("the root hash of the checkpoint is no base64 of 32 bytes", _WHOLE)
    if size == 0 and root != EMPTY_ROOT:
        raise refusal("the checkpoint has a root hash though it has no entries", _WHOLE)
    return Checkpoint(lines[0], size, root, note)
