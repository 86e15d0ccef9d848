"""The structure of a document's body: what Markdown shows as text, and what is code, HTML or a comment.

A marker inside a code fence is a quotation, and a claim inside an HTML comment is read by nobody. CommonMark decides
which is which, so that this agrees with what forges show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from auditor.workitems.document import LINE_END, Document

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


class Passage(msgspec.Struct, frozen=True):
    """A paragraph, a heading, or a row of a table (its cells joined by ``|``), as text without markup.

    `what` is ``text``, ``heading``, ``item`` (a paragraph of a list), ``columns`` (a table's head) or ``row``. `line` is
    its first in the document, `depth` a heading's level. Code spans are between U+E000 and U+E001, inline HTML is ``<>``,
    struck text and comments are left out.
    """

    what: str
    text: str
    line: int
    depth: int = 0


class Fence(msgspec.Struct, frozen=True):
    """A block of code: what is said of its language, its content, and the line of its first line of content."""

    language: str
    content: str
    line: int


CODE_BEGINS, CODE_ENDS = "\ue000", "\ue001"
"""What stands around a code span within a passage's text. A document's own private characters are replaced."""

_PRIVATE = re.compile("[\ue000-\uf8ff]")


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - needed by the work-item commands alone

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


@cache
def _block_parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - needed by the work-item commands alone

    return MarkdownIt("commonmark").disable("inline")


def body_lines(document: Document) -> list[str]:
    """Return every line of the document without its line end; those of the front matter are empty."""
    before = len(LINE_END.findall(document.text, 0, document.body))
    return [""] * before + LINE_END.split(document.text[document.body :])


def comments(document: Document) -> Iterator[tuple[int, str, bool]]:
    """Yield each top-level line that is an HTML comment of its own: its line from 1, its text, and True.

    A line that begins a comment elsewhere (in a list, a quotation, or other HTML) comes with False. Lines of code are
    not among them.
    """
    lines = body_lines(document)
    for token in _block_parser().parse("\n".join(lines)):
        if token.type != "html_block" or token.map is None:
            continue
        first, last = token.map
        for number in range(first, min(last, len(lines))):
            alone = token.level == 0 and number == first and last == first + 1
            yield number + 1, lines[number], alone


def passages(document: Document) -> Iterator[Passage | Fence]:
    """Yield what a reader of the rendered document sees, in order."""
    lines = body_lines(document)
    row: list[str] | None = None
    row_line = lists = 0
    what, depth = "text", 0
    for token in _parser().parse("\n".join(lines)):
        kind = token.type
        line = token.map[0] + 1 if token.map else 0
        if kind in {"fence", "code_block"}:
            offset = 1 if kind == "fence" else 0
            yield Fence(token.info.strip().lower(), token.content, line + offset)
        elif kind in {"list_item_open", "list_item_close"}:
            lists += token.nesting
        elif kind == "heading_open":
            what, depth = "heading", int(token.tag[1:])
        elif kind == "tr_open":
            row, row_line, what = [], line, "row"
        elif kind == "tr_close" and row is not None:
            yield Passage(what, " | ".join(row), row_line)
            row, what = None, "text"
        elif kind == "th_open":
            what = "columns"
        elif kind == "inline":
            text = _plain(token)
            if row is not None:
                row.append(text.replace("|", "/"))
            else:
                yield Passage("item" if lists and what == "text" else what, text, line, depth)
        elif kind == "heading_close":
            what, depth = "text", 0


def _plain(token: Token) -> str:
    """Return an inline token's text: markup gone, code spans marked, struck text and HTML comments left out."""
    parts: list[str] = []
    struck = 0
    for child in token.children or ():
        kind: Any = child.type
        if kind in {"s_open", "s_close"}:
            struck += child.nesting
        elif struck:
            continue
        elif kind == "text":
            parts.append(_PRIVATE.sub("\ufffd", child.content))
        elif kind == "code_inline":
            parts.append(f"{CODE_BEGINS}{child.content}{CODE_ENDS}")
        elif kind in {"softbreak", "hardbreak"}:
            parts.append("\n")
        elif kind == "image":
            parts.append(child.content)
        elif kind == "html_inline" and not child.content.startswith("<!--"):
            parts.append("<>")
    return "".join(parts)
