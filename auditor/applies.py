"""Of which runs a rule speaks: the conditions that many rules share.

Each returns the reason why a rule does not speak of a run, or None where it does. What the report leaves unsaid never
excuses a run: an unknown engine is judged as Case, an unknown status as a claimed pass.
"""

from __future__ import annotations

from auditor.evidence import Evidence

REFUSALS = ("missing_admission", "invalid_admission", "not_admitted", "mismatch")


def refused(run: Evidence) -> bool:
    """Tell whether the report says that the gate refused the model."""
    return run.report.text("case_model_admission_status") in REFUSALS


def to_case(run: Evidence) -> str | None:
    """The rule speaks of runs of the real Case."""
    return "a fake run uses no model" if run.claim.engine == "fake" else None


def to_refused(run: Evidence) -> str | None:
    """The rule speaks of runs that the gate refused."""
    return to_case(run) or (None if refused(run) else "the gate did not refuse this run")


def to_started(run: Evidence) -> str | None:
    """The rule speaks of runs in which Case was started."""
    if reason := to_case(run):
        return reason
    return None if run.case_ran() or to_claimed_pass(run) is None else "Case was not started in this run"


def to_claimed_pass(run: Evidence) -> str | None:
    """The rule speaks of runs of the real Case that claim a pass: a run that ended otherwise need not be whole."""
    if reason := to_case(run):
        return reason
    return "the run does not claim a pass" if run.claim.status in ("blocked", "fail") else None


def to_stage2(run: Evidence) -> str | None:
    """The rule speaks of Stage 2 runs of the real Case."""
    if reason := to_case(run):
        return reason
    return None if run.claim.stage in (2, None) else "the run is no Stage 2 run"


def to_claimed_stage2_pass(run: Evidence) -> str | None:
    """The rule speaks of runs that claim a Stage 2 pass."""
    return to_claimed_pass(run) or to_stage2(run)
