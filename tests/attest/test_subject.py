"""Whatever happens to a run directory after it was judged is noticed, and called by its name."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import reader
from tests.attest.kit import PASS, attested, attested_run, check, place, why_not
from tests.secrets.fakes import with_crc

Change = Callable[[Path], object]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A copy of the sample under its own name."""
    source, _ = place(PASS)
    return Path(shutil.copytree(source, tmp_path / source.name))


def _replace_by_link(run: Path) -> None:
    (run / "trace.jsonl").rename(run.parent / "elsewhere")
    (run / "trace.jsonl").symlink_to(run.parent / "elsewhere")


def _swap(run: Path) -> None:
    (run / "report.md").rename(run / "other")
    (run / "report.json").rename(run / "report.md")
    (run / "other").rename(run / "report.json")


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


CHANGES: dict[str, tuple[Change, list[str]]] = {
    "added": (lambda run: (run / "new.txt").touch(), ["new.txt was added"]),
    "removed": (lambda run: (run / "report.md").unlink(), ["report.md was removed"]),
    "flipped": (lambda run: _flip(run / "trace.jsonl"), ["trace.jsonl was changed: its SHA-256 was"]),
    "emptied": (lambda run: (run / "report.json").write_bytes(b""), ["report.json was changed"]),
    "renamed": (lambda run: (run / "report.md").rename(run / "REPORT.md"), ["report.md was renamed to REPORT.md"]),
    "moved": (
        lambda run: (run / "report.md").rename(run / "task/report.md"),
        ["report.md was renamed to task/report.md"],
    ),
    "swapped": (_swap, ["report.json was changed", "report.md was changed"]),
    "copied": (lambda run: shutil.copy(run / "report.md", run / "x"), ["x was added"]),
    "link added": (lambda run: (run / "x").symlink_to("report.md"), ["x was added: it is a symbolic link"]),
    "dangling link added": (lambda run: (run / "x").symlink_to("/nowhere"), ["x was added: it is a symbolic link"]),
    "linked folder": (lambda run: (run / "x").symlink_to("task"), ["x was added: it is a symbolic link"]),
    "replaced by a link": (
        _replace_by_link,
        ["trace.jsonl was linked or replaced: the file that was judged is now a symbolic link"],
    ),
    "pipe added": (lambda run: os.mkfifo(run / "x"), ["x was added: it is a named pipe"]),
    "a name to obey": (lambda run: (run / "x\n\x1b[2J").touch(), ["x\n\x1b[2J was added"]),
    "a name that is no text": (lambda run: (run / "x\udcff").touch(), ["x\\xff was added"]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_it_is_named(name: str, run: Path) -> None:
    change, expected = CHANGES[name]
    line = attested()
    assert check(line, run_dir=run)
    change(run)
    told = why_not(line, run_dir=run)
    assert told.count("not as it was judged") == len(expected)
    for part in expected:
        assert f"not as it was judged: {part}" in told


def test_files_of_one_content_are_paired_in_order(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for name in ("a", "b", "c"):
        (run / name).write_text("same")
    line = attested_run(run, None)
    (run / "a").rename(run / "x")
    (run / "c").rename(run / "y")
    told = why_not(line, run_dir=run)
    assert "a was renamed to x" in told
    assert "c was renamed to y" in told
    assert told.count("not as it was judged") == 2


def test_a_folder_without_files_is_no_evidence(run: Path) -> None:
    (run / "empty").mkdir()
    assert check(attested(), run_dir=run)


def test_another_name_of_the_directory_is_another_run(run: Path) -> None:
    moved = run.rename(run.parent / "20260101T000000Z-other-1")
    assert "has another name" in why_not(attested(), run_dir=moved)
    link = run.parent / "link"
    moved.rename(run)
    link.symlink_to(run)
    assert check(attested(), run_dir=link)


def test_an_unreadable_file_is_never_taken_for_unchanged(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = reader.read

    def fails(folder: int, name: str, *rest: object, **options: object) -> reader.Reading:
        if name == "report.md":
            return reader.Reading(0, None, "the file cannot be read: Input/output error")
        return read(folder, name, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(reader, "read", fails)
    told = why_not(attested(), run_dir=run)
    assert "report.md cannot be read: the file cannot be read: Input/output error" in told
    assert told.count("not as it was judged") == 1


def test_links_that_were_there_when_it_was_judged_are_compared_too(run: Path) -> None:
    (run / "a").symlink_to("report.md")
    (run / "b").symlink_to("report.md")
    _, record = place(PASS)
    line = attested_run(run, record)
    assert check(line, run_dir=run).decision == "fail"
    (run / "a").unlink()
    (run / "b").unlink()
    (run / "b").touch()
    told = why_not(line, run_dir=run)
    assert "a was removed: it was a symbolic link" in told
    assert "b was removed: it was a symbolic link" in told
    assert "b was added" in told


def test_a_credential_in_a_name_is_masked_on_both_sides(run: Path) -> None:
    value = with_crc("ghp_", random.Random(60))
    (run / f"{value}.txt").write_text("1")
    line = attested_run(run, None)
    assert value not in str(check(line, run_dir=run))
    other = with_crc("ghp_", random.Random(61))
    (run / f"{other}.log").write_text("2")
    told = why_not(line, run_dir=run)
    assert told.count("not as it was judged") == 1
    assert value not in told
    assert other not in told


@settings(max_examples=30)
@given(data=st.data())
def test_any_byte_of_any_file(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    source, _ = place(PASS)
    run = Path(shutil.copytree(source, tmp_path_factory.mktemp("run") / source.name))
    files = sorted(path for path in run.rglob("*") if path.is_file())
    file = data.draw(st.sampled_from(files))
    content = bytearray(file.read_bytes())
    position = data.draw(st.integers(0, max(len(content) - 1, 0)))
    content[position : position + 1] = bytes([(content[position] if content else 0) ^ data.draw(st.integers(1, 255))])
    file.write_bytes(content)
    assert f"{file.relative_to(run).as_posix()} was changed" in why_not(attested(), run_dir=run)
