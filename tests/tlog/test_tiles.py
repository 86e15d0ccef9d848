"""The tiled layout against the specification's own words and numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.tlog.merkle import HASH_BYTES, includes, inclusion_proof, leaf_hash, node_hash
from auditor.tlog.tiles import WIDTH, Edge, Tile, TileNodes, hashes, last_tile, levels, pack, tiles_of, unpack


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(3, 1000, 17), "tile/3/x001/000.p/17"),
        (Tile("entries", 999, 255), "tile/entries/999.p/255"),
        (Tile("entries", 1000), "tile/entries/x001/000"),
    ],
)
def test_paths(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.named(path) == tile


@given(
    st.builds(Tile, st.one_of(st.just("entries"), st.integers(0, 63)), st.integers(0, 10**12), st.integers(1, WIDTH))
)
def test_a_path_names_one_tile(tile: Tile) -> None:
    assert Tile.named(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile",
        "tile/0",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p",
        "tile/x/000",
        "tile/-1/000",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "checkpoint",
    ],
)
def test_what_is_no_tile(path: str) -> None:
    assert Tile.named(path) is None


def test_the_specification_s_example_of_70000_entries() -> None:
    tiles = list(tiles_of(70_000))
    full = {level: sum(tile.level == level and tile.width == WIDTH for tile in tiles) for level in (0, 1, 2, "entries")}
    assert full == {0: 273, 1: 1, 2: 0, "entries": 273}
    assert last_tile(0, 70_000) == Tile(0, 273, 112)
    assert last_tile(1, 70_000) == Tile(1, 1, 17)
    assert last_tile(2, 70_000) == Tile(2, 0, 1)
    assert len(tiles) == 273 + 273 + 1 + 4


def test_the_specification_s_example_of_256_entries() -> None:
    assert [tile.path for tile in tiles_of(256)] == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    assert list(tiles_of(0)) == [] and list(levels(0)) == []
    assert [tile.path for tile in tiles_of(1)] == ["tile/entries/000.p/1", "tile/0/000.p/1"]


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_holds_its_entries(entries: list[bytes]) -> None:
    bundle = pack(entries)
    assert unpack(bundle) == entries
    if entries:
        assert unpack(bundle[:-1]) is None or not entries[-1]
        assert unpack(bundle + b"\0") is None


def test_the_longest_entry() -> None:
    assert unpack(pack([b"x" * 0xFFFF])) == [b"x" * 0xFFFF]
    assert pack([b"ab", b""]) == b"\0\2ab\0\0"


class Memory:
    """The tiles of a tree, kept in memory."""

    def __init__(self, size: int) -> None:
        self.tiles: dict[str, bytes] = {}
        edge = Edge()
        for number in range(size):
            for tile, content in edge.add(leaf_hash(b"%d" % number)):
                self.tiles[tile.path] = content
        for tile, content in edge.unfinished():
            self.tiles[tile.path] = content
        self.edge = edge

    def read(self, tile: Tile) -> bytes:
        content = self.tiles[tile.path]
        assert len(content) == tile.width * HASH_BYTES
        return content


def naive_root(row: list[bytes]) -> bytes:
    """Hash pairs row by row; the odd last node rises as it is. The same tree as RFC 6962 cuts, built from below."""
    while len(row) > 1:
        pairs = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        row = pairs + row[len(row) // 2 * 2 :]
    return row[0]


SIZES = [1, 2, 3, 255, 256, 257, 511, 512, 513, 767, 1024, 65_535, 65_536, 65_537, 66_000]


@pytest.mark.parametrize("size", SIZES)
def test_the_tiles_of_a_tree(size: int) -> None:
    memory = Memory(size)
    row = [leaf_hash(b"%d" % number) for number in range(size)]
    root = naive_root(row)
    assert memory.edge.root() == root
    assert set(memory.tiles) == {tile.path for tile in tiles_of(size) if tile.level != "entries"}
    again = Edge.read(memory.read, size)
    assert (again.size, again.root(), list(again.unfinished())) == (size, root, list(memory.edge.unfinished()))
    nodes = TileNodes(memory.read, size)
    for index in {0, size // 3, size // 2, max(size - 257, 0), size - 1}:
        assert includes(row[index], index, size, inclusion_proof(nodes, index, size), root)


def test_the_root_at_every_size() -> None:
    edge, row = Edge(), []
    for number in range(600):
        assert edge.add(leaf_hash(b"%d" % number)) is not None
        row.append(leaf_hash(b"%d" % number))
        assert edge.root() == naive_root(row)


def test_each_upper_hash_is_the_root_of_a_full_tile() -> None:
    memory = Memory(66_000)
    for index in (0, 1, 255):
        upper = hashes(memory.tiles["tile/1/000"])[index]
        assert upper == naive_root(hashes(memory.tiles[f"tile/0/{index:03}"]))
    assert memory.tiles["tile/2/000.p/1"] == naive_root(hashes(memory.tiles["tile/1/000"]))


def test_which_tiles_a_log_has() -> None:
    assert Tile(0, 0, 5).is_of(5) and not Tile(0, 0, 6).is_of(5)
    assert Tile(1, 0, 1).is_of(256) and not Tile(1, 0, 1).is_of(255)
    assert Tile("entries", 1).is_of(512) and not Tile("entries", 1).is_of(511)
