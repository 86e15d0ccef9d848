"""Judgements put together by hand, and judgements of real sample runs."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from auditor.audit import audit, examine
from auditor.facts import Verdict
from auditor.policy import load
from auditor.store.judged import judged_from
from auditor.store.rows import Basis, Judged

SAMPLES = Path(__file__).parents[2] / "sample_runs"
BASIS = Basis("0.1.0", "c" * 64, "d" * 64)
NIGHT = 86_400_000_000
NOW = 1_782_979_200_000_000  # 2026-07-02T08:00:00Z


def sha(text: str) -> str:
    """Return a digest that stands for `text`."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def judged(place: str, **changes: Any) -> Judged:
    """Return a passing judgement of the run directory at `place`, with the given fields changed."""
    name = place.rpartition("/")[2]
    fields: dict[str, Any] = {
        "place": place,
        "run_id": name,
        "judged_at": NOW,
        "decision": "pass",
        "reason": "the run's own claim is supported by its evidence",
        "basis": BASIS,
        "root_sha256": sha(name),
    }
    return Judged(**fields | changes)


@cache
def sample(name: str) -> tuple[Verdict, Judged]:
    """Return the verdict on a sample run, and what is recorded of it."""
    (run,) = (path for path in (SAMPLES / name).iterdir() if path.is_dir())
    admission = SAMPLES / name / "admission.json"
    authority = admission if admission.exists() else None
    verdict = audit(run, admission=authority)
    examined = examine(run, load(), admission=authority)
    basis = Basis(verdict.tool.version, verdict.tool.ruleset_sha256, verdict.tool.policy_sha256)
    return verdict, judged_from(verdict, examined, place=str(run), basis=basis, judged_at=NOW, seconds=0.25)
