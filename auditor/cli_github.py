"""What a step of GitHub Actions wants beside standard output: a summary, appended to the file that the runner names."""

from __future__ import annotations

import os
import stat

from auditor.cli_output import complain

VARIABLE = "GITHUB_STEP_SUMMARY"


def append_step_summary(text: str) -> None:
    """Append the Markdown to the step's summary where the runner offers one.

    A summary that cannot be written is said on standard error and changes no verdict.
    """
    name = os.environ.get(VARIABLE)
    if not name:
        return
    try:
        descriptor = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o666)
        with os.fdopen(descriptor, "wb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                complain(f"{VARIABLE} names no regular file, so there is no summary", "let the runner set it")
                return
            file.write(text.encode() + b"\n")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is no path"
        complain(f"the step's summary {name} cannot be written: {reason}", "the verdict stands all the same")
