"""The transparency log: what was judged can neither be dropped nor rewritten unseen.

An append-only Merkle tree (RFC 6962) of one record for each attestation, as files that any C2SP ``tlog-tiles`` reader
can read: ``DIR/checkpoint`` is the signed head, ``DIR/tile/`` has the hashes and the entries. It is a folder; any static
web server or repository can publish it.

    leaf = record(verified)                     # of `auditor.attest.verify(...)`
    create(folder, "example.com/verdicts", signer)
    append(folder, [leaf], signer)              # each leaf once, however often it is given
    proof = prove(folder, leaf)                 # a .tlog-proof file: verified anywhere, offline
    verify_proof(proof, leaf, keys)             # Included, or `auditor.attest.Refused`
    verify_proof(proof, leaf, keys, log=folder) # and the log still stands by it
    check(folder, keys, since=seen_earlier)     # the whole log
    entries(folder, keys)                       # all leaves, proved to the signed root
"""

from __future__ import annotations

from auditor.tlog.check import Checked, check
from auditor.tlog.checkpoint import Checkpoint, open_checkpoint
from auditor.tlog.log import Appended, Entry, append, create, entries, prove
from auditor.tlog.notes import note_key
from auditor.tlog.record import Record, read_record, record, record_unverified
from auditor.tlog.verify import Included, verify_proof

__all__ = [
    "Appended",
    "Checked",
    "Checkpoint",
    "Entry",
    "Included",
    "Record",
    "append",
    "check",
    "create",
    "entries",
    "note_key",
    "open_checkpoint",
    "prove",
    "read_record",
    "record",
    "record_unverified",
    "verify_proof",
]
