"""Where a run directory lies: in the file system, or in an object store under a URL. Both are read alike.

A tree lists its entries in one order, that of `walk`, and reads each file once, in chunks, without a copy on disk first.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol, TypeAlias

from auditor import reader
from auditor.errors import OperatorError
from auditor.reader import CHUNK, ByteSink, Reading
from auditor.walk import Entry, walk

Place: TypeAlias = Path | str
"""A path, or the URL of a folder in an object store, such as ``s3://bucket/harness-runs/20260610T143811Z-r4``."""

_URL = re.compile(r"[a-z][a-z0-9+.-]*(::|://)", re.IGNORECASE | re.ASCII)


class Tree(Protocol):
    """One run directory that is open for reading. `name` is its own name, without what leads to it."""

    name: str

    def entries(self) -> Iterator[Entry]:
        """Yield every entry that is no directory. An entry can be read until the next one is asked for."""

    def read(self, entry: Entry, records: ByteSink | None, scan: ByteSink, *, chunk: int = CHUNK) -> Reading:
        """Read a file of `entries` once and feed `records` and `scan`; what goes wrong is in the answer."""

    def matches(self, pattern: str) -> bool:
        """Tell whether anything in the tree matches a glob."""


def is_url(place: Place) -> bool:
    """Tell whether a place is named by a URL. ``file://`` names a place in the file system all the same."""
    return isinstance(place, str) and _URL.match(place) is not None


def as_place(text: str) -> Place:
    """Return the place that an operator's text names. Raise `OperatorError` for a ``file:`` URL of another machine."""
    if not is_url(text):
        return Path(text)
    if not text.lower().startswith("file://"):
        return text
    path = text[len("file://") :]
    if not path.startswith("/"):
        raise OperatorError("a file URL names an absolute path of this machine", "write file:///…, or the path alone")
    return Path(path)


def open_tree(place: Place) -> AbstractContextManager[Tree]:
    """Open a run directory. Entering raises `OperatorError` where there is none or it cannot be opened."""
    if isinstance(place, str) and is_url(place):
        from auditor.remote import open_remote  # noqa: PLC0415 - an optional library, which few need

        return open_remote(place)
    return _open_local(Path(place))


@contextmanager
def _open_local(run_dir: Path) -> Iterator[Tree]:
    try:
        root = os.open(run_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise OperatorError(f"there is no run directory {run_dir}", "give the path of a run directory") from None
    except NotADirectoryError:
        raise OperatorError(f"{run_dir} is no directory", "give the path of a run directory") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise OperatorError(f"the run directory {run_dir} cannot be opened: {reason}", "check the path") from None
    try:
        yield _Local(run_dir, root)
    finally:
        os.close(root)


class _Local:
    def __init__(self, run_dir: Path, root: int) -> None:
        self.name = os.path.basename(os.path.realpath(run_dir))  # noqa: PTH119 - Path would lose undecodable bytes no less
        self._run_dir = run_dir
        self._root = root

    def entries(self) -> Iterator[Entry]:
        return walk(self._root)

    def read(self, entry: Entry, records: ByteSink | None, scan: ByteSink, *, chunk: int = CHUNK) -> Reading:
        return reader.read(entry.folder, entry.name, records, scan, chunk=chunk)

    def matches(self, pattern: str) -> bool:
        return os.path.lexists(self._run_dir / pattern) or any(self._run_dir.glob(pattern))
