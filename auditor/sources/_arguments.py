"""What a tool call's arguments name: paths and shell commands, wherever in them they stand.

Tools name their arguments as they like (`path`, `filePath`, `files: […]`, `edits[].path`, `cmd: ["cat", "x"]`), so every
text is looked at. Text that a tool writes, searches or prints is not a path; a program that it runs is judged
as one that a shell command carries.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec
import orjson

from auditor.expressions import expression
from auditor.records.json_text import pointer_step
from auditor.shell.languages import patch
from auditor.shell.paths import CERTAIN_TOPS, TOP_LEVEL

MAX_TEXTS = 10_000
"""Texts looked at in one call; no tool takes as many."""

_PATH = expression(
    r"(path|file|filename|dir|directory|folder|cwd|root|workdir|source|target|destination|dest)s?", re.IGNORECASE
)
_WORD = expression(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_COMMAND = frozenset({"command", "cmd", "script", "shell", "commands", "argv", "args"})
_CONTENT = expression(
    r"\w*(?:(?<!con)text|contents?|code)|(?:old|new)_?(?:string|str)|(?:old|new|cell)_?source|query|sql|regex|selector|"
    r"(?:search|replace)_?(?:with|term|string)|description|prompt|message|title|body|result|output|stdout|stderr|summary|"
    r"url|endpoint|route|reason|replacement|diff|patch|note|comment|labels?|evidence",
    re.IGNORECASE,
)
_NAME = frozenset({"uri", "name", "id", "value", "data"})
_SWAPPED = frozenset({"search", "find", "replace", "old", "new", "before", "after"})
_EDITS = expression(r"edit|replace|patch|write|create|update|codemod", re.IGNORECASE)
"""Tools that put one text in another's place, whatever those texts look like."""
_ROOTED = expression(rf"/(?:{'|'.join(sorted(CERTAIN_TOPS - {'usr'}))})/\S+")
"""What is a path even where a name or a value is asked for."""
_OUTSIDE = expression(rf"{_ROOTED.pattern}|(?:~|\.\.(?:/|$)|file:)\S*")
"""What is a path even under a key that nobody knows, where routes, pointers and comments may stand as well."""
_RUNS_CODE = expression(r"run|exec|eval|repl|python|interpreter|kernel", re.IGNORECASE)
_RUNS_PYTHON = expression(r"python", re.IGNORECASE)
_RUNS_SCRIPT = expression(r"node(?!s)|javascript|(?:^|_)js(?:_|$)", re.IGNORECASE)
_KEEPS_CODE = expression(
    r"edit|write|create|insert|save|replace|format|lint|review|search|patch|diff|analy|explain|valid|transpile|convert|"
    r"encode|action|context|quality|scan|browser|playwright",
    re.IGNORECASE,
)
_NOTEBOOK = expression(r"notebook|cell", re.IGNORECASE)
_ASKS_SERVER = expression(r"(?:^|_)https?(?:_|$)|_?request$", re.IGNORECASE)
_PROMPTS = expression(r"(?:\w+__)?(?:slash_?command|skill)", re.IGNORECASE)
"""Tools whose commands are prompts that the agent knows by name: `/compact`, `/review src`."""
_PROMPT = expression(r"/[\w:-]+(?:\s|\Z)")
_CHANGES_JSON = frozenset({"add", "remove", "replace", "move", "copy", "test"})
"""Operations of a JSON patch (RFC 6902), whose paths are pointers into a document."""
CODE = frozenset({"code", "source", "snippet"})
"""Keys, in lower case, whose text is a program if the tool is one that runs programs."""
_ONE_NAME = expression(r"[^\s()]+")
_STRING = expression(r"['\"`]")
_UNFINISHED = expression(r"[^'\"`]*…\[truncated\]\s*\Z")
_TERMINAL = expression(
    r"^(?!.*browser).*(?:terminal|tmux|pty|console|stdin|(?:send|write|type)_?(?:keys|input)|^process$)", re.IGNORECASE
)
_TOPS, _CERTAIN = ("|".join(sorted(tops)) for tops in (TOP_LEVEL, CERTAIN_TOPS))
_STATEMENTS = (
    "const|let|var|import|from|export|return|await|async|function|class|def|select|insert|update|delete|print|with|raise|"
    "throw|assert|new"
)
"""First words that are those of a program, typed into the console of its language."""
_SHELL_LINE = expression(
    rf"""
      (?:^|[;&|(`'"])[\x00-\x09\x0b-\x20]*+(?:sudo[ ])?
      (?:cd|cat|ls|less|more|head|tail|cp|mv|rm|ln|find|grep|rg|tree|touch|mkdir|chmod|source|\.|pushd|stat|tee|diff)
      [ \t](?:.{{0,400}}[\s'"=<>])?['"]?(?:/(?:{_TOPS})/|/(?:{_CERTAIN})\b|\.\.(?![\w.])|~|\$\{{?HOME)
    | ^[\x00-\x09\x0b-\x20]*+
      (?!(?:{_STATEMENTS})\b|\w+[ ]*=[ ])(?:\w+=\S*[ ]+)*+
      (?:
          [\w.][\w./+-]*+(?:(?!//).)*[ \t;&|<>=](?:/(?:{_CERTAIN})/|~/)
        | [\w.][\w./+-]*+(?:(?!//).)*>[ ]*(?:\.\./|~)
        | (?:/(?:{_CERTAIN})/|\.\./|~/)[\w.+-]
        | (?:python[\d.]*|node|perl|ruby|php|\w*sh)[ ]+-\w*[cep]\b
      )""",
    re.MULTILINE | re.VERBOSE,
)
"""A typed line that is plainly a shell command which may leave the copy, and no key, search or line of a program."""
TYPED = frozenset({"chars", "keys", "stdin", "input", "text", "data"})
"""Keys, in lower case, whose text is typed into a shell if the tool is a terminal."""
_KEYED_BY_PATH = expression(r"(?:files?|edits|changes)(?:_?contents)?", re.IGNORECASE)
PATCHES = frozenset({"diff", "patch", "patch_text", "patchtext", "unified_diff"})
"""Keys, in lower case, whose text is a patch."""
NESTED = frozenset({"args", "arguments", "input", "parameters", "params"})
"""Keys, in lower case, whose text may be an object written as JSON."""
_PATCHED = expression(r"^\*\*\* (?:(?:Update|Add|Delete) File|Move to): (\S.{0,4000})$", re.MULTILINE)
PATCH_MARK = "*** "
"""Without it a text holds no patch that names files."""
_MAX_PATCH = 1 << 20
_PATTERN_IS_PATH = frozenset({"glob", "find", "ls", "list"})
LIST_BEGINS = "["
"""How a list begins that is written as text."""
PATH_BEGINS = ("/", "~", "..", "file:")
"""How a text begins that is taken for a path whatever its key says."""
_LEADS_OUT = ("/", "~", "\\", "file:", "@")
# A cut argument text is no JSON any more; what it still shows is read up to the cut.
_CUT_FIELD = expression(r'"([A-Za-z_]{1,40})"\s{0,8}:\s{0,8}"([^"\\]*(?:\\.[^"\\]*)*)', re.DOTALL)
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
            if _KEYED_BY_PATH.fullmatch(key):
                for name in filter(_OUTSIDE.fullmatch, map(str, item)):
                    yield Argument(f"{place}/{pointer_step(name)}", name, command=False)
            operation = item.get("op")
            is_patch = isinstance(operation, str) and operation in _CHANGES_JSON
            for name, child in item.items():
                points = is_patch and name in ("path", "from") and isinstance(child, str) and child.startswith("/")
                pending.append(("pointer" if points else str(name), f"{place}/{pointer_step(str(name))}", child))
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
            if item.startswith(LIST_BEGINS) and not _is_content(key, tool) and (listed := _listed(item)):
                yield from (Argument(place, found.text, found.command) for found in arguments({key: listed}, tool))
                continue
            if key.lower() in PATCHES:
                yield from (Argument(place, name, command=False) for name, _ in patch(item[:_MAX_PATCH]))
            if PATCH_MARK in item:
                for match in _PATCHED.finditer(item, 0, _MAX_PATCH):
                    yield Argument(place, match.group(1), command=False)
            yield from _argument(key, item, tool, place)


