"""Front-matter keys set in place: the named keys change, and not one other byte.

A YAML library that loads and dumps would settle quoting, comments and spacing anew, so the values are spliced into the
text at the places that the parser reports, and the result is parsed again: unless the named keys, and they alone, read
differently, nothing is returned.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from auditor.errors import OperatorError
from auditor.workitems.document import LINE_END, Document, FrontMatter, read_document
from auditor.workitems.strict_yaml import Entry

_HINT = "mend the front matter by hand, then attach again"


def set_keys(document: Document, values: Mapping[str, str]) -> Document:
    """Return the document with each of the front-matter keys set to its value.

    A key that already reads so keeps its bytes; one that is absent gets a line of its own after the last of its
    neighbours. Values are single-line text. Raise `OperatorError` where there is no front matter, or where a value that
    would be replaced is more than one plain scalar on one line.
    """
    front = required_front(document)
    text = document.text
    absent: list[str] = []
    edits: list[tuple[int, int, str]] = []
    for key, value in values.items():
        entry = front.entry(key)
        if entry is None:
            absent.append(f"{key}: {_scalar(value)}")
        elif entry.value != value:
            edits.append(_replacement(document, front, entry, value))
    if absent:
        edits.append(_insertion(document, front, values, absent))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    changed = read_document(text.encode())
    _same_but(front, changed, values)
    return changed


def required_front(document: Document) -> FrontMatter:
    """Return the front matter. Raise `OperatorError`, with the reason, where there is none that can be used."""
    if document.front is None:
        where = f" (line {document.fault_line})" if document.fault_line > 1 else ""
        raise OperatorError(document.fault + where, document.hint)
    return document.front


def _scalar(value: str) -> str:
    """Return a value in YAML: words as they are, everything else in double quotes (JSON's form is also YAML's)."""
    if value.isascii() and value.isalpha() and value.islower():
        return value
    return msgspec.json.encode(value).decode()


def _replacement(document: Document, front: FrontMatter, entry: Entry, value: str) -> tuple[int, int, str]:
    start, end = front.start + entry.start, front.start + entry.end
    old = document.text[start:end]
    if isinstance(entry.value, (list, dict)) or entry.block or LINE_END.search(old):
        raise OperatorError(
            f"its front matter's {entry.key} (line {entry.line}) is more than one value on one line",
            f"remove the key {entry.key}, or give it one plain value",
        )
    return start, end, _scalar(value) if old else f" {_scalar(value)}"


def _insertion(
    document: Document, front: FrontMatter, ours: Mapping[str, str], lines: list[str]
) -> tuple[int, int, str]:
    """Return the edit that adds lines: after the last of our keys that is there, else at the end of the front matter."""
    column = front.entries[0].column if front.entries else 0
    text = "".join(f"{' ' * column}{line}{document.newline}" for line in lines)
    known = [entry for entry in front.entries if entry.key in ours and not entry.block]
    if not known:
        return front.end, front.end, text
    end = LINE_END.search(document.text, front.start + known[-1].end)
    place = front.end if end is None else end.end()
    return place, place, text


def _same_but(before: FrontMatter, after: Document, values: Mapping[str, str]) -> None:
    """Refuse an edit that did anything but set the named keys."""
    read = {entry.key: entry.value for entry in before.entries} | dict(values)
    if after.front is None or {entry.key: entry.value for entry in after.front.entries} != read:
        raise OperatorError("its front matter would read differently after the edit", _HINT)
