"""The verdict as one self-contained HTML page, for a browser, an attachment or a printer.

The page needs no network and runs no script; see `auditor.emit.page`.
"""

from __future__ import annotations

from auditor.emit.style import PLAIN, Style
from auditor.facts import Verdict

NAME = "html"


def emit(verdict: Verdict, style: Style = PLAIN) -> str:
    """Return the page; `style.verbose` leaves no evidence out, and nothing else of the style concerns it."""
    from auditor.emit.page import run_page  # noqa: PLC0415 - the template engine costs start-up

    return run_page(verdict, None, style)
