"""The policy: what a site may tune, from ``rules/policy.toml`` or a file of its own. Unknown keys are refused."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any

import msgspec
import tomli

from auditor.errors import OperatorError
from auditor.facts import Confidence, Grade
from auditor.places import rules_folder


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The policy in force. `sha256` is the digest of its file and of the profile's name, for the verdict."""

    model_grade_floor: Grade
    failing_confidence: tuple[Confidence, ...]
    clock_skew_ms: Annotated[int, msgspec.Meta(ge=0)]
    max_line_bytes: Annotated[int, msgspec.Meta(ge=1)]
    max_document_bytes: Annotated[int, msgspec.Meta(ge=1)]
    max_facts: Annotated[int, msgspec.Meta(ge=1)]
    sha256: str = ""

    @property
    def skew(self) -> int:
        """The tolerated clock difference in microseconds."""
        return self.clock_skew_ms * 1000


def load(path: Path | None = None, profile: str | None = None) -> Policy:
    """Load the policy at `path` (default: the rules' own) with the named profile laid over it.

    Raise `OperatorError` where the file cannot be used or the profile is not in it.
    """
    file = path or rules_folder() / "policy.toml"
    try:
        content = file.read_bytes()
        table: dict[str, Any] = tomli.loads(content.decode("utf-8"))
    except OSError as error:
        raise OperatorError(f"the policy {file} cannot be read: {error.strerror}", "give another --policy") from error
    except (ValueError, RecursionError) as error:  # also for a number of thousands of digits
        raise OperatorError(f"the policy {file} is not TOML: {error}", "mend the file") from error
    profiles = table.pop("profiles", {})
    if not isinstance(profiles, dict) or not all(isinstance(laid_over, dict) for laid_over in profiles.values()):
        raise OperatorError(f"the policy {file} has a profile that is no table", "write it as [profiles.NAME]")
    if profile is not None:
        if profile not in profiles:
            known = ", ".join(sorted(profiles)) or "none"
            raise OperatorError(f"the policy has no profile {profile!r}", f"profiles in it: {known}")
        table |= profiles[profile]
    table["sha256"] = hashlib.sha256(content + b"\0" + (profile or "").encode()).hexdigest()
    try:
        policy = msgspec.convert(table, Policy, strict=True)
    except msgspec.ValidationError as error:
        raise OperatorError(
            f"the policy {file} cannot be used: {error}", "see rules/policy.toml for the keys"
        ) from error
    if "confirmed" not in policy.failing_confidence:
        raise OperatorError(
            f"the policy {file} lets confirmed secrets pass", "keep at least `confirmed` in failing_confidence"
        )
    return policy
