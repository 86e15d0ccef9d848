"""The tiled layout of a log (C2SP ``tlog-tiles``): which hashes and entries stand in which file.

Level 0 has the hash of each entry, 256 to a tile; each level above has one hash for each *full* tile below. Entry
bundles go with the tiles of level 0: each entry is preceded by its length, two bytes, big-endian. A tile that is not full
yet has its width in its name, ``000.p/17``, so that no file is ever changed once it is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

import msgspec

from auditor.tlog.merkle import HASH_BYTES, fold, perfect_root

WIDTH = 256
HEIGHT = 8

MAX_ENTRY_BYTES = 0xFFFF

_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]{1,2})/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)

Level: TypeAlias = int | Literal["entries"]


class Tile(msgspec.Struct, frozen=True):
    """One file of the log: a tile of `width` hashes at a level, or a bundle of as many entries."""

    level: Level
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The file's path below the log: ``tile/0/x001/x234/067``, or ``tile/entries/000.p/17``."""
        groups, rest = [f"{self.index % 1000:03}"], self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{'/'.join(groups)}{partial}"

    @classmethod
    def named(cls, path: str) -> Tile | None:
        """Return the tile that this path belongs to, or None if no tile has it."""
        match = _PATH.fullmatch(path)
        if match is None:
            return None
        level: Level = "entries" if match["level"] == "entries" else int(match["level"])
        tile = cls(level, int(match["index"].replace("/", "").replace("x", "")), int(match["width"] or WIDTH))
        return tile if tile.path == path else None

    def end(self) -> int:
        """Return how many hashes or entries its level has up to the end of this tile."""
        return self.index * WIDTH + self.width

    def is_of(self, size: int) -> bool:
        """Tell whether a log of `size` entries has this tile, be it as an earlier form of one that has grown since."""
        return self.end() <= (size if self.level == "entries" else size >> HEIGHT * self.level)

    @property
    def full(self) -> Tile:
        """The tile that this one becomes in the end."""
        return Tile(self.level, self.index)


ReadTile: TypeAlias = Callable[[Tile], bytes]
"""Returns the bytes of a tile, cut to its width; raises `auditor.attest.Refused` if there is none."""


def last_tile(level: Level, size: int) -> Tile | None:
    """Return the tile at the right edge of a level in a log of `size` entries, or None if no tile is unfinished there."""
    count = size if level == "entries" else size >> HEIGHT * level
    return Tile(level, count // WIDTH, count % WIDTH) if count % WIDTH else None


def levels(size: int) -> range:
    """Return the levels that a log of `size` entries has hashes at."""
    return range(max(size.bit_length() - 1, 0) // HEIGHT + 1) if size else range(0)


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every file that a log of `size` entries needs, and no other."""
    for level in ("entries", *levels(size)):
        count = size if level == "entries" else size >> HEIGHT * int(level)
        yield from (Tile(level, index) for index in range(count // WIDTH))
        last = last_tile(level, size)
        if last is not None:
            yield last


def hashes(content: bytes) -> list[bytes]:
    """Return the hashes that a tile holds, from the left."""
    return [content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES)]


def pack(entries: list[bytes]) -> bytes:
    """Return a bundle of these entries; an entry has at most 65,535 bytes."""
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def unpack(bundle: bytes) -> list[bytes] | None:
    """Return the entries of a bundle, or None if it ends within one."""
    entries: list[bytes] = []
    at = 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2])
        if at + 2 > len(bundle) or end > len(bundle):
            return None
        entries.append(bundle[at + 2 : end])
        at = end
    return entries


class TileNodes:
    """The nodes of a log's tree, read from its tiles as they are asked for; each tile is read once."""

    def __init__(self, read: ReadTile, size: int) -> None:
        self._read = read
        self._size = size
        self._tiles: dict[Tile, bytes] = {}

    def __call__(self, height: int, index: int) -> bytes:
        """Return the hash of a perfect part of the tree; see `auditor.tlog.merkle.Nodes`."""
        level, inner = divmod(height, HEIGHT)
        first = index << inner
        count = self._size >> HEIGHT * level
        tile = Tile(level, first // WIDTH, min(WIDTH, count - first // WIDTH * WIDTH))
        if tile not in self._tiles:
            self._tiles[tile] = self._read(tile)
        start = first % WIDTH * HASH_BYTES
        return perfect_root(hashes(self._tiles[tile][start : start + (HASH_BYTES << inner)]))


class Edge:
    """The right edge of a growing tree: at each level the hashes whose tile is not full yet.

    All that is needed to add entries to a log of any size, and to know its root.
    """

    def __init__(self, size: int = 0, rows: list[list[bytes]] | None = None) -> None:
        self.size = size
        self.rows = rows or []

    @classmethod
    def read(cls, read: ReadTile, size: int) -> Edge:
        """Return the edge of the log of `size` entries from its unfinished tiles."""
        last = [last_tile(level, size) for level in levels(size)]
        return cls(size, [[] if tile is None else hashes(read(tile)) for tile in last])

    def add(self, leaf: bytes) -> list[tuple[Tile, bytes]]:
        """Add one leaf hash; return each tile that is full now, and its content, the lowest first."""
        self.size += 1
        level, rising = 0, leaf
        done: list[tuple[Tile, bytes]] = []
        while True:
            if level == len(self.rows):
                self.rows.append([])
            row = self.rows[level]
            row.append(rising)
            if len(row) < WIDTH:
                return done
            done.append((Tile(level, (self.size >> HEIGHT * (level + 1)) - 1), b"".join(row)))
            rising = perfect_root(row)
            row.clear()
            level += 1

    def unfinished(self) -> Iterator[tuple[Tile, bytes]]:
        """Yield the unfinished tiles and their content."""
        for level, row in enumerate(self.rows):
            tile = last_tile(level, self.size)
            if tile is not None:
                yield tile, b"".join(row)

    def root(self) -> bytes:
        """Return the root of the tree."""
        parts = []
        for row in reversed(self.rows):
            at = 0
            for bit in reversed(range(HEIGHT)):
                if len(row) & 1 << bit:
                    parts.append(perfect_root(row[at : at + (1 << bit)]))
                    at += 1 << bit
        return fold(parts)
