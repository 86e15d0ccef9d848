"""The folder of a site: whole files or none, only where they changed, and nobody else's."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from auditor.drafts import replacing
from auditor.emit.safe import safe
from auditor.errors import OperatorError

MANIFEST = "site.json"
RUNS = "runs"
_SCHEMA = "cto-audit-site/v1"
_PAGE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,120}\.html")
_DRAFT = re.compile(r"\.[0-9a-f]{16}\.draft")
_ABANDONED = 3600.0  # seconds
_CHECKPOINT = 500  # pages
_MAX_MANIFEST = 1 << 28


class Manifest(msgspec.Struct, frozen=True):
    """What stands in the folder: by which templates and rules (`look`), and of each page which judgement it shows."""

    schema: str
    look: str
    pages: dict[str, str]


class Folder:
    """An open site folder; `open_folder` makes one. `pages` are those of an earlier time that are still right."""

    def __init__(self, path: Path, look: str, pages: dict[str, str]) -> None:
        self._path = path
        self._look = look
        self._before = pages
        self._now: dict[str, str] = {}
        self.written = 0

    def page(self, name: str, key: str, text: Callable[[], str]) -> None:
        """Put the page `name` there, made by `text`, unless it stands there for the same `key` already."""
        self._now[name] = key
        path = self._path / RUNS / name
        if self._before.get(name) == key and path.is_file():
            return
        with _told(path):
            _put(path, [text()])
        self.written += 1
        if self.written % _CHECKPOINT == 0:  # whoever is killed goes on from here
            with _told(path):
                self._note(self._before | self._now)

    def probe(self) -> None:
        """Raise `OperatorError` where nothing can be written: better before a night's work than after it."""
        with _told(self._path):
            self._note(self._before)

    def finish(self, index: Iterable[str]) -> int:
        """Write the overview, take away the pages of runs that are gone, and return how many those were."""
        with _told(self._path):
            _put(self._path / "index.html", index)
            gone = [name for name in self._before if name not in self._now and _PAGE.fullmatch(name)]
            for name in gone:
                (self._path / RUNS / name).unlink(missing_ok=True)
            self._note(self._now)
        return len(gone)

    def _note(self, pages: dict[str, str]) -> None:
        manifest = Manifest(_SCHEMA, self._look, pages)
        _put(self._path / MANIFEST, [msgspec.json.format(msgspec.json.encode(manifest), indent=0).decode() + "\n"])


def open_folder(path: Path, look: str) -> Folder:
    """Open the folder of a site, made if it is absent. Raise `OperatorError` for one that holds anything else.

    Pages that other templates or rules made are written anew.
    """
    with _told(path):
        if path.exists() and not path.is_dir():
            raise OperatorError(f"{path} is not a directory", "name a directory for the pages")
        known = _manifest(path)
        if known is None and path.is_dir() and any(path.iterdir()):
            raise OperatorError(
                f"{path} holds files that are no site of cto-audit", "name an empty directory for the pages"
            )
        runs = path / RUNS
        if runs.is_symlink():
            raise OperatorError(f"{runs} is a link", "name a directory that only this site uses")
        runs.mkdir(parents=True, exist_ok=True)
        _sweep_up(path, runs)
    if known is None:  # from now on the folder is ours, whatever becomes of this writing
        known = Manifest(_SCHEMA, look, {})
        with _told(path):
            _put(path / MANIFEST, [msgspec.json.encode(known).decode() + "\n"])
    if known.look == look:
        return Folder(path, look, known.pages)
    return Folder(path, look, dict.fromkeys(known.pages, ""))


def _sweep_up(*folders: Path) -> None:
    """Take away the drafts that a killed writer left behind; a young one may be somebody's who is still writing."""
    for folder in folders:
        for file in folder.glob(".*.draft"):
            if _DRAFT.fullmatch(file.name) and time.time() - file.lstat().st_mtime > _ABANDONED:
                file.unlink(missing_ok=True)


def _manifest(path: Path) -> Manifest | None:
    file = path / MANIFEST
    if not file.is_file():
        return None
    try:
        if file.stat().st_size > _MAX_MANIFEST:
            raise msgspec.ValidationError("too long")
        manifest = msgspec.json.decode(file.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise OperatorError(f"{file} is damaged", "delete the directory; its pages are made again") from error
    if manifest.schema != _SCHEMA:
        raise OperatorError(f"{file} is of another version, {safe(manifest.schema)[:40]}", "name another directory")
    return manifest


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else str(path)
        raise OperatorError(
            f"{where} cannot be written: {error.strerror}", "free space, or name another --html"
        ) from error


def _put(path: Path, pieces: Iterable[str]) -> None:
    with replacing(path) as file:
        file.writelines(piece.encode() for piece in pieces)
