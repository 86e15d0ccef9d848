"""The report's Markdown twin: ``- `key`: value`` lines."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from auditor.records.collector import Notes

KINDS = ("report_md",)
FACTS = frozenset({"markdown.stated"})

_STATED = re.compile(r"\s*[-*+]\s+`([^`]+)`\s*:(.*)", re.DOTALL)


class Stated(msgspec.Struct, frozen=True):
    """One claim of ``report.md``: a report field and the value's text."""

    key: str
    text: str

    def agrees(self, value: Any) -> bool:
        """Tell whether the text states the value: in JSON form, or as the bare text of a string."""
        if isinstance(value, str) and self.text == value:
            return True
        try:
            read = msgspec.json.decode(self.text.encode())
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return False
        return type(read) is type(value) and bool(read == value)


class Source:
    """Notes each claim line; other lines are prose."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def plain(self, line: int, data: bytes) -> None:
        """Read one line."""
        if match := _STATED.fullmatch(data.decode("utf-8", "replace")):
            self._notes.fact("markdown.stated", Stated(match.group(1), match.group(2).strip()), line)

    def close(self) -> None:
        """Markdown has no end mark."""
