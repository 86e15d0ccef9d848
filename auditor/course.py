"""The course of a run: what happened when, by each witness, in as few moments as a picture can show.

It judges nothing. The harness's steps and refusals come from its trace, the phases from Case's events, what was called
and what answered from whoever saw it. A run of any length gives at most `MAX_MOMENTS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from auditor.evidence import Evidence
from auditor.facts import Course, Fact, Moment, Response, visible
from auditor.phases import executed
from auditor.records.record import Record
from auditor.sources.trace import Dispatch

MAX_MOMENTS = 400
_STEPS, _PHASES, _DISPATCHES = 60, 100, 120
_RESPONSES = (MAX_MOMENTS - _STEPS - _PHASES - _DISPATCHES) // 2
"""How many moments each sort may take; the responses are those of the trace, and again those of the gateway."""

_LONG = 160
_LISTED = 5
_DRAWN_OTHERWISE = frozenset({"model_dispatched", "model_response", "tool_call", "network_request"})
_TELLING = ("status", "exit_code", "signal", "engine", "stage", "blockers", "allowed_writes_passed", "changed_files")


def course(run: Evidence) -> tuple[Moment, ...]:
    """Return the moments of the run, sorted by time; those without a time come last, in the order of their records."""
    responses = run["model.response"]
    moments = [
        *_first(_steps(run), _STEPS),
        *_first(_phases(run), _PHASES),
        *_first(_dispatches(run["dispatch"]), _DISPATCHES),
        *_thinned(_responses(fact for fact in responses if fact.witness != "gateway"), _RESPONSES),
        *_thinned(_responses(fact for fact in responses if fact.witness == "gateway"), _RESPONSES),
    ]
    return tuple(sorted(moments, key=lambda moment: (moment.time is None, moment.time or 0)))


def _steps(run: Evidence) -> Iterator[Moment]:
    gated = run.claim.engine != "fake"
    for fact in run["trace.event"]:
        name, record = fact.value.name, fact.value.record
        if name in _DRAWN_OTHERWISE:
            continue
        refused = name == "admission_checked" and gated and record.text("status") != "admitted"
        kind: Course = "refusal" if refused or name == "run_blocked" else "step"
        yield Moment(kind, fact.witness, _brief(name), fact.where, fact.time, None, _telling(record))


def _telling(record: Record) -> str:
    """Return what an event says beside its name, in short: its status, exit code, blockers, changed files."""
    said: list[str] = []
    for key in _TELLING:
        value = record.get(key)
        if isinstance(value, bool):
            value = "yes" if value else "no"
        elif isinstance(value, list):
            texts = [_brief(item) for item in value[:_LISTED] if isinstance(item, str)]
            value = ", ".join(texts) + (f" and {len(value) - _LISTED} more" if len(value) > _LISTED else "")
        elif isinstance(value, str):
            value = _brief(value)
        if isinstance(value, (str, int)) and value != "":
            said.append(f"{key.replace('_', ' ')}: {value}")
    return "; ".join(said)


def _phases(run: Evidence) -> Iterator[Moment]:
    for phase in executed(run["case.event"]):
        start, end = phase.window
        label = f"{_brief(phase.name)} ({_brief(phase.agent)})"
        outcome = "no end in evidence" if phase.end is None else _brief(phase.outcome or "unstated")
        yield Moment("phase", phase.start.witness, label, phase.start.where, start, end, outcome)


def _dispatches(facts: Iterable[Fact]) -> Iterator[Moment]:
    for fact in facts:
        call: Dispatch = fact.value
        label = _pair(call.provider, call.model)
        yield Moment("dispatch", fact.witness, label, fact.where, fact.time, None, _brief(call.agent))


def _responses(facts: Iterable[Fact]) -> Iterator[Moment]:
    known: dict[tuple[object, ...], tuple[str, str]] = {}
    for fact in facts:
        answer: Response = fact.value
        alike = (answer.provider, answer.served, answer.requested, answer.agent, answer.status)
        said = known.get(alike)
        if said is None:
            said = known[alike] = _pair(answer.provider, answer.served), _about(answer)
        label, detail = said
        yield Moment("response", fact.witness, label, fact.where, fact.time, None, detail)


def _about(answer: Response) -> str:
    said = [_brief(answer.agent)] if answer.agent else []
    if answer.status is not None and not 200 <= answer.status < 300:
        said.append(f"status {answer.status}")
    if answer.requested != answer.served:
        said.append(f"asked for {_brief(answer.requested or '(no model)')}")
    return ", ".join(said)


def _pair(provider: str | None, model: str | None) -> str:
    return f"{_brief(provider or '(no provider)')}/{_brief(model or '(no model)')}"


def _brief(text: str) -> str:
    """Return the text, or in place of a long one its length: half a credential would escape the masks."""
    return visible(text) if len(text) <= _LONG else f"({len(text):,} characters)"


def _first(moments: Iterable[Moment], limit: int) -> list[Moment]:
    """Return the first moments and the last one, if there are more than `limit`: an end is always worth seeing."""
    kept: list[Moment] = []
    for moment in moments:
        if len(kept) < limit:
            kept.append(moment)
        else:
            kept[-1] = moment
    return kept


def _thinned(moments: Iterable[Moment], limit: int) -> list[Moment]:
    """Return the moments, or if they are more than `limit`, in equal slices those that say the same as one, counted."""
    all_ = list(moments)
    if len(all_) <= limit:
        return all_
    sorts = len({(moment.label, moment.detail) for moment in all_})
    size = -(-len(all_) // max(1, limit // sorts))
    joined: list[Moment] = []
    for at in range(0, len(all_), size):
        alike: dict[tuple[str, str], list[Moment]] = {}
        for moment in all_[at : at + size]:
            alike.setdefault((moment.label, moment.detail), []).append(moment)
        joined += [
            msgspec.structs.replace(same[0], end=same[-1].time, count=len(same)) if len(same) > 1 else same[0]
            for same in alike.values()
        ]
    return _first(joined, limit)
