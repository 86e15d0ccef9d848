"""What a run is compared with other runs by, taken from its evidence and its verdict."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable

from auditor.applies import REFUSALS
from auditor.evidence import Evidence
from auditor.facts import Response, Verdict
from auditor.instants import SECOND
from auditor.store.rows import BaselineState, Traits

MAX_RESPONSES = 1000
"""Response ids kept of one run. Of more, those with the smallest hashes: the same ones in every copy."""

_SHORTEST_ID = 8  # a shorter "id" is a placeholder such as `n/a`, which says nothing if two runs share it


def traits_of(evidence: Evidence, verdict: Verdict) -> Traits:
    """Return the traits of a run; `verdict` is the one that was reached from `evidence`."""
    report = evidence.report
    gate = report.text("case_model_admission_status") if verdict.claim.engine != "fake" else None
    return Traits(
        gate=gate if gate in (*REFUSALS, "admitted") else None,
        refusal_sound=gate in REFUSALS and _sound_refusal(verdict),
        baseline=_baseline(verdict),
        trace_sha256=next((each.sha256 for each in verdict.artifacts if each.kind == "trace"), None),
        responses=response_hashes(
            fact.value.response_id for fact in evidence["model.response"] if isinstance(fact.value, Response)
        ),
        started_at=evidence.started,
        finished_at=report.time("finished_at"),
    )


def response_hashes(ids: Iterable[str | None]) -> tuple[int, ...]:
    """Return 64-bit hashes of the response ids, sorted, each once: enough to recognise an id, not to learn it."""
    hashes = {_hash(text) for text in ids if text is not None and len(text) >= _SHORTEST_ID}
    return tuple(sorted(hashes)[:MAX_RESPONSES])


def report_mtime(run_dir: str, verdict: Verdict) -> int | None:
    """Return when the report's file in the directory was last written, None where there is no such one file."""
    reports = [each.path for each in verdict.artifacts if each.kind == "report"]
    if len(reports) != 1:
        return None
    try:
        status = os.lstat(os.path.join(run_dir, reports[0]))  # noqa: PTH118 - a name need not be valid UTF-8
    except (OSError, ValueError):  # gone since it was read, or not on this machine: nothing is known of its times
        return None
    return status.st_mtime_ns * SECOND // 1_000_000_000 if stat.S_ISREG(status.st_mode) else None


def _hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _sound_refusal(verdict: Verdict) -> bool:
    """Tell whether a refused run is a negative gate that counts: the refusal is shown, and nothing is left open."""
    if verdict.decision != "blocked" or verdict.claim.status != "blocked" or verdict.gaps:
        return False
    if any(each.status in ("violated", "unproven") for each in verdict.rulings if each.effect != "warn"):
        return False
    shown = {each.rule.partition(".")[0] for each in verdict.rulings if each.status == "holds"}
    return {"gate", "admission"} <= shown


def _baseline(verdict: Verdict) -> BaselineState:
    rulings = [each for each in verdict.rulings if each.rule.partition(".")[0] == "baseline"]
    stated = [each for each in rulings if each.status != "not_applicable"]
    if not stated:
        return "none"
    return "sound" if all(each.status == "holds" for each in stated) else "unsound"
