"""Does the whole log stand: every entry, every tile, the signature, and what was seen of it before?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from auditor.attest.keys import PublicKey
from auditor.attest.refused import Refused
from auditor.tlog.checkpoint import Checkpoint, open_checkpoint, open_earlier
from auditor.tlog.files import Files, locked, read_checkpoint_file
from auditor.tlog.merkle import HASH_BYTES, leaf_hash
from auditor.tlog.record import read_record
from auditor.tlog.tiles import WIDTH, Edge, Tile, pack

MAX_PROBLEMS = 20


class Checked(msgspec.Struct, frozen=True):
    """What checking the whole log found.

    `problems` contradict the signed root or the earlier checkpoint, each in one sentence, at most `MAX_PROBLEMS` of them:
    the log does not stand. `unsigned` are files that the checkpoint does not cover: an append was interrupted, or an
    older checkpoint was put back, and the log alone cannot tell which. `decisions` counts the entries by decision;
    ``foreign`` counts those that are no record of ours.
    """

    checkpoint: Checkpoint
    since: Checkpoint | None
    decisions: dict[str, int]
    problems: tuple[str, ...]
    unsigned: tuple[str, ...]


def check(folder: Path, keys: Sequence[PublicKey], *, since: bytes | None = None, origin: str | None = None) -> Checked:
    """Recompute every tile from the entries, and compare all of them with the disk, the signed root and `since`.

    `since` is a signed checkpoint seen earlier: the log must begin with all that it covered. Raises `Refused` where one
    of the checkpoints does not verify: then there is nothing to compare with.
    """
    with locked(folder, exclusive=False):
        head = open_checkpoint(read_checkpoint_file(folder), keys, origin=origin)
        seen = None if since is None else open_earlier(since, keys, head.origin)
        walk = _Walk(Files(folder), head, seen)
        problems = []
        for problem in walk.problems():
            problems.append(problem)
            if len(problems) == MAX_PROBLEMS:
                break
        unsigned = tuple(walk.files.beyond(head.size))
    return Checked(head, seen, dict(sorted(walk.decisions.items())), tuple(problems), unsigned)


class _Walk:
    """One pass over the entries of a log, from the first to the last."""

    def __init__(self, files: Files, head: Checkpoint, since: Checkpoint | None) -> None:
        self.files = files
        self.decisions: Counter[str] = Counter()
        self._head = head
        self._since = since
        self._edge = Edge()

    def problems(self) -> Iterator[str]:
        """Yield what is wrong, in the order of the log."""
        if self._since is not None and self._since.size > self._head.size:
            yield f"the log shrank: it had {self._since.size} entries and has {self._head.size}"
        yield from self._forked()
        try:
            for start in range(0, self._head.size, WIDTH):
                yield from self._bundle(Tile("entries", start // WIDTH, min(WIDTH, self._head.size - start)))
            for tile, content in self._edge.unfinished():
                yield from self._tile(tile, content)
        except Refused as missing:  # without these entries the tree cannot be built any further
            yield missing.reason
            return
        if self._edge.root() != self._head.root:
            yield "the entries do not hash to the signed root"

    def _bundle(self, tile: Tile) -> Iterator[str]:
        entries = self.files.bundle(tile)
        yield from self._grown(tile, lambda width: pack(entries[:width]))
        for entry in entries:
            found = read_record(entry)
            self.decisions["foreign" if found is None else found.decision] += 1
            for full, content in self._edge.add(leaf_hash(entry)):
                yield from self._tile(full, content)
            yield from self._forked()

    def _forked(self) -> Iterator[str]:
        """Compare the tree with the earlier checkpoint, once it has come to that size."""
        since = self._since
        if since is not None and since.size == self._edge.size and since.root != self._edge.root():
            yield f"the log forked: its first {since.size} entries are not those of the earlier checkpoint"

    def _tile(self, tile: Tile, content: bytes) -> Iterator[str]:
        try:
            stored = self.files.tile(tile)
        except Refused as missing:
            yield missing.reason
            return
        for at in range(tile.width):
            part = slice(at * HASH_BYTES, (at + 1) * HASH_BYTES)
            if stored[part] != content[part]:
                what = f"entry {tile.index * WIDTH + at}" if tile.level == 0 else f"hash {at}"
                yield f"{what} does not agree with {tile.path}"
        yield from self._grown(tile, lambda width: content[: width * HASH_BYTES])

    def _grown(self, tile: Tile, narrowed: Callable[[int], bytes]) -> Iterator[str]:
        """Compare the earlier, narrower forms of a tile that are still there: readers of old checkpoints get them."""
        for width in self.files.partials(tile):
            if width < tile.width:
                earlier = Tile(tile.level, tile.index, width)
                if self.files.raw(earlier) != narrowed(width):
                    yield f"{earlier.path} does not agree with {tile.path}"
