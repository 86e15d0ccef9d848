"""Fixture manifests: the files of the copy before and after, their difference, and the root digest over them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from auditor.globs import matches
from auditor.records.record import Record

_HEX = re.compile(r"[0-9a-f]{64}")


def fault(manifest: Record) -> str | None:
    """Return what makes a fixture manifest unusable, as the end of a sentence, or None."""
    for path, digest in manifest.data.items():
        if not isinstance(digest, str) or not _HEX.fullmatch(digest):
            return "has an entry whose value is no SHA-256"
        if not relative(path):
            return "has a path that leads out of the copy"
    return None


def relative(path: str) -> bool:
    """Tell whether a path is relative and stays where it starts, component by component."""
    parts = path.split("/")
    return bool(path) and not path.startswith(("/", "~")) and "\\" not in path and not {"..", ".", ""} & set(parts)


def difference(before: Record, after: Record) -> set[str]:
    """Return the paths that were added, removed or changed."""
    old, new = before.data, after.data
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


def root_sha256(manifest: Record) -> str:
    """Return the contract's root digest over a manifest: SHA-256 of the sorted ``<sha256>  <path>`` lines."""
    lines = sorted(f"{digest}  {path}\n".encode("utf-8", "surrogatepass") for path, digest in manifest.data.items())
    return hashlib.sha256(b"".join(lines)).hexdigest()


def forbidden(paths: Iterable[str], allowed: Iterable[str]) -> list[str]:
    """Return the paths that no allowed glob matches, sorted. `*` does not cross ``/``, `**` does."""
    left = set(paths)
    for pattern in dict.fromkeys(allowed):
        if not left:
            break
        left = {path for path in left if not matches(pattern, path)}
    return sorted(left)
