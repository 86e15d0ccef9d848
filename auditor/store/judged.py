"""From a verdict to what the store records of it; also for a run of which no verdict could be reached."""

from __future__ import annotations

from collections import Counter

import msgspec

from auditor.audit import Examined
from auditor.emit.published import publish
from auditor.facts import Verdict
from auditor.secrets import Engine, Hit, Redactor
from auditor.store.display import encode_display
from auditor.store.packing import pack
from auditor.store.rows import Basis, Counts, Judged, Trust
from auditor.store.traits import report_mtime, traits_of


def judged_from(
    verdict: Verdict,
    examined: Examined,
    *,
    place: str,
    basis: Basis,
    judged_at: int,
    seconds: float,
    stat_sha256: str | None = None,
    trust: Trust = "content",
    sweep: int | None = None,
) -> Judged:
    """Return what to record of a `verdict` that was reached from what was `examined`; for the rest see `Judged`.

    It packs the documents, which costs about a millisecond: let the process that judged do it.
    """
    traits = traits_of(examined.evidence, verdict)
    return Judged(
        place=place,
        shown=masked(place, examined.engine, examined.hits),
        run_id=verdict.run_id,
        judged_at=judged_at,
        decision=verdict.decision,
        reason=verdict.reason,
        basis=basis,
        root_sha256=verdict.root_sha256,
        stat_sha256=stat_sha256,
        trust=trust,
        seconds=seconds,
        total_bytes=sum(each.bytes for each in verdict.artifacts),
        files=len(verdict.artifacts),
        claim=verdict.claim,
        supports_stage2_pass=verdict.supports_stage2_pass,
        grade=verdict.model_grade,
        counts=_counts(verdict),
        traits=msgspec.structs.replace(traits, report_mtime=report_mtime(place, verdict)),
        sweep=sweep,
        document=pack(msgspec.json.encode(publish(verdict))),
        display=pack(encode_display(verdict)),
    )


def unjudged(
    place: str,
    reason: str,
    *,
    engine: Engine,
    basis: Basis,
    judged_at: int,
    seconds: float = 0.0,
    stat_sha256: str | None = None,
    sweep: int | None = None,
) -> Judged:
    """Return the blocked row of a run of which no verdict could be reached; `reason` is one sentence without evidence.

    A worker that crashed, ran out of memory or of time proves nothing, so the run is blocked, and it is tried again.
    """
    shown = masked(place, engine)
    return Judged(
        place=place,
        shown=shown,
        run_id=(shown or place).rstrip("/").rpartition("/")[2],
        judged_at=judged_at,
        decision="blocked",
        reason=reason,
        basis=basis,
        stat_sha256=stat_sha256,
        seconds=seconds,
        sweep=sweep,
    )


def masked(place: str, engine: Engine, hits: tuple[Hit, ...] = ()) -> str:
    """Return the place with every credential in it masked, or nothing where none is in it."""
    shown = Redactor(engine, hits).mask(place)
    return "" if shown == place else shown


def _counts(verdict: Verdict) -> Counts:
    number: Counter[str] = Counter(each.status for each in verdict.rulings)
    number.update(each.confidence for each in verdict.secrets)
    return Counts(**{name: number[name] for name in Counts.__struct_fields__ if name != "gaps"}, gaps=len(verdict.gaps))
