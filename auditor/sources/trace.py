"""The harness's trace: what the harness saw happen, event by event (section 1 of the evidence interface)."""

from __future__ import annotations

from sys import intern
from typing import Any

import msgspec

from auditor.facts import Host, Naming, Response
from auditor.records.collector import Notes
from auditor.records.record import Record
from auditor.records.rows import ABSENT, Rows
from auditor.sources import _calls, _stream
from auditor.sources._arguments import Argument, arguments
from auditor.sources._calls import Calls, leaving, leaving_in_text
from auditor.sources._foreign import could_be_foreign, note_foreign
from auditor.sources._stream import Fields, StreamCheck
from auditor.sources.shapes import anchors, is_agents

KINDS = ("trace", "baseline_trace")
FACTS = (
    frozenset(
        {
            "trace.event",
            "baseline_trace.event",
            "dispatch",
            "model.named",
            "model.response",
            "host.contacted",
            "trace.activity",
        }
    )
    | _stream.FACTS
    | _calls.FACTS
)

_TEXT, _TEXT_OR_NULL = (str,), (str, type(None))
_INT, _INT_OR_NULL, _BOOL_OR_NULL = (int,), (int, type(None)), (bool, type(None))
_FIELDS = {
    "run_started": Fields(case_id=_TEXT, engine=_TEXT, stage=_INT),
    "admission_checked": Fields(
        status=_TEXT, provider=_TEXT_OR_NULL, model=_TEXT_OR_NULL, admission_sha256=_TEXT_OR_NULL
    ),
    "config_written": Fields(path=_TEXT, sha256=_TEXT, provider=_TEXT, model=_TEXT),
    "fixture_copied": Fields(source=_TEXT, copy=_TEXT, sha256=_TEXT),
    "case_process_started": Fields(pid=_INT, argv=(list,), cwd=_TEXT),
    "model_dispatched": Fields(agent=_TEXT, provider=_TEXT, model=_TEXT),
    "model_response": Fields(
        agent=_TEXT,
        provider=_TEXT,
        requested_model=_TEXT_OR_NULL,
        model=_TEXT_OR_NULL,
        response_id=_TEXT_OR_NULL,
        host=_TEXT_OR_NULL,
        status=_INT_OR_NULL,
    ),
    "tool_call": Fields(tool=_TEXT),
    "network_request": Fields(host=_TEXT),
    "case_process_exited": Fields(exit_code=_INT_OR_NULL),
    "fixture_compared": Fields(changed_files=(list,), allowed_writes_passed=_BOOL_OR_NULL),
    "baseline_compared": Fields(baseline_run_id=_TEXT, status=_TEXT, changed_files=(list,)),
    "run_blocked": Fields(blockers=(list,)),
    "run_finished": Fields(status=_TEXT),
}
_NAMES_MODEL = frozenset({"model_dispatched", "model_response", "config_written", "network_request"})
_FREQUENT = frozenset({"model_response", "network_request"})
_ARGUMENTS = ("path", "file_path", "cwd", "command")
_MAX_ANSWERS = 1000
_OF_EVERY_CALL = frozenset({"ts", "seq", "run_id", "event", "agent", "tool"})


class Event(msgspec.Struct, frozen=True):
    """One event of a log by its name; `sequence` is its number in the log, None where it has none."""

    name: str
    sequence: int | None
    record: Record


class Dispatch(msgspec.Struct, frozen=True):
    """An agent was started with a provider and model (fact kind `dispatch`)."""

    agent: str
    provider: str | None
    model: str | None
    cwd: str | None = None


class Span:
    """The first and the last tool call or network request: they must lie inside the life of Case."""

    def __init__(self) -> None:
        self._first: tuple[int, int] | None = None
        self._last: tuple[int, int] | None = None

    def see(self, line: int, sequence: object) -> None:
        """Take one event with its line and sequence number; one without a number is another check's matter."""
        if type(sequence) is int:
            self._last = (line, sequence)
            if self._first is None:
                self._first = self._last

    def close(self, notes: Notes) -> None:
        """Note both ends (fact kind `trace.activity`; the value is the sequence number)."""
        ends = {end for end in (self._first, self._last) if end is not None}
        for line, sequence in sorted(ends):
            notes.fact("trace.activity", sequence, line)


