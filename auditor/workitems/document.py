"""A Markdown document with its front matter, exactly as it lies on the disk: every character has its place.

Line ends are never translated and a byte order mark is kept, so that encoding the text again gives the same bytes.
"""

from __future__ import annotations

import re

import msgspec

from auditor.errors import OperatorError
from auditor.facts import visible
from auditor.workitems.strict_yaml import Entry, Value, YamlFault, read_mapping

MAX_BYTES = 1 << 20
"""A work item is a page of prose; a larger file is none, and would only keep the parsers busy."""

BOM = "\ufeff"
LINE_END = re.compile("\r\n|\r|\n")
"""What Markdown and YAML both take for the end of a line."""

_FENCE = re.compile(r"---[ \t]*")
_STOP = re.compile(r"\.\.\.[ \t]*")


class FrontMatter(msgspec.Struct, frozen=True):
    """The YAML between the two ``---`` lines: its entries, and where it begins and ends in the document's text.

    `end` is the first character of the closing ``---``. The places within entries count from `start`.
    """

    entries: tuple[Entry, ...]
    start: int
    end: int

    def __getitem__(self, key: str) -> Value:
        found = self.entry(key)
        return None if found is None else found.value

    def entry(self, key: str) -> Entry | None:
        """Return the entry with this key, which no front matter repeats."""
        return next((each for each in self.entries if each.key == key), None)

    def text(self, key: str) -> str | None:
        """Return a scalar's text without surrounding white space, None where there is none or it is empty."""
        value = self[key]
        return (value.strip() or None) if isinstance(value, str) else None


class Document(msgspec.Struct, frozen=True):
    """A document's whole text, its front matter (None: it has none), and where its body begins.

    `fault` says why there is no front matter that could be used, `fault_line` where, and `hint` what to do; `newline` is
    the line end that the document's first line has.
    """

    text: str
    front: FrontMatter | None
    body: int
    newline: str
    fault: str = ""
    fault_line: int = 1
    hint: str = 'a work item begins with "---", its keys, and "---"'


def read_document(data: bytes) -> Document:
    """Return the document in `data`.

    Raise `OperatorError` where it is no UTF-8 text of reasonable size. A front matter that cannot be used is no error: a
    document without one can still be read, and `fault` tells what is wrong.
    """
    if len(data) > MAX_BYTES:
        raise OperatorError(f"it is larger than {MAX_BYTES} bytes", "split the document; a work item is a page of text")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise OperatorError(
            f"it is not UTF-8 (byte {error.start})", "save it as UTF-8, so that everybody reads the same text"
        ) from None
    first = LINE_END.search(text)
    newline = first[0] if first else "\n"
    opening = 1 if text.startswith(BOM) else 0
    if first is None or not _FENCE.fullmatch(text, opening, first.start()):
        return Document(text, None, opening, newline, 'it does not begin with a "---" line, so it has no front matter')
    return _with_front(text, opening, first.end(), newline)


def _with_front(text: str, opening: int, start: int, newline: str) -> Document:
    """Return the document whose front matter begins at `start`."""
    place, number = start, 2
    while place < len(text):
        end = LINE_END.search(text, place)
        stop = end.start() if end else len(text)
        if _STOP.fullmatch(text, place, stop):
            return Document(text, None, opening, newline, _TWO_READINGS, number, _ONE_END)
        if _FENCE.fullmatch(text, place, stop):
            return _closed(text, start, place, end.end() if end else stop, newline)
        if end is None:
            break
        place, number = end.end(), number + 1
    return Document(text, None, opening, newline, 'its front matter is never closed by a "---" line')


_ONE_END = 'end the front matter with "---", and write "..." within quotes'
_TWO_READINGS = 'its front matter holds a "..." line, which only some programs take for its end'


def _closed(text: str, start: int, end: int, body: int, newline: str) -> Document:
    try:
        entries = read_mapping(text[start:end])
    except YamlFault as error:
        why = f"its front matter cannot be used: {error}"
        return Document(text, None, body, newline, why, error.line + 1, error.hint)
    shifted = tuple(msgspec.structs.replace(each, line=each.line + 1) for each in entries)
    return Document(text, FrontMatter(shifted, start, end), body, newline)


def shown(text: str, limit: int = 120) -> str:
    """Return a piece of a document fit for a message: on one line, visible, and not too long."""
    text = visible(" ".join(text.split()))
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
