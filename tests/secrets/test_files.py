"""Files, folders and commits are scanned whole; what cannot be read is a gap."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from auditor.secrets import Engine, scan_file, scan_git, walk
from tests.secrets.fakes import pick

ENGINE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")
TOKENS = ["ghp_" + pick("alnum", 36, random.Random(seed)) for seed in range(4)]


def git(folder: Path, *arguments: str) -> None:
    environment = {
        **os.environ,
        **{f"GIT_{who}_{what}": "lab" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, env=environment)


def test_a_file_s_name_and_content_are_scanned(tmp_path: Path) -> None:
    path = tmp_path / f"{TOKENS[0]}.log"
    path.write_text(f"one\n{TOKENS[1]}\n")
    scanned = scan_file(ENGINE, path, path.name)
    assert [(hit.value, hit.line) for hit in scanned.hits] == [(TOKENS[0], None), (TOKENS[1], 2)]
    assert scanned.gaps == ()


def test_links_pipes_and_missing_files_are_gaps(tmp_path: Path) -> None:
    (tmp_path / "b").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "c")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a").write_text("x")
    (tmp_path / "d").symlink_to(tmp_path / "sub")
    names = [(path, shown.removeprefix(f"{tmp_path}/")) for path, shown in walk([tmp_path])]
    assert [shown for _, shown in names] == ["b", "c", "d", "sub/a"]
    faults = [scan_file(ENGINE, path, shown).gaps for path, shown in [*names, (tmp_path / "none", "none")]]
    assert [len(gaps) for gaps in faults] == [1, 1, 1, 0, 1]


def test_commits_are_scanned_messages_and_each_blob_once(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "a.txt").write_text(f"{TOKENS[0]}\n")
    (tmp_path / "copy.txt").write_text(f"{TOKENS[0]}\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", f"note {TOKENS[1]}")
    (tmp_path / "a.txt").write_text("clean\n")
    (tmp_path / "b.bin").write_bytes(bytes(range(256)) * 9000 + TOKENS[2].encode())
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "remove it")
    everything = list(scan_git(ENGINE, tmp_path, "--all"))
    assert sorted(hit.value for item in everything for hit in item.hits) == sorted(TOKENS[:3])
    assert any(item.path.endswith(":a.txt") for item in everything if item.hits)
    assert all(not item.gaps for item in everything)
    later = list(scan_git(ENGINE, tmp_path, "HEAD~1..HEAD"))
    assert [hit.value for item in later for hit in item.hits] == [TOKENS[2]]


@pytest.mark.parametrize("revisions", ["nothing..here", "--output=x"])
def test_unknown_revisions_are_an_error(tmp_path: Path, revisions: str) -> None:
    git(tmp_path, "init", "-q")
    with pytest.raises(ValueError, match="revision"):
        list(scan_git(ENGINE, tmp_path, revisions))
