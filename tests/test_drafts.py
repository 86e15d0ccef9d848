"""Drafts: what is written is there whole, or what was there before is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from auditor.drafts import replacing


def names(folder: Path) -> list[str]:
    """Return what is in a folder."""
    return sorted(each.name for each in folder.iterdir())


def test_what_is_written_takes_the_place_at_one_stroke(tmp_path: Path) -> None:
    target = tmp_path / "verdict.json"
    target.write_bytes(b"old")
    with replacing(target) as file:
        file.write(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert names(tmp_path) == ["verdict.json"]


def test_what_fails_leaves_what_was_there_and_no_draft(tmp_path: Path) -> None:
    target = tmp_path / "verdict.json"
    target.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), replacing(target) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["verdict.json"]


def test_a_place_that_cannot_be_taken_leaves_no_draft(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(IsADirectoryError), replacing(tmp_path / "taken") as file:
        file.write(b"x")
    assert names(tmp_path) == ["taken"]


def test_an_open_folder_is_written_to_even_when_it_was_renamed(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    folder = os.open(before, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with replacing("name", folder) as file:
            before.rename(after)
            file.write(b"x")
    finally:
        os.close(folder)
    assert (after / "name").read_bytes() == b"x"
    assert names(after) == ["name"]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"mine")
    link = tmp_path / "link"
    link.symlink_to(elsewhere)
    with replacing(link) as file:
        file.write(b"x")
    assert elsewhere.read_bytes() == b"mine"
    assert not link.is_symlink()


def test_a_new_file_has_the_mode_that_the_mask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with replacing(tmp_path / "a") as file:
            file.write(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640
