"""Case's events: the plan, phases, tool calls and the outcome, in Case's own word. They name no model as a rule; where
the plan sets one for a role, that is as good as a configuration.

Lines carry `sequence` from 1 without gaps but may be written slightly out of order, so they are sorted first. A resumed
run's file starts later. Tool arguments are JSON text, masked by Case and cut at 500 characters with ``…[truncated]``.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from auditor.facts import Naming
from auditor.records.collector import Notes
from auditor.records.record import Record
from auditor.sources import _calls, _stream
from auditor.sources._arguments import arguments, text_arguments
from auditor.sources._calls import Calls, leaving
from auditor.sources._stream import Reorder, StreamCheck
from auditor.sources.case_stderr import Identity, Outcome, PhaseTold
from auditor.sources.trace import Event

KINDS = ("case_events",)
FACTS = frozenset({"case.event", "case.identity", "case.outcome", "case.phase-told", "model.named"})
FACTS |= _stream.FACTS | _calls.FACTS

_TOOLS = frozenset({"tool_start", "tool_end"})
_ARGUMENT_KEYS = ("args", "arguments", "input")
# Of the other events the rules ask these; the rest may be long, and is not kept.
_KEPT = ("event", "phase", "agent", "outcome", "runId", "taskId", "profile", "cycle", "status")


_MAX_KEPT = 1000
_MAX_PLANNED = 100
"""Phases and roles of one plan that are looked at; Case has half a dozen."""


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
        kept: dict[str, Any] = {key: record[key] for key in _KEPT if _short(record.get(key))}
        if _short(status := item.text("result", "status")):
            kept["result"] = {"status": status}
        event = Event(name, item.integer("sequence"), Record(self._notes.path, line, kept))
        self._notes.fact("case.event", event, line, time=time)
        if name == "pipeline_end":
            outcome = item.text("outcome") or "unstated"
            self._notes.fact("case.outcome", Outcome(outcome, "events"), line, "/outcome", time=time)
        if (planned := item.text("plan", "runId")) is not None:
            self._notes.once("case.identity", Identity(planned, item.text("plan", "taskId")), line, "/plan/runId")
        self._plan(line, item)

    def _plan(self, line: int, item: Record) -> None:
        phases, models = item.get("plan", "phases"), item.get("plan", "modelConfig")
        for index, phase in enumerate(phases[:_MAX_PLANNED] if isinstance(phases, list) else ()):
            one = Record(self._notes.path, line, phase if isinstance(phase, dict) else {})
            told = PhaseTold("plan", one.text("phase"), one.text("agent"))
            self._notes.fact("case.phase-told", told, line, f"/plan/phases/{index}")
        for role in islice(models if isinstance(models, dict) else (), _MAX_PLANNED):
            keys = ("plan", "modelConfig", role)
            provider, model = item.text(*keys, "provider"), item.text(*keys, "model")
            if provider is not None or model is not None:
                naming = Naming(provider, model, "case.plan", role=role)
                self._notes.once("model.named", naming, line, item.at(*keys).pointer, grade="configured")

    def _tool_start(self, line: int, item: Record) -> None:
        tool = item.text("tool") or ""
        self._calls.by(item.text("agent"), line)
        for key in _ARGUMENT_KEYS:
            args = item.get(key)
            found = text_arguments(args, tool, f"/{key}") if isinstance(args, str) else arguments(args, tool, f"/{key}")
            if args is not None:
                self._calls.see(line, tool, item.text("agent"), leaving(found))


def _short(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _MAX_KEPT
