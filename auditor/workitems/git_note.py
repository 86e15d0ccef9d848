"""A verdict as a git note on a commit, in ``refs/notes/cto-audit``: it travels with the repository, not with a branch."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import msgspec

from auditor.errors import OperatorError
from auditor.facts import visible

REF = "refs/notes/cto-audit"
_TIMEOUT = 60
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
# Variables that would lead git to another repository than the one that was named.
_LEADING = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE", "GIT_NOTES_REF")


class Noted(msgspec.Struct, frozen=True):
    """The commit that the note is on, the reference that holds it, and whether it was added now."""

    commit: str
    ref: str
    changed: bool


def add_note(repository: Path, revision: str, text: str, *, dry_run: bool = False) -> Noted:
    """Append the text to the commit's note, unless it holds it already. With `dry_run` nothing is written.

    Raise `OperatorError` where there is no git, no repository, no such commit, or nobody to be the note's author.
    """
    commit = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        _require_repository(repository)
        raise OperatorError(
            f"there is no commit {visible(revision)[:100]} in {visible(os.fspath(repository))}",
            "name a commit, such as HEAD",
        )
    commit = commit.strip()
    there = _git(repository, "notes", f"--ref={REF}", "show", commit) or ""
    if text.strip() in there:
        return Noted(commit, REF, changed=False)
    if not dry_run:
        _append(repository, commit, text)
    return Noted(commit, REF, changed=True)


def _require_repository(repository: Path) -> None:
    if _git(repository, "rev-parse", "--git-dir") is None:
        raise OperatorError(
            f"{visible(os.fspath(repository))} is in no git repository",
            "name one with --repository, or leave the note out",
        )


def _append(repository: Path, commit: str, text: str) -> None:
    done = _run(repository, ("notes", f"--ref={REF}", "append", "--file=-", commit), text)
    if done.returncode == 0:
        return
    told = done.stderr.decode(errors="replace")
    if "ident" in told or "tell me who you are" in told:
        raise OperatorError("git does not know who writes the note", "set user.name and user.email with `git config`")
    if "lock" in told:
        raise OperatorError("git's notes are locked by another process", "try again when it is done")
    first = next((line for line in told.splitlines() if line.strip()), "no reason given")
    raise OperatorError(
        f"git cannot write the note: {visible(first)[:200]}", "mend what git complains of, and try again"
    )


def _git(repository: Path, *arguments: str) -> str | None:
    """Return what git says, None where it refuses."""
    done = _run(repository, arguments, "")
    return None if done.returncode else done.stdout.decode(errors="replace")


def _run(repository: Path, arguments: tuple[str, ...], text: str) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in _LEADING} | _QUIET
    try:
        return subprocess.run(  # noqa: S603 - no shell, and a revision cannot become an option
            ["git", "-C", os.fspath(repository), *arguments],  # noqa: S607 - the operator's own git
            input=text.encode(),
            capture_output=True,
            check=False,
            timeout=_TIMEOUT,
            env=environment,
        )
    except FileNotFoundError as error:
        raise OperatorError("git is not installed", "install git, or leave --git-note out") from error
    except subprocess.TimeoutExpired as error:
        raise OperatorError(f"git did not answer within {_TIMEOUT} seconds", "see what holds it up") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "an argument is not valid"
        raise OperatorError(f"git cannot be run: {reason}", "name a repository and a commit") from error
