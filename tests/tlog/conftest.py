"""Logs and keys for the tests: keys are made here, on the spot."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined] # it names no exports

from auditor.attest.keys import PublicKey, Signer
from auditor.tlog import create

ORIGIN = "example.com/verdicts"


def new_signer() -> Signer:
    """Return a fresh signing key."""
    return CryptoSigner(Ed25519PrivateKey.generate())


@pytest.fixture(scope="session")
def signer() -> Signer:
    """The log's key."""
    return new_signer()


@pytest.fixture(scope="session")
def key(signer: Signer) -> PublicKey:
    """Its public half."""
    return signer.public_key


@pytest.fixture
def log(tmp_path: Path, signer: Signer) -> Path:
    """An empty log."""
    create(tmp_path / "log", ORIGIN, signer)
    return tmp_path / "log"
