"""Find where the stretches of shell source end that are delimited by more than one character.

Pure functions of the text and a place in it, each linear in what it passes over.
"""

from __future__ import annotations

import re

from auditor.shell.escapes import decode

MAX_ARITHMETIC = 4096
"""Longer formulas are read as commands, which judges them more strictly."""

_ANSI = re.compile(r"\$'((?:[^'\\]|\\.)*)'?", re.DOTALL)
_BACKTICK = re.compile(r"`((?:[^`\\]|\\.)*)`?", re.DOTALL)
_PATHS = re.compile(r"[\s(](?:/\w|\.\./|~)")
_PAREN = re.compile(r"\\.|[()]", re.DOTALL)


def single_quoted(text: str, at: int) -> tuple[str, int]:
    """Return what the single quote at `at` encloses and the place after its end; an open one runs to the end."""
    end = text.find("'", at + 1)
    end = len(text) if end < 0 else end
    return text[at + 1 : end], end + 1


def ansi_quoted(text: str, at: int) -> tuple[str, int] | None:
    """Return what the `$'…'` at `at` means, escapes resolved, and the place after it; None if there is none."""
    found = _ANSI.match(text, at)
    return (decode(found[1]), found.end()) if found else None


def backticks(text: str, at: int, *, quoted: bool) -> tuple[str, int]:
    """Return the script inside the backtick at `at`, one level of escapes removed, and the place after it."""
    found = _BACKTICK.match(text, at)
    if found is None:
        return "", at + 1
    return re.sub(r'\\([$`\\"])' if quoted else r"\\([$`\\])", r"\1", found[1]), found.end()


def here_document(text: str, at: int, delimiter: str, *, strips: bool, nested: bool) -> tuple[str, int]:
    """Return the here-document that begins at `at`, and the place after its delimiter; an open one runs to the end.

    `strips`: leading tabs of the delimiter do not count (`<<-`). `nested`: inside a substitution, whose closing
    parenthesis may follow the delimiter on its line.
    """
    start = at
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end]
        bare = line.lstrip("\t") if strips else line
        if bare == delimiter:
            return text[start:at], min(len(text), end + 1)
        if nested and bare.startswith(delimiter + ")"):
            return text[start:at], end - len(bare) + len(delimiter)
        at = end + 1
    return text[start:], len(text)


class Formulas:
    """Tells `((` that opens a formula from `((` that opens two nested lists.

    Parentheses are matched once for the whole text, by counting. A candidate that splits a quoted string, holds what
    looks like a path or is longer than any formula is taken for lists of commands, which is judged more strictly (and
    is what a shell without formulas would see).
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends: dict[int, int] | None = None

    def end(self, at: int) -> int | None:
        """Return where the `))` that closes the formula at `at` begins, or None if no formula begins there."""
        if not self._text.startswith("((", at):
            return None
        if self._ends is None:
            self._ends = _doubled_parentheses(self._text)
        end = self._ends.get(at)
        if end is None or end - at > MAX_ARITHMETIC:
            return None
        splits = any(self._text.count(quote, at, end) % 2 for quote in "'\"")
        return None if splits or _PATHS.search(self._text, at, end) else end


def _doubled_parentheses(text: str) -> dict[int, int]:
    found: dict[int, int] = {}
    opened: list[int] = []
    inner = (-1, -1)
    for sign in _PAREN.finditer(text):
        if sign[0] == "(":
            opened.append(sign.start())
        elif sign[0] == ")" and opened:
            start, end = opened.pop(), sign.start()
            if inner == (start + 1, end - 1):
                found[start] = end - 1
            inner = (start, end)
    return found
