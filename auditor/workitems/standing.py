"""What a verified attestation says of a run, in the words that work items need."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from auditor.attest import Verified
from auditor.facts import Decision, Pair, visible

STAGE2_PASS = "CTO_STAGE2_PASS"  # noqa: S105 - a level's name, no password
"""The level without which no attestation supports a Stage 2 pass."""

KEYS = ("stage2_verdict", "stage2_verdict_run", "stage2_verdict_sha256")
"""The front-matter keys that `attach` writes: the decision, the run id, and the attestation file's SHA-256."""


class Reasoned(msgspec.Struct, frozen=True):
    """A rule that does not hold: its name, `violated` or `unproven`, and why in one sentence."""

    rule: str
    status: str
    because: str


class Standing(msgspec.Struct, frozen=True):
    """One verified verdict. Texts are as attested and not yet fit for Markdown; `judged` is in microseconds since 1970.

    `sha256` is the digest of the attestation file as it is, so that ``sha256sum`` computes it again. `admission_expires`
    is the expiry that the admission record had when the run was judged, None where it had a review trigger instead.
    """

    sha256: str
    run_id: str
    decision: Decision
    reason: str
    judged: int
    admitted: Pair | None
    grade: str | None
    levels: tuple[str, ...]
    root_sha256: str
    policy_sha256: str
    open_rulings: tuple[Reasoned, ...] = ()
    admission_sha256: str | None = None
    admission_expires: str | None = None

    @property
    def passes(self) -> bool:
        """Whether a Stage 2 pass may be claimed from this verdict."""
        return self.decision == "pass" and STAGE2_PASS in self.levels

    @property
    def front_matter(self) -> dict[str, str]:
        """The front-matter keys and values that state this verdict. Run ids are written so that nothing hides in them."""
        return dict(zip(KEYS, (self.decision, visible(self.run_id), self.sha256), strict=True))


Believe: TypeAlias = Callable[[bytes], Standing]
"""Verifies an attestation under the operator's keys: its bytes to what it says; `auditor.attest.Refused` otherwise."""


def standing(verified: Verified) -> Standing:
    """Return what a verified attestation says."""
    admission = verified.admission
    return Standing(
        sha256=verified.sha256,
        run_id=verified.run_id,
        decision=verified.decision,
        reason=verified.reason,
        judged=verified.time_verified,
        admitted=verified.admitted,
        grade=verified.model_grade,
        levels=verified.levels,
        root_sha256=verified.root_sha256,
        policy_sha256=verified.policy_sha256,
        open_rulings=tuple(
            Reasoned(ruling.rule, ruling.status, ruling.because)
            for ruling in verified.verdict.rulings
            if ruling.status in {"violated", "unproven"}
        ),
        admission_sha256=admission.sha256 if admission else None,
        admission_expires=admission.expires_at if admission else None,
    )
