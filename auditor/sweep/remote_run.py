"""What a sweep asks of a run behind a URL before it is judged: is it still what it was, and which admission did it ask for?

The metadata are those of its listing. An object is certain to be what it was where the store tells a version or a digest of
it, or a time that lies far enough back.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from auditor.facts import Artifact
from auditor.gather import root_digest
from auditor.instants import instant
from auditor.layout import Layout
from auditor.remembered import Nowhere
from auditor.remote import MARKS, TIMES, open_remote
from auditor.sweep.admissions import Request
from auditor.sweep.incremental import FILES, OTHERS, RACY_NS, Stamp
from auditor.sweep.request import paths_of, request_of

_NOWHERE = (0, 0)
"""In place of a device and an inode, which no object has."""


def stamp(url: str) -> Stamp:
    """Return the stamp of the run at `url`. Raise `OperatorError` where it cannot be listed."""
    files, others = hashlib.sha256(), hashlib.sha256()
    whole, certain, newest = True, True, 0
    with open_remote(url) as tree:
        for entry in tree.entries():
            name = os.fsencode(entry.path)
            if entry.what != "file":
                whole = whole and entry.what == "special"
                others.update(b"%b\0%b\0" % (name, entry.note.encode()))
                continue
            told = tree.state(entry.path)
            files.update(b"%b\0%b\n" % (name, repr(sorted(told.items())).encode("utf-8", "surrogateescape")))
            written = _written(told)
            lately = written is None or time.time_ns() - written < RACY_NS
            certain = certain and (not lately or any(mark in told for mark in MARKS))
            newest = max(newest, time.time_ns() if written is None else written)
    return Stamp(
        files=files.hexdigest()[:FILES],
        others=others.hexdigest()[:OTHERS],
        newest=newest,
        whole=whole,
        racy=not certain,
        identity=_NOWHERE,
    )


def content(url: str) -> str | None:
    """Return the root digest of the run at `url`, read and digested anew; None where any object could not be read whole.

    Raise `OperatorError` where it cannot be listed.
    """
    artifacts: list[Artifact] = []
    with open_remote(url) as tree:
        for entry in tree.entries():
            if entry.what == "gap":
                return None
            if entry.what == "file":
                reading = tree.read(entry, None, Nowhere())
                artifacts.append(Artifact(entry.path, "other", "harness", reading.bytes, reading.sha256))
                if reading.sha256 is None:
                    return None
    return root_digest(artifacts)


def read_request(url: str, layouts: Sequence[Layout], limit: int) -> Request:
    """Return the request of the run at `url`; one that says nothing where no report of at most `limit` bytes is.

    Raise `OperatorError` where it cannot be listed.
    """
    with open_remote(url) as tree:
        entries = {entry.path: entry for entry in tree.entries() if entry.what == "file"}

        def read(path: str) -> bytes:
            if path not in entries or tree.state(path).get("size", 0) > limit:
                return b""
            kept = _Kept()
            return b"" if tree.read(entries[path], None, kept).fault else bytes(kept.data)

        return request_of(read, layouts, has_copy=any(path in entries for path in paths_of(layouts, "admission_copy")))


class _Kept:
    """Keeps a small object's bytes."""

    def __init__(self) -> None:
        self.data = bytearray()

    def feed(self, chunk: bytes) -> None:
        self.data += chunk


def _written(told: dict[str, Any]) -> int | None:
    """Return when an object was written, in nanoseconds since the epoch, None where the store does not tell it."""
    for name in TIMES:
        value = told.get(name)
        try:
            if isinstance(value, datetime):
                aware = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
                return int(aware.timestamp() * 1e9)
            if isinstance(value, int | float):
                return int(value * 1e9)
            if isinstance(value, tuple):  # of an archive's directory, in whatever zone it was packed
                return int(datetime(*value, tzinfo=UTC).timestamp() * 1e9)  # type: ignore[misc]
        except (OverflowError, TypeError, ValueError):
            continue
        moment = instant(value) if isinstance(value, str) else None
        if moment is not None:
            return moment * 1000
    return None
