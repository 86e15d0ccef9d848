"""The commits of a git repository as bytes to look at: each message, each blob once, each annotated tag on the way.

Only git's own plumbing is asked, in a way in which a repository cannot make it run a program, fetch from a network, or
hide objects behind replacements.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

import msgspec

from auditor.errors import OperatorError

_CHUNK = 1 << 20
_EVERY = frozenset({"--all", "--branches", "--tags", "--remotes"})
_LINK_TO_COMMIT = "160000"
_ENVIRONMENT = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "LC_ALL": "C",
}


class Sink(Protocol):
    """Takes an object's bytes in order."""

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk; its size means nothing."""


class GitObject(msgspec.Struct, frozen=True):
    """A commit, an annotated tag or a blob.

    `name` is what ``git cat-file -p`` takes: ``<commit>:<path>`` of the first commit that brought the blob, or the id of
    the commit or tag. `path` is a blob's path, its undecodable bytes as lone surrogates, and empty for the others.
    """

    identity: str
    name: str
    path: str = ""


class History:
    """The objects that a range of commits brought.

    `revisions` is a range as ``git log`` takes it, such as ``main..topic`` or ``HEAD``, several words included;
    ``--all``, ``--branches``, ``--tags`` and ``--remotes`` are ranges too. Raise `OperatorError` where `repository` is
    none, git is not installed, or it does not know the range.
    """

    def __init__(self, repository: Path, revisions: str) -> None:
        self._repository = repository
        words = revisions.split()
        strange = [word for word in words if word.startswith("-") and word not in _EVERY]
        if not words or strange:
            what = f"{strange[0]} is" if strange else "an empty text is"
            raise OperatorError(f"{what} no range of commits", "give one like main..HEAD, HEAD or --all")
        every = [word for word in words if word in _EVERY]
        self._revisions = [*every, "--end-of-options", *(word for word in words if word not in _EVERY), "--"]
        self._ask("rev-list", "--max-count=1", *self._revisions)
        self.commits = 0
        self.broken = False
        """Whether git could not list everything; known when `objects` has ended."""

    @property
    def shallow(self) -> frozenset[str]:
        """The commits whose parents were never fetched."""
        file = Path(os.fsdecode(self._ask("rev-parse", "--git-path", "shallow").rstrip(b"\n")))
        file = file if file.is_absolute() else self._repository / file
        return frozenset(file.read_text("ascii").split()) if file.exists() else frozenset()

    def objects(self) -> Iterator[GitObject]:
        """Yield every object once, oldest commit first: the commit, then the blobs that it brought, then the tags.

        A blob that comes again under another path is yielded again only for its path, with an empty `identity`.
        """
        seen: set[bytes] = set()
        paths: set[str] = set()
        commits: set[str] = set()
        commit = ""
        tokens = self._changes()
        for token in tokens:
            if not token.startswith(b":"):
                commit = token.decode("ascii")
                if commit not in commits:
                    commits.add(commit)
                    yield GitObject(commit, commit)
                continue
            mode, blob = _result(token)
            path = os.fsdecode(next(tokens, b""))
            if mode == _LINK_TO_COMMIT or not blob.strip("0"):
                continue  # the commit of a submodule, which lies in another repository, or a deletion
            known = bytes.fromhex(blob) in seen
            if not known or path not in paths:
                seen.add(bytes.fromhex(blob))
                paths.add(path)
                yield GitObject("" if known else blob, f"{commit}:{path}", path)
        self.commits = len(commits)
        for row in self._ask("for-each-ref", "--format=%(objectname) %(*objectname)", "refs/tags").splitlines():
            tag, _, tagged = row.decode("ascii").partition(" ")
            if tagged in commits:
                yield GitObject(tag, tag)

    def reader(self) -> ObjectReader:
        """Return what reads the objects' bytes; close it by leaving its context."""
        return ObjectReader(self._command("cat-file", "--batch"), _environment())

    def _changes(self) -> Iterator[bytes]:
        """Yield the NUL-separated words of ``git diff-tree --stdin``: a commit's id, or a change and then its path."""
        listing = self._command("rev-list", "--reverse", "--topo-order", *self._revisions)
        flags = ["--stdin", "-r", "-c", "--root", "--raw", "-z", "--no-renames", "--no-abbrev", "--always"]
        changes = self._command("diff-tree", *flags, "--no-ext-diff", "--ignore-submodules=none")
        with (
            _started(listing, stdin=subprocess.DEVNULL) as lister,
            _started(changes, stdin=lister.stdout) as differ,
        ):
            assert lister.stdout is not None and differ.stdout is not None  # both are pipes
            lister.stdout.close()
            yield from _words(differ.stdout)
        self.broken = bool(lister.returncode or differ.returncode)

    def _ask(self, *arguments: str) -> bytes:
        with _started(self._command(*arguments), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            answer, complaint = process.communicate()
        if process.returncode:
            reason = complaint.decode("utf-8", "replace").strip().partition("\n")[0].removeprefix("fatal: ")
            raise OperatorError(
                f"git cannot read the commits of {self._repository}: {reason or 'it does not say why'}",
                "name a repository, and a range of commits that `git log` takes",
            )
        return answer

    def _command(self, *arguments: str) -> list[str]:
        return ["git", "-C", str(self._repository), "--no-replace-objects", *arguments]


class ObjectReader:
    """One ``git cat-file --batch``: asked for an object, it passes its bytes on."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - git itself, on arguments of ours
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        )

    def __enter__(self) -> ObjectReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def read(self, identity: str, *sinks: Sink) -> int | None:
        """Feed the object to the sinks and return its size in bytes, None where it is missing or cut off."""
        asked, answer = self._process.stdin, self._process.stdout
        assert asked is not None and answer is not None  # both are pipes
        try:
            asked.write(identity.encode("ascii") + b"\n")
            asked.flush()
        except BrokenPipeError:
            return None
        header = answer.readline().split()
        if len(header) != 3:
            return None
        size = left = int(header[2])
        while left:
            chunk = answer.read(min(left, _CHUNK))
            if not chunk:
                return None
            left -= len(chunk)
            for sink in sinks:
                sink.feed(chunk)
        answer.read(1)
        return size


def _started(command: list[str], **pipes: int | IO[bytes] | None) -> subprocess.Popen[bytes]:
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL} | pipes
    try:
        return subprocess.Popen(command, env=_environment(), **options)  # type: ignore[call-overload,no-any-return]  # noqa: S603
    except FileNotFoundError as error:
        raise OperatorError("git is not installed", "install git, or scan files without --git") from error


def _environment() -> dict[str, str]:
    return {**os.environ, **_ENVIRONMENT}


def _result(change: bytes) -> tuple[str, str]:
    """Return the mode and id that a raw change ends in. A merge's has a colon, a mode and an id for each parent."""
    parents = len(change) - len(change.lstrip(b":"))
    fields = change[parents:].decode("ascii").split(" ")
    return fields[parents], fields[2 * parents + 1]


def _words(stream: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(_CHUNK):
        *words, rest = (rest + chunk).split(b"\0")
        yield from words
    if rest:
        yield rest
