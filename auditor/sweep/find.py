"""Find run directories at any depth below the roots of a sweep, as a stream.

What is a run is the layouts' to say: a directory with one of a layout's marks. A directory that has lost its marks, and
is shown to be a run by its name or by two kinds of the layout's other artifacts, is found as well, so that deleting the
report does not take a run out of the night's count. No link is followed, nothing but folders is opened, and a run is not
descended into: what lies in it is its evidence. A link behind which runs lie that no root covers is a trouble, because
they would go unjudged in silence otherwise.
"""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import msgspec

from auditor.errors import OperatorError
from auditor.globs import glob
from auditor.layout import Layout

MAX_DEPTH = 64
"""Folders nested deeper than this are reported and not entered. No harness nests so deep; hostile input does."""

_ENOUGH_KINDS = 2
_PROBED_FOLDERS = 200
_PROBED_ENTRIES = 1000
_PROBED_DEPTH = 3
"""How far it is looked behind a link for runs: profiles, one of them, ``harness-runs``, a run."""

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_WILD = re.compile(r"[*?]")


class Found(msgspec.Struct, frozen=True):
    """A run directory: its absolute path, undecodable bytes as lone surrogates.

    `marked` is false where no layout's mark is in it, and only its name or its other artifacts tell that it is a run.
    """

    path: str
    marked: bool = True


class Trouble(msgspec.Struct, frozen=True):
    """A place that could not be looked into, or that looks like what it cannot be, and why. Runs may lie there unseen."""

    path: str
    reason: str


Sight: TypeAlias = Found | Trouble


def find(roots: Sequence[Path], layouts: Sequence[Layout]) -> Iterator[Sight]:
    """Yield every run directory below `roots`, or that is one of them, and every trouble met on the way.

    Folders are taken in the reverse order of their names, which for the harness's run ids is newest first. Roots that
    overlap are walked once. Memory does not grow with the number of runs, only with the folders of one directory.
    Raise `OperatorError` for a root that is no directory, before anything is yielded.
    """
    return _Finder(layouts, distinct(roots)).all()


def distinct(roots: Sequence[Path]) -> list[str]:
    """Return the roots as absolute paths, without those that are another root or lie below one.

    Places are compared as devices and inodes, so that a bind mount or a second spelling is the same place. Raise
    `OperatorError` for one that is no directory.
    """
    places: dict[tuple[int, int], str] = {}
    for root in roots:
        try:
            path = os.path.realpath(root)
            status = os.stat(path)  # noqa: PTH116 - a path that may hold undecodable bytes stays a text
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "the path is not valid"
            raise OperatorError(f"the root {root} cannot be swept: {reason}", "name an existing directory") from None
        if not os.path.isdir(path):  # noqa: PTH112
            raise OperatorError(f"the root {root} is no directory", "name the folder that holds the run directories")
        places.setdefault((status.st_dev, status.st_ino), path)
    return [path for path in places.values() if not any(place in places for place in _above(path))]


def _above(path: str) -> Iterator[tuple[int, int]]:
    """Yield device and inode of every folder above `path`."""
    for folder in Path(path).parents:
        status = folder.stat()
        yield status.st_dev, status.st_ino


class _Marks:
    """What one layout says of a directory, made ready to be asked of a listing. `there` tells whether a path exists."""

    def __init__(self, layout: Layout, there: Callable[[str], bool], matched: Callable[[str, str], bool]) -> None:
        self._there = there
        self._matched = matched
        plain = [mark for mark in layout.marks if not _WILD.search(mark)]
        self.names = frozenset(mark for mark in plain if "/" not in mark)
        self.patterns = [glob(mark) for mark in layout.marks if _WILD.search(mark) and "/" not in mark]
        self.paths = [mark for mark in layout.marks if "/" in mark]
        self.run_names = re.compile(layout.run_names, re.DOTALL) if layout.run_names else None
        self.kinds = [
            (kind.kind, path)
            for kind in layout.kinds
            for path in kind.paths
            if kind.kind != "other" and not _WILD.search(path)
        ]

    def named(self, name: str) -> bool:
        """Tell whether a directory of this name is one that the harness made for a run."""
        return self.run_names is not None and self.run_names.fullmatch(name) is not None

    def marked(self, names: frozenset[str], place: str) -> bool:
        """Tell whether one of the layout's marks is among the names of a directory's entries, or below it."""
        if not self.names.isdisjoint(names) or any(each.fullmatch(name) for each in self.patterns for name in names):
            return True
        return any(
            self._matched(place, path) if _WILD.search(path) else self._there(f"{place}/{path}")
            for path in self.paths
            if _WILD.search(path) or path.partition("/")[0] in names
        )

    def artifacts(self, names: frozenset[str], place: str) -> bool:
        """Tell whether enough kinds of the layout's other artifacts are there to show a run without its marks."""
        seen: set[str] = set()
        for kind, path in self.kinds:
            first, below, _ = path.partition("/")
            if kind not in seen and first in names and (not below or self._there(f"{place}/{path}")):
                seen.add(kind)
        return len(seen) >= _ENOUGH_KINDS


