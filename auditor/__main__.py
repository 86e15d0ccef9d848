"""``python -m auditor`` is ``cto-audit``: both begin and end here, before and after anything else of the house."""

import atexit
import contextlib
import gc
import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

_INTERRUPTED = "cto-audit: interrupted; there is no verdict\n"
_EXIT_INTERRUPTED = 130
_LOADING = "<frozen importlib._bootstrap>"
_COLLECT = (100_000, 10, 10)
"""What a small run loads and makes is not searched for cycles, of which there are next to none: that is a tenth of its time."""


def run() -> NoReturn:
    """Run the process's own command line to its end."""
    leave(start())


def start() -> int:
    """Run the process's own command line and return its exit code.

    The command line is loaded inside, because an interrupt while it loads must end like any other: in a sentence, not in
    a traceback.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # whoever started us may have it ignored
        signal.signal(signal.SIGINT, _interrupted)
    gc.set_threshold(*_COLLECT)
    try:
        from auditor.engines import prepare_for  # noqa: PLC0415 - see above

        prepare_for(sys.argv[1:])
        from auditor.cli import main  # noqa: PLC0415

        return main()
    except KeyboardInterrupt:
        sys.stderr.write(_INTERRUPTED)
        return _EXIT_INTERRUPTED


def _interrupted(number: int, frame: FrameType | None) -> None:
    """Interrupt what is going on; while a module is being loaded, end the process at once.

    A library written in C that meets an exception while it is set up may swallow it, call it another, or crash. Nothing is
    half written where a module is loaded, so there is nothing to put in order.
    """
    while frame is not None:
        if frame.f_code.co_filename == _LOADING:
            with contextlib.suppress(OSError):
                os.write(2, _INTERRUPTED.encode())
            os._exit(_EXIT_INTERRUPTED)
        frame = frame.f_back
    raise KeyboardInterrupt


def leave(code: int) -> NoReturn:
    """End the process with an exit code.

    Taking a million objects and all modules down in good order costs as much as judging a small run, and nothing is left
    for it to do: what asked to be called at the end is called, and what was written is flushed. Where another thread
    still runs, or something cannot be flushed, the process ends in the usual way, which waits for the one and tells of
    the other.
    """
    if threading.active_count() > 1:
        sys.exit(code)
    atexit._run_exitfuncs()
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        sys.exit(code)
    os._exit(code)


if __name__ == "__main__":
    run()
