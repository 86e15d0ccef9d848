"""Tool calls: kept only where they could leave the fixture copy; the rest are counted.

Which call really leaves is the rules' question: it needs the run's own paths, which other artifacts state.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import msgspec

from auditor.records.collector import Notes
from auditor.shell import suspects
from auditor.sources._arguments import Argument, arguments, is_command

FACTS = frozenset({"tool.call", "tool.calls"})


_SHORT = 2000
_PLAIN = re.compile(r"(?!.*(?:cd|sh|popd|eval|alias|trap|watch|xargs|ome|HOME|expanduser))[A-Za-z0-9_-]{1,100}")
"""One word, such as an id: no path by its looks, and as a command none of those by which one leaves without naming where."""
_RELATIVE = re.compile(r"(?!/|.*\.\.)[A-Za-z0-9_./-]{1,200}")
"""A relative path that only goes down."""


@lru_cache(maxsize=4096)
def _could_leave(command: str) -> bool:
    """Remember the answer: agents run the same short commands over and over."""
    return bool(suspects(command))


def leaving(found: Iterable[Argument]) -> Iterator[Argument]:
    """Yield the arguments that could leave the copy."""
    return (argument for argument in found if _leaves(argument))


def leaving_in_text(key: str, text: str, tool: str) -> Sequence[Argument]:
    """Return what could leave the copy in the text of one argument `key`; short texts come again and are remembered."""
    if _PLAIN.fullmatch(text) or (_RELATIVE.fullmatch(text) and not is_command(key)):
        return ()
    find = _leaving_in_text if len(text) <= _SHORT else _leaving_in_text.__wrapped__
    return find(key, text, tool)


@lru_cache(maxsize=4096)
def _leaving_in_text(key: str, text: str, tool: str) -> Sequence[Argument]:
    return tuple(leaving(arguments({key: text}, tool)))


def _leaves(argument: Argument) -> bool:
    text = argument.text
    if argument.command:
        return _could_leave(text) if len(text) <= _SHORT else bool(suspects(text))
    return text.startswith(("/", "~", "\\", "file:", "@")) or ".." in text or "$" in text or "\0" in text


class ToolCall(msgspec.Struct, frozen=True):
    """A call that might leave the copy: the tool, and its path or shell command as written."""

    tool: str
    path: str | None = None
    command: str | None = None
    agent: str | None = None


class Calls:
    """Takes every tool call of one artifact and notes those worth a look, and how many there were."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._count = 0

    def see(self, line: int, tool: str, agent: str | None, found: Iterable[Argument], *, times: int = 1) -> None:
        """Take one call, or so many alike, with those of its arguments that could leave the copy."""
        self._count += times
        for argument in found:
            path, command = (None, argument.text) if argument.command else (argument.text, None)
            self._notes.once("tool.call", ToolCall(tool, path, command, agent), line, argument.pointer, times=times)

    def close(self) -> None:
        """Note the count."""
        self._notes.fact("tool.calls", self._count)
