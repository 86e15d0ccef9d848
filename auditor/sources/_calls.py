"""Tool calls: kept only where they could leave the fixture copy; the rest are counted.

Which call really leaves is the rules' question: it needs the run's own paths, which other artifacts state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from functools import lru_cache

import msgspec
from msgspec import UnsetType

from auditor.records.collector import Notes
from auditor.records.rows import ABSENT, Rows, read
from auditor.shell import suspects
from auditor.sources._arguments import Argument, arguments, leads_out
from auditor.sources._first_look import stays_inside

FACTS = frozenset({"tool.call", "tool.calls", "tool.agent"})


_SHORT = 2000
_MAX_AGENTS = 1000
"""Agents of one artifact that are noted; Case has half a dozen."""
_NO_TEXT = frozenset({UnsetType, type(None)})
_SCALARS = _NO_TEXT | {int, float, bool}
"""Types of values that name neither a path nor a command."""


@lru_cache(maxsize=4096)
def _could_leave(command: str) -> bool:
    """Remember the answer: agents run the same short commands over and over."""
    return bool(suspects(command))


def leaving(found: Iterable[Argument]) -> Iterator[Argument]:
    """Yield the arguments that could leave the copy."""
    return (argument for argument in found if _leaves(argument))


def leaving_in_text(key: str, text: str, tool: str) -> Sequence[Argument]:
    """Return what could leave the copy in the text of one argument `key`; short texts come again and are remembered."""
    if stays_inside(key)(text):
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
    return leads_out(text)


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
        self._agents: set[object] = {ABSENT, None, ""}

    def are_new(self, agents: Iterable[object]) -> bool:
        """Tell whether some of these are perhaps agents that are not noted yet."""
        try:
            return not self._agents.issuperset(agents)
        except TypeError:  # lists and objects
            return True

    def by(self, agent: object, line: int) -> None:
        """Note an agent that calls a tool, at its first call. What the scripted backend calls needs no dispatch."""
        if type(agent) is not str or agent in self._agents or len(self._agents) == _MAX_AGENTS:
            return
        self._agents.add(agent)
        if self._notes.kind != "baseline_trace":
            self._notes.fact("tool.agent", agent, line, "/agent")

    def add(self, times: int) -> None:
        """Take so many calls that stay inside the copy."""
        self._count += times

    def plain(self, rows: Rows, calls: Sequence[int], *, unread: Collection[str], texts: Collection[str]) -> Set[int]:
        """Return which of some records that are calls are seen at first sight to be sound and to stay inside the copy.

        `unread` are the keys whose values are no arguments, `texts` those of arguments that must be texts or null.
        """
        keys = [key for key in rows.keys if key not in unread]
        tools, *columns = rows.values(["tool", *keys], calls)
        others = {index for index, tool in zip(calls, tools, strict=True) if type(tool) is not str}
        for key, column in zip(keys, columns, strict=True):
            if column.count(ABSENT) == len(column):
                continue
            stays, silent = stays_inside(key), _NO_TEXT if key in texts else _SCALARS
            for index, value in zip(calls, map(read, column), strict=True):
                if type(value) not in silent and not (type(value) is str and stays(value)):
                    others.add(index)
        return set(calls) - others

    def see(self, line: int, tool: str, agent: str | None, found: Iterable[Argument], *, times: int = 1) -> None:
        """Take one call, or so many alike, with those of its arguments that could leave the copy."""
        self._count += times
        self.by(agent, line)
        for argument in found:
            path, command = (None, argument.text) if argument.command else (argument.text, None)
            self._notes.once("tool.call", ToolCall(tool, path, command, agent), line, argument.pointer, times=times)

    def close(self) -> None:
        """Note the count."""
        self._notes.fact("tool.calls", self._count)
