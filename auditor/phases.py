"""What Case executed, by its own events: the phases, each with its agent and time window."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from auditor.facts import Fact, visible


class Phase(msgspec.Struct, frozen=True):
    """One executed phase: from its `phase_start` to the `phase_end` that is not skipped.

    `ended` and `outcome` are None where the events stop before the phase ends. Times are instants; None: not stated.
    """

    name: str
    agent: str
    start: Fact
    end: Fact | None
    outcome: str | None

    def __str__(self) -> str:
        return f"{visible(self.name)} ({visible(self.agent)})"

    @property
    def window(self) -> tuple[int | None, int | None]:
        """The phase's first and last instant."""
        return self.start.time, self.end.time if self.end else None


def executed(events: Iterable[Fact]) -> list[Phase]:
    """Return the executed phases of Case's events, which must come in order of their sequence.

    A `phase_end` that says "skipped" without a start is a leftover of the plan and executes nothing; one that follows
    a start ends that phase without execution.
    """
    phases: list[Phase] = []
    open_starts: dict[tuple[str, str], Fact] = {}
    for fact in events:
        name = fact.value.name
        if name not in ("phase_start", "phase_end"):
            continue
        record = fact.value.record
        key = (record.text("phase") or "", record.text("agent") or "")
        if name == "phase_start":
            if key in open_starts:
                phases.append(Phase(*key, open_starts[key], None, None))
            open_starts[key] = fact
        else:
            outcome = record.text("outcome") or "unstated"
            start = open_starts.pop(key, None)
            if outcome != "skipped":
                phases.append(Phase(*key, start or fact, fact, outcome))
    phases += [Phase(*key, start, None, None) for key, start in open_starts.items()]
    return phases
