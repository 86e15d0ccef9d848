"""The logs of one run side by side: phases, dispatches, responses and gateway rows, joined by agent, time and id.

Each log is written apart from the others, so a line that was added to or taken from one of them is left over here. This
shows what is left over and judges nothing; the rules of `rules/model.py` do that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeAlias

import msgspec

from auditor.evidence import Evidence
from auditor.facts import Fact, Where
from auditor.grading import answered
from auditor.joins import disagreement
from auditor.phases import Phase, executed
from auditor.policy import Policy

_EVER = 1 << 63
"""Later than any instant; its negative is earlier."""


What: TypeAlias = Literal["phase", "retry", "dispatch", "response", "request"]
"""What a row is about; see `JoinRow`."""


class JoinRow(msgspec.Struct, frozen=True):
    """One thing that happened, and the line of each log that tells of it; None where a log does not.

    `what` is `phase`, `retry`, `dispatch` (one that no phase explains), `response` or `request` (a gateway row that no
    response explains); `name` the phase or the response id, `outcome` the phase's outcome or the response's status.
    `leftover` says what is missing on which side, or is empty. `time` is in microseconds since the epoch.
    """

    agent: str | None
    time: int | None
    what: What
    name: str | None
    outcome: str | None
    events: Where | None = None
    stderr: Where | None = None
    trace: Where | None = None
    gateway: Where | None = None
    leftover: str = ""


class _Slot:
    """One expected dispatch: a phase's start or a retry within it, and what was found for it."""

    def __init__(self, agent: str, what: What, name: str, outcome: str | None, start: Fact, end: int | None) -> None:
        self.agent = agent
        self.what = what
        self.name = name
        self.outcome = outcome
        self.start = start
        self.begin = -_EVER if start.time is None else start.time
        self.end = _EVER if end is None else end
        self.found: dict[str, Fact] = {}
        self.answers = 0


def joins(run: Evidence, policy: Policy) -> tuple[JoinRow, ...]:
    """Return the joined rows, agent by agent in order of first appearance, in order of time within each.

    What a gateway alone saw has no agent and comes last.
    """
    slots, stray = _dispatches(run, policy.skew)
    rows, rest = _responses(run, policy, slots)
    has_answers = any(slot.answers for each in slots.values() for slot in each)
    everything = [
        *(_slot_row(slot, has_answers) for each in slots.values() for slot in each),
        *stray,
        *rows,
        *rest,
    ]
    first: dict[str | None, int] = {}
    for row in everything:
        if row.time is not None:
            first[row.agent] = min(row.time, first.get(row.agent, _EVER))
    return tuple(
        sorted(
            everything,
            key=lambda row: (
                row.agent is None,
                first.get(row.agent, _EVER),
                row.agent or "",
                _EVER if row.time is None else row.time,
            ),
        )
    )


def _slots(run: Evidence) -> tuple[dict[str, list[_Slot]], list[Fact]]:
    """Return the expected dispatches of each agent in order of time, and the retries that belong to no phase.

    Each phase has a dispatch of its own, and one more for each retry in it.
    """
    by_name: dict[str, list[tuple[int, Phase]]] = defaultdict(list)
    for phase in executed(run["case.event"]):
        by_name[phase.name].append((-_EVER if phase.start.time is None else phase.start.time, phase))
    retries: dict[tuple[str, int], list[Fact]] = defaultdict(list)
    alone: list[Fact] = []
    for phases in by_name.values():
        phases.sort(key=_first)
    for fact in run["case.retry"]:
        known = by_name.get(fact.value, [])
        place = bisect_right(known, _EVER if fact.time is None else fact.time, key=_first) - 1
        if known:
            retries[fact.value, max(place, 0)].append(fact)
        else:
            alone.append(fact)
    slots: dict[str, list[_Slot]] = defaultdict(list)
    for name, phases in by_name.items():
        for number, (_, phase) in enumerate(phases):
            slots[phase.agent] += _attempts(phase, retries[name, number])
    for each in slots.values():
        each.sort(key=lambda slot: slot.begin)
    return slots, alone


def _first(pair: tuple[int, Phase]) -> int:
    return pair[0]


def _attempts(phase: Phase, retries: Sequence[Fact]) -> list[_Slot]:
    """Return the phase's first attempt and its retries, each lasting until the next."""
    ends = [*(fact.time for fact in retries), phase.window[1]]
    return [
        _Slot(phase.agent, "retry" if number else "phase", phase.name, phase.outcome, start, ends[number])
        for number, start in enumerate([phase.start, *retries])
    ]


def _dispatches(run: Evidence, skew: int) -> tuple[dict[str, list[_Slot]], list[JoinRow]]:
    """Return the expected dispatches with those found for them, and a row for each that nothing explains."""
    slots, alone = _slots(run)
    by_agent: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in run["dispatch"]:
        by_agent[fact.value.agent, "stderr" if fact.witness == "case" else "trace"].append(fact)
    stray: dict[tuple[str, str], list[Fact]] = {}
    for (agent, side), facts in by_agent.items():
        stray[agent, side] = _fill(slots.get(agent, []), side, facts, skew)
    rows = [
        JoinRow(None, fact.time, "retry", fact.value, None, stderr=fact.where, leftover="no phase of this name")
        for fact in alone
    ]
    for (agent, side), facts in stray.items():
        for fact in facts:
            in_stderr = side == "stderr"
            rows.append(
                JoinRow(
                    agent,
                    fact.time,
                    "dispatch",
                    None,
                    None,
                    stderr=fact.where if in_stderr else None,
                    trace=None if in_stderr else fact.where,
                    leftover=f"no phase explains this dispatch in {'stderr' if in_stderr else 'the trace'}",
                )
            )
    return slots, rows


