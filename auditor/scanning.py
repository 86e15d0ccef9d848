"""Scan what is no run directory for credentials: any files and folders, and the commits of git repositories.

The engine, the digests and the rules of the walk are those of an audit: each byte is read once, no link is followed, no
device is opened, and what could not be read is a gap.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import msgspec

from auditor import reader
from auditor.errors import OperatorError
from auditor.facts import Artifact, Gap
from auditor.gather import root_digest
from auditor.git_history import GitObject, History, ObjectReader
from auditor.secrets import Engine, Hit
from auditor.walk import Entry, special, walk

_NAMES_AT_ONCE = 1000
_GIT_STORE = re.compile(r"(?:^|/)\.git/(?:modules/(?:.+/)?)?(?:objects|lfs)/")


class Findings(msgspec.Struct):
    """What a scan found. `artifacts` are the files, blobs and commits that were read, `hits` still know their values.

    `stored` counts the files of git's object store that were left to ``--git``, `commits` those that were read.
    """

    artifacts: list[Artifact] = msgspec.field(default_factory=list)
    hits: list[Hit] = msgspec.field(default_factory=list)
    gaps: list[Gap] = msgspec.field(default_factory=list)
    stored: int = 0
    commits: int = 0

    @property
    def root_sha256(self) -> str | None:
        """The root digest over everything that was scanned, None if any of it could not be read whole."""
        unread = any(artifact.sha256 is None for artifact in self.artifacts)
        return None if unread else self.key.decode()

    @property
    def key(self) -> bytes:
        """The key of fingerprints where the operator gives none: the root digest of what could be read, in hex."""
        return root_digest(self.artifacts).encode()


def scan_paths(engine: Engine, paths: list[Path]) -> Findings:
    """Scan files and folders. Paths are as given, joined with what lies below; relative to a folder that stands alone.

    Raise `OperatorError` where one of the paths does not exist.
    """
    findings = Findings()
    scanner = _Scanner(engine, findings)
    for path in paths:
        if not os.path.lexists(path):
            raise OperatorError(f"there is no file or folder {path}", "name what is to be scanned")
    for path in paths:
        if path.is_dir():
            scanner.folder(path, "" if len(paths) == 1 else os.fspath(path) + "/")
        else:
            scanner.file_at(path)
    scanner.close()
    return findings


def scan_commits(engine: Engine, repositories: list[Path], revisions: str) -> Findings:
    """Scan the commits in range of each repository: messages, and each blob once; see `auditor.git_history`."""
    findings = Findings()
    scanner = _Scanner(engine, findings)
    histories = [History(repository, revisions) for repository in repositories]
    for repository, history in zip(repositories, histories, strict=True):
        prefix = "" if len(repositories) == 1 else f"{repository}/"
        scanner.history(history, prefix)
    scanner.close()
    return findings


class _Scanner:
    def __init__(self, engine: Engine, findings: Findings) -> None:
        self._engine = engine
        self._findings = findings
        self._seen: set[str] = set()
        self._names: list[tuple[str, str]] = []

    def folder(self, folder: Path, prefix: str) -> None:
        """Scan everything below a folder."""
        try:
            root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            self._gap(prefix or ".", f"the folder cannot be opened: {error.strerror}")
            return
        try:
            for entry in walk(root):
                self._entry(entry, folder, prefix)
        finally:
            os.close(root)

    def file_at(self, path: Path) -> None:
        """Scan one file that the operator named. A link that was named is followed: it is what was asked for."""
        try:
            real = path.resolve(strict=True)
            kind = special(real.stat().st_mode)
            folder = os.open(real.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, in older Pythons
            reason = getattr(error, "strerror", None) or "a loop of links"
            self._gap(os.fspath(path), f"the file cannot be opened: {reason}")
            return
        try:
            if kind:
                self._name(os.fspath(path), os.fspath(path))
                self._gap(os.fspath(path), f"a {kind} is not read")
                return
            self._file(folder, real.name, os.fspath(path))
        finally:
            os.close(folder)

    def history(self, history: History, prefix: str) -> None:
        """Scan the objects that a range of commits brought."""
        shallow = history.shallow
        with history.reader() as objects:
            for each in history.objects():
                self._object(objects, each, prefix)
                if each.identity in shallow:
                    self._gap(prefix + each.name, "the repository is shallow: what came before was never fetched")
        self._findings.commits += history.commits
        if history.broken:
            self._gap(prefix or ".", "git could not list every commit and its changes")

    def close(self) -> None:
        """Scan the names that are still to be scanned."""
        if self._names and self._engine.scan_text("\n".join(name for name, _ in self._names)):
            for name, shown in self._names:
                self._findings.hits += self._engine.scan_text(name, shown)
        self._names.clear()

    def _entry(self, entry: Entry, folder: Path, prefix: str) -> None:
        shown = prefix + entry.path
        if _GIT_STORE.search(entry.path):
            self._findings.stored += 1
        elif entry.what == "file":
            self._file(entry.folder, entry.name, shown)
        elif entry.what == "special" and entry.note == "symbolic link":
            self._link(folder / entry.path, entry.path, shown)
        else:
            self._name(entry.path, shown)
            self._gap(shown, entry.note if entry.what == "gap" else f"a {entry.note} is not read")

    def _link(self, path: Path, name: str, shown: str) -> None:
        """Scan a link's name and where it leads, which is all that there is of it."""
        self._name(name, shown)
        try:
            self._findings.hits += self._engine.scan_text(os.fspath(path.readlink()), shown)
        except OSError as error:
            self._gap(shown, f"the link cannot be read: {error.strerror}")

    def _file(self, folder: int, name: str, shown: str) -> None:
        if shown in self._seen:
            return
        self._seen.add(shown)
        self._name(shown, shown)
        scan = self._engine.scan(shown)
        reading = reader.read(folder, name, None, scan)
        hits, gaps = scan.close()
        self._findings.hits += hits
        self._findings.gaps += gaps
        if reading.fault:
            self._gap(shown, reading.fault)
        self._findings.artifacts.append(Artifact(shown, "other", "harness", reading.bytes, reading.sha256))

    def _object(self, objects: ObjectReader, each: GitObject, prefix: str) -> None:
        shown = prefix + each.name
        if each.path:
            self._name(each.path, shown)
        if not each.identity:
            return
        scan = self._engine.scan(shown)
        digest = _Digest()
        size = objects.read(each.identity, digest, scan)
        hits, gaps = scan.close()
        self._findings.hits += hits
        self._findings.gaps += gaps
        if size is None:
            self._gap(shown, "git cannot read the object")
        read = None if size is None else digest.hex
        self._findings.artifacts.append(Artifact(shown, "other", "harness", size or 0, read))

    def _name(self, name: str, shown: str) -> None:
        self._names.append((name, shown))
        if len(self._names) >= _NAMES_AT_ONCE:
            self.close()

    def _gap(self, path: str, reason: str) -> None:
        self._findings.gaps.append(Gap(path, reason))


class _Digest:
    """SHA-256 of the bytes that it is fed."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256(usedforsecurity=True)
        self.feed = self._sha256.update

    @property
    def hex(self) -> str:
        """The digest in lower-case hex."""
        return self._sha256.hexdigest()
