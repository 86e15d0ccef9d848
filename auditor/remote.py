"""Run directories in an object store or behind any other URL that fsspec knows, read in place."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from auditor import reader
from auditor.errors import OperatorError
from auditor.facts import visible
from auditor.globs import glob
from auditor.reader import CHUNK, ByteSink, Reading
from auditor.walk import MAX_DEPTH, MAX_ENTRIES, Entry

MARKS = ("ETag", "etag", "md5Hash", "version_id", "generation", "checksum", "sha", "CRC")
"""What the stores tell of an object's content or version, each under its own name."""

TIMES = ("LastModified", "last_modified", "mtime", "updated", "date_time", "created")
"""What they tell of when it was written; the first that one knows says most."""

_STAMPS = ("size", *MARKS, *TIMES)
"""Any change of these is a change of the object."""


@contextmanager
def open_remote(url: str) -> Iterator[Remote]:
    """Open the run directory at `url`. Raise `OperatorError` where it cannot be listed, is empty or no folder."""
    try:
        import fsspec  # noqa: PLC0415 - an optional library, slow to load
    except ImportError:
        raise OperatorError(
            "to read a run directory by its URL fsspec is needed", "install `cto-audit[storage]`"
        ) from None
    shown = without_password(url)
    try:
        system, root = fsspec.core.url_to_fs(url)
        system.invalidate_cache()
        found: dict[str, dict[str, Any]] = system.find(root, detail=True)
    except Exception as error:
        # The libraries behind fsspec raise what they like; an operator needs to know which of them, and for which URL.
        reason = f"{type(error).__name__}: {visible(str(error))[:200]}".replace(visible(url), shown)
        hint = "install what it names" if isinstance(error, ImportError) else "check the URL and your credentials"
        raise OperatorError(f"{shown} cannot be listed: {reason}", hint) from error
    root = root.rstrip("/")
    below = {path[len(root) + 1 :]: info for path, info in found.items() if path.startswith(f"{root}/")}
    if not below:
        raise OperatorError(f"there is no run directory {shown}", "give the URL of a folder that holds a run")
    yield Remote(system, root, below)


def without_password(url: str) -> str:
    """Return a URL without the user, password and query that may stand in it, fit to be shown."""
    return visible(bare(url))


def bare(url: str) -> str:
    """Return a URL without user, password and query, its names as they are: what a place is known by, not fit to be shown."""
    return "::".join(_bare(link) for link in url.split("::"))


def _bare(link: str) -> str:
    """Return one link of a chained URL, such as ``zip://run::ftp://me:pass@host/runs.zip`` has two of, without credentials."""
    head, mark, rest = link.partition("://")
    host, slash, path = rest.partition("/")
    return f"{head}{mark}{host.rpartition('@')[2].partition('?')[0]}{slash}{path.partition('?')[0]}"


class Remote:
    """A run directory that is a folder of an fsspec file system; `found` holds what it listed, by relative path."""

    def __init__(self, system: Any, root: str, found: dict[str, dict[str, Any]]) -> None:
        self.name = posixpath.basename(root)
        self._system = system
        self._root = root
        self._found = found

    def entries(self) -> Iterator[Entry]:
        """Yield the objects, in the order in which folders would be walked."""
        for number, path in enumerate(sorted(self._found, key=_steps)):
            if number == MAX_ENTRIES:
                yield Entry("gap", path, note=f"only the first {MAX_ENTRIES} entries were read")
                return
            parts = path.split("/")
            if len(parts) > MAX_DEPTH + 1:
                yield Entry("gap", path, note=f"folders are nested deeper than {MAX_DEPTH}")
            elif not {"", ".", ".."}.isdisjoint(parts):
                yield Entry("gap", path, note="the object's name is no path inside the run directory")
            elif self._found[path].get("islink") or self._found[path].get("type") != "file":
                yield Entry("special", path, note="entry that is no plain object")
            else:
                yield Entry("file", path, parts[-1])

    def read(self, entry: Entry, records: ByteSink | None, scan: ByteSink, *, chunk: int = CHUNK) -> Reading:
        """Read an object once. One that changes while it is read comes back with a fault and no digest."""
        path = f"{self._root}/{entry.path}"
        size = 0
        try:
            before = self._stamp(path)
            with self._system.open(path, "rb") as file:
                size, digest = reader.pass_on(file.read, int(before["size"]), records, scan, chunk)
            if self._stamp(path) != before or size != before["size"]:
                return Reading(size, None, "the object changed while it was read")
        except Exception as error:  # noqa: BLE001 - the libraries behind fsspec raise what they like; it becomes a gap
            return Reading(size, None, f"the object cannot be read: {type(error).__name__}")
        return Reading(size, digest)

    def matches(self, pattern: str) -> bool:
        """Tell whether an object, or a folder of one, matches a glob."""
        fits = glob(pattern).fullmatch
        return any(fits(path) or fits(posixpath.dirname(path)) for path in self._found)

    def state(self, path: str) -> dict[str, Any]:
        """Return what the listing told of the object at a relative path: its size, and those of `MARKS` and `TIMES` it knows."""
        info = self._found[path]
        return {name: info[name] for name in _STAMPS if info.get(name) is not None}

    def _stamp(self, path: str) -> dict[str, Any]:
        self._system.invalidate_cache(posixpath.dirname(path))
        info = self._system.info(path)
        return {name: info[name] for name in _STAMPS if name in info}


def _steps(path: str) -> list[bytes]:
    return [step.encode("utf-8", "surrogateescape") for step in path.split("/")]