class Answers:
    """Notes what answered requests name; nearly all of one run name the same, and only their number is kept of those."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._again: dict[tuple[str | None, ...], tuple[Response, int]] = {}

    def see(self, response: Response, line: int, time: int | None) -> None:
        """Take one answered request."""
        names = (response.provider, response.requested, response.served, response.agent, response.host)
        known = self._again.get(names)
        if known is not None:
            self._again[names] = known[0], known[1] + 1
            return
        if len(self._again) < _MAX_ANSWERS:
            self._again[names] = response, 0
        note_response(self._notes, response, line, "/requested_model", "/model", time)

    def close(self) -> None:
        """Note how often each came again."""
        for response, times in self._again.values():
            if times:
                note_response(self._notes, response, None, "/requested_model", "/model", None, times=times)


class Source:
    """Reads one trace. The baseline's trace is read alike, but is no evidence of the run's model."""

    COLUMNS = ("ts", "seq", "run_id", "event", "provider")

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._event_kind = f"{notes.kind}.event"
        self._own = notes.kind == "trace"
        self._check = StreamCheck(notes, sequence="seq", identity="run_id")
        self._calls = Calls(notes)
        self._span = Span()
        self._answers = Answers(notes)

    def record(self, line: int, record: dict[str, Any]) -> None:
        """Read one event."""
        self._check.see(line, record)
        self._event(line, record)

    def rows(self, first: int, rows: Rows) -> None:
        """Read the events on consecutive lines, the number of the first of which is `first`."""
        if not self._check.see_all(*map(rows.column, ("seq", "run_id", "ts"))):
            for line, record in enumerate(rows, first):
                self.record(line, record)
            return
        for index in self._to_be_read(rows):
            self._event(first + index, rows[index])

    def _to_be_read(self, rows: Rows) -> list[int]:
        """Return which events have anything to be read but what all events have."""
        names = rows.column("event")
        try:
            distinct = set(names)
        except TypeError:  # lists and objects
            distinct = {None}
        if not all(type(name) is str for name in distinct):
            return [*range(len(rows))]
        others = {name for name in distinct if name and name not in _FIELDS}
        found = {index for index, name in enumerate(names) if name not in others}
        if self._own and others:
            found.update([index for index, value in enumerate(rows.column("provider")) if value is not ABSENT])
            unmarked = {name for name in others if not is_agents(name)}
            candidates = [index for index, name in enumerate(names) if name in unmarked] if unmarked else []
            for key in anchors().intersection(rows.keys) if candidates else ():
                values = rows.column(key)
                found.update([index for index in candidates if values[index] is not ABSENT])
        return sorted(found)

    def _event(self, line: int, record: dict[str, Any]) -> None:
        name = record.get("event")
        fields = _FIELDS.get(name) if type(name) is str else None
        if fields is None:
            if not name or type(name) is not str:
                self._check.fault("stream.malformed", "event is missing or no string", line, "/event")
            if self._own and could_be_foreign(record):
                note_foreign(self._notes, line, record, self._check.time(record))
            return
        if not fields.fit(record):
            for field, fault in fields.faults(record):
                self._check.fault("stream.malformed", f"{name}: {field} {fault}", line, f"/{field}")
        if name == "tool_call":
            self._tool_call(line, record)
            return
        item, time = Record(self._notes.path, line, record), self._check.time(record)
        if name not in _FREQUENT or not self._own:
            sequence = item.integer("seq")
            self._notes.fact(self._event_kind, Event(str(name), sequence, item), line, time=time)
        if self._own and name in _NAMES_MODEL:
            self._model_evidence(str(name), line, item, time)
        if name == "network_request":
            self._span.see(line, record.get("seq"))

    def close(self) -> None:
        """Note the summaries."""
        self._check.close()
        self._calls.close()
        self._answers.close()
        if self._own:
            self._span.close(self._notes)

    def _model_evidence(self, name: str, line: int, item: Record, time: int | None) -> None:
        provider, model, agent = item.text("provider"), item.text("model"), item.text("agent")
        if name == "model_response":
            self._response(line, item, time)
        elif name == "model_dispatched":
            self._notes.fact("dispatch", Dispatch(agent or "", provider, model), line, time=time)
            naming = Naming(provider, model, "trace.model_dispatched", agent=agent)
            self._notes.once("model.named", naming, line, "/model", grade="dispatched", time=time)
        elif name == "config_written":
            naming = Naming(provider, model, "trace.config_written")
            self._notes.once("model.named", naming, line, "/model", grade="configured", time=time)
        elif name == "network_request" and (host := item.text("host")) is not None:
            seen = Host(host, "trace.network_request", port=item.integer("port"))
            self._notes.once("host.contacted", seen, line, "/host", time=time)

    def _response(self, line: int, item: Record, time: int | None) -> None:
        response = Response(
            provider=same(item.text("provider")),
            requested=same(item.text("requested_model")),
            served=same(item.text("model")),
            response_id=item.text("response_id"),
            shape="trace.model_response",
            agent=same(item.text("agent")),
            host=same(item.text("host")),
            status=item.integer("status"),
            sequence=item.integer("seq"),
        )
        self._notes.fact("model.response", response, line, "/model", grade="served", time=time)
        self._answers.see(response, line, time)

    def _tool_call(self, line: int, record: dict[str, Any]) -> None:
        self._span.see(line, record.get("seq"))
        tool, agent = record.get("tool"), record.get("agent")
        tool = tool if type(tool) is str else ""
        found: list[Argument] = []
        for key, value in record.items():
            if key in _OF_EVERY_CALL:
                continue
            if type(value) is str:
                found += leaving_in_text(key, value, tool)
            else:
                # What is no text cannot be judged, and must not pass as a call without a path.
                if key in _ARGUMENTS and value is not None:
                    self._check.fault("stream.malformed", f"tool_call: {key} has the wrong type", line, f"/{key}")
                found += leaving(arguments({key: value}, tool))
        self._calls.see(line, tool, agent if type(agent) is str else None, found)


def same(text: str | None) -> str | None:
    """Return the one copy of a text that many records repeat, so that a fact costs little more than its own id."""
    return intern(text) if text is not None else None


def note_response(
    notes: Notes,
    response: Response,
    line: int | None,
    requested_at: str,
    served_at: str,
    time: int | None,
    *,
    times: int = 1,
) -> None:
    """Note what an answered request names, or so many alike: the model asked for, the one that answered, and the host."""
    shape, agent = response.shape, response.agent
    if response.requested is not None:
        asked = Naming(response.provider, response.requested, shape, agent=agent)
        notes.once("model.named", asked, line, requested_at, grade="dispatched", time=time, times=times)
    if response.served is not None:
        answered = Naming(response.provider, response.served, shape, agent=agent)
        grade = "corroborated" if notes.witness == "gateway" else "served"
        notes.once("model.named", answered, line, served_at, grade=grade, time=time, times=times)  # type: ignore[arg-type]
    if response.host is not None:
        seen = Host(response.host, shape, provider=response.provider)
        notes.once("host.contacted", seen, line, "/host", time=time, times=times)