def text_arguments(text: str, tool: str, pointer: str) -> Iterator[Argument]:
    """Yield the arguments in JSON text, which may be cut. All of them stand at `pointer`: the text is one value."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        for number, match in enumerate(_CUT_FIELD.finditer(text)):
            if number == _MAX_CUT_FIELDS:
                return
            key, content = match.group(1), _unescaped(match.group(2))
            yield from _argument(key, content, tool, pointer)
        return
    for found in arguments(value, tool):
        yield Argument(pointer, found.text, found.command)


def is_command(key: str) -> bool:
    """Tell whether a key says that its text is a shell command."""
    return key.lower() in _COMMAND


def leads_out(path: str) -> bool:
    """Tell whether a path could lead out of the copy, wherever that is."""
    return path.startswith(_LEADS_OUT) or ".." in path or "$" in path or "\0" in path


def _argument(key: str, text: str, tool: str, pointer: str) -> Iterator[Argument]:
    """Yield a text if it is a path, a command or a program: by its key where that says it, else by how it looks."""
    sort = _sort(key, tool)
    if sort == "typed":
        sort = "command" if _SHELL_LINE.search(text) else None
    if sort == "command" and _PROMPTS.fullmatch(tool) and _PROMPT.match(text):
        return
    if sort == "code" and _STRING.search(text):
        # A string that the log cut may be the beginning of any path.
        yield Argument(pointer, shlex.join([*_interpreter(tool), _UNFINISHED.sub("", text)]), command=True)
        return
    if sort == "content":
        is_path = text.startswith("file:")
    elif sort == "name":
        is_path = text.startswith("file:") or _ROOTED.fullmatch(text) is not None
    elif sort == "code":
        is_path = _ONE_NAME.fullmatch(text) is not None
    elif sort == "unknown":
        is_path = _OUTSIDE.fullmatch(text) is not None
    else:
        is_path = sort == "path"
    if is_path or sort == "command":
        yield Argument(pointer, text, sort == "command")


def _interpreter(tool: str) -> tuple[str, str]:
    """Return the beginning of a command that runs a program as the tool does; of lua no language is taken for granted."""
    if _RUNS_PYTHON.search(tool):
        return "python3", "-c"
    return ("node", "-e") if _RUNS_SCRIPT.search(tool) else ("lua", "-e")


def _sort(key: str, tool: str) -> str | None:
    return sort_of(key, tool) if len(key) <= MAX_NAME and len(tool) <= MAX_NAME else sort_of.__wrapped__(key, tool)


def _is_content(key: str, tool: str) -> bool:
    return _sort(key, tool) in ("content", "name", "code", None) and key.lower() not in NESTED


def _listed(text: str) -> list[Any] | None:
    """Return the list that is written as `text`, if it is one."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, list) else None


