"""Path globs: `*` and `?` stay within one component, `**` crosses, ``**/`` may match nothing.

A glob of the policy or a layout is ours and becomes a regular expression. A glob in a report is not: a regular expression
of many wildcards takes time without bound on a long path, so beyond two the set of possible positions is followed instead,
in time proportional to path times pattern.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

_TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|.", re.DOTALL)
_WILD = frozenset({"**/", "**", "*"})
_MAX_WILD = 2

Tokens: TypeAlias = tuple[str, ...]


@lru_cache(maxsize=4096)
def glob(pattern: str) -> re.Pattern[str]:
    """Compile a trusted glob; match with `fullmatch`."""
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(parts.get(part) or re.escape(part) for part in _TOKEN.findall(pattern)), re.DOTALL)


def matches(pattern: str, path: str) -> bool:
    """Tell whether an untrusted glob matches a path, in bounded time."""
    tokens = _tokens(pattern)
    if sum(part in _WILD for part in tokens) <= _MAX_WILD:
        return glob(pattern).fullmatch(path) is not None
    return _follow(tokens, path)


@lru_cache(maxsize=4096)
def _tokens(pattern: str) -> Tokens:
    return tuple(_TOKEN.findall(pattern))


def _follow(tokens: Tokens, path: str) -> bool:
    """Follow every position at once. A state is (token, whether it is a ``**/`` that has begun to match)."""
    end = len(tokens)
    states = _closed({(0, False)}, tokens)
    for character in path:
        after: set[tuple[int, bool]] = set()
        for index, begun in states:
            if index == end:
                continue
            part = tokens[index]
            if part == "**/":
                after.add((index, True))
                if character == "/":
                    after.add((index + 1, False))
            elif part == "**" or (part == "*" and character != "/"):
                after.add((index, begun))
            elif part == character or (part == "?" and character != "/"):
                after.add((index + 1, False))
        states = _closed(after, tokens)
        if not states:
            return False
    return (end, False) in states


def _closed(states: set[tuple[int, bool]], tokens: Tokens) -> set[tuple[int, bool]]:
    """Add every state that is reached without a character: a wildcard may match nothing."""
    pending = list(states)
    while pending:
        index, begun = pending.pop()
        if index < len(tokens) and tokens[index] in _WILD and not begun and (index + 1, False) not in states:
            states.add((index + 1, False))
            pending.append((index + 1, False))
    return states
