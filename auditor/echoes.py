"""Facts that add no voice: the same file kept twice, and the trace's own words where an agent could have written them.

A harness may keep Case's events both where Case wrote them and where it collects them. Two files of one kind with equal
bytes are one artifact: what they say is said once. Their digests are all checked all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from auditor.evidence import Evidence
from auditor.facts import Artifact, Fact, Naming
from auditor.origin import lies_in_copy
from auditor.sources._foreign import TRACE_ELSEWHERE

_KEPT_TWICE = frozenset({"case_events", "case_run_log", "task"})
"""Kinds whose layout has more than one place for one file."""


def without_echoes(run: Evidence) -> Evidence:
    """Return the evidence with each of its facts told once, by whom it counts."""
    echoes = repeated_artifacts(run.artifacts, run.facts)

    def counts(fact: Fact) -> bool:
        path = fact.where.path
        return path not in echoes and not (_imitates(fact) and lies_in_copy(run, path))

    changed = run.facts if echoes else {"model.named": run["model.named"]}
    sifted = {kind: list(filter(counts, facts)) for kind, facts in changed.items()}
    return msgspec.structs.replace(run, facts=run.facts | sifted)


def repeated_artifacts(artifacts: Iterable[Artifact], facts: Mapping[str, Sequence[Fact]]) -> Collection[str]:
    """Return the paths of artifacts that repeat an earlier one of their kind, byte for byte, which says the same."""
    by_content: dict[tuple[str, str], list[str]] = {}
    for artifact in artifacts:
        if artifact.kind in _KEPT_TWICE and artifact.sha256 is not None:
            by_content.setdefault((artifact.kind, artifact.sha256), []).append(artifact.path)
    groups = [paths for paths in by_content.values() if len(paths) > 1]
    if not groups:
        return ()
    # One that is kept but not understood (by its format) says nothing that another could repeat.
    speaking = {fact.where.path for told in facts.values() for fact in told}
    return {path for paths in groups for path in [path for path in paths if path in speaking][1:]}


def _imitates(fact: Fact) -> bool:
    """Tell whether a fact is of the sort that an agent, in the copy, could state of a run only by imitation."""
    return isinstance(fact.value, Naming) and fact.value.shape == TRACE_ELSEWHERE
