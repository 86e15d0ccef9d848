"""The one judgement on repeated keys, for the topics that each read their own artifacts."""

from __future__ import annotations

from auditor.evidence import Evidence, Outcome, holds, not_applicable, unproven, violated


def repeated_keys(run: Evidence, *kinds: str) -> Outcome:
    """Rule on repeated keys in artifacts of these kinds: violated by one, unproven where a part could not be read."""
    found = [fact for fact in run["json.repeated-key"] if fact.value in kinds]
    if found:
        return violated(f"{found[0].where.path} repeats a key: two parsers would read two different things", found)
    present = run.of_kind(*kinds)
    if not present:
        return not_applicable("the run has none of these artifacts")
    gaps = run.gaps_in(*kinds)
    if gaps:
        return unproven("part of what must be read could not be read", gaps)
    return holds("no object repeats a key", present)
