"""Joins between witnesses: phases, dispatches and responses, by agent, time and response id.

Each log is written apart from the others. What is left over on one side of a join was added there, or removed from the
other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable

import msgspec

from auditor.evidence import Evidence
from auditor.facts import Fact, visible
from auditor.phases import Phase
from auditor.providers import is_loopback

_APART = 5
"""How many times the tolerated clock difference a response may be noted after the gateway saw it: the trace is written
when the backend's log reaches the harness."""

_NO_AGENTS = frozenset({"harness", "case"})
"""Who may call a tool without being an agent that a model drives."""


def unmatched(phases: Iterable[Phase], facts: Iterable[Fact], skew: int) -> list[Phase]:
    """Return the phases in whose time, give or take `skew` microseconds, no fact of their agent lies.

    A fact or a phase without a time matches any: what is not stated contradicts nothing.
    """
    times: dict[str, list[int]] = {}
    timeless: set[str] = set()
    for fact in facts:
        agent = fact.value.agent or ""
        if fact.time is None:
            timeless.add(agent)
        else:
            times.setdefault(agent, []).append(fact.time)
    for known in times.values():
        known.sort()
    return [
        phase for phase in phases if phase.agent not in timeless and not _met(phase, times.get(phase.agent, []), skew)
    ]


def _met(phase: Phase, times: list[int], skew: int) -> bool:
    start, end = phase.window
    first = bisect_left(times, start - skew) if start is not None else 0
    return first < len(times) and (end is None or times[first] <= end + skew)


class Tally(msgspec.Struct, frozen=True):
    """How often one agent was started by each account: phases and retries, stderr, trace."""

    agent: str
    wanted: int
    stderr: int
    trace: int

    @property
    def agrees(self) -> bool:
        """All accounts say the same."""
        return self.wanted == self.stderr == self.trace

    def __str__(self) -> str:
        counts = f"{self.wanted} phases and retries, {self.stderr} in stderr, {self.trace} in the trace"
        return f"{visible(self.agent)} has {counts}"


def tallies(run: Evidence, phases: Iterable[Phase]) -> list[Tally]:
    """Count the dispatches of each agent. Every `phase_start` and every retry in stderr has one of its own."""
    phases = list(phases)
    stderr = Counter(fact.value.agent for fact in run["dispatch"] if fact.witness == "case")
    trace = Counter(fact.value.agent for fact in run["dispatch"] if fact.witness == "harness")
    wanted = Counter(phase.agent for phase in phases)
    for phase, times in Counter(fact.value for fact in run["case.retry"]).items():
        agent = next((p.agent for p in phases if p.name == phase), None)
        if agent is not None:
            wanted[agent] += times
    names = sorted({*stderr, *trace, *wanted})
    return [Tally(name, wanted[name], stderr[name], trace[name]) for name in names]


def without_dispatch(run: Evidence, responses: Iterable[Fact]) -> list[Fact]:
    """Return the trace's responses to agents that the trace did not dispatch before them."""
    first: dict[str, int] = {}
    for fact in run.events("model_dispatched"):
        first.setdefault(fact.value.record.text("agent") or "", fact.value.sequence or 0)
    return [
        fact
        for fact in responses
        if (fact.value.agent or "") not in first or (fact.value.sequence or 0) < first[fact.value.agent or ""]
    ]


def undispatched(run: Evidence) -> list[Fact]:
    """Return the agents that call tools in the trace or in Case's events and that no log shows to be dispatched.

    Where no log shows any dispatch, nobody looked; that is ruled on elsewhere.
    """
    dispatched = {fact.value.agent for fact in run["dispatch"]}
    return [fact for fact in run["tool.agent"] if dispatched and fact.value not in dispatched | _NO_AGENTS]


def repeated_ids(facts: Iterable[Fact]) -> list[Fact]:
    """Return the first two responses that have one id, or an empty list."""
    seen: dict[str, Fact] = {}
    for fact in facts:
        key = fact.value.response_id
        if key is None:
            continue
        if key in seen:
            return [seen[key], fact]
        seen[key] = fact
    return []


def crossed(pairs: Iterable[tuple[Fact, Fact]], skew: int) -> tuple[Fact, Fact] | None:
    """Return a response and its row that stand in another order than others do, None where both logs tell one order.

    `pairs` are (response, row). The times compared are of one clock each, so a tenth of `skew` is tolerated: requests
    that overlap may be noted in either order.
    """
    tolerance = skew // 10
    latest: int | None = None
    for response, row in sorted(pairs, key=lambda pair: (pair[0].time or 0, pair[1].time or 0)):
        if row.time is None:
            continue
        if latest is not None and row.time < latest - tolerance:
            return response, row
        latest = row.time if latest is None else max(latest, row.time)
    return None


def disagreement(response: Fact, row: Fact, skew: int) -> str | None:
    """Return on what a response in the trace and its gateway row disagree, None where they tell the same.

    The trace may name the loopback gateway as host, which was Case's own hop; the gateway names the provider's.
    """
    words = {"provider": "the provider", "requested": "the model asked for", "served": "the model that answered"}
    for field, name in (words | {"host": "the host", "status": "the status"}).items():
        if field == "host" and is_loopback(response.value.host or ""):
            continue
        if getattr(response.value, field) != getattr(row.value, field):
            return name
    if response.time is not None and row.time is not None and abs(response.time - row.time) > _APART * skew:
        return "the time"
    return None
