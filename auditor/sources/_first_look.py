"""What is seen at first sight of one argument of a tool call: that it names nothing outside the copy.

Nearly all arguments of nearly all calls are plain relative paths, short commands, ids or texts that a tool writes; the
full look at one (`_arguments`, `shell.suspects`) costs some ten times as much. It finds nothing in what is passed over
here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from auditor.shell.suspects import is_plain
from auditor.sources._arguments import (
    CODE,
    LIST_BEGINS,
    MAX_NAME,
    NESTED,
    PATCH_MARK,
    PATCHES,
    PATH_BEGINS,
    TYPED,
    leads_out,
    sort_of,
)


def stays_inside(key: str) -> Callable[[str], bool]:
    """Return what tells of a text under this key that it clearly names nothing outside the copy."""
    return _look(key) if len(key) <= MAX_NAME else _look.__wrapped__(key)


@lru_cache(maxsize=1024)
def _look(key: str) -> Callable[[str], bool]:
    # For some tools a pattern is a path. What then leads nowhere is harmless for the others, too.
    sort = sort_of(key, "glob")
    if key.lower() in CODE or key.lower() in PATCHES:
        return _is_empty
    if key.lower() in TYPED:
        return _is_plain_text
    if sort == "command":
        return is_plain
    if sort == "path":
        return _is_inner_path
    return _is_no_object if key.lower() in NESTED else _is_no_path


def _is_empty(text: str) -> bool:
    return not text


def _is_plain_text(text: str) -> bool:
    return is_plain(text) and _is_no_object(text)


def _is_inner_path(text: str) -> bool:
    return not leads_out(text) and not text.startswith(LIST_BEGINS) and not _may_hold_patch(text)


def _is_no_path(text: str) -> bool:
    return not text.startswith((*PATH_BEGINS, LIST_BEGINS)) and not _may_hold_patch(text)


def _is_no_object(text: str) -> bool:
    return "{" not in text and _is_no_path(text)


def _may_hold_patch(text: str) -> bool:
    return PATCH_MARK[0] in text and PATCH_MARK in text  # a single character is found much faster
