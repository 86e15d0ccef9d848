"""The verdict as one JSON object on one line, for programs: schema ``cto-audit-verdict/v1``."""

from __future__ import annotations

import msgspec

from auditor.emit.published import publish
from auditor.emit.safe import terminal_safe_json
from auditor.emit.style import PLAIN, Style
from auditor.facts import Verdict

NAME = "json"


def emit(verdict: Verdict, style: Style = PLAIN) -> str:
    """Return the whole published object and a newline; `style` changes nothing."""
    return terminal_safe_json(msgspec.json.encode(publish(verdict)).decode()) + "\n"
