"""The folder of a work item, held open: nothing in it can be exchanged between looking and writing.

Files are read only if they are regular, written beside and put in place at one stroke, and on the disk before anything
refers to them.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from auditor.drafts import replacing
from auditor.errors import OperatorError
from auditor.facts import visible
from auditor.locks import wait_for

_PATIENCE = 10.0


class Found(msgspec.Struct, frozen=True):
    """A regular file's content and its status when it was read."""

    data: bytes
    status: os.stat_result

    def is_still(self, status: os.stat_result) -> bool:
        """Tell whether a later status is that of the very content that was read."""
        own = self.status
        return (own.st_dev, own.st_ino, own.st_size, own.st_mtime_ns) == (
            status.st_dev,
            status.st_ino,
            status.st_size,
            status.st_mtime_ns,
        )


class Folder:
    """An open folder. Names are those of files directly in it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def names(self) -> list[str]:
        """Return the names of all entries, sorted."""
        with mended("its folder cannot be listed"), os.scandir(self._descriptor) as entries:
            return sorted(entry.name for entry in entries)

    def read(self, name: str, limit: int) -> Found | None:
        """Return the regular file's content, at most one byte more than `limit`; None where there is no such file.

        Raise `OperatorError` where it is a link, no regular file, or cannot be read.
        """
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
        with mended(f"{visible(name)} cannot be read"):
            try:
                descriptor = os.open(name, flags, dir_fd=self._descriptor)
            except FileNotFoundError:
                return None
            try:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    what = "a folder" if stat.S_ISDIR(status.st_mode) else "no regular file"
                    raise OperatorError(f"{visible(name)} is {what}", "name the Markdown files themselves")
                with os.fdopen(descriptor, "rb", closefd=False) as file:
                    return Found(file.read(limit + 1), status)
            finally:
                os.close(descriptor)

    def required(self, name: str, limit: int) -> Found:
        """Return the regular file's content as `read` does. Raise `OperatorError` where there is none."""
        found = self.read(name, limit)
        if found is None:
            raise OperatorError(f"{visible(name)} is gone", "name an existing file")
        return found

    def write(self, name: str, data: bytes, like: Found | None = None) -> None:
        """Put a file in place, whole or not at all; `sync` makes sure that it is still there after a crash.

        With `like`, the file that it replaces: mode and owner stay, and a file that has changed since is not replaced.
        """
        with mended(f"{visible(name)} cannot be written"), replacing(name, self._descriptor) as file:
            if like is not None:
                _keep(file.fileno(), like.status)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            self._refuse_change(name, like)

    def sync(self) -> None:
        """Have the disk know of every file that was put in place."""
        with mended("it is in place, but whether the disk has it is not known"):
            os.fsync(self._descriptor)

    def remove(self, name: str) -> None:
        """Remove a file of ours after something went wrong; what went wrong is told by its own error."""
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=self._descriptor)

    def _refuse_change(self, name: str, like: Found | None) -> None:
        if like is not None and not like.is_still(os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)):
            raise OperatorError(
                f"{visible(name)} was changed by somebody else in the meantime", "look at it, and try again"
            )


@contextlib.contextmanager
def opened(path: Path, *, exclusive: bool = False) -> Iterator[Folder]:
    """Yield the folder `path`; if `exclusive`, only when no other process has it so.

    Raise `OperatorError` where it cannot be opened, or stays taken.
    """
    with mended(f"the folder {visible(os.fspath(path))} cannot be opened"):
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if exclusive:
            _lock(descriptor)
        yield Folder(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def mended(what: str) -> Iterator[None]:
    """Turn the system's refusal into a sentence for the operator."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise OperatorError(f"{what}: {reason}", "see that the file and its folder can be read and written") from error


def _lock(descriptor: int) -> None:
    """Wait for the folder's lock, which ends with the process that holds it."""
    try:
        taken = wait_for(descriptor, exclusive=True, patience=_PATIENCE)
    except OSError as error:
        raise OperatorError(
            f"the folder cannot be locked: {error.strerror}", "attach on a file system that has locks"
        ) from error
    if not taken:
        raise OperatorError("another process is attaching a verdict in the same folder", "try again when it is done")


def _keep(descriptor: int, status: os.stat_result) -> None:
    """Give the draft the mode and the owner of the file that it will replace."""
    own = os.fstat(descriptor)
    if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid):
        os.fchown(descriptor, status.st_uid, status.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
