"""The report's Markdown twin: ``- `key`: value`` lines.

People read it, and are not particular: what stands among these lines in another dress (bold, numbered, in a table of two
columns, without backticks) is a claim to them as well, if it is a field of the report with a value that the field can
have. So is the run id in the title. All else is prose.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from auditor.records.collector import Notes

KINDS = ("report_md",)
FACTS = frozenset({"markdown.stated"})

_STATED = re.compile(r"\s*[-*+]\s+`([^`]+)`\s*:(.*)", re.DOTALL)
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_HEADING = re.compile(r" {0,3}#{1,6}\s")
_TITLE_RUN = re.compile(r"(?<!\S)`?(\d{8}T\d{6}Z-\S+-\d+)`?(?!\S)", re.ASCII)
_MARKER = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s+")
_DRESS = " \t*_`"
_LONGEST = 500
"""Bytes of a line that is looked at for a claim in another dress."""

_NAME = r"[^\s|]+"
_TRUTH = "true|false|null"
_VALUES = {
    key: re.compile(values)
    for key, values in {
        "run_id": r"\d{8}T\d{6}Z-\S+-\d+",
        "engine": "case|fake",
        "stage": r"\d+",
        "status": "pass|blocked|fail",
        "case_model_provider": _NAME,
        "case_model": _NAME,
        "case_model_admission_status": "missing_admission|invalid_admission|not_admitted|mismatch|admitted",
        "case_process_started": _TRUTH,
        "allowed_writes_passed": _TRUTH,
        "backend_exit_code": r"-?\d+|null",
    }.items()
}
"""The values that a field can have; what stands beside its name else is prose, or the head of a table."""


class Stated(msgspec.Struct, frozen=True):
    """One claim of ``report.md``: a report field and the value's text. With `aside`, it is not in the agreed form."""

    key: str
    text: str
    aside: bool = False

    def agrees(self, value: Any) -> bool:
        """Tell whether the text states the value: in JSON form, or as the bare text of a string; code marks may enclose it."""
        inner = self.text[1:-1] if len(self.text) > 1 and self.text[0] == self.text[-1] == "`" else self.text
        return any(_states(text, value) for text in {self.text, inner})


def _states(text: str, value: Any) -> bool:
    if isinstance(value, str) and text == value:
        return True
    try:
        read = msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    return type(read) is type(value) and bool(read == value)


class Source:
    """Notes each claim line, and what stands under the same heading in another dress; other lines are prose."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._hidden = False
        self._claims = False
        self._aside: list[tuple[Stated, int]] = []

    def plain(self, line: int, data: bytes) -> None:
        """Read one line."""
        shown = data.decode("utf-8", "replace")
        text = _UNSEEN.sub("", shown)
        if text.lstrip().startswith("<!--"):
            self._hidden = True
        if match := _STATED.fullmatch(text):
            self._claims = True
            exact = _STATED.fullmatch(shown)
            value = exact.group(2) if exact else shown.partition(":")[2]  # a value is what it is, to the byte
            # Nobody sees what stands in a comment: it may not contradict, and it states nothing.
            self._notes.fact("markdown.stated", Stated(match.group(1), value.strip(), self._hidden), line)
        elif len(data) <= _LONGEST:
            self._loose(line, text)
        self._hidden = self._hidden and "-->" not in text

    def close(self) -> None:
        """Markdown has no end mark."""
        self._section()

    def _loose(self, line: int, text: str) -> None:
        if _HEADING.match(text):
            self._section()
            runs = _TITLE_RUN.findall(text) if text.lstrip().startswith("# ") else []
            if len(runs) == 1:
                self._notes.fact("markdown.stated", Stated("run_id", runs[0], aside=True), line)
        elif (claim := _in_another_dress(text)) is not None and len(self._aside) < _LONGEST:
            self._aside.append((claim, line))

    def _section(self) -> None:
        """Note the claims in another dress of a section that has some in the agreed form; another may be of another run."""
        for claim, line in self._aside if self._claims else ():
            self._notes.fact("markdown.stated", claim, line)
        self._aside.clear()
        self._claims = False


def _in_another_dress(text: str) -> Stated | None:
    """Return the claim that a line makes in another form than the agreed one, None where it makes none.

    An indented line speaks of what it stands below, such as the baseline, which has a status and a run id of its own.
    """
    if text[:1] == "\t" or text[:2] == "  ":
        return None
    body = text.strip()
    if body.startswith("|"):
        cells = body.strip("|").split("|")
        key, value = cells if len(cells) == len(("key", "value")) else ("", "")
    else:
        marker = _MARKER.match(body)
        key, _, value = body[marker.end() if marker else 0 :].partition(":")
    key, value = key.strip(_DRESS).lower(), value.strip(_DRESS)
    values = _VALUES.get(key)
    return Stated(key, value, aside=True) if values and value not in _VALUES and values.fullmatch(value) else None