@lru_cache(maxsize=1024)
def sort_of(key: str, tool: str) -> str | None:
    """Tell what a key says of its text: `command`, `typed`, `code`, `path`, `content`, `name` or `unknown`; None: nothing.

    The tool counts where the key does not say it: the patterns of some tools are paths, what others are sent is typed.
    """
    if key.lower() == "args" and _PROMPTS.fullmatch(tool):
        return "content"
    if is_command(key):
        return "command"
    if key.lower() == "chars" or (key.lower() in TYPED and _TERMINAL.search(tool)):
        return "typed"
    if key.lower() in CODE and _RUNS_CODE.search(tool) and not _KEEPS_CODE.search(tool):
        return "code"
    if key.lower() in _SWAPPED and _EDITS.search(tool):
        return "content"
    if key.lower() in _NAME | _SWAPPED:
        return "name"
    if key.lower() in ("pattern", "glob"):
        return "path" if tool.lower() in _PATTERN_IS_PATH else None
    if _CONTENT.fullmatch(key):
        return "content"
    if key.lower() == "source" and _NOTEBOOK.search(tool):
        return "content"
    if key.lower() == "path" and _ASKS_SERVER.search(tool):
        return "unknown"
    words = _WORD.findall(key)
    return "path" if words and _PATH.fullmatch(words[-1]) else "unknown"


def _unescaped(escaped: str) -> str:
    try:
        return str(orjson.loads(f'"{escaped}"'))
    except orjson.JSONDecodeError:
        return escaped.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
