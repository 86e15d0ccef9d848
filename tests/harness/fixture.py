"""The artificial repository that runs work on, and how its state is measured."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

NAME = "tide-clock"
TASK = "tide-clock-1-padding"

FILES: dict[str, str] = {
    "README.md": "# tide-clock\n\nTurns minutes after midnight into a clock reading, for tide tables.\n",
    "Makefile": "test:\n\tsh test/check.sh\n",
    "src/clock.sh": (
        "#!/bin/sh\n"
        "# Prints minutes after midnight as hours and minutes.\n"
        'printf \'%d:%d\\n\' "$(($1 / 60))" "$(($1 % 60))"\n'
    ),
    "test/check.sh": (
        "#!/bin/sh\n"
        "# One line for each check; the exit code is 1 when any of them fails.\n"
        "failed=0\n"
        "check() {\n"
        '  got=$(sh src/clock.sh "$1")\n'
        '  if [ "$got" = "$2" ]; then echo "ok - $1 reads $2"; return; fi\n'
        '  echo "not ok - $1 reads $got, not $2"\n'
        "  failed=1\n"
        "}\n"
        "check 754 12:34\n"
        "check 65 01:05\n"
        "exit $failed\n"
    ),
}

BROKEN = "printf '%d:%d\\n'"
PADDED = "printf '%02d:%02d\\n'"

TASK_TEXT = """# Pad the clock reading

## Objective

`sh src/clock.sh 65` must print `01:05`.

## Acceptance criteria

- [ ] `make test` passes

## Progress Log
"""


def write(folder: Path) -> None:
    """Write the repository's files into `folder`."""
    for path, text in FILES.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())


def copy(source: Path, target: Path) -> None:
    """Copy the repository for one run."""
    shutil.copytree(source, target)


def manifest(folder: Path) -> dict[str, str]:
    """Return relative path to SHA-256 of every regular file, ``.git`` and ``.case`` left out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and relative.parts[0] not in {".git", ".case"}:
            found[relative.as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return dict(sorted(found.items()))


def root_sha256(files: Mapping[str, str]) -> str:
    """Return the SHA-256 of the sorted lines ``<sha256>  <path>`` of a manifest."""
    lines = sorted(f"{digest}  {path}\n".encode() for path, digest in files.items())
    return hashlib.sha256(b"".join(lines)).hexdigest()


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the paths that were added, removed or given other content, sorted."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
