"""A struct of any kind as the one JSON object that a command prints."""

from __future__ import annotations

import msgspec

from auditor.emit.safe import terminal_safe_json, utf8
from auditor.withhold import rewrite


def as_json(whole: msgspec.Struct) -> str:
    """Return the struct as JSON on one line, and a newline: valid UTF-8, and nothing in it that a terminal obeys.

    A byte of a file name that is not UTF-8 is written as a backslash, an x and two digits. Secrets must be masked already.
    """
    try:
        document = msgspec.json.encode(whole)
    except UnicodeEncodeError:
        document = msgspec.json.encode(rewrite(whole, utf8))
    return terminal_safe_json(document.decode()) + "\n"
