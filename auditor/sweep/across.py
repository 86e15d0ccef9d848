"""After a sweep: what all verdicts of the store show together, and the site that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from auditor import anomalies
from auditor.coverage import Coverage, coverage
from auditor.errors import OperatorError
from auditor.store import Store
from auditor.sweep.find import Recogniser
from auditor.sweep.outside import lies_in_run
from auditor.sweep.summary import MAX_LISTED, Across, Obstacle

if TYPE_CHECKING:
    from auditor.site import Gate


def look_across(store: Store, *, now: int, days: int) -> Across:
    """Return gate coverage over the last `days` days, and the anomalies among the newest verdicts."""
    found = anomalies.find(store, now=now, days=days)
    named = tuple(islice(found, MAX_LISTED))
    return Across(coverage(store.latest(), now=now, days=days), named, sum(1 for _ in found))


def check_pages(store: Store, folder: Path, recogniser: Recogniser) -> None:
    """Raise `OperatorError` for a folder that no site can be written to: better before a night's work than after it."""
    from auditor.site import check_site  # noqa: PLC0415 - templates, which few sweeps need

    if lies_in_run(folder / "index.html", recogniser):
        raise OperatorError(
            f"--html {folder} lies inside a run directory, and the auditor writes nothing there",
            "name a folder outside of every run",
        )
    check_site(store, folder)


def write_pages(store: Store, folder: Path, across: Across, troubles: Sequence[Obstacle], unlisted: int) -> None:
    """Write the site of the store into the folder. Raise `OperatorError` where that cannot be done.

    `troubles` are the places that the sweep could not look into, of which `unlisted` more are left out.
    """
    from auditor.site import Findings, write_site  # noqa: PLC0415 - templates, which few sweeps need

    told = across.coverage
    findings = Findings(
        gates=_gates(told),
        window=f"{told.days} days",
        warnings=told.warnings,
        anomalies=tuple(each.sentence for each in across.anomalies),
        unnamed=across.left_out,
        unseen=tuple(f"{each.path}: {each.reason}" for each in troubles),
        unlisted=unlisted,
    )
    write_site(store, folder, findings)


def _gates(told: Coverage) -> tuple[Gate, ...]:
    from auditor.site import Gate  # noqa: PLC0415 - as above

    warnings = {gate.gate: f"not seen in the last {told.days} days" for gate in told.gates if not gate.refused}
    lacking = told.passes_without_baseline
    baseline = f"{lacking} {'pass' if lacking == 1 else 'passes'} without one" if lacking else ""
    return (
        *(Gate(gate.gate, gate.refused, gate.last_at, warnings.get(gate.gate, "")) for gate in told.gates),
        Gate("fake baseline", told.passes - told.passes_without_baseline, None, baseline),
    )