def _fill(slots: Sequence[_Slot], side: str, facts: Iterable[Fact], skew: int) -> list[Fact]:
    """Give each slot its dispatch on one side: first by the exact time, then give or take `skew`; return the rest."""
    ordered = sorted(facts, key=lambda fact: _EVER if fact.time is None else fact.time)
    begins = [slot.begin for slot in slots]
    left: list[Fact] = []
    for fact in ordered:
        place = bisect_right(begins, fact.time) - 1 if fact.time is not None else -1
        slot = slots[place] if place >= 0 else None
        if slot is not None and side not in slot.found and fact.time is not None and fact.time <= slot.end:
            slot.found[side] = fact
        else:
            left.append(fact)
    return _fill_nearby([slot for slot in slots if side not in slot.found], side, left, skew)


def _fill_nearby(slots: Sequence[_Slot], side: str, facts: Sequence[Fact], skew: int) -> list[Fact]:
    """Give the open slots, both lists being in order of time, the first dispatch near their time; return the rest."""
    position = 0
    left: list[Fact] = []
    for fact in facts:
        time = fact.time
        while position < len(slots) and time is not None and slots[position].end + skew < time:
            position += 1
        if position < len(slots) and (time is None or slots[position].begin - skew <= time):
            slots[position].found[side] = fact
            position += 1
        else:
            left.append(fact)
    return left


def _slot_row(slot: _Slot, has_answers: bool) -> JoinRow:
    stderr, trace = slot.found.get("stderr"), slot.found.get("trace")
    missing = [
        *(["no dispatch in stderr"] if stderr is None else []),
        *(["no dispatch in the trace"] if trace is None else []),
        *(["no response in the trace"] if has_answers and trace is not None and not slot.answers else []),
    ]
    events, retry = (None, slot.start.where) if slot.what == "retry" else (slot.start.where, None)
    return JoinRow(
        slot.agent,
        slot.start.time,
        slot.what,
        slot.name,
        slot.outcome or "not ended",
        events=events,
        stderr=stderr.where if stderr else retry,
        trace=trace.where if trace else None,
        leftover="; ".join(missing),
    )


def _responses(run: Evidence, policy: Policy, slots: dict[str, list[_Slot]]) -> tuple[list[JoinRow], list[JoinRow]]:
    """Return a row for each response in the trace, and one for each gateway row that no response explains."""
    responses = [fact for fact in run["model.response"] if fact.value.shape == "trace.model_response"]
    gateway = _Gateway([fact for fact in run["model.response"] if fact.value.shape == "gateway"])
    has_gateway = bool(run.of_kind("gateway_log"))
    slot_before = {agent: _slot_finder(each) for agent, each in slots.items()}
    first: dict[str, int] = {}
    for fact in run["dispatch"]:
        if fact.witness == "harness":
            first.setdefault(fact.value.agent, fact.where.line or 0)
    rows: list[JoinRow] = []
    for fact in responses:
        agent, line = fact.value.agent or "", fact.where.line or 0
        if agent in slot_before and answered(fact) and (slot := slot_before[agent](line)) is not None:
            slot.answers += 1
        row = gateway.take(fact)
        notes = [] if agent in first and first[agent] < line else ["no dispatch in the trace stands before it"]
        if has_gateway and row is None:
            notes.append("no row at the gateway")
        elif row is not None and (on := disagreement(fact, row, policy.skew)):
            notes.append(f"the gateway disagrees on {on}")
        rows.append(_response_row("response", agent, fact, row, "; ".join(notes)))
    rest = [_response_row("request", None, None, row, "no response in the trace explains it") for row in gateway.rest()]
    return rows, rest


def _slot_finder(slots: Sequence[_Slot]) -> Callable[[int], _Slot | None]:
    """Return what finds the slot whose dispatch in the trace is the last before a line of it."""
    found = [(slot.found["trace"].where.line or 0, slot) for slot in slots if "trace" in slot.found]
    found.sort(key=lambda pair: pair[0])
    lines = [line for line, _ in found]

    def find(line: int) -> _Slot | None:
        place = bisect_right(lines, line) - 1
        return found[place][1] if place >= 0 else None

    return find


class _Gateway:
    """The gateway's rows; each is taken by at most one response."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._rows: dict[object, list[Fact]] = defaultdict(list)
        for fact in sorted(facts, key=lambda fact: -(fact.value.sequence or 0)):
            self._rows[self._key(fact)].append(fact)

    def take(self, response: Fact) -> Fact | None:
        """Return the row of a response: by its id, or, where neither has one, by what was asked and answered."""
        rows = self._rows.get(self._key(response))
        return rows.pop() if rows else None

    def rest(self) -> list[Fact]:
        """Return the rows that no response took."""
        return [fact for rows in self._rows.values() for fact in reversed(rows)]

    @staticmethod
    def _key(fact: Fact) -> object:
        response = fact.value
        return response.response_id or (response.requested, response.served, response.status)


def _response_row(what: What, agent: str | None, fact: Fact | None, row: Fact | None, leftover: str) -> JoinRow:
    shown = fact or row
    assert shown is not None  # one of the two is what the row is about
    return JoinRow(
        agent,
        shown.time,
        what,
        shown.value.response_id,
        None if shown.value.status is None else str(shown.value.status),
        trace=fact.where if fact else None,
        gateway=row.where if row else None,
        leftover=leftover,
    )
