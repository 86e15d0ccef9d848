"""Every Stage 2 pass claim in a document: in its front matter, its status lines, its tables and its sentences.

The verdict's own block is left out: it is not what the document claims, but what supports it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from auditor.workitems.block import Block
from auditor.workitems.document import LINE_END, Document, shown
from auditor.workitems.item import ids_in
from auditor.workitems.markdown import CODE_BEGINS, CODE_ENDS, Fence, Passage, passages
from auditor.workitems.phrases import claims_in, plain, value_claims
from auditor.workitems.strict_yaml import Entry

_RUN_ID = re.compile(r"\b[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_ASIDE = re.compile(r"\b(?:templates?|examples?|glossary|boilerplate|placeholders?)\b", re.IGNORECASE)
_QUOTE = 160


class Claimed(msgspec.Struct, frozen=True):
    """One claim: its line, where it stands (`front_matter`, `text`, `heading`, `item`, `row`), and its words.

    `runs` and `items` are the run ids and work item ids that it names.
    """

    line: int
    where: str
    text: str
    runs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


def claims_of(document: Document, block: Block | None) -> list[Claimed]:
    """Return the document's claims in the order of their lines. `block` is its verdict block, if it has one."""
    found = [*_front_matter(document)]
    first, last = _span(document, block)
    for passage in outside_examples(document):
        if isinstance(passage, Fence) or first <= passage.line <= last:
            continue
        found += _in_passage(passage)
    return found


def outside_examples(document: Document) -> Iterator[Passage | Fence]:
    """Yield the document's passages but for sections that a heading calls a template or an example."""
    aside: int | None = None
    for passage in passages(document):
        if isinstance(passage, Passage) and passage.what == "heading":
            if aside is not None and passage.depth <= aside:
                aside = None
            if aside is None and _ASIDE.search(passage.text):
                aside = passage.depth
        if aside is None:
            yield passage


def runs_in(text: str) -> tuple[str, ...]:
    """Return every run id that a text names, in order, each once."""
    return tuple(dict.fromkeys(_RUN_ID.findall(text)))


def _in_passage(passage: Passage) -> Iterator[Claimed]:
    for place in claims_in(passage.text, passage.what):
        rest = passage.text[place:].replace(CODE_BEGINS, "`").replace(CODE_ENDS, "`")
        line = passage.line + passage.text.count("\n", 0, place)
        whole = passage.text
        yield Claimed(line, passage.what, shown(rest, _QUOTE), runs_in(whole), tuple(sorted(ids_in(whole))))


def _front_matter(document: Document) -> Iterator[Claimed]:
    front = document.front
    if front is None:
        return
    values = {plain(entry.key): entry.text for entry in front.entries}
    two = plain(values.get("stage") or "") in {"2", "stage 2"}
    for entry in front.entries:
        for key, value in _scalars(entry):
            of_stage2 = two and plain(key) == "status" and value_claims("stage 2", value)
            if of_stage2 or value_claims(key, value) or (key != "title" and _says_so(value)):
                text = shown(f"{key}: {value}", _QUOTE)
                yield Claimed(entry.line, "front_matter", text, runs_in(value), tuple(sorted(ids_in(value))))


def _says_so(value: str) -> bool:
    return next(claims_in(value, "text"), None) is not None


def _scalars(entry: Entry) -> Iterator[tuple[str, str]]:
    """Yield every scalar of an entry, however deep, with the key it stands under."""
    pending: list[tuple[str, Any]] = [(entry.key, entry.value)]
    while pending:
        key, value = pending.pop()
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, list):
            pending += [(key, each) for each in reversed(value)]
        elif isinstance(value, dict):
            pending += [*reversed(value.items())]


def _span(document: Document, block: Block | None) -> tuple[int, int]:
    """Return the first and the last line of the block; nothing lies between 0 and -1."""
    if block is None:
        return 0, -1
    return block.line, block.line + len(LINE_END.findall(document.text, block.start, block.end))
