"""``python -m auditor`` is ``cto-audit``: both begin and end here, before and after anything else of the house."""

import atexit
import os
import sys
import threading
from typing import NoReturn


def run() -> NoReturn:
    """Run the process's own command line to its end."""
    leave(start())


def start() -> int:
    """Run the process's own command line and return its exit code.

    The command line is loaded inside, because an interrupt while it loads must end like any other: in a sentence, not in
    a traceback.
    """
    try:
        from auditor.engines import prepare_for  # noqa: PLC0415 - see above

        prepare_for(sys.argv[1:])
        from auditor.cli import main  # noqa: PLC0415

        return main()
    except KeyboardInterrupt:
        sys.stderr.write("cto-audit: interrupted; there is no verdict\n")
        return 130


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
