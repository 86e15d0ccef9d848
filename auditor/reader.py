"""Read one file once: every chunk goes to the digest, the secret scan and the records.

Reading, hashing and scanning release the interpreter lock, decoding does not: of a large file, one thread therefore does
these three, and the other decodes what it hands over through a bounded queue. Memory does not grow with the file.
"""

from __future__ import annotations

import hashlib
import os
import queue
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

import msgspec

CHUNK = 1 << 21
"""Bytes read at a time. Each chunk costs the two threads of a large file a few meetings over the interpreter lock."""
_AHEAD = 2
_SWITCH_SECONDS = 0.0001
_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


class ByteSink(Protocol):
    """Takes a file's bytes in order."""

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk; its size means nothing."""


class Reading(msgspec.Struct, frozen=True):
    """What reading a file gave: its size, its SHA-256 (None if it could not be read whole) and what went wrong.

    `identity` is the file's device and inode, by which a hard link to it is known.
    """

    bytes: int
    sha256: str | None
    fault: str = ""
    identity: tuple[int, int] | None = None


def read(folder: int, name: str, records: ByteSink | None, scan: ByteSink, *, chunk: int = CHUNK) -> Reading:
    """Read the regular file `name` in the open directory `folder`, feeding `records` and `scan`.

    A file that is no longer regular, cannot be read, or changes while it is read comes back with a fault and no
    digest: what was read proves nothing about what is there.
    """
    try:
        descriptor = os.open(name, _OPEN_FILE, dir_fd=folder)
    except OSError as error:
        return Reading(0, None, f"the file cannot be opened: {error.strerror}")
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            return Reading(0, None, "the entry is no regular file any more")
        size, digest = pass_on(partial(os.read, descriptor), before.st_size, records, scan, chunk)
        after = os.fstat(descriptor)
    except OSError as error:
        return Reading(0, None, f"the file cannot be read: {error.strerror}")
    finally:
        os.close(descriptor)
    if size != after.st_size or _stamp(before) != _stamp(after):
        return Reading(size, None, "the file changed while it was read")
    return Reading(size, digest, identity=(before.st_dev, before.st_ino))


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def pass_on(
    more: Callable[[int], bytes], expected: int, records: ByteSink | None, scan: ByteSink, chunk: int
) -> tuple[int, str]:
    """Read what `more` gives, about `expected` bytes, to its end; return how many there were and their SHA-256.

    `more` is asked for `chunk` bytes at a time and answers with some of them, or none at the end. It and `scan` may be
    called from another thread than `records`.
    """
    sha256 = hashlib.sha256(usedforsecurity=True)
    size = 0

    def prove(data: bytes) -> None:
        sha256.update(data)
        scan.feed(data)

    if records is None or expected <= 2 * chunk:
        for data in _chunks(more, expected, chunk):
            size += len(data)
            prove(data)
            if records is not None:
                records.feed(data)
    else:
        with _Ahead(_chunks(more, expected, chunk), prove) as ahead:
            for data in ahead:
                size += len(data)
                records.feed(data)
    return size, sha256.hexdigest()


def _chunks(more: Callable[[int], bytes], expected: int, chunk: int) -> Iterator[bytes]:
    """Read to the end, but never far past the size seen at first: a file that keeps growing must not hold us."""
    size = 0
    while size <= expected and (data := more(chunk)):
        size += len(data)
        yield data


class _Ahead:
    """Chunks, read and proved in a thread of their own a few ahead of who takes them; what went wrong there is raised."""

    def __init__(self, chunks: Iterator[bytes], prove: Callable[[bytes], None]) -> None:
        self._source = chunks
        self._prove = prove
        self._chunks: queue.Queue[bytes | None] = queue.Queue(_AHEAD)
        self._ended = False
        self._unwanted = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="digest-and-scan", daemon=True)

    def __enter__(self) -> _Ahead:
        # Between its long calls without the interpreter lock the thread needs it for an instant each time. At the usual
        # interval it would wait for that as long as a whole chunk takes to hash.
        self._interval = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._thread.start()
        return self

    def __iter__(self) -> Iterator[bytes]:
        while (data := self._chunks.get()) is not None:
            yield data
        self._ended = True

    def __exit__(self, *_: object) -> None:
        self._unwanted = True
        while not self._ended:
            self._ended = self._chunks.get() is None
        self._thread.join()
        sys.setswitchinterval(self._interval)
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            for data in self._source:
                self._chunks.put(data)
                if self._unwanted:
                    break
                self._prove(data)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that takes the chunks, which raises it
            self._error = error
        finally:
            self._chunks.put(None)
