"""What a tool call's arguments name: paths and shell commands, wherever in them they stand.

Tools name their arguments as they like (`path`, `filePath`, `files: […]`, `edits[].path`, `cmd: ["cat", "x"]`), so every
text is looked at. Text that a tool writes, searches or prints is not a path.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec
import orjson

from auditor.records.json_text import pointer_step

MAX_TEXTS = 10_000
"""Texts looked at in one call; no tool takes as many."""

_PATH = re.compile(
    r"(path|file|filename|dir|directory|folder|cwd|root|workdir|source|target|destination|dest)s?", re.IGNORECASE
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_COMMAND = frozenset({"command", "cmd", "script", "shell", "commands", "argv", "args"})
_CONTENT = re.compile(
    r"(content|contents|(old|new)_?(text|string|str)|text|query|regex|description|prompt|message|title|body|result|output|"
    r"stdout|stderr|summary|url|uri|reason|replacement|diff|patch|data|value|note|name|id)",
    re.IGNORECASE,
)
NESTED = frozenset({"args", "arguments", "input", "parameters", "params"})
"""Keys, in lower case, whose text may be an object written as JSON."""
_PATCHED = re.compile(r"^\*\*\* (?:(?:Update|Add|Delete) File|Move to): (\S.{0,4000})$", re.MULTILINE)
PATCH_MARK = "*** "
"""Without it a text holds no patch that names files."""
_MAX_PATCH = 1 << 20
_PATTERN_IS_PATH = frozenset({"glob", "find", "ls", "list"})
_LOOKS_LIKE_PATH = re.compile(r"(?:/|~|\.\.(?:/|$)|file:)\S*")
PATH_BEGINS = ("/", "~", "..", "file:")
"""How a text begins that is taken for a path whatever its key says."""
_LEADS_OUT = ("/", "~", "\\", "file:", "@")
# A cut argument text is no JSON any more; what it still shows is read up to the cut.
_CUT_FIELD = re.compile(r'"([A-Za-z_]{1,40})"\s{0,8}:\s{0,8}"([^"\\]*(?:\\.[^"\\]*)*)', re.DOTALL)
_MAX_CUT_FIELDS = 100
MAX_NAME = 100
"""Characters of a name beyond which nothing is remembered of it."""


class Argument(msgspec.Struct, frozen=True):
    """One text in a call's arguments: its JSON pointer, and whether it is a shell command or else a path."""

    pointer: str
    text: str
    command: bool


def arguments(value: Any, tool: str, pointer: str = "") -> Iterator[Argument]:
    """Yield every path and command in decoded arguments. Iterative: depth costs no stack."""
    pending: list[tuple[str, str, Any]] = [("", pointer, value)]
    seen = 0
    while pending and seen < MAX_TEXTS:
        key, place, item = pending.pop()
        if isinstance(item, dict):
            pending += [(str(name), f"{place}/{pointer_step(str(name))}", child) for name, child in item.items()]
        elif isinstance(item, list):
            words = [word for word in item if isinstance(word, str)]
            if is_command(key) and words and len(words) == len(item):
                yield Argument(place, shlex.join(words), command=True)
            else:
                pending += [(key, f"{place}/{index}", child) for index, child in enumerate(item)]
        elif isinstance(item, str):
            seen += 1
            if key.lower() in NESTED and item.lstrip().startswith("{"):
                yield from text_arguments(item, tool, place)
                continue
            if PATCH_MARK in item:
                for match in _PATCHED.finditer(item, 0, _MAX_PATCH):
                    yield Argument(place, match.group(1), command=False)
            kind = _kind(key, item, tool)
            if kind is not None:
                yield Argument(place, item, kind == "command")


def text_arguments(text: str, tool: str, pointer: str) -> Iterator[Argument]:
    """Yield the arguments in JSON text, which may be cut. All of them stand at `pointer`: the text is one value."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        for number, match in enumerate(_CUT_FIELD.finditer(text)):
            if number == _MAX_CUT_FIELDS:
                return
            key, content = match.group(1), _unescaped(match.group(2))
            kind = _kind(key, content, tool)
            if kind is not None:
                yield Argument(pointer, content, kind == "command")
        return
    for found in arguments(value, tool):
        yield Argument(pointer, found.text, found.command)


def is_command(key: str) -> bool:
    """Tell whether a key says that its text is a shell command."""
    return key.lower() in _COMMAND


def leads_out(path: str) -> bool:
    """Tell whether a path could lead out of the copy, wherever that is."""
    return path.startswith(_LEADS_OUT) or ".." in path or "$" in path or "\0" in path


def _kind(key: str, text: str, tool: str) -> str | None:
    """Tell whether a text is a path or a command: by its key where that says it, else by how it looks."""
    sort = sort_of(key, tool) if len(key) <= MAX_NAME and len(tool) <= MAX_NAME else sort_of.__wrapped__(key, tool)
    if sort == "content":
        return "path" if text.startswith("file:") else None
    if sort == "unknown":
        return "path" if _LOOKS_LIKE_PATH.fullmatch(text) else None
    return sort


@lru_cache(maxsize=1024)
def sort_of(key: str, tool: str) -> str | None:
    """Tell what a key says of its text: that it is a `command`, a `path`, `content` or `unknown`; None: no path either.

    The tool counts for patterns only: those of some tools are paths.
    """
    if is_command(key):
        return "command"
    if key.lower() in ("pattern", "glob"):
        return "path" if tool.lower() in _PATTERN_IS_PATH else None
    if _CONTENT.fullmatch(key):
        return "content"
    words = _WORD.findall(key)
    return "path" if words and _PATH.fullmatch(words[-1]) else "unknown"


def _unescaped(escaped: str) -> str:
    try:
        return str(orjson.loads(f'"{escaped}"'))
    except orjson.JSONDecodeError:
        return escaped.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
