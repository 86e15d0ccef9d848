"""``python -m auditor`` is ``cto-audit``: both begin here, before anything else of the house is loaded."""

import sys


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


if __name__ == "__main__":
    sys.exit(start())
