"""Is a run still what it was when it was judged? By its content, or, where that is trusted, by its files' metadata.

The digest of the metadata has two parts. The first 48 hex digits stand for every regular file: path, size, modification
and change time, inode. The last 16 stand for what is no regular file (links, pipes, devices) and for whether the authority
itself lies in the run: the root digest, which is made of file contents alone, says nothing of these, and verdicts do.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable

import msgspec

from auditor import reader
from auditor.facts import Artifact, Decision
from auditor.gather import root_digest
from auditor.remembered import Nowhere
from auditor.store import Basis, Row
from auditor.walk import Entry, walk

_FILES, _OTHERS = 48, 16
_UNCERTAIN = "0" * _FILES
_RACY_NS = 2_000_000_000
"""A file changed as lately as this could change again within the same tick of the file system's clock, unseen."""

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
        files, others, newest, changed, whole = hashlib.sha256(), hashlib.sha256(), 0, 0, True
        for entry in walk(root):
            name = os.fsencode(entry.path)
            if entry.what != "file":
                whole = whole and entry.what == "special"
                others.update(b"%b\0%b\0" % (name, entry.note.encode()))
                continue
            try:
                status = os.stat(entry.name, dir_fd=entry.folder, follow_symlinks=False)
            except OSError:
                whole = False
                continue
            if (status.st_dev, status.st_ino) == authority:
                others.update(b"\0authority")
            told = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
            files.update(b"%b\0%d %d %d %d\n" % (name, *told))
            newest, changed = max(newest, status.st_mtime_ns), max(changed, status.st_ctime_ns, status.st_mtime_ns)
    finally:
        os.close(root)
    return Stamp(
        files=files.hexdigest()[:_FILES],
        others=others.hexdigest()[:_OTHERS],
        newest=newest or own.st_mtime_ns,
        whole=whole,
        racy=time.time_ns() - changed < _RACY_NS,
        identity=(own.st_dev, own.st_ino),
    )


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
    if not found.whole or before.stat_sha256[_FILES:] != found.others:
        return False
    if trust_stat:
        return found.certain and before.stat_sha256 == found.sha256
    return before.root_sha256 == digested()


def _digested(entry: Entry) -> Artifact:
    reading = reader.read(entry.folder, entry.name, None, Nowhere())
    return Artifact(entry.path, "other", "harness", reading.bytes, reading.sha256)
