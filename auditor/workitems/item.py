"""A work item as a person names it: a path, an id, a status, and the document itself."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from auditor.errors import OperatorError
from auditor.facts import visible
from auditor.workitems.block import Block, find_block
from auditor.workitems.document import Document, FrontMatter
from auditor.workitems.splice import required_front

_ID = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9]{1,15}(?:-[A-Z][A-Z0-9]{0,15})*-[0-9]{1,6}(?![A-Za-z0-9])")
_ID_IN_FILE_NAME = re.compile(
    r"(?<![A-Za-z0-9])[a-z][a-z0-9]{1,15}(?:-[a-z][a-z0-9]{0,15})*-[0-9]{3,6}(?![A-Za-z0-9])", re.IGNORECASE
)
_LONGEST_ID = 100


class Item(msgspec.Struct, frozen=True):
    """A work item: its id, such as ``CTO-WORK-020``, its status as written, its front matter, and its verdict's block."""

    id: str
    status: str | None
    front: FrontMatter
    block: Block | None


def real_path(path: Path) -> Path:
    """Return where the work item really lies: a link that was named is followed, since it is what was asked for.

    Raise `OperatorError` where there is nothing.
    """
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a loop of links, in older Pythons
        reason = getattr(error, "strerror", None) or "the path is a loop of links, or not valid"
        raise OperatorError(f"it cannot be opened: {reason}", "name an existing work item, a Markdown file") from None


def read_item(document: Document, name: str) -> Item:
    """Return the work item in a document with the file name `name`. Raise `OperatorError` where it is none."""

    front = required_front(document)
    identity = item_id(front, name)
    if identity is None:
        raise OperatorError(
            "it has no work item id in its front matter, title or file name", 'add one, such as "id: CTO-WORK-020"'
        )
    return Item(identity, front.text("status"), front, find_block(document))


def item_id(front: FrontMatter, name: str) -> str | None:
    """Return the id: the front matter's own, else the first in the title, else the first in the file name."""
    own = front.text("id")
    if own is not None:
        return visible(own)[:_LONGEST_ID]
    title = _ID.search(front.text("title") or "")
    if title:
        return title[0]
    stem = os.path.splitext(name)[0]  # noqa: PTH122 - a name, not a path
    found = _ID_IN_FILE_NAME.search(stem)
    return found[0].upper() if found else None


def ids_in(text: str) -> set[str]:
    """Return every work item id that a text names."""
    return set(_ID.findall(text))
