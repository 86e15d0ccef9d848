"""What was different when a run was judged again: its content, or what it was judged by."""

from __future__ import annotations

from auditor.store.rows import Row


def changes(before: Row | None, after: Row) -> tuple[str, ...]:
    """Return what changed from one judgement of a place to the next, in the order of weight; empty where nothing did.

    `first` stands alone: there was no judgement before. Otherwise: `content`, `admission`, `expiry` (the admission
    lapsed in between), `rules`, `policy`, `options` (whatever else the operator gave), `version` (of the auditor) and
    `retried` (the one before could not judge the run at all).
    """
    if before is None:
        return ("first",)
    old, new = before.basis, after.basis
    lapses = old.admission_expires
    found = {
        "content": _content_changed(before, after),
        "admission": old.admission_sha256 != new.admission_sha256,
        "expiry": lapses is not None and before.judged_at < lapses <= after.judged_at,
        "rules": old.ruleset_sha256 != new.ruleset_sha256,
        "policy": old.policy_sha256 != new.policy_sha256,
        "options": old.options_sha256 != new.options_sha256,
        "version": old.version != new.version,
        "retried": not before.whole,
    }
    return tuple(name for name, changed in found.items() if changed)


def _content_changed(before: Row, after: Row) -> bool:
    """Tell whether the content differs, as far as both judgements know it; where neither does, go by the metadata."""
    if before.root_sha256 is not None and after.root_sha256 is not None:
        return before.root_sha256 != after.root_sha256
    if before.stat_sha256 is not None and after.stat_sha256 is not None:
        return before.stat_sha256 != after.stat_sha256
    return (before.root_sha256 is None) != (after.root_sha256 is None) and before.whole and after.whole
