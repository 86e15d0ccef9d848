"""What the operator trusts: whose signatures count, how old a verdict may be, and which log must have it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from auditor.attest import PublicKey, verify
from auditor.workitems.standing import Standing, standing


class Trust(msgspec.Struct, frozen=True):
    """The operator's demands on attestations.

    At least one of `keys` must have signed. `max_age` and `now` are in microseconds, `now` since 1970 (default: the
    present). `policy_sha256` is the digest of rules and policy that must have judged, `require` the levels that a pass
    must state.
    """

    keys: Sequence[PublicKey]
    max_age: int | None = None
    policy_sha256: str | None = None
    require: tuple[str, ...] = ()
    now: int | None = None

    def authentic(self, attestation: bytes) -> Standing:
        """Return what an attestation says if it is authentic, whatever its age. Raise `auditor.attest.Refused`."""
        return standing(verify(attestation, keys=self.keys, now=self.now))

    def sufficient(self, attestation: bytes) -> Standing:
        """Return what an attestation says if it meets every demand. Raise `auditor.attest.Refused` with every reason."""
        return standing(
            verify(
                attestation,
                keys=self.keys,
                max_age=self.max_age,
                policy_digest=self.policy_sha256,
                require=self.require,
                now=self.now,
            )
        )
