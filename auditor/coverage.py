"""Were the gates seen to refuse, and had each Stage 2 pass its baseline? What a set of verdicts proves as a set.

A gate that never refuses is not known to work. Within a window there must be at least one run that each kind of refusal
soundly blocked, and a fake baseline of the same run for every Stage 2 pass.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from auditor.applies import REFUSALS
from auditor.facts import visible
from auditor.instants import SECOND, rfc3339
from auditor.store.rows import Row

WINDOW_DAYS = 30
DAY = 86_400 * SECOND
"""One day in microseconds."""

_NAMED = 10


class GateCoverage(msgspec.Struct, frozen=True):
    """How often one gate was seen to refuse soundly.

    `gate` is the admission status of the refusal. `refused` counts the sound refusals inside the window, `unsound` the
    runs inside it that claim this refusal and do not show it. `last_at` is when the newest sound refusal started, of
    all that are known; `last_run` and `last_place` which run that was. They are None where none is known.
    """

    gate: str
    refused: int
    unsound: int
    last_at: int | None = None
    last_run: str | None = None
    last_place: str | None = None


class Coverage(msgspec.Struct, frozen=True):
    """The gates and baselines that the newest verdicts prove, over the window from `since` to `until`.

    `passes` counts the Stage 2 passes inside the window, `passes_without_baseline` those without a sound baseline, of
    which `named` are some, as ``RUN (PLACE)``. Times are microseconds since the epoch; `days` is the window's length.
    """

    since: int
    until: int
    days: int
    gates: tuple[GateCoverage, ...]
    passes: int
    passes_without_baseline: int
    named: tuple[str, ...]
    warnings: tuple[str, ...]
    """One sentence for each thing that is not covered; empty where everything is."""

    @property
    def complete(self) -> bool:
        """Whether every gate was seen and every pass has its baseline."""
        return not self.warnings


def coverage(rows: Iterable[Row], *, now: int, days: int = WINDOW_DAYS) -> Coverage:
    """Return what the rows prove; give the newest row of each place (`Store.latest`). Nothing of them is kept.

    A run counts at the time it started; one whose start lies after its judgement counts when it was judged.
    """
    since = now - days * DAY
    gates = {gate: GateCoverage(gate, 0, 0) for gate in REFUSALS}
    passes = lacking = 0
    named: list[str] = []
    for row in rows:
        at = min(row.judged_at, row.judged_at if row.traits.started_at is None else row.traits.started_at)
        inside = since <= at <= now
        if row.traits.gate in gates:
            gates[row.traits.gate] = _counted(gates[row.traits.gate], row, at, inside=inside)
        if row.supports_stage2_pass and inside:
            passes += 1
            if row.traits.baseline != "sound":
                lacking += 1
                named += [f"{visible(row.run_id)} ({row.place})"] if len(named) < _NAMED else []
    warnings = [_warning(gate, days) for gate in gates.values() if not gate.refused]
    if lacking:
        run = "run passes Stage 2" if lacking == 1 else "runs pass Stage 2"
        warnings.append(f"{lacking:,} {run} without a sound fake baseline of the same run, such as {named[0]}")
    return Coverage(since, now, days, tuple(gates.values()), passes, lacking, tuple(named), tuple(warnings))


def _counted(gate: GateCoverage, row: Row, at: int, *, inside: bool) -> GateCoverage:
    if not row.traits.refusal_sound:
        return msgspec.structs.replace(gate, unsound=gate.unsound + inside)
    counted = msgspec.structs.replace(gate, refused=gate.refused + inside)
    if gate.last_at is not None and gate.last_at >= at:
        return counted
    return msgspec.structs.replace(counted, last_at=at, last_run=row.run_id, last_place=row.place)


def _warning(gate: GateCoverage, days: int) -> str:
    window = "the last day" if days == 1 else f"the last {days} days"
    never = f"gate {gate.gate}: no run that it soundly refused in {window}"
    claims = f"; {gate.unsound:,} claim it and do not show it" if gate.unsound else ""
    if gate.last_at is None:
        return f"{never}, and none is known from before{claims}"
    return f"{never}; last seen {rfc3339(gate.last_at)[:10]} in {visible(gate.last_run or '')}{claims}"