class Recogniser:
    """Tells run directories from other folders, by all layouts.

    `there` tells whether a path exists, `matched` whether anything below a folder matches a pattern; by default in the
    file system.
    """

    def __init__(
        self,
        layouts: Sequence[Layout],
        there: Callable[[str], bool] = os.path.lexists,
        matched: Callable[[str, str], bool] = lambda place, pattern: any(Path(place).glob(pattern)),
    ) -> None:
        self._there = there
        self._marks = [_Marks(layout, there, matched) for layout in layouts]

    def is_named(self, name: str) -> bool:
        """Tell whether a folder of this name is a run for its name alone."""
        return any(marks.named(name) for marks in self._marks)

    def is_marked(self, names: frozenset[str], place: str) -> bool:
        """Tell whether a layout's mark is among the names of the entries of the directory at `place`, or below it."""
        return any(marks.marked(names, place) for marks in self._marks)

    def is_run(self, names: frozenset[str], place: str) -> bool:
        """Tell whether the directory is a run by its marks, its name, or two kinds of other artifacts."""
        own = os.path.basename(place)  # noqa: PTH119 - a path that may hold undecodable bytes stays a text
        return any(
            marks.marked(names, place) or marks.named(own) or marks.artifacts(names, place) for marks in self._marks
        )

    def holds_runs(self, folders: Sequence[str], place: str) -> bool:
        """Tell whether a folder that is not called like a run holds a folder that is, with a run's marks in it.

        A stray ``report.json`` among the runs would otherwise take them all out of the count.
        """
        own = os.path.basename(place)  # noqa: PTH119
        if self.is_named(own):
            return False
        return any(
            marks.named(name) and any(self._there(f"{place.rstrip('/')}/{name}/{mark}") for mark in marks.names)
            for name in folders
            for marks in self._marks
        )


class _Finder:
    def __init__(self, layouts: Sequence[Layout], roots: Sequence[str]) -> None:
        self._recogniser = Recogniser(layouts)
        self._roots = tuple(roots)
        self._open: list[tuple[int, int]] = []
        """The folders on the way from the root, by which a loop of mounts is known."""

    def all(self) -> Iterator[Sight]:
        for root in self._roots:
            yield from self._enter(root, None, root)

    def _enter(self, name: str, parent: int | None, place: str) -> Iterator[Sight]:
        """Open the folder `name` of the open folder `parent` and look at it."""
        try:
            folder = os.open(name, _OPEN_FOLDER, dir_fd=parent)
        except OSError as error:
            yield Trouble(place, f"the folder cannot be opened: {error.strerror}")
            return
        try:
            status = os.fstat(folder)
            identity = (status.st_dev, status.st_ino)
            if identity in self._open:
                yield Trouble(place, "the folder contains itself, by a loop of mounts")
                return
            self._open.append(identity)
            try:
                yield from self._look(folder, place)
            finally:
                self._open.pop()
        finally:
            os.close(folder)

    def _look(self, folder: int, place: str) -> Iterator[Sight]:
        try:
            with os.scandir(folder) as listing:
                entries = [(entry.name, entry.is_dir(follow_symlinks=False), entry.is_symlink()) for entry in listing]
        except OSError as error:
            yield Trouble(place, f"the folder cannot be listed: {error.strerror}")
            return
        names = frozenset(name for name, *_ in entries)
        folders = sorted((name for name, is_folder, _ in entries if is_folder), key=os.fsencode, reverse=True)
        if self._recogniser.is_run(names, place) and not self._recogniser.holds_runs(folders, place):
            yield Found(place, self._recogniser.is_marked(names, place))
            return
        if self._recogniser.is_marked(names, place):
            yield Trouble(place, "the folder has a run's marks, and holds runs of its own: those are judged, it is not")
        if len(self._open) >= MAX_DEPTH and folders:
            yield Trouble(place, f"folders are nested deeper than {MAX_DEPTH}")
            return
        for name, is_folder, is_link in entries:
            path = f"{place.rstrip('/')}/{name}"
            reason = "" if is_folder else self._hides(name, path) if is_link else self._mimics(name)
            if reason:
                yield Trouble(path, reason)
        del entries, names
        for name in folders:
            yield from self._enter(name, folder, f"{place.rstrip('/')}/{name}")

    def _mimics(self, name: str) -> str:
        """Return why what is neither a folder nor a link must be told of, an empty text where it need not."""
        return "it is called like a run, and is no folder" if self._recogniser.is_named(name) else ""

    def _hides(self, name: str, path: str) -> str:
        """Return why a link must be told of, an empty text where nothing goes unjudged by its not being followed."""
        target = os.path.realpath(path)
        if any(target == root or target.startswith(f"{root.rstrip('/')}/") for root in self._roots):
            return ""
        if self._recogniser.is_named(name):
            return "it is called like a run, and is a link, which is not followed: give the run's own place as a root"
        try:
            runs = os.path.isdir(target) and self._leads_to_runs(target)  # noqa: PTH112
        except OSError as error:
            return f"it is a link to a folder outside of the roots, which cannot be listed: {error.strerror}"
        return (
            "it is a link to a folder with runs outside of the roots, and not followed: give that folder as a root"
            if runs
            else ""
        )

    def _leads_to_runs(self, target: str) -> bool:
        """Tell whether a folder is a run or has one near its top. Raise `OSError` where the folder cannot be listed."""
        waiting = deque([(target, 0)])
        for _ in range(_PROBED_FOLDERS):
            if not waiting:
                break
            place, depth = waiting.popleft()
            try:
                with os.scandir(place) as listing:
                    entries = [
                        (entry.name, entry.is_dir(follow_symlinks=False)) for entry in islice(listing, _PROBED_ENTRIES)
                    ]
            except OSError:
                if depth:
                    continue  # somewhere below: what can be seen decides
                raise
            if self._recogniser.is_run(frozenset(name for name, _ in entries), place):
                return True
            if depth < _PROBED_DEPTH:
                waiting += [(f"{place.rstrip('/')}/{name}", depth + 1) for name, is_folder in entries if is_folder]
        return False
