"""Proof files: what they look like, and that no other than the one that was made verifies."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.attest import PublicKey, Refused, Signer
from auditor.tlog import append, create, prove, verify_proof
from auditor.tlog.proof import read_proof

from .conftest import ORIGIN, new_signer

SIZE = 11
INDEX = 6
LEAF = b"leaf 6"


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory, signer: Signer) -> bytes:
    log: Path = tmp_path_factory.mktemp("proof") / "log"
    create(log, ORIGIN, signer)
    append(log, [b"leaf %d" % number for number in range(SIZE)], signer)
    return prove(log, LEAF)


def test_the_text_of_a_proof(proof: bytes) -> None:
    lines = proof.decode().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 6"]
    assert lines[2] == b64encode(sha256(b"\x00leaf 7").digest()).decode()
    assert lines[6:9] == ["", ORIGIN, str(SIZE)]
    assert lines[10] == "" and lines[11].startswith(f"— {ORIGIN} ") and lines[12:] == [""]
    assert read_proof(proof).encode() == proof


def test_a_proof_proves_its_leaf_under_its_key(proof: bytes, key: PublicKey) -> None:
    assert verify_proof(proof, LEAF, [key]).index == INDEX
    assert verify_proof(proof, LEAF, [new_signer().public_key, key], origin=ORIGIN).index == INDEX
    with pytest.raises(Refused, match="does not show this attestation"):
        verify_proof(proof, b"leaf 7", [key])
    for keys in ([], [new_signer().public_key]):
        with pytest.raises(Refused, match="no key that you trust"):
            verify_proof(proof, LEAF, keys)


def test_no_flipped_bit_verifies(proof: bytes, key: PublicKey) -> None:
    for at in range(len(proof)):
        for bit in (0, 5, 7):
            changed = bytearray(proof)
            changed[at] ^= 1 << bit
            with pytest.raises(Refused):
                verify_proof(bytes(changed), LEAF, [key])


def test_no_part_and_no_extension_verifies(proof: bytes, key: PublicKey) -> None:
    for at in range(len(proof)):
        for changed in (proof[:at], proof[:at] + proof[at + 1 :], proof[:at] + b"\n" + proof[at:]):
            with pytest.raises(Refused):
                verify_proof(changed, LEAF, [key])
    for changed in (proof + b"\n", b"\n" + proof, proof + proof):
        with pytest.raises(Refused):
            verify_proof(changed, LEAF, [key])


def test_reordered_dropped_and_repeated_hashes(proof: bytes, key: PublicKey) -> None:
    lines = proof.split(b"\n")
    for changed in (
        [*lines[:2], lines[3], lines[2], *lines[4:]],
        [*lines[:2], *lines[3:]],
        [*lines[:3], lines[2], *lines[3:]],
        [lines[1], lines[0], *lines[2:]],
    ):
        with pytest.raises(Refused):
            verify_proof(b"\n".join(changed), LEAF, [key])


@pytest.mark.parametrize("index", ["5", "7", "06", "+6", "6 ", "", "-6", "6e0", "99999999999999999999", "６"])
def test_another_index(index: str, proof: bytes, key: PublicKey) -> None:
    with pytest.raises(Refused):
        verify_proof(proof.replace(b"index 6", f"index {index}".encode()), LEAF, [key])


def test_extra_data_is_not_taken(proof: bytes, key: PublicKey) -> None:
    extra = proof.replace(b"index 6", b"extra AAAA\nindex 6")
    with pytest.raises(Refused, match="names no index"):
        verify_proof(extra, LEAF, [key])


def test_a_proof_has_a_bound(proof: bytes, key: PublicKey) -> None:
    line = b64encode(bytes(32)) + b"\n"
    for count in (65, 10_000):
        with pytest.raises(Refused):
            read_proof(proof.replace(b"\n\n", b"\n" + line * count + b"\n", 1))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_nothing_else(junk: bytes) -> None:
    for text in (junk, b"c2sp.org/tlog-proof@v1\n" + junk, b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + junk):
        with pytest.raises(Refused):
            verify_proof(text, LEAF, [])
