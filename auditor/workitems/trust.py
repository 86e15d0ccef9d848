"""What the operator trusts: whose signatures count, how old a verdict may be, and which log must have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from auditor.attest import PublicKey, Reason, verify
from auditor.attest.refused import Refused, refusal
from auditor.facts import visible
from auditor.instants import instant
from auditor.tlog import entries, prove, read_record, record, verify_proof
from auditor.workitems.standing import Standing, standing


class Trust(msgspec.Struct, frozen=True):
    """The operator's demands on attestations.

    At least one of `keys` must have signed. `max_age` and `now` are in microseconds, `now` since 1970 (default: the
    present). `policy_sha256` is the digest of rules and policy that must have judged, `require` the levels that a pass
    must state. `log_keys` are those whose logs count (default: `keys`), `log` is the folder of a log that must still have
    what it had; where either is given, a verdict without an inclusion proof is not enough.
    """

    keys: Sequence[PublicKey]
    max_age: int | None = None
    policy_sha256: str | None = None
    require: tuple[str, ...] = ()
    now: int | None = None
    log: Path | None = None
    log_keys: Sequence[PublicKey] = ()

    @property
    def demands_log(self) -> bool:
        """Whether a verdict must be in a log."""
        return self.log is not None or bool(self.log_keys)

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

    def logged(self, attestation: bytes, proof: bytes) -> int:
        """Return where the log has the attestation, by its inclusion proof. Raise `Refused` where that does not verify."""
        leaf = record(verify(attestation, keys=self.keys, now=self.now))
        return verify_proof(proof, leaf, self.log_keys or self.keys, log=self.log).index

    def vouched(self, attestation: bytes, proof: bytes | None) -> None:
        """Raise `Refused` unless the log that is demanded, if any, has the attestation, and no newer word on its run.

        With the folder of the log at hand it is looked up there; else `proof` has to show it.
        """
        if not self.demands_log:
            return
        if self.log is not None:
            self.proof(attestation)
        elif proof is None:
            raise refusal(
                "no inclusion proof lies beside it, and a log is demanded", "attach it with `attach --log DIR`"
            )
        else:
            self.logged(attestation, proof)
        later = tuple(self.overruled(attestation))
        if later:
            raise Refused(later)

    def overruled(self, attestation: bytes) -> Iterator[Reason]:
        """Yield that the log has a newer verdict on the same run which is no pass: then this one was not the last word.

        Says nothing where no log is named.
        """
        if self.log is None:
            return
        own = verify(attestation, keys=self.keys, now=self.now)
        for entry in entries(self.log, self.log_keys or self.keys):
            known = read_record(entry)
            if known is None or known.run_id != own.run_id or known.decision == "pass":
                continue
            judged = instant(known.time_verified)
            if judged is None or judged >= own.time_verified:
                yield Reason(
                    f"the log has a newer verdict on this run: {known.decision}, judged {visible(known.time_verified)}"
                    f" (attestation sha256 {visible(known.attestation_sha256)})",
                    "attach that one; a verdict is not taken back by leaving it out",
                )

    def proof(self, attestation: bytes) -> bytes:
        """Return the log's proof that it has the attestation. Raise `Refused` where it has not, or does not stand."""
        if self.log is None:
            raise refusal("no log is named", "name it with --log")
        return prove(self.log, record(verify(attestation, keys=self.keys, now=self.now)), self.log_keys or self.keys)
