"""The log itself: made, appended to, proved from.

An append writes the new entries, then the tiles, each to the disk, and the signed checkpoint last, in one stroke. What
the checkpoint does not cover is no part of the log. Before anything is signed, the tiles at the right edge must hash to
the root that was signed before, so that a log that was tampered with is not signed anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from auditor.attest.keys import PublicKey, Signer
from auditor.attest.refused import Refused, refusal
from auditor.errors import OperatorError
from auditor.tlog.checkpoint import Checkpoint, open_checkpoint, open_earlier, read_checkpoint, sign_checkpoint
from auditor.tlog.files import CHECKPOINT, DRAFT, Files, locked, read_checkpoint_file
from auditor.tlog.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    extends,
    includes,
    inclusion_proof,
    leaf_hash,
)
from auditor.tlog.notes import is_name
from auditor.tlog.proof import Proof
from auditor.tlog.tiles import MAX_ENTRY_BYTES, WIDTH, Edge, Tile, TileNodes, hashes, last_tile, pack


class Entry(msgspec.Struct, frozen=True):
    """Where an entry stands. `already` is true if it had been in the log before."""

    index: int
    already: bool


class Appended(msgspec.Struct, frozen=True):
    """The entries in the order in which they were given, and the log's head with them in it."""

    entries: list[Entry]
    checkpoint: Checkpoint


