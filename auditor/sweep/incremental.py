"""Is a run still what it was when it was judged? By its content, or, where that is trusted, by its files' metadata.

The digest of the metadata has two parts. The first 48 hex digits stand for every regular file: path, size, modification
and change time, inode. The last 16 stand for what is no regular file (links, pipes, devices) and for whether the authority
itself lies in the run: the root digest, which is made of file contents alone, says nothing of these, and verdicts do.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable
from operator import attrgetter

import msgspec

from auditor import reader
from auditor.facts import Artifact, Decision
from auditor.gather import root_digest
from auditor.remembered import Nowhere
from auditor.store import Basis, Row
from auditor.walk import MAX_DEPTH, MAX_ENTRIES, Entry, walk

FILES, OTHERS = 48, 16
_UNCERTAIN = "0" * FILES
RACY_NS = 2_000_000_000
"""A file changed as lately as this could change again within the same tick of the file system's clock, unseen."""

_by_name = attrgetter("name")
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class Stamp(msgspec.Struct, frozen=True):
    """The metadata of a run directory's entries, digested in two parts, and when the newest file was written (ns).

    `files` stands for the regular files, `others` for what is none. `newest` is the directory's own time where it holds no
    file. `whole` is false where something could not be looked at. `racy` tells that a file was changed only just now, and
    could change once more without a later time. `identity` is the directory's device and inode.
    """

    files: str
    others: str
    newest: int
    whole: bool
    racy: bool
    identity: tuple[int, int]

    @property
    def sha256(self) -> str:
        """Both parts as they are stored; the first stands for nothing where it would not be certain."""
        return (_UNCERTAIN if self.racy else self.files) + self.others

    @property
    def certain(self) -> bool:
        """Tell whether an equal stamp, later, would mean that no file was changed in between by ordinary means."""
        return self.whole and not self.racy


class Standing(msgspec.Struct, frozen=True):
    """What of a run's newest verdict is asked about every night: see `auditor.store.Row`.

    `refused` and `supports` tell whether it was soundly refused and whether it supports a Stage 2 pass.
    """

    id: int
    judged_at: int
    decision: Decision
    refused: bool
    supports: bool
    whole: bool
    root_sha256: str | None
    stat_sha256: str | None
    basis: Basis


def standing(row: Row) -> Standing:
    """Return what of a row is asked about."""
    return Standing(
        row.id,
        row.judged_at,
        row.decision,
        row.traits.refusal_sound,
        row.supports_stage2_pass,
        row.whole,
        row.root_sha256,
        row.stat_sha256,
        row.basis,
    )


def stamp(run_dir: str, authority: tuple[int, int] | None = None) -> Stamp:
    """Return the stamp of a run directory; `authority` is the device and inode of its admission record.

    Nothing is opened but folders. Raise `OSError` where the directory itself cannot be opened.
    """
    root = os.open(run_dir, _OPEN_FOLDER)
    try:
        own = os.fstat(root)
        looking = _Looking(authority)
        looking.folder(root, "", 0)
    finally:
        os.close(root)
    return Stamp(
        files=looking.files.hexdigest()[:FILES],
        others=looking.others.hexdigest()[:OTHERS],
        newest=looking.newest or own.st_mtime_ns,
        whole=looking.whole,
        racy=time.time_ns() - looking.changed < RACY_NS,
        identity=(own.st_dev, own.st_ino),
    )


class _Looking:
    """A walk that asks for metadata alone: every run of every night is walked, so it costs as little as it can."""

    def __init__(self, authority: tuple[int, int] | None) -> None:
        self._authority = authority
        self._seen = 0
        self.files, self.others = hashlib.sha256(), hashlib.sha256()
        self.newest = self.changed = 0
        self.whole = True

    def folder(self, descriptor: int, prefix: str, depth: int) -> None:
        """Take every entry of an open folder and of those below it."""
        try:
            with os.scandir(descriptor) as listing:
                entries = sorted(listing, key=_by_name)
        except OSError:
            self.whole = False
            return
        self._seen += len(entries)
        if depth >= MAX_DEPTH or self._seen > MAX_ENTRIES:
            self.whole = self.whole and not entries
            return
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                self._deeper(descriptor, entry.name, prefix, depth)
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                self.whole = False
                continue
            self._entry(os.fsencode(prefix + entry.name), status)

    def _deeper(self, parent: int, name: str, prefix: str, depth: int) -> None:
        try:
            inner = os.open(name, _OPEN_FOLDER | os.O_NOFOLLOW, dir_fd=parent)
        except OSError:
            self.whole = False
            return
        try:
            self.folder(inner, f"{prefix}{name}/", depth + 1)
        finally:
            os.close(inner)

    def _entry(self, path: bytes, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            self.others.update(b"%b\0%d\n" % (path, stat.S_IFMT(status.st_mode)))
            return
        if (status.st_dev, status.st_ino) == self._authority:
            self.others.update(b"\0authority\n")
        written, changed = status.st_mtime_ns, status.st_ctime_ns
        self.files.update(b"%b\0%d %d %d %d\n" % (path, status.st_size, written, changed, status.st_ino))
        self.newest = max(self.newest, written)
        self.changed = max(self.changed, written, changed)


def content(run_dir: str) -> str | None:
    """Return the root digest of a run directory, read and digested anew; None where any file could not be read whole.

    Raise `OSError` where the directory itself cannot be opened.
    """
    root = os.open(run_dir, _OPEN_FOLDER)
    artifacts: list[Artifact] = []
    try:
        for entry in walk(root):
            if entry.what == "gap":
                return None
            if entry.what == "file":
                artifacts.append(_digested(entry))
                if artifacts[-1].sha256 is None:
                    return None
    finally:
        os.close(root)
    return root_digest(artifacts)


def stands(
    before: Standing, basis: Basis, now: int, found: Stamp, digested: Callable[[], str | None], *, trust_stat: bool
) -> bool:
    """Tell whether the verdict `before` is what a run would be judged today.

    `basis` is what it would be judged by, `found` its present stamp; `digested` digests its content, and is asked only
    where all else is as it was and metadata are not trusted. A run of which no verdict was reached is always judged again.
    """
    if not before.whole or before.root_sha256 is None or before.stat_sha256 is None or before.basis != basis:
        return False
    expires = basis.admission_expires
    if expires is not None and before.judged_at < expires <= now:
        return False
    if not found.whole or before.stat_sha256[FILES:] != found.others:
        return False
    if trust_stat:
        return found.certain and before.stat_sha256 == found.sha256
    return before.root_sha256 == digested()


def _digested(entry: Entry) -> Artifact:
    reading = reader.read(entry.folder, entry.name, None, Nowhere())
    return Artifact(entry.path, "other", "harness", reading.bytes, reading.sha256)
