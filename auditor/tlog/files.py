"""The log's files: read with a bound, written so that a crash leaves each whole or absent, and locked."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor.attest.refused import refusal
from auditor.errors import OperatorError
from auditor.locks import wait_for
from auditor.tlog.merkle import HASH_BYTES
from auditor.tlog.notes import MAX_NOTE_BYTES
from auditor.tlog.tiles import MAX_ENTRY_BYTES, WIDTH, Tile, unpack

CHECKPOINT = "checkpoint"
DRAFT = ".draft"
"""What is being written, before it gets its name. There is one at most, since only one process writes at a time."""

_RESTORE = "bring it back from a copy of the log"
_READABLE = "see that you may read the whole log"
_MAX_BUNDLE_BYTES = WIDTH * (MAX_ENTRY_BYTES + 2)
_MODE = 0o666

PATIENCE = 60.0
"""Seconds to wait for whoever has the log: an append takes a moment, checking or reading a large log longer."""


@contextmanager
def locked(folder: Path, *, exclusive: bool) -> Iterator[None]:
    """Hold the log while reading it (shared) or writing it (exclusive); wait a while for whoever has it.

    The lock is on the folder itself, so that a log that cannot be written can still be read and proved from.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise OperatorError(
            f"the log {folder} cannot be opened: {error.strerror}", "name a log; `cto-audit log init` makes one"
        ) from error
    try:
        try:
            taken = wait_for(descriptor, exclusive=exclusive, patience=PATIENCE)
        except OSError as error:
            raise OperatorError(
                f"the log {folder} cannot be locked: {error.strerror}", "keep it on a file system that knows locks"
            ) from error
        if not taken:
            raise OperatorError(
                f"another process has had the log {folder} for more than {PATIENCE:g} seconds",
                "try again when it is done; if it hangs, end it: the log stays whole",
            )
        yield
    finally:
        os.close(descriptor)


def read_bounded(path: Path, limit: int) -> bytes | None:
    """Return the content of a regular file, or None if there is none; raise `Refused` for anything else."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe must not make us wait
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise refusal(f"{path} cannot be read: {error.strerror}", _READABLE) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise refusal(f"{path} is no regular file", _RESTORE)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise refusal(f"{path} cannot be read: {error.strerror}", _READABLE) from error
    finally:
        os.close(descriptor)
    if len(content) > limit:
        raise refusal(f"{path} is longer than {limit} bytes, which such a file never is", _RESTORE)
    return content


def read_checkpoint_file(folder: Path) -> bytes:
    """Return the log's checkpoint as it stands on disk."""
    note = read_bounded(folder / CHECKPOINT, MAX_NOTE_BYTES)
    if note is None:
        raise refusal(
            f"{folder} has no checkpoint, so it is no log, or no longer one",
            "put the checkpoint back, or make a new log with `cto-audit log init`",
        )
    return note


class Files:
    """The tiles and bundles of one log."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def tile(self, tile: Tile) -> bytes:
        """Return the hashes of a tile, from the full one if the unfinished one is gone already; see `tiles.ReadTile`."""
        found, content = self._either(tile, WIDTH * HASH_BYTES)
        if len(content) != found.width * HASH_BYTES:
            raise refusal(f"{found.path} does not hold {found.width} hashes", _RESTORE)
        return content[: tile.width * HASH_BYTES]

    def bundle(self, tile: Tile) -> list[bytes]:
        """Return the entries of a bundle, likewise."""
        found, content = self._either(tile, _MAX_BUNDLE_BYTES)
        entries = unpack(content)
        if entries is None or len(entries) != found.width:
            raise refusal(f"{found.path} does not hold {found.width} entries", _RESTORE)
        return entries[: tile.width]

    def raw(self, tile: Tile) -> bytes | None:
        """Return the file of exactly this tile or bundle, or None."""
        return read_bounded(self.folder / tile.path, _MAX_BUNDLE_BYTES)

    def _either(self, tile: Tile, limit: int) -> tuple[Tile, bytes]:
        for one in (tile, tile.full):
            content = read_bounded(self.folder / one.path, limit)
            if content is not None:
                return one, content
        raise refusal(f"{tile.path} is missing", _RESTORE)

    def partials(self, tile: Tile) -> list[int]:
        """Return the widths of the unfinished forms of a tile that are on disk, ascending."""
        folder = (self.folder / tile.full.path).with_suffix(".p")
        try:
            names = [path.name for path in folder.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(int(name) for name in names if name.isascii() and name.isdigit() and 0 < int(name) < WIDTH)

    def paths(self) -> Iterator[str]:
        """Yield the path of every file below ``tile/``, sorted, whether it belongs there or not."""
        for folder, folders, names in os.walk(self.folder / "tile", onerror=_unreadable):
            folders.sort()
            for name in sorted(names):
                yield (Path(folder) / name).relative_to(self.folder).as_posix()

    def beyond(self, size: int) -> list[str]:
        """Return the files that a log of `size` entries does not have: no checkpoint covers them."""
        tiles = ((path, Tile.named(path)) for path in self.paths())
        return [path for path, tile in tiles if tile is None or not tile.is_of(size)]

    def write(self, path: str, content: bytes) -> None:
        """Write one file so that it is on the disk, whole, under its name when this returns."""
        target = self.folder / path
        _make_folder(target.parent)
        draft = self.folder / DRAFT
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        _sync_folder(target.parent)

    def remove(self, paths: list[str]) -> None:
        """Remove files that the log does not need; one that stays does no harm, and the next append tries again."""
        for path in paths:
            with contextlib.suppress(OSError):
                (self.folder / path).unlink()
                (self.folder / path).parent.rmdir()  # succeeds for the last one only


def _unreadable(error: OSError) -> None:
    if isinstance(error, FileNotFoundError):  # a log without entries has no tiles yet
        return
    raise refusal(f"{error.filename} cannot be read: {error.strerror}", _READABLE) from error


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, each on the disk before anything is put in it."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
