"""Tool calls: kept only where they could leave the fixture copy; the rest are counted.

Which call really leaves is the rules' question: it needs the run's own paths, which other artifacts state.
"""

from __future__ import annotations

import msgspec

from auditor.records.collector import Notes
from auditor.shell import suspects

FACTS = frozenset({"tool.call", "tool.calls"})


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

    def see(
        self,
        line: int,
        tool: str,
        *,
        agent: str | None,
        paths: tuple[tuple[str, str], ...] = (),
        command: str | None = None,
        at: str = "/command",
    ) -> None:
        """Take one call; `paths` are (pointer, path) pairs."""
        self._count += 1
        for pointer, path in paths:
            if path.startswith(("/", "~", "\\", "file:")) or ".." in path or "$" in path or "\0" in path:
                self._notes.once("tool.call", ToolCall(tool, path=path, agent=agent), line, pointer)
        if command is not None and suspects(command):
            self._notes.once("tool.call", ToolCall(tool, command=command, agent=agent), line, at)

    def close(self) -> None:
        """Note the count."""
        self._notes.fact("tool.calls", self._count)
