"""Scanning what is no run directory: any files and folders, and the commits of a git repository."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from auditor.facts import Gap
from auditor.secrets.engine import Engine
from auditor.secrets.hit import Hit

CHUNK = 1 << 20


class Scanned(msgspec.Struct, frozen=True):
    """One scanned thing: its name, its findings and what could not be read of it."""

    path: str
    hits: tuple[Hit, ...]
    gaps: tuple[Gap, ...]


def walk(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Every entry that is no folder under `paths`, sorted, with the name to show; links are not followed."""
    for path in paths:
        if path.is_symlink() or not path.is_dir():
            yield path, str(path)
            continue
        for folder, folders, names in os.walk(path, onerror=_refuse):
            folders.sort()
            linked = [name for name in folders if (Path(folder) / name).is_symlink()]
            for name in sorted([*names, *linked]):
                entry = Path(folder) / name
                yield entry, str(entry)


def _refuse(error: OSError) -> None:
    raise error


def scan_file(engine: Engine, path: Path, shown: str) -> Scanned:
    """Scan one file's name and content. What is no regular file, or cannot be read, is a gap."""
    named = tuple(engine.scan_text(shown, shown))
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return Scanned(shown, named, (Gap(shown, f"it cannot be opened: {error.strerror}"),))
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return Scanned(shown, named, (Gap(shown, "it is no regular file"),))
        run = engine.scan(shown)
        fault: tuple[Gap, ...] = ()
        try:
            while chunk := file.read(CHUNK):
                run.feed(chunk)
        except OSError as error:
            fault = (Gap(shown, f"it cannot be read: {error.strerror}"),)
        hits, gaps = run.close()
    return Scanned(shown, (*named, *hits), (*gaps, *fault))


def scan_git(engine: Engine, repository: Path, revisions: str) -> Iterator[Scanned]:
    """Scan the commits that `revisions` (as ``main..topic`` or ``--all``) names: messages, and each blob once.

    A blob is named ``<commit>:<path>`` after the first commit that has it. Raises ValueError where git does not know
    the revisions.
    """
    import subprocess  # noqa: PLC0415  # an audit never needs it

    listed = _git(repository, "rev-list", "--objects", "--reverse", revisions, "--")
    names: dict[str, str] = {}
    for row in listed.decode("utf-8", "surrogateescape").split("\n"):
        identifier, _, name = row.partition(" ")
        if identifier:
            names.setdefault(identifier, name)
    with subprocess.Popen(  # noqa: S603  # git itself, on arguments of ours
        ["git", "-C", str(repository), "cat-file", "--batch"],  # noqa: S607  # the operator's own git
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as batch:
        assert batch.stdin is not None
        assert batch.stdout is not None
        commit = ""
        for identifier, name in names.items():
            batch.stdin.write(identifier.encode() + b"\n")
            batch.stdin.flush()
            header = batch.stdout.readline().split()
            if len(header) != 3:
                yield Scanned(name, (), (Gap(name or identifier, "the object is missing"),))
                continue
            kind, size = header[1], int(header[2])
            if kind in {b"commit", b"tag"}:
                commit = identifier[:12]
            shown = f"{commit}:{name}" if name else identifier[:12]
            wanted = kind != b"tree"
            run = engine.scan(shown) if wanted else None
            while size:
                chunk = batch.stdout.read(min(size, CHUNK))
                if not chunk:
                    break
                size -= len(chunk)
                if run is not None:
                    run.feed(chunk)
            batch.stdout.read(1)
            if run is not None:
                hits, gaps = run.close()
                yield Scanned(shown, (*engine.scan_text(name, shown), *hits), tuple(gaps))
        batch.stdin.close()


def _git(repository: Path, *arguments: str) -> bytes:
    if any(
        argument.startswith("-") and argument not in {"--objects", "--reverse", "--all", "--"} for argument in arguments
    ):
        raise ValueError("a revision range does not begin with a dash")
    import subprocess  # noqa: PLC0415  # an audit never needs it

    done = subprocess.run(  # noqa: S603  # git itself, on arguments that were looked at
        ["git", "-C", str(repository), *arguments],  # noqa: S607  # the operator's own git
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise ValueError(f"git does not know the revisions: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout
