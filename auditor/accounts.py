"""Case's own accounts of one run, held against each other: events, plan, run log, stderr and stdout.

Case writes them apart. What one of them tells and another leaves out was never written, or was taken out; what they
tell in different words cannot have been so.
"""

from __future__ import annotations

from collections import Counter

from auditor.evidence import Evidence, Outcome, unproven, violated
from auditor.facts import Fact, visible
from auditor.instants import SECOND, instant
from auditor.phases import executed

_STARTS = ("stdout", "stderr")
"""Files that tell of a phase each time it is started; the others tell of each phase once."""
_DAY = 86_400 * SECOND


def omission(run: Evidence) -> Outcome | None:
    """Return what another file of Case tells of and the events leave out, None where they leave out nothing.

    A planned phase has its `phase_end`, be it skipped or left over. A start that stdout or stderr tells of has its
    `phase_start`; the events may tell of more, for the output may have been cut.
    """
    events = [fact.value for fact in run["case.event"] if fact.value.name in ("phase_start", "phase_end")]
    phases = {event.record.text("phase") for event in events}
    agents = {event.record.text("agent") for event in events}
    starts = Counter(event.record.text("phase") for event in events if event.name == "phase_start")
    told: dict[tuple[str, str | None], list[Fact]] = {}
    for fact in run["case.phase-told"]:
        told.setdefault((fact.value.shape, fact.value.phase), []).append(fact)
    for (shape, phase), facts in told.items():
        if shape in _STARTS and len(facts) > starts[phase]:
            often = f"{len(facts)} against {starts[phase]}"
            return violated(f"Case's {shape} starts {visible(phase or '')} more often than the events: {often}", facts)
    for facts in told.values():
        for fact in facts:
            named = fact.value
            if (named.phase is not None and named.phase not in phases) or (
                named.agent is not None and named.agent not in agents
            ):
                what = visible(named.phase or named.agent or "")
                return unproven(
                    f"Case's {named.shape} tells of {what}, and the events do not say what became of it", [fact]
                )
    return None


def failure(run: Evidence) -> Outcome | None:
    """Return what contradicts that the pipeline completed, by any file of Case, None where nothing does."""
    if bad := [fact for fact in run["case.outcome"] if fact.value.outcome != "completed"]:
        return violated(f"Case's {bad[0].value.shape} says {visible(bad[0].value.outcome)}", bad)
    for phase in executed(run["case.event"]):
        if phase.end is None:
            continue
        result = phase.end.value.record.text("result", "status")
        outcome = phase.outcome if phase.outcome != "completed" else "failed" if result == "failed" else None
        if outcome is not None:
            return violated(f"the phase {visible(phase.name)} ended as {visible(outcome)}", [phase.end])
    if failed := run["case.agent-failed"]:
        return violated(f"Case's run log says that {visible(failed[0].value)} failed", failed)
    last = {fact.value.agent: fact for fact in run["case.agent-done"]}
    if lost := [fact for fact in last.values() if fact.value.status == "failed"]:
        return violated(f"the last call of {visible(lost[0].value.agent)} failed, by Case's own stderr", lost)
    if crashed := [fact for fact in run["model.named"] if fact.value.shape == "case.crash"]:
        return violated("Case's stderr holds its crash text: the model was not found", crashed)
    return None


def of_another_day(run: Evidence) -> list[Fact]:
    """Return the days in Case's run log on which the run was nowhere in the world."""
    start, finish = run.report.time("started_at"), run.report.time("finished_at")
    days = [(fact, instant(f"{fact.value}T00:00:00Z")) for fact in run["case.date"]]
    return [
        fact
        for fact, day in days
        if day is not None
        and ((start is not None and day <= start - 2 * _DAY) or (finish is not None and day >= finish + _DAY))
    ]