def create(folder: Path, origin: str, signer: Signer) -> Checkpoint:
    """Make an empty log called `origin` in a new or empty folder, and return its first checkpoint.

    An append never makes a log, so that one that was taken away is missed rather than begun again.
    """
    if not is_name(origin):
        raise OperatorError(
            "a log's origin holds no space, no plus and no control character",
            "name it like a URL without its scheme, such as example.com/verdicts",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(f"{folder} cannot be made: {error.strerror}", "name another folder") from error
    files = Files(folder)
    with locked(folder, exclusive=True):
        if any(path.name != DRAFT for path in folder.iterdir()):
            raise OperatorError(f"{folder} is not empty", "name a new folder; to add to a log, use `log append`")
        checkpoint = sign_checkpoint(origin, 0, EMPTY_ROOT, signer)
        try:
            files.write(CHECKPOINT, checkpoint.note)
        except OSError as error:
            raise _unwritable(files, error, "mend that, and make it once more") from error
    return checkpoint


def append(
    folder: Path,
    leaves: Sequence[bytes],
    signer: Signer,
    *,
    since: bytes | None = None,
    discard_unsigned: bool = False,
) -> Appended:
    """Add the leaves that the log does not have yet, in order, under one new checkpoint.

    With `since`, a signed checkpoint seen earlier, the log must still begin with all that it covered. Entries on disk that no
    checkpoint covers are left by an append that was interrupted, or by someone who put an old checkpoint back. The same
    append, tried again, completes them; any other is refused unless `discard_unsigned` says to write over them.
    Raises `Refused` if the log does not stand, and OperatorError if it cannot be written.
    """
    _check_lengths(leaves)
    with locked(folder, exclusive=True):
        files = Files(folder)
        head = open_checkpoint(read_checkpoint_file(folder), [signer.public_key])
        edge, bundle = _verified_edge(files, head)
        if since is not None:
            require_consistency(files, open_earlier(since, [signer.public_key], head.origin), head)
        wanted = dict.fromkeys(leaf_hash(leaf) for leaf in leaves)
        places = find(files, head, wanted)
        fresh = list({leaf_hash(leaf): leaf for leaf in leaves if leaf_hash(leaf) not in places}.values())
        if discard_unsigned:
            _discard(files, head.size)
        else:
            _refuse_unsigned(files, head.size, fresh)
        if fresh:
            head = _grow(files, head, edge, bundle, fresh, signer)
    added = {leaf_hash(leaf): head.size - len(fresh) + at for at, leaf in enumerate(fresh)}
    entries = [
        Entry(places[key], already=True) if key in places else Entry(added[key], already=False)
        for key in map(leaf_hash, leaves)
    ]
    return Appended(entries, head)


def prove(folder: Path, leaf: bytes, keys: Sequence[PublicKey] = ()) -> bytes:
    """Return the proof that the leaf is in the log, as a C2SP ``tlog-proof``: whole, to be verified anywhere, offline.

    The proof is checked against the checkpoint's root before it is given out. With `keys`, the checkpoint's
    signature is verified as well. Raises `Refused` if the leaf is not in the log or the log does not stand.
    """
    with locked(folder, exclusive=False):
        note = read_checkpoint_file(folder)
        head = open_checkpoint(note, keys) if keys else read_checkpoint(note)
        files = Files(folder)
        key = leaf_hash(leaf)
        index = find(files, head, [key]).get(key)
        if index is None:
            raise refusal("this attestation is not in the log", "add it with `cto-audit log append`")
        return Proof(index, inclusion_proof(TileNodes(files.tile, head.size), index, head.size), head).encode()


def entries(folder: Path, keys: Sequence[PublicKey], *, origin: str | None = None) -> list[bytes]:
    """Return every entry of the log, in order, proved to its signed root: none is missing, changed or added.

    Raises `Refused` where one is, or where none of the keys has signed the checkpoint.
    """
    with locked(folder, exclusive=False):
        head = open_checkpoint(read_checkpoint_file(folder), keys, origin=origin)
        files = Files(folder)
        found: list[bytes] = []
        for start in range(0, head.size, WIDTH):
            found += files.bundle(Tile("entries", start // WIDTH, min(WIDTH, head.size - start)))
    edge = Edge()
    for entry in found:
        edge.add(leaf_hash(entry))
    if edge.root() != head.root:
        raise refusal(
            "the entries do not hash to the signed root",
            "entries were changed; `cto-audit log check` tells which",
        )
    return found


def find(files: Files, head: Checkpoint, wanted: Iterable[bytes]) -> dict[bytes, int]:
    """Return where each wanted leaf hash first stands, for those in the log. Every find is proved to the signed root."""
    missing = set(wanted)
    places: dict[bytes, int] = {}
    nodes = TileNodes(files.tile, head.size)
    for start in range(0, head.size, WIDTH):
        if not missing:
            break
        tile = Tile(0, start // WIDTH, min(WIDTH, head.size - start))
        for at, key in enumerate(hashes(files.tile(tile)), start):
            if key in missing:
                if not includes(key, at, head.size, inclusion_proof(nodes, at, head.size), head.root):
                    raise _damaged(f"{tile.path} does not hash to the signed root")
                missing.discard(key)
                places[key] = at
    return places


def require_consistency(files: Files, old: Checkpoint, new: Checkpoint) -> None:
    """Raise `Refused` unless the log at checkpoint `new` begins with all that checkpoint `old` covered."""
    if old.origin != new.origin:
        raise refusal(f"the checkpoints are of two logs, {old.origin} and {new.origin}", "name the log that you mean")
    if old.size > new.size:
        raise refusal(
            f"the log shrank: it had {old.size} entries and has {new.size}",
            "entries were dropped; bring the log back from a copy that has them",
        )
    proof = consistency_proof(TileNodes(files.tile, new.size), old.size, new.size)
    if not extends(old.size, old.root, new.size, new.root, proof):
        raise refusal(
            f"the log forked: its first {old.size} entries are not those of the earlier checkpoint",
            "entries were rewritten; bring the log back from a copy that agrees with the earlier checkpoint",
        )


def _check_lengths(leaves: Sequence[bytes]) -> None:
    if any(len(leaf) > MAX_ENTRY_BYTES for leaf in leaves):
        raise OperatorError(
            f"an entry of more than {MAX_ENTRY_BYTES} bytes does not fit the log", "log a digest of it instead"
        )


def _verified_edge(files: Files, head: Checkpoint) -> tuple[Edge, list[bytes]]:
    """Return the right edge and the entries of the unfinished bundle, both proved to the signed root."""
    edge = Edge.read(files.tile, head.size)
    if edge.root() != head.root:
        raise _damaged("the tiles do not hash to the signed root")
    last = last_tile("entries", head.size)
    bundle = files.bundle(last) if last else []
    if last and list(map(leaf_hash, bundle)) != edge.rows[0]:
        raise _damaged(f"{last.path} does not hash to the tile that goes with it")
    return edge, bundle


def _damaged(what: str) -> Refused:
    return refusal(what, "nothing was written; `cto-audit log check` tells what was changed")


def _refuse_unsigned(files: Files, size: int, fresh: Sequence[bytes]) -> None:
    """Refuse to write over entries that no checkpoint covers, unless they are the ones to be written."""
    unsigned = unsigned_entries(files, size)
    if unsigned and list(fresh[: len(unsigned)]) != unsigned:
        raise refusal(
            f"the checkpoint does not cover all entries (there are {len(unsigned)} more): an append was interrupted, "
            "or an older checkpoint was put back",
            "put the newer checkpoint back if there was one; else repeat the append that was interrupted, "
            "or write over them with --discard-unsigned",
        )


def unsigned_entries(files: Files, size: int) -> list[bytes]:
    """Return the entries on disk after the first `size`, as far as they can be read without a gap."""
    entries: list[bytes] = []
    while True:
        at = size + len(entries)
        index, covered = divmod(at, WIDTH)
        tile = Tile("entries", index)
        widths = [WIDTH] if files.raw(tile) is not None else files.partials(tile)[-1:]
        if not widths or widths[0] <= covered:
            return entries
        entries += files.bundle(Tile("entries", index, widths[0]))[covered:]
        if widths[0] < WIDTH:
            return entries


def _discard(files: Files, size: int) -> None:
    """Take away what no checkpoint covers."""
    try:
        for path in files.beyond(size):
            (files.folder / path).unlink()
    except OSError as error:
        raise _unwritable(files, error) from error


def _unwritable(files: Files, error: OSError, hint: str = "mend that, and append once more") -> OperatorError:
    return OperatorError(f"the log {files.folder} cannot be written: {error.strerror}", hint)


def _grow(
    files: Files, head: Checkpoint, edge: Edge, bundle: list[bytes], fresh: Sequence[bytes], signer: Signer
) -> Checkpoint:
    """Write the fresh entries, then the tiles, then the checkpoint; take away what has become superfluous."""
    bundles: list[tuple[Tile, bytes]] = []
    full: list[tuple[Tile, bytes]] = []
    for leaf in fresh:
        full += edge.add(leaf_hash(leaf))
        bundle.append(leaf)
        if len(bundle) == WIDTH:
            bundles.append((Tile("entries", edge.size // WIDTH - 1), pack(bundle)))
            bundle = []
    last = last_tile("entries", edge.size)
    if last:
        bundles.append((last, pack(bundle)))
    checkpoint = sign_checkpoint(head.origin, edge.size, edge.root(), signer)
    written: list[str] = []
    try:
        for tile, content in [*bundles, *full, *edge.unfinished()]:
            if files.raw(tile) == content:
                continue
            written.append(tile.path)
            files.write(tile.path, content)
        files.write(CHECKPOINT, checkpoint.note)
    except BaseException as error:
        if read_checkpoint_file(files.folder) == head.note:  # not published: leave nothing behind
            files.remove([*reversed(written), DRAFT])
        if isinstance(error, OSError):
            raise _unwritable(files, error) from error
        raise
    done = [tile for tile, _ in [*bundles, *full] if tile.width == WIDTH]
    files.remove([Tile(tile.level, tile.index, width).path for tile in done for width in files.partials(tile)])
    return checkpoint
