"""A file is read once, whole, and by everyone alike; one that changes meanwhile proves nothing."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.reader import _AHEAD, Reading, read


class Sink:
    """Keeps what it is fed, and in which thread."""

    def __init__(self, act: Callable[[int], None] = lambda _: None) -> None:
        self.data = bytearray()
        self.threads: set[str] = set()
        self._act = act

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk."""
        self.data += chunk
        self.threads.add(threading.current_thread().name)
        self._act(len(self.data))


def reading(path: Path, records: Sink | None, scan: Sink, chunk: int) -> Reading:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        return read(folder, path.name, records, scan, chunk=chunk)
    finally:
        os.close(folder)


@pytest.mark.parametrize("chunk", [1, 7, 499, 500, 501, 999, 1000, 1001, 1 << 20])
def test_everyone_gets_the_same_bytes_on_either_way(chunk: int, tmp_path: Path) -> None:
    content = os.urandom(1000)
    path = tmp_path / "f"
    path.write_bytes(content)
    records, scan = Sink(), Sink()
    found = reading(path, records, scan, chunk)
    assert (found.bytes, found.sha256, found.fault) == (1000, hashlib.sha256(content).hexdigest(), "")
    assert found.identity == (path.stat().st_dev, path.stat().st_ino)
    assert (bytes(records.data), bytes(scan.data)) == (content, content)
    apart = 2 * chunk < 1000
    assert (scan.threads == records.threads) is not apart


def test_an_empty_file_is_whole(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"")
    assert reading(tmp_path / "f", None, Sink(), 10).sha256 == hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize("chunk", [10, 1 << 20])
@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(b"y" * 101),
        lambda path: path.write_bytes(b"y" * 100),
        lambda path: os.truncate(path, 50),
        lambda path: os.utime(path, (1, 1)),
    ],
    ids=["grows", "other content", "shrinks", "touched"],
)
def test_a_file_that_changes_while_it_is_read_has_no_digest(
    change: Callable[[Path], None], chunk: int, tmp_path: Path
) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 100)
    os.utime(path, (9, 9))
    done: list[int] = []

    def meddle(size: int) -> None:
        if not done:
            done.append(size)
            change(path)

    found = reading(path, Sink(meddle), Sink(), chunk)
    assert (found.sha256, found.fault, found.identity) == (None, "the file changed while it was read", None)


def test_a_file_that_grows_for_ever_does_not_hold_the_reader(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 100)

    def grow(_: int) -> None:
        with path.open("ab") as file:
            file.write(b"x" * 50)

    records = Sink(grow)
    found = reading(path, records, Sink(), 10)
    assert found.sha256 is None
    assert len(records.data) <= 110


@pytest.mark.parametrize("what", ["link", "pipe", "folder", "nothing"])
def test_what_is_no_regular_file_any_more_is_not_read(what: str, tmp_path: Path) -> None:
    path = tmp_path / "f"
    match what:
        case "link":
            (tmp_path / "target").write_bytes(b"secret")
            path.symlink_to("target")
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
    scan = Sink()
    found = reading(path, None, scan, 10)
    assert (found.bytes, found.sha256, found.identity) == (0, None, None)
    assert found.fault
    assert scan.data == b""


class BrokenError(Exception):
    """A sink that breaks."""


def break_late(size: int) -> None:
    if size > 40:
        raise BrokenError


@pytest.mark.parametrize("chunk", [10, 1 << 20])
@pytest.mark.parametrize("side", ["records", "scan"])
def test_a_sink_that_breaks_is_heard_and_nothing_is_left_over(side: str, chunk: int, tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 100_000)
    before = set(os.listdir("/dev/fd"))  # noqa: PTH208 - names only
    sinks = {"records": Sink(), "scan": Sink(), side: Sink(break_late)}
    with pytest.raises(BrokenError):
        reading(path, sinks["records"], sinks["scan"], chunk)
    assert set(os.listdir("/dev/fd")) == before  # noqa: PTH208
    assert "digest-and-scan" not in {thread.name for thread in threading.enumerate()}


def test_reading_ahead_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 10_000)
    under_way = threading.Event()
    leads: list[int] = []

    def proved(size: int) -> None:
        if size == 30:
            under_way.set()

    scan = Sink(proved)

    def decode(size: int) -> None:
        assert under_way.wait(60), "the thread reads ahead of a slow decoder"
        leads.append(len(scan.data) - size)

    assert reading(path, Sink(decode), scan, 10).sha256 is not None
    assert max(leads) <= 10 * (_AHEAD + 2)


@pytest.mark.parametrize("chunk", [10, 1 << 20])
def test_a_read_error_far_into_the_file_is_a_fault(chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_bytes(b"x" * 100)
    real, times = os.read, iter([10, 10])

    def refuse(descriptor: int, _: int) -> bytes:
        for size in times:
            return real(descriptor, size)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", refuse)
    found = reading(tmp_path / "f", Sink(), Sink(), chunk)
    assert (found.sha256, found.fault) == (None, "the file cannot be read: Input/output error")
    assert "digest-and-scan" not in {thread.name for thread in threading.enumerate()}


def test_a_read_error_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_bytes(b"x")

    def refuse(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", refuse)
    found = reading(tmp_path / "f", None, Sink(), 10)
    assert (found.sha256, found.fault) == (None, "the file cannot be read: Input/output error")
