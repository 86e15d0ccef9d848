"""Case's stderr: the only place where the real Case writes provider and model.

One JSON line ``"msg":"spawning agent"`` for each dispatch, and the crash text ``Model not found: <provider>/<model>``.
A dispatch is intent, not an answer: grade `dispatched`. JSON lines are mixed with plain ones.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from auditor.facts import Naming
from auditor.instants import instant
from auditor.records.collector import Notes
from auditor.records.json_text import JsonFault, parse_object
from auditor.records.record import Record
from auditor.sources import _stream
from auditor.sources._stream import StreamCheck
from auditor.sources.trace import Dispatch

KINDS = ("case_stderr",)
FACTS = frozenset({"dispatch", "model.named", "case.identity", "case.outcome", "case.agent-done", "case.retry"})
FACTS |= _stream.FACTS | {"case.phase-told", "case.mode"}

_CRASH = re.compile(r"(?:^|[\s:])Model not found: ([^/\s]+)/(\S+)")
_PLAIN_CRASH = b"Model not found: "
_UNSEEN = re.compile(rb"(?:\xef\xbb\xbf|\xe2\x80[\x8b-\x8f]|\x1b\[[0-9;]{0,32}[A-Za-z]|[\x00-\x1f\x7f ])+(?=\{)")
_AFTER = re.compile(rb"(?:\x1b\[[0-9;]{0,32}[A-Za-z]|[\x00-\x1f\x7f ])+\Z")
_SPAWNING = b'"spawning agent"'
_EVENTS_FILE = re.compile(r"(?:^|/)events/run-([^/]+)\.jsonl\Z")


class Identity(msgspec.Struct, frozen=True):
    """A Case file states which Case run and task it belongs to (fact kind `case.identity`); None: not stated."""

    run_id: str | None
    task: str | None


class Outcome(msgspec.Struct, frozen=True):
    """A Case file states how the pipeline ended (fact kind `case.outcome`)."""

    outcome: str
    shape: str


class PhaseTold(msgspec.Struct, frozen=True):
    """A Case file other than the events tells of a phase (fact kind `case.phase-told`); None: not stated.

    `shape` is `plan` or `run log`, which tell of each phase once, or `stdout` or `stderr`, which tell of each start.
    """

    shape: str
    phase: str | None
    agent: str | None = None


class AgentDone(msgspec.Struct, frozen=True):
    """Case states how one agent call ended (fact kind `case.agent-done`)."""

    agent: str
    status: str


class Source:
    """Reads one stderr."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._check = StreamCheck(notes, sequence=None, identity=None, ordered=False)

    def record(self, line: int, record: dict[str, Any]) -> None:
        """Read one JSON line."""
        message = record.get("msg")
        if not isinstance(message, str):
            return
        item = Record(self._notes.path, line, record)
        time = instant(record.get("ts"))
        if "ts" in record:
            self._check.see(line, record)
        if message == "spawning agent":
            self._spawning(line, item, time)
        elif message == "agent completed":
            done = AgentDone(item.text("agent") or "", item.text("status") or "")
            self._notes.fact("case.agent-done", done, line, "/status", time=time)
        elif message in ("pipeline started", "pipeline finished", "run metrics written"):
            identity = Identity(item.text("runId"), item.text("task"))
            self._notes.once("case.identity", identity, line, "/runId", time=time)
            if (outcome := item.text("outcome")) is not None:
                self._notes.fact("case.outcome", Outcome(outcome, "stderr"), line, "/outcome", time=time)
            if (mode := item.text("mode")) is not None:
                self._notes.once("case.mode", mode, line, "/mode", time=time)
            # The folder may have moved since, and a collected copy may bear another name; the name in the log may not.
            if named := _EVENTS_FILE.search(item.text("eventLog") or ""):
                self._notes.once("case.identity", Identity(named.group(1), None), line, "/eventLog", time=time)
        elif message.startswith("phase:") and item.text("status") == "retrying":
            self._notes.fact("case.retry", item.text("phase") or "", line, "/phase", time=time)
        elif message.startswith("phase:") and item.text("status") == "started":
            self._notes.fact("case.phase-told", PhaseTold("stderr", item.text("phase")), line, "/phase", time=time)
        for key in ("msg", "error", "err"):
            text = item.text(key) or item.text(key, "message")
            if text is not None:
                self._crash(line, text, f"/{key}", time)

    def plain(self, line: int, data: bytes) -> None:
        """Read one plain line: only the crash text names a model."""
        if _SPAWNING in data and (unseen := _UNSEEN.match(data)):
            # Bytes that a terminal does not show must not hide a dispatch from the reader.
            try:
                self.record(line, parse_object(_AFTER.sub(b"", data[unseen.end() :])))
            except JsonFault:
                self._notes.gap("a line speaks of a dispatch, and is no JSON", line)
        elif _SPAWNING in data and _ends_in_dispatch(data):
            # Text that lacked its newline, or text about a dispatch: nobody can tell which.
            self._notes.gap("a line ends in a dispatch, and does not begin with it", line)
        if _PLAIN_CRASH in data:
            self._crash(line, data.decode("utf-8", "replace"), None, None)

    def close(self) -> None:
        """Note the summary."""
        self._check.close()

    def _spawning(self, line: int, item: Record, time: int | None) -> None:
        agent, provider, model = item.text("agent"), item.text("provider"), item.text("model")
        self._notes.fact(
            "dispatch", Dispatch(agent or "", provider, model, item.text("cwd")), line, "/model", time=time
        )
        naming = Naming(provider, model, "case.stderr", agent=agent)
        self._notes.once("model.named", naming, line, "/model", grade="dispatched", time=time)

    def _crash(self, line: int, text: str, pointer: str | None, time: int | None) -> None:
        if match := _CRASH.search(text):
            naming = Naming(match.group(1), match.group(2).rstrip(".,;"), "case.crash")
            self._notes.once("model.named", naming, line, pointer, grade="dispatched", time=time)


def _ends_in_dispatch(line: bytes) -> bool:
    """Tell whether a line of other text ends in the whole record of a dispatch."""
    begin = line.find(b"{")
    try:
        record = parse_object(line[begin:].strip()) if begin > 0 else {}
    except JsonFault:
        return False
    return record.get("msg") == "spawning agent" and isinstance(record.get("model"), str)
