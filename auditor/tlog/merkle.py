"""The Merkle tree of RFC 6962: hashes, proofs, and the checks of proofs. Pure: knows no file and no key.

A tree of `size` entries is cut at the largest power of two below `size`, its left part is perfect, and so on down to
the leaves. A *node* is the root of a perfect part: ``(height, index)`` covers the entries from ``index << height`` up to
``(index + 1) << height``. Whoever makes a proof needs the nodes only; whoever checks one needs nothing but the proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import TypeAlias

HASH_BYTES = 32

EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without entries."""

Nodes: TypeAlias = Callable[[int, int], bytes]
"""Returns the hash of the node ``(height, index)``."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry. The prefix keeps an entry from being passed off as an inner node."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node from those of its two children."""
    return sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a number of hashes that is a power of two."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def fold(parts: Iterable[bytes]) -> bytes:
    """Return the root of a tree from its perfect parts, given from the largest (left) to the smallest (right)."""
    root = b""
    for part in reversed(list(parts)):
        root = node_hash(part, root) if root else part
    return root or EMPTY_ROOT


def range_root(nodes: Nodes, start: int, end: int) -> bytes:
    """Return the root over the entries from `start` up to `end`.

    The range must be one that the tree has: `start` is a multiple of a power of two that is not below ``end - start``.
    """
    parts = []
    while start < end:
        height = (end - start).bit_length() - 1
        parts.append(nodes(height, start >> height))
        start += 1 << height
    return fold(parts)


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """Return the hashes that lead from entry `index` to the root of the tree of `size` entries, the leaf's sibling first."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} entries has no entry {index}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _left_part(end - start)
        if index < middle:
            path.append(range_root(nodes, middle, end))
            end = middle
        else:
            path.append(range_root(nodes, start, middle))
            start = middle
    return path[::-1]


def consistency_proof(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """Return the hashes that show the tree of `old` entries to be the beginning of the tree of `new` entries.

    Nothing needs to be shown of an empty tree, nor of a tree and itself: the proof is then empty.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} entries does not begin with one of {old}")
    if old in {0, new}:
        return []
    path, start, end = [], 0, new
    while old != end:
        middle = start + _left_part(end - start)
        if old <= middle:
            path.append(range_root(nodes, middle, end))
            end = middle
        else:
            path.append(range_root(nodes, start, middle))
            start = middle
    if start:
        path.append(range_root(nodes, start, end))
    return path[::-1]


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether the proof shows the leaf hash to be entry `index` of the tree with this size and root."""
    if not 0 <= index < size:
        return False
    # On the way up, `at` is the node's index in its row and `last` that of the row's last node.
    at, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            current = node_hash(sibling, current)
            while not at & 1 and at:  # the row's odd last node rises unchanged until it has a left sibling
                at >>= 1
                last >>= 1
        else:
            current = node_hash(current, sibling)
        at >>= 1
        last >>= 1
    return last == 0 and current == root


def extends(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows the second tree to begin with all entries of the first, in the same order."""
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if not 0 < old < new or not proof:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at >>= 1
        last >>= 1
    path = list(proof)
    # An old tree that is perfect is itself the node that the proof starts from, and is not repeated in it.
    before = after = path.pop(0) if at else old_root
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            after = node_hash(after, sibling)
        at >>= 1
        last >>= 1
    return last == 0 and before == old_root and after == new_root


def _left_part(size: int) -> int:
    """Return the size of the left part of a tree: the largest power of two below `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1
