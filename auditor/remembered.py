"""What was read in an artifact, remembered by its content, so that a second one like it need not be read for it again.

Only what held no credential and left no gap is remembered: nothing in a memory can make a verdict better, and no secret is
ever kept in one. A verdict with a memory is, to the byte, the verdict without one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from auditor.facts import Fact
from auditor.reader import ByteSink, Reading
from auditor.walk import Entry

SMALL = 1 << 20
"""Bytes up to which an artifact is held in memory while it is looked up, and its facts are remembered. Of a larger one it
is remembered only that it holds no credential."""


class Known(msgspec.Struct, frozen=True):
    """An artifact by all that its facts depend on: its digest, its path (which facts name), and what it was read as: kind,
    format and witness.
    """

    sha256: str
    path: str
    kind: str


class Facts(msgspec.Struct, frozen=True):
    """The facts of one artifact by kind, and how many of each kind count for the caps (`Collector.kept`)."""

    facts: Mapping[str, Sequence[Fact]]
    kept: Mapping[tuple[str, str], int]


class Memory(Protocol):
    """Remembers artifacts for one engine, one set of rules and one policy."""

    def recall(self, known: Known) -> Facts | None:
        """Return the facts of a small artifact, None if it is not remembered."""

    def keep(self, known: Known, facts: Facts, size: int) -> None:
        """Remember the facts of a small artifact of `size` bytes that holds no credential and left no gap."""

    def expects(self, size: int) -> bool:
        """Tell whether a large artifact of this size is remembered, so that it is worth digesting before it is read."""

    def is_clean(self, sha256: str) -> bool:
        """Tell whether a large artifact of this digest is known to hold no credential and to have left no gap."""

    def keep_clean(self, sha256: str, size: int) -> None:
        """Remember that a large artifact holds no credential and left no gap."""


class Held:
    """Takes a small file's bytes and gives them again."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        """Keep the chunk."""
        self._chunks.append(chunk)

    def replay(self, reading: Reading, records: ByteSink | None, scan: ByteSink) -> Reading:
        """Feed what was kept, as the reading fed it; return what that reading gave."""
        for chunk in self._chunks:
            scan.feed(chunk)
            if records is not None:
                records.feed(chunk)
        return reading


class Nowhere:
    """Takes bytes of which only the digest is wanted."""

    def feed(self, chunk: bytes) -> None:
        """Let them go."""


def size_of(entry: Entry) -> int | None:
    """Return the size of a file of the file system, None where it is not known before it is read."""
    if entry.folder < 0:
        return None
    try:
        return os.stat(entry.name, dir_fd=entry.folder, follow_symlinks=False).st_size
    except OSError:
        return None
