"""The harness's trace: what the harness saw happen, event by event (section 1 of the evidence interface)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from typing import Any

import msgspec

from auditor.facts import Host, Naming, Response
from auditor.records.collector import Notes
from auditor.records.heads import Heads
from auditor.records.record import Record
from auditor.records.rows import ABSENT, Rows
from auditor.sources import _calls, _stream
from auditor.sources._answers import Answers, same
from auditor.sources._arguments import Argument, arguments
from auditor.sources._calls import Calls, leaving, leaving_in_text
from auditor.sources._foreign import note_observed, observed
from auditor.sources._repeats import Again, Repeats, silent
from auditor.sources._span import Span
from auditor.sources._stream import StreamCheck
from auditor.sources._trace_fields import FIELDS, TEXT_OR_NULL
from auditor.sources.shapes import anchors, holders, holds, is_agents

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

_NAMES_MODEL = frozenset({"model_dispatched", "model_response", "config_written", "network_request"})
_ACTIVITY = ("tool_call", "network_request")
_FREQUENT = frozenset({"model_response", "network_request"})
_ARGUMENTS = ("path", "file_path", "cwd", "command")
_TELL_APART = ("ts", "seq", "run_id")
"""The first keys of every event, as the contract has them; what comes after them may come again."""
_OF_ANSWER = ("response_id", "seq", "ts", "agent", "provider", "requested_model", "model", "host", "status")
"""What is looked at in an answered request: first what is its own, then what many have in common."""
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


class Source:
    """Reads one trace. The baseline's trace is read alike, but is no evidence of the run's model."""

    # Read as they are, long or short: what answered requests are known again by, and the arguments of tool calls.
    COLUMNS: Collection[str] = ("run_id", "event", *_OF_ANSWER, *_ARGUMENTS)
    HEAD: tuple[str, str, str] = _TELL_APART

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._event_kind = f"{notes.kind}.event"
        self._own = notes.kind == "trace"
        self._check = StreamCheck(notes, sequence="seq", identity="run_id")
        self._calls = Calls(notes)
        self._span = Span()
        self._answers = Answers(notes)
        self._repeats = Repeats()

    def record(self, line: int, record: dict[str, Any]) -> None:
        """Read one event."""
        self._check.see(line, record)
        self._event(line, record)

    def rows(self, first: int, rows: Rows) -> None:
        """Read the events on consecutive lines, the number of the first of which is `first`."""
        columns = [rows.column(key) for key in ("seq", "run_id", "ts")]
        read = self._to_be_read(rows)
        if not self._check.see_all(*columns):
            wanted = set(read)
            for index, (number, identity, time) in enumerate(zip(*columns, strict=True)):
                head = {"seq": number, "run_id": identity, "ts": time}
                self._check.see(first + index, {key: value for key, value in head.items() if value is not ABSENT})
                if index in wanted:
                    self._event(first + index, rows[index])
            return
        if read:
            self._read(range(first, first + len(rows)), rows, read)

    def unknown(self, heads: Heads) -> list[int]:
        """Return the events of which it is not known, by the ends of their texts, what they come to."""
        new = self._repeats.unknown(heads.counts.keys())
        return [index for index, tail in enumerate(heads.tails) if tail in new] if new else []

    def again(self, first: int, heads: Heads, fresh: Sequence[int], rows: Rows | None) -> bool:
        """Count those of some consecutive events that are known, and read the `fresh` ones."""
        if not self._check.see_run(heads.first, heads.name, heads.times):
            return False
        tails, new = heads.tails, set(fresh)
        for way in (range(len(tails)), range(len(tails) - 1, -1, -1)):
            end = next((index for index in way if index not in new and self._repeats.is_active(tails[index])), None)
            if end is not None:
                self._span.see(first + end, heads.first + end)
        self._repeats.count(heads.counts)
        if rows is not None:
            read = self._to_be_read(rows)
            self._read([first + index for index in fresh], rows, read)
            for tail in {tails[fresh[index]] for index in {*range(len(rows))}.difference(read)}:
                if heads.counts[tail] > 1:
                    self._repeats.remember(tail, silent())
        return True

    def _read(self, lines: Sequence[int], rows: Rows, read: list[int]) -> None:
        """Read some of the events; one whose text goes on as that of an event before is only counted.

        Answered requests have an id of their own, so of these all that is looked at must be the same.
        """
        names, numbers = rows.column("event"), rows.column("seq")
        active = [index for index in read if names[index] in _ACTIVITY]
        for end in (*active[:1], *active[-1:]):
            self._span.see(lines[end], numbers[end])
        agents = rows.column("agent")
        if self._calls.are_new([agents[index] for index in active]):
            for index in active:
                if names[index] == "tool_call":
                    self._calls.by(agents[index], lines[index])
        answers = self._answers_in(rows, [index for index in read if names[index] == "model_response"])
        others = [index for index in read if index not in answers] if answers else read
        tails = rows.tails(_TELL_APART, others)
        signatures: dict[int, Hashable] = {index: (*own[3:], *map(type, own[3:])) for index, own in answers.items()}
        signatures |= self._not_counted(rows, others, tails) if tails is not None else dict.fromkeys(others)
        for index in sorted(signatures):
            signature, answer = signatures[index], answers.get(index)
            again = self._repeats.find(signature)
            if again is None or (answer is not None and type(answer[0]) not in TEXT_OR_NULL):
                again = self._event(lines[index], rows[index])
                if again is not None and signature is not None:
                    self._repeats.remember(signature, again)
                continue
            again.times += 1
            if again.response is not None and answer is not None:
                response = msgspec.structs.replace(again.response, response_id=answer[0], sequence=answer[1])
                self._note(response, lines[index], self._check.time(answer[2]))

    def _not_counted(self, rows: Rows, read: list[int], tails: list[bytes]) -> dict[int, bytes]:
        """Count those events of which it is known by the end of their text, or seen, what they come to; return the others.

        Those are returned with the end of their text.
        """
        times = Counter(tails)
        known = self._repeats.count(times)
        fresh = {index: tail for index, tail in zip(read, tails, strict=True) if tail not in known}
        names = rows.column("event")
        calls = {tail: index for index, tail in fresh.items() if names[index] == "tool_call"}
        if not calls:
            return fresh
        plain = self._calls.plain(rows, [*calls.values()], unread=_OF_EVERY_CALL, texts=_ARGUMENTS)
        seen = {tail for tail, index in calls.items() if index in plain}
        self._calls.add(sum(times[tail] for tail in seen))
        for tail in seen:
            if times[tail] > 1:
                self._repeats.remember(tail, Again(self._calls.add))
        return {index: tail for index, tail in fresh.items() if tail not in seen}

    def _answers_in(self, rows: Rows, answered: list[int]) -> dict[int, tuple[Any, ...]]:
        """Return what is looked at in each answered request: id, number and time, and then what many have in common."""
        return dict(zip(answered, zip(*rows.values(_OF_ANSWER, answered), strict=True), strict=True))

    def _to_be_read(self, rows: Rows) -> list[int]:
        """Return which events have anything to be read but what all events have."""
        names = rows.column("event")
        try:
            distinct = set(names)
        except TypeError:  # lists and objects
            distinct = {None}
        if not all(type(name) is str for name in distinct):
            return [*range(len(rows))]
        others = {name for name in distinct if name and name not in FIELDS}
        found = {index for index, name in enumerate(names) if name not in others}
        if self._own and others:
            found.update(_present(rows.column("provider")))
            unmarked = {name for name in others if not is_agents(name)}
            telling = (anchors() | holders()).intersection(rows.keys) if unmarked else ()
            for key in telling:
                column = rows.column(key)
                there = _present(column) if key in anchors() else _holding(column)
                found.update([index for index in there if names[index] in unmarked])
        return sorted(found)

    def _event(self, line: int, record: dict[str, Any]) -> Again | None:
        """Read one event; return what it came to where more that are alike need only be counted."""
        name = record.get("event")
        fields = FIELDS.get(name) if type(name) is str else None
        if fields is None:
            sound = type(name) is str and name != ""
            if not sound:
                self._check.fault("stream.malformed", "event is missing or no string", line, "/event")
            seen = observed(record) if self._own else []
            if seen:
                note_observed(self._notes, line, seen, self._check.time(record.get("ts")))
            return silent() if sound and not seen else None
        fits = fields.fit(record)
        if not fits:
            for field, fault in fields.faults(record):
                self._check.fault("stream.malformed", f"{name}: {field} {fault}", line, f"/{field}")
        if name == "tool_call":
            again = self._tool_call(line, record)
            return again if fits else None
        item, time = Record(self._notes.path, line, record), self._check.time(record.get("ts"))
        if name not in _FREQUENT or not self._own:
            sequence = item.integer("seq")
            self._notes.fact(self._event_kind, Event(str(name), sequence, item), line, time=time)
        again = self._model_evidence(str(name), line, item, time) if self._own and name in _NAMES_MODEL else None
        if name == "network_request":
            self._span.see(line, record.get("seq"))
        return again if fits else None

    def close(self) -> None:
        """Note the summaries."""
        self._repeats.settle()
        self._check.close()
        self._calls.close()
        self._answers.close()
        if self._own:
            self._span.close(self._notes)

    def _model_evidence(self, name: str, line: int, item: Record, time: int | None) -> Again | None:
        provider, model, agent = item.text("provider"), item.text("model"), item.text("agent")
        if name == "model_response":
            return self._response(line, item, time)
        if name == "model_dispatched":
            self._notes.fact("dispatch", Dispatch(agent or "", provider, model), line, time=time)
            naming = Naming(provider, model, "trace.model_dispatched", agent=agent)
            self._notes.once("model.named", naming, line, "/model", grade="dispatched", time=time)
        elif name == "config_written":
            naming = Naming(provider, model, "trace.config_written")
            self._notes.once("model.named", naming, line, "/model", grade="configured", time=time)
        elif name == "network_request" and (host := item.text("host")) is not None:
            seen = Host(host, "trace.network_request", port=item.integer("port"))
            self._notes.once("host.contacted", seen, line, "/host", time=time)
            return Again(lambda times: self._notes.once("host.contacted", seen, line, "/host", time=time, times=times))
        return None

    def _response(self, line: int, item: Record, time: int | None) -> Again:
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
        self._note(response, line, time)
        self._answers.see(response, line, time)
        return Again(lambda times: self._answers.see(response, line, time, times=times), response)

    def _note(self, response: Response, line: int, time: int | None) -> None:
        self._notes.fact("model.response", response, line, "/model", grade="served", time=time)

    def _tool_call(self, line: int, record: dict[str, Any]) -> Again | None:
        self._span.see(line, record.get("seq"))
        tool, agent = record.get("tool"), record.get("agent")
        tool = tool if type(tool) is str else ""
        found: list[Argument] = []
        are_texts = True
        for key, value in record.items():
            if key in _OF_EVERY_CALL:
                continue
            if type(value) is str:
                found += leaving_in_text(key, value, tool)
            else:
                # What is no text cannot be judged, and must not pass as a call without a path.
                if key in _ARGUMENTS and value is not None:
                    self._check.fault("stream.malformed", f"tool_call: {key} has the wrong type", line, f"/{key}")
                    are_texts = False
                found += leaving(arguments({key: value}, tool))
        agent = agent if type(agent) is str else None
        self._calls.see(line, tool, agent, found)
        return Again(lambda times: self._calls.see(line, tool, agent, found, times=times)) if are_texts else None


def _present(column: list[Any]) -> list[int]:
    """Return the indices of the records that have a value in this column; in most columns, none has."""
    if column.count(ABSENT) == len(column):
        return []
    return [index for index, value in enumerate(column) if value is not ABSENT]


def _holding(column: list[Any]) -> list[int]:
    """Return the indices of the records that have an object or an array in this column."""
    if dict not in (types := set(map(type, column))) and list not in types:
        return []
    return [index for index, value in enumerate(column) if holds(value)]
