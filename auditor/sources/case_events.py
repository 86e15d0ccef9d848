"""Case's events: phases, tool calls and the outcome, in Case's own word. They name no model.

Lines carry `sequence` from 1 without gaps but may be written slightly out of order, so they are sorted first. A resumed
run's file starts later. Tool arguments are JSON text, masked by Case and cut at 500 characters with ``…[truncated]``.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import orjson

from auditor.records.collector import Notes
from auditor.records.record import Record
from auditor.sources import _calls, _stream
from auditor.sources._calls import Calls
from auditor.sources._stream import Reorder, StreamCheck
from auditor.sources.case_stderr import Identity, Outcome
from auditor.sources.trace import Event

KINDS = ("case_events",)
FACTS = frozenset({"case.event", "case.identity", "case.outcome"}) | _stream.FACTS | _calls.FACTS

_TOOLS = frozenset({"tool_start", "tool_end"})
_PATH_KEYS = ("path", "file_path", "cwd", "dir", "directory")
# A cut argument text is no JSON any more; what it still shows is read up to the cut.
_CUT_FIELD = re.compile(r'"(path|file_path|cwd|command)"\s*:\s*"((?:[^"\\]++|\\.)*+)', re.DOTALL)


class ToolArguments(msgspec.Struct, frozen=True):
    """What a tool call's argument text says: its path-like arguments and its shell command."""

    paths: tuple[str, ...]
    command: str | None


class Source:
    """Reads one events file."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._check = StreamCheck(notes, sequence="sequence", identity=None, ordered=False, strict=False)
        self._order = Reorder(self._in_order)
        self._calls = Calls(notes)

    def record(self, line: int, record: dict[str, Any]) -> None:
        """Read one event."""
        self._order.push(record.get("sequence"), line, record)

    def plain(self, line: int, data: bytes) -> None:
        """The format has no plain lines."""

    def close(self) -> None:
        """Read what was held back, and note the summaries."""
        self._order.flush()
        self._check.close()
        self._calls.close()

    def _in_order(self, line: int, record: dict[str, Any]) -> None:
        time = self._check.see(line, record)
        item = Record(self._notes.path, line, record)
        name = item.text("event") or ""
        self._notes.once("case.identity", Identity(item.text("runId"), item.text("taskId")), line, "/runId")
        if name in _TOOLS:
            if name == "tool_start":
                self._tool_start(line, item)
            return
        self._notes.fact("case.event", Event(name, item.integer("sequence"), item), line, time=time)
        if name == "pipeline_end":
            outcome = item.text("outcome") or "unstated"
            self._notes.fact("case.outcome", Outcome(outcome, "events"), line, "/outcome", time=time)
        if (planned := item.text("plan", "runId")) is not None:
            self._notes.once("case.identity", Identity(planned, item.text("plan", "taskId")), line, "/plan/runId")

    def _tool_start(self, line: int, item: Record) -> None:
        arguments = tool_arguments(item.get("args"))
        self._calls.see(
            line,
            item.text("tool") or "",
            agent=item.text("agent"),
            paths=tuple(("/args", path) for path in arguments.paths),
            command=arguments.command,
            at="/args",
        )


def tool_arguments(args: object) -> ToolArguments:
    """Read a tool call's arguments: an object, or JSON text of one, which may be cut."""
    if isinstance(args, str):
        try:
            args = orjson.loads(args)
        except orjson.JSONDecodeError:
            return _cut_arguments(str(args))
    if not isinstance(args, dict):
        return ToolArguments((), None)
    paths = tuple(value for key in _PATH_KEYS if isinstance(value := args.get(key), str))
    command = args.get("command")
    return ToolArguments(paths, command if isinstance(command, str) else None)


def _cut_arguments(text: str) -> ToolArguments:
    paths: list[str] = []
    command: str | None = None
    for key, escaped in _CUT_FIELD.findall(text):
        value = _unescaped(escaped)
        if key == "command":
            command = value if command is None else command
        else:
            paths.append(value)
    return ToolArguments(tuple(paths), command)


def _unescaped(escaped: str) -> str:
    try:
        return str(orjson.loads(f'"{escaped}"'))
    except orjson.JSONDecodeError:
        return escaped.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
