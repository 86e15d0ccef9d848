"""What the log holds of an attestation: a small record, since an entry has at most 64 KiB and an attestation may have more.

The record has the SHA-256 of the attestation's bytes, which binds all of it, and what a reader of the log wants to see:
which run, which decision, when. It is canonical JSON, and follows from the attestation alone.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.attest import canonical
from auditor.attest.refused import refusal
from auditor.attest.verify import Verified
from auditor.facts import Decision
from auditor.instants import rfc3339

SCHEMA: Literal["cto-audit-log-entry/v1"] = "cto-audit-log-entry/v1"


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the log."""

    attestation_sha256: str
    decision: Decision
    root_sha256: str
    run_id: str
    time_verified: str
    schema: Literal["cto-audit-log-entry/v1"] = SCHEMA


def record(attestation: Verified) -> bytes:
    """Return the leaf of a verified attestation. One that nobody signed is refused: the log would vouch for nobody's word."""
    if attestation.key_id is None:
        raise refusal("an attestation without a signature does not go into the log", "attest again with a signing key")
    return canonical.encode(
        Record(
            attestation_sha256=attestation.sha256,
            decision=attestation.decision,
            root_sha256=attestation.root_sha256,
            run_id=attestation.run_id,
            time_verified=rfc3339(attestation.time_verified),
        )
    )


def read_record(leaf: bytes) -> Record | None:
    """Return the record that an entry is, or None if it is none of ours."""
    try:
        return msgspec.convert(canonical.decode(leaf), Record, strict=True)
    except (canonical.NotCanonical, msgspec.ValidationError):
        return None
