"""What the log holds of an attestation: a small record, since an entry has at most 64 KiB and an attestation may have more.

The record has the SHA-256 of the attestation's bytes, which binds all of it, and what a reader of the log wants to see:
which run, which decision, when. It is canonical JSON, and follows from the attestation alone.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

import msgspec

from auditor.attest import canonical
from auditor.attest.refused import refusal
from auditor.attest.statement import AttestedVerdict
from auditor.attest.verify import Verified, read_statement
from auditor.facts import Decision
from auditor.instants import instant, rfc3339
from auditor.tlog.notes import unbase64

SCHEMA: Literal["cto-audit-log-entry/v1"] = "cto-audit-log-entry/v1"

_NOT_OURS = "name a file that `cto-audit --attest` wrote"


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the log."""

    attestation_sha256: str
    decision: Decision
    root_sha256: str
    run_id: str
    time_verified: str
    schema: Literal["cto-audit-log-entry/v1"] = SCHEMA


class _Sealed(msgspec.Struct, frozen=True):
    payload: str


def record(attestation: Verified) -> bytes:
    """Return the leaf of a verified attestation. One that nobody signed is refused: the log would vouch for nobody's word."""
    if attestation.key_id is None:
        raise refusal("an attestation without a signature does not go into the log", "attest again with a signing key")
    return _leaf(attestation.sha256, attestation.verdict, attestation.time_verified)


def record_unverified(attestation: bytes) -> bytes:
    """Return the same leaf for an attestation that nobody has verified: for a prover, never for who decides.

    Raises `Refused` for what is no attestation of ours.
    """
    try:
        sealed = msgspec.convert(canonical.decode(attestation.removesuffix(b"\n")), _Sealed, strict=True)
    except (canonical.NotCanonical, msgspec.ValidationError):
        raise refusal("this is no attestation of a run", _NOT_OURS) from None
    predicate = read_statement(unbase64(sealed.payload) or b"").predicate
    time = instant(predicate.time_verified)
    if time is None:
        raise refusal("the attestation's timeVerified is no RFC 3339 time", _NOT_OURS)
    return _leaf(sha256(attestation).hexdigest(), predicate.verdict, time)


def read_record(leaf: bytes) -> Record | None:
    """Return the record that an entry is, or None if it is none of ours."""
    try:
        return msgspec.convert(canonical.decode(leaf), Record, strict=True)
    except (canonical.NotCanonical, msgspec.ValidationError):
        return None


def _leaf(digest: str, verdict: AttestedVerdict, time: int) -> bytes:
    return canonical.encode(
        Record(
            attestation_sha256=digest,
            decision=verdict.decision,
            root_sha256=verdict.root_sha256,
            run_id=verdict.run_id,
            time_verified=rfc3339(time),
        )
    )
