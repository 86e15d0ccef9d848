"""The positive properties that an attestation may state, from ``rules/levels.toml``.

A level is a word such as ``CTO_DIGESTS_MATCH`` in the attestation's `verifiedLevels`. Which rules prove it is judgement,
and so is data beside the rules; here is only how such a table is read and applied.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
import tomli

from auditor.attest.statement import AttestedVerdict
from auditor.errors import OperatorError
from auditor.facts import GRADES, Grade, Verdict
from auditor.places import rules_folder

FAILED = "FAILED"
"""The one level of a verdict that is not a pass, as the SLSA predicate has it."""


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it takes to state one level: a pass, `rules` that all hold, at least `grade`, a supported Stage 2 pass.

    `track` groups levels of which only the strongest is stated; it stands for those before it in the file.
    """

    means: str
    rules: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    track: str | None = None
    grade: Grade | None = None
    stage2: bool = False


@cache
def known_levels(file: Path | None = None) -> dict[str, Level]:
    """Return every level by its name, in the file's order. Raise `OperatorError` where the file cannot be used.

    A level without rules is refused: what nothing proves must not be stated.
    """
    place = file or rules_folder() / "levels.toml"
    try:
        return msgspec.convert(tomli.loads(place.read_text("utf-8")), dict[str, Level], strict=True)
    except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError, msgspec.ValidationError) as error:
        raise OperatorError(f"the levels in {place} cannot be used: {error}", "reinstall cto-audit") from error


def verified_levels(verdict: Verdict | AttestedVerdict) -> tuple[str, ...]:
    """Return the levels that the verdict proves, sorted; ``("FAILED",)`` for any verdict but a pass."""
    if verdict.decision != "pass":
        return (FAILED,)
    holding = {ruling.rule for ruling in verdict.rulings if ruling.status == "holds"}
    tracks: dict[str, str] = {}
    for name, level in known_levels().items():
        if _proven(level, verdict, holding):
            tracks[level.track or name] = name
    return tuple(sorted(tracks.values()))


def implied(levels: Collection[str]) -> frozenset[str]:
    """Return the levels together with those that they stand for: the earlier ones of the same track."""
    found = set(levels)
    known = known_levels()
    for stated in levels:
        if stated in known and known[stated].track is not None:
            track = [name for name, level in known.items() if level.track == known[stated].track]
            found |= set(track[: track.index(stated)])
    return frozenset(found)


def _proven(level: Level, verdict: Verdict | AttestedVerdict, holding: Collection[str]) -> bool:
    if level.stage2 and not verdict.supports_stage2_pass:
        return False
    if level.grade is not None:
        grade = verdict.model_grade
        if grade is None or GRADES.index(grade) < GRADES.index(level.grade):
            return False
    return all(rule in holding for rule in level.rules)
