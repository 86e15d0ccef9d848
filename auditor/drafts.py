"""A file written whole or not at all: as a draft beside it, which takes its place at one stroke."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_MODE = 0o666
"""The mode of a new file, less what the process's mask takes away."""


@contextlib.contextmanager
def replacing(target: Path | str, folder: int | None = None) -> Iterator[BinaryIO]:
    """Yield a draft to write to, which takes the place of `target` when the block ends, and is gone if it fails.

    `target` is a path, relative to the open directory `folder` if one is given. Nothing is put where a link leads: it is
    the link that is replaced. Raise `OSError` where the system refuses.
    """
    draft = Path(target).with_name(f".{os.urandom(8).hex()}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _MODE, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        os.replace(draft, target, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(OSError):  # the first fault is the one to tell
            os.unlink(draft, dir_fd=folder)
        raise
