"""The tree against RFC 6962's own recursive definitions, and against the vectors that Certificate Transparency publishes."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.tlog.merkle import (
    EMPTY_ROOT,
    Nodes,
    consistency_proof,
    extends,
    fold,
    includes,
    inclusion_proof,
    leaf_hash,
    perfect_root,
)

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MOST = 40


def mth(entries: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while 2 * k < len(entries):
        k *= 2
    return sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1, word for word."""
    if len(entries) == 1:
        return []
    k = 1
    while 2 * k < len(entries):
        k *= 2
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: list[bytes], whole: bool) -> list[bytes]:
    """RFC 6962, 2.1.2, word for word."""
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = 1
    while 2 * k < len(entries):
        k *= 2
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


def nodes_of(entries: list[bytes]) -> Nodes:
    def node(height: int, index: int) -> bytes:
        part = entries[index << height : (index + 1) << height]
        assert len(part) == 1 << height, "only perfect parts are nodes"
        return perfect_root([leaf_hash(entry) for entry in part])

    return node


ENTRIES = [b"entry %d" % number for number in range(MOST)]
TREES = [mth(ENTRIES[:size]) for size in range(MOST + 1)]


def test_published_roots() -> None:
    assert [mth(LEAVES[: size + 1]).hex() for size in range(8)] == ROOTS
    whole = perfect_root([leaf_hash(leaf) for leaf in LEAVES])
    assert whole.hex() == ROOTS[-1]
    assert fold([perfect_root([leaf_hash(leaf) for leaf in LEAVES[:4]]), leaf_hash(LEAVES[4])]).hex() == ROOTS[4]
    assert fold([]) == EMPTY_ROOT == TREES[0]


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    ],
)
def test_published_inclusion_proofs(index: int, size: int, proof: list[str]) -> None:
    made = inclusion_proof(nodes_of(LEAVES), index, size)
    assert [each.hex() for each in made] == proof
    assert includes(leaf_hash(LEAVES[index]), index, size, made, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(
    ("old", "new", "proof"),
    [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_published_consistency_proofs(old: int, new: int, proof: list[str]) -> None:
    made = consistency_proof(nodes_of(LEAVES), old, new)
    assert [each.hex() for each in made] == proof
    assert extends(old, bytes.fromhex(ROOTS[old - 1]), new, bytes.fromhex(ROOTS[new - 1]), made)


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_inclusion_proof_is_the_definition_s_and_verifies(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(nodes_of(ENTRIES), index, size)
        assert proof == path(index, ENTRIES[:size])
        assert includes(leaf_hash(ENTRIES[index]), index, size, proof, TREES[size])


@pytest.mark.parametrize("new", range(1, MOST + 1))
def test_every_consistency_proof_is_the_definition_s_and_verifies(new: int) -> None:
    for old in range(1, new + 1):
        proof = consistency_proof(nodes_of(ENTRIES), old, new)
        assert proof == subproof(old, ENTRIES[:new], True)
        assert extends(old, TREES[old], new, TREES[new], proof)
    assert consistency_proof(nodes_of(ENTRIES), 0, new) == []
    assert extends(0, EMPTY_ROOT, new, TREES[new], [])


@given(st.data())
def test_a_changed_inclusion_proof_never_verifies(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, MOST))
    index = data.draw(st.integers(0, size - 1))
    leaf, proof = leaf_hash(ENTRIES[index]), path(index, ENTRIES[:size])
    for other in range(size):
        assert other == index or not includes(leaf, other, size, proof, TREES[size])
    assert not includes(leaf, size, size, proof, TREES[size])
    assert not includes(leaf, -1, size, proof, TREES[size])
    assert not includes(leaf_hash(b"other"), index, size, proof, TREES[size])
    assert not includes(leaf, index, size, [*proof, TREES[1]], TREES[size])
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        assert not includes(leaf, index, size, proof[:at] + proof[at + 1 :], TREES[size])
        flipped = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        assert not includes(leaf, index, size, [*proof[:at], flipped, *proof[at + 1 :]], TREES[size])
    if len(set(proof)) > 1:
        assert not includes(leaf, index, size, proof[::-1], TREES[size])


@given(st.data())
def test_a_changed_consistency_proof_never_verifies(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, MOST))
    old = data.draw(st.integers(1, new - 1))
    proof = subproof(old, ENTRIES[:new], True)
    assert not extends(old, TREES[new], new, TREES[old], proof)
    assert not extends(new, TREES[new], old, TREES[old], proof)
    assert not extends(old, TREES[old], new, TREES[new], [*proof, TREES[1]])
    assert not extends(old, TREES[old], new, TREES[new], [])
    forked = mth([b"another", *ENTRIES[1:old]])
    assert not extends(old, forked, new, TREES[new], proof)
    at = data.draw(st.integers(0, len(proof) - 1))
    flipped = bytes([proof[at][0] ^ 1]) + proof[at][1:]
    assert not extends(old, TREES[old], new, TREES[new], [*proof[:at], flipped, *proof[at + 1 :]])
    assert not extends(old, TREES[old], new, TREES[new], proof[:at] + proof[at + 1 :])


def test_trees_without_entries() -> None:
    assert extends(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    assert not extends(0, TREES[1], 5, TREES[5], [])
    assert not extends(0, EMPTY_ROOT, 5, TREES[5], [TREES[1]])
    assert not extends(5, TREES[5], 5, TREES[4], [])
    assert not includes(leaf_hash(b""), 0, 0, [], EMPTY_ROOT)
    with pytest.raises(ValueError, match="no entry 0"):
        inclusion_proof(nodes_of([]), 0, 0)
    with pytest.raises(ValueError, match="does not begin"):
        consistency_proof(nodes_of(ENTRIES), 3, 2)
