"""A verdict as evidence: signed, bound to every byte that was judged, and verifiable by anyone with the public key.

`attest` makes an attestation of a verdict, `verify` says whether one is to be believed. The format is DSSE around an
in-toto Statement with a SLSA Verification Summary; see `statement` for what it says and `envelope` for how it is sealed.
"""

from __future__ import annotations

from auditor.attest.attested import Basis, attest, basis, judged_at
from auditor.attest.envelope import read_envelope
from auditor.attest.keys import KeyPair, PublicKey, Signer, SigningKey, generate, public_key, signing_key
from auditor.attest.levels import implied, known_levels
from auditor.attest.refused import Reason, Refused
from auditor.attest.statement import AdmissionUsed, AttestedVerdict
from auditor.attest.verify import Verified, verify

__all__ = [
    "AdmissionUsed",
    "AttestedVerdict",
    "Basis",
    "KeyPair",
    "PublicKey",
    "Reason",
    "Refused",
    "Signer",
    "SigningKey",
    "Verified",
    "attest",
    "basis",
    "generate",
    "implied",
    "judged_at",
    "known_levels",
    "public_key",
    "read_envelope",
    "signing_key",
    "verify",
]
