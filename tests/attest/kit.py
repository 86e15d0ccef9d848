"""What the tests of attestations need: keys made on the spot, attested samples, and statements changed and signed again."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined] # it names no exports

from auditor.attest import PublicKey, Refused, Signer, Verified, attest, basis, verify
from auditor.attest.canonical import encode
from auditor.attest.envelope import seal
from auditor.audit import conclude, examine
from auditor.facts import Verdict
from auditor.instants import SECOND, instant
from auditor.policy import load

SAMPLES = Path(__file__).parents[2] / "sample_runs"
NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/expected.json"))
PASS = "stage2-pass-gateway"
NOON = instant("2026-08-01T12:00:00Z") or 0
DAY = 86400 * SECOND
VERDICT = "urn:cto:attestation:verdict:v1"


def new_signer() -> Signer:
    """Return a fresh Ed25519 signing key."""
    return CryptoSigner(Ed25519PrivateKey.generate())


SIGNER: Signer = new_signer()
KEY: PublicKey = SIGNER.public_key


def place(name: str) -> tuple[Path, Path | None]:
    """Return a sample's run directory and its authority."""
    (run,) = (path for path in (SAMPLES / name).iterdir() if path.is_dir())
    record = SAMPLES / name / "admission.json"
    return run, record if record.exists() else None


def attested_run(run: Path, record: Path | None, signer: Signer | None = SIGNER, time: int = NOON) -> bytes:
    """Judge a run directory and return the attestation of the verdict."""
    policy = load()
    examined = examine(run, policy, admission=record)
    return attest(conclude(examined, policy), basis(examined), time=time, signer=signer)


@cache
def attested(name: str = PASS) -> bytes:
    """Return the attestation of a sample, signed by `SIGNER` at `NOON`."""
    return attested_run(*place(name))


@cache
def verdict_of(name: str = PASS) -> Verdict:
    """Return the verdict on a sample."""
    run, record = place(name)
    policy = load()
    return conclude(examine(run, policy, admission=record), policy)


def statement(line: bytes) -> dict[str, Any]:
    """Return the statement in an attestation, without any check."""
    found: dict[str, Any] = json.loads(base64.b64decode(json.loads(line)["payload"]))
    return found


def changed(change: Callable[[dict[str, Any]], object], line: bytes | None = None) -> bytes:
    """Return the attestation with its statement changed, and signed again by the same key."""
    told = statement(line or attested())
    change(told)
    return seal(encode(told), SIGNER)


def envelope(change: Callable[[dict[str, Any]], object], line: bytes | None = None) -> bytes:
    """Return the attestation with its envelope changed, in canonical form; the signature is not made again."""
    told = json.loads(line or attested())
    change(told)
    return encode(told) + b"\n"


def check(line: bytes, **options: Any) -> Verified:
    """Verify under the kit's key at noon."""
    given: dict[str, Any] = {"keys": [KEY], "now": NOON} | options
    return verify(line, **given)


def why_not(line: bytes, **options: Any) -> str:
    """Return the reasons of the refusal, which there must be; each must say what to do."""
    try:
        found = check(line, **options)
    except Refused as refused:
        assert all(reason.text and reason.hint for reason in refused.reasons)
        return str(refused)
    raise AssertionError(f"it verified: {found.run_id}")
