"""Walk a run directory: sorted, confined to it, following no link and opening no device or pipe.

Every directory is opened relative to its parent without following links, so a link put in place of a folder while the
walk is under way leads nowhere.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

import msgspec

MAX_DEPTH = 64
"""Folders nested deeper than this are a gap. No harness nests so deep; hostile input does."""

MAX_ENTRIES = 500_000
"""Entries beyond this are a gap, so that a directory cannot be made to be walked for ever."""

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_KINDS = {
    stat.S_IFLNK: "symbolic link",
    stat.S_IFIFO: "named pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "character device",
    stat.S_IFBLK: "block device",
}


def special(mode: int) -> str | None:
    """Return what an entry of this mode is called, None for a regular file, a folder and what has no name."""
    return _KINDS.get(stat.S_IFMT(mode))


class Entry(msgspec.Struct, frozen=True):
    """One thing found: `file`, `special` (link, pipe, socket, device; `note` says which) or `gap` (`note` says why).

    `path` is relative, undecodable bytes as lone surrogates (`os.fsdecode`). `folder` is a descriptor of the parent
    directory, open only until the next entry is asked for; -1 for what is not a file.
    """

    what: str
    path: str
    name: str = ""
    folder: int = -1
    note: str = ""


def walk(root: int) -> Iterator[Entry]:
    """Yield every entry below the open directory `root` that is no directory, sorted by path bytes per folder."""
    yield from _Walker().folder(root, "", 0)


class _Walker:
    def __init__(self) -> None:
        self.seen = 0

    def folder(self, descriptor: int, prefix: str, depth: int) -> Iterator[Entry]:
        try:
            with os.scandir(descriptor) as listing:
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            yield Entry("gap", prefix.rstrip("/") or ".", note=f"the folder cannot be listed: {error.strerror}")
            return
        for entry in entries:
            path = prefix + entry.name
            self.seen += 1
            if self.seen > MAX_ENTRIES:
                if self.seen == MAX_ENTRIES + 1:
                    yield Entry("gap", path, note=f"only the first {MAX_ENTRIES} entries were read")
                return
            if entry.is_dir(follow_symlinks=False):
                yield from self.deeper(descriptor, entry.name, path, depth)
            elif entry.is_file(follow_symlinks=False):
                yield Entry("file", path, entry.name, descriptor)
            else:
                yield Entry("special", path, note=self.special(entry))

    def deeper(self, descriptor: int, name: str, path: str, depth: int) -> Iterator[Entry]:
        if depth >= MAX_DEPTH:
            yield Entry("gap", path, note=f"folders are nested deeper than {MAX_DEPTH}")
            return
        try:
            inner = os.open(name, _OPEN_FOLDER, dir_fd=descriptor)
        except OSError as error:
            yield Entry("gap", path, note=f"the folder cannot be opened: {error.strerror}")
            return
        try:
            yield from self.folder(inner, path + "/", depth + 1)
        finally:
            os.close(inner)

    @staticmethod
    def special(entry: os.DirEntry[str]) -> str:
        try:
            mode = entry.stat(follow_symlinks=False).st_mode
        except OSError:
            return "entry of unknown type"
        return _KINDS.get(stat.S_IFMT(mode), "entry of unknown type")
