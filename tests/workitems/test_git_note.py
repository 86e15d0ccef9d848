"""A verdict as a git note: on the commit that was named, once, and with a reason where it cannot be."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from auditor.errors import OperatorError
from auditor.workitems.git_note import REF, add_note


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder and return what it says."""
    identity = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with two commits, and somebody to write notes."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for message in ("one", "two"):
        git(folder, "commit", "-q", "--allow-empty", "-m", message)
    git(folder, "config", "user.name", "Nobody")
    git(folder, "config", "user.email", "nobody@example.org")
    return folder


def test_a_note_is_added_once_and_to_the_others(repository: Path) -> None:
    first = add_note(repository, "HEAD", "PASS one\n")
    assert (first.changed, first.commit, first.ref) == (True, git(repository, "rev-parse", "HEAD"), REF)
    assert not add_note(repository, "main", "PASS one\n").changed
    assert add_note(repository, "HEAD", "FAIL two\n").changed
    note = git(repository, "notes", f"--ref={REF}", "show", "HEAD")
    assert note.count("PASS one") == note.count("FAIL two") == 1
    assert add_note(repository, "HEAD~1", "PASS one\n").changed
    assert git(repository, "status", "--porcelain") == ""


def test_a_tag_leads_to_its_commit(repository: Path) -> None:
    git(repository, "tag", "-a", "v1", "-m", "v1", "HEAD~1")
    assert add_note(repository, "v1", "x").commit == git(repository, "rev-parse", "HEAD~1")


def test_a_rehearsal_writes_nothing(repository: Path) -> None:
    assert add_note(repository, "HEAD", "x", dry_run=True).changed
    assert git(repository, "for-each-ref", "refs/notes") == ""


@pytest.mark.parametrize(
    "revision", ["", "nope", "--help", "-n", "HEAD^{tree}", "a\nb", "\x1b[31m", "HEAD:x", "x" * 5000]
)
def test_what_is_no_commit_is_refused(repository: Path, revision: str) -> None:
    with pytest.raises(OperatorError, match="no commit") as refused:
        add_note(repository, revision, "x")
    assert refused.value.sentence.isprintable()


def test_no_repository_no_author_and_no_git_are_told(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    for absent in (tmp_path, tmp_path / "absent"):
        with pytest.raises(OperatorError, match="in no git repository"):
            add_note(absent, "HEAD", "x")
    for key in ("user.name", "user.email"):
        git(repository, "config", "--unset", key)
    git(repository, "config", "user.useConfigOnly", "true")
    with pytest.raises(OperatorError, match="who writes the note"):
        add_note(repository, "HEAD", "x")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OperatorError, match="not installed"):
        add_note(repository, "HEAD", "x")


def test_a_variable_leads_git_nowhere_else(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_NOTES_REF", "refs/notes/elsewhere")
    assert add_note(repository, "HEAD", "x").changed
