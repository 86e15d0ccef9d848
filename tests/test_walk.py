"""The walk sees every entry, follows no link, opens no pipe, and leaves nothing out without saying so."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor import walk as walking
from auditor.walk import MAX_DEPTH, Entry, walk


def entries(root: Path) -> list[Entry]:
    descriptor = os.open(root, os.O_RDONLY)
    try:
        return list(walk(descriptor))
    finally:
        os.close(descriptor)


def shown(root: Path) -> list[tuple[str, str, str]]:
    return [(entry.what, entry.path, entry.note) for entry in entries(root)]


def open_descriptors() -> set[str]:
    return set(os.listdir("/dev/fd"))  # noqa: PTH208 - names only


def test_files_come_sorted_by_their_bytes(tmp_path: Path) -> None:
    for name in ("b", "a/z", "a/é", "a.txt", "B", "a/Z"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    assert [path for _, path, _ in shown(tmp_path)] == ["B", "a/Z", "a/z", "a/é", "a.txt", "b"]


def test_the_folder_of_a_file_is_open_when_it_comes(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/c").write_bytes(b"here")
    root = os.open(tmp_path, os.O_RDONLY)
    for entry in walk(root):
        descriptor = os.open(entry.name, os.O_RDONLY, dir_fd=entry.folder)
        assert os.read(descriptor, 9) == b"here"
        os.close(descriptor)
    os.close(root)


@pytest.mark.parametrize("target", ["inside", "folder", "nowhere", ".", "..", "/", "/etc/passwd", "loop"])
def test_links_are_seen_and_not_followed(target: str, tmp_path: Path) -> None:
    root = tmp_path / "run"
    (root / "folder").mkdir(parents=True)
    (root / "folder/x").write_bytes(b"")
    (root / "inside").write_bytes(b"")
    (tmp_path / "secret").write_bytes(b"")
    (root / "loop").symlink_to(target)
    assert shown(root) == [("file", "folder/x", ""), ("file", "inside", ""), ("special", "loop", "symbolic link")]


def test_pipes_and_sockets_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("sock")
        assert shown(tmp_path) == [("special", "pipe", "named pipe"), ("special", "sock", "socket")]


@pytest.mark.parametrize("name", [b"two\nlines", b"\xff\xfe", b"-rf", b" ", b"\x1b[31m", "ü".encode(), b"x" * 255])
def test_any_name_comes_as_it_is(name: bytes, tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(name)).write_bytes(b"")
    (entry,) = entries(tmp_path)
    assert (entry.what, os.fsencode(entry.path)) == ("file", name)


def test_folders_nested_too_deep_are_a_gap(tmp_path: Path) -> None:
    deepest = tmp_path.joinpath(*["d"] * (MAX_DEPTH + 2))
    deepest.mkdir(parents=True)
    (deepest / "hidden").write_bytes(b"")
    (deepest.parents[1] / "seen").write_bytes(b"")
    found = shown(tmp_path)
    assert [what for what, *_ in found] == ["gap", "file"]
    assert found[0][1] == "/".join(["d"] * (MAX_DEPTH + 1))


def test_too_many_entries_are_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "MAX_ENTRIES", 3)
    for name in ("a/1", "a/2", "a/3", "a/4", "b/1", "c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    found = shown(tmp_path)
    assert [path for what, path, _ in found if what == "file"] == ["a/1", "a/2"]
    assert [what for what, *_ in found].count("gap") == 1


def test_a_folder_that_is_swapped_for_a_link_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, outside = tmp_path / "run", tmp_path / "outside"
    (root / "b").mkdir(parents=True)
    (root / "a").write_bytes(b"")
    outside.mkdir()
    (outside / "secret").write_bytes(b"")
    descriptor = os.open(root, os.O_RDONLY)
    steps: Iterator[Entry] = walk(descriptor)
    assert next(steps).path == "a"
    (root / "b").rmdir()
    (root / "b").symlink_to(outside)
    assert [(entry.what, entry.path) for entry in steps] == [("gap", "b")]
    os.close(descriptor)


def test_a_folder_that_cannot_be_listed_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shut").mkdir()
    real = os.scandir

    def refuse(place: int) -> os._ScandirIterator[str]:
        if os.path.samestat(os.fstat(place), (tmp_path / "shut").stat()):
            raise PermissionError(13, "Permission denied")
        return real(place)

    monkeypatch.setattr(os, "scandir", refuse)
    assert shown(tmp_path) == [("gap", "shut", "the folder cannot be listed: Permission denied")]


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    (tmp_path / "a/b/c").mkdir(parents=True)
    (tmp_path / "a/b/x").write_bytes(b"")
    before = open_descriptors()
    entries(tmp_path)
    root = os.open(tmp_path, os.O_RDONLY)
    half_way = walk(root)
    next(half_way)
    half_way.close()  # type: ignore[attr-defined]
    os.close(root)
    assert open_descriptors() == before
