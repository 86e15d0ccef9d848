"""Waiting for a file's or folder's lock, and not for ever: a process that hangs must not hang all others in silence."""

from __future__ import annotations

import fcntl
import time

_PAUSE = 0.05


def wait_for(descriptor: int, *, exclusive: bool, patience: float) -> bool:
    """Lock what the descriptor has open, and return True; False where somebody else still has it after `patience` seconds.

    The lock ends with the descriptor, or with the process. Raise `OSError` where the file system knows no locks.
    """
    kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(_PAUSE)
        else:
            return True
