"""What the tests of work items need: verdicts attested at any time, and work items to attach them to."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import msgspec

from auditor.attest import Basis, Signer, attest, basis
from auditor.audit import conclude, examine
from auditor.facts import Verdict as Judgement
from auditor.instants import SECOND
from auditor.policy import load
from auditor.workitems.attach import Attached, Verdict, attach
from auditor.workitems.trust import Trust
from tests.attest.kit import KEY, NOON, PASS, SIGNER, place

HOUR = 3600 * SECOND
FAIL = "forbidden-write"
REFUSED = "refused-mismatch"
BASELINE = "fake-baseline-only"
TRUST = Trust((KEY,), now=NOON + 24 * HOUR)
"""The operator a day after `NOON`, who trusts the one key."""

FRONT = "---\nid: CTO-WORK-020\ntitle: Real Case\nstatus: in_progress\n---\n"
BODY = "\n# Real Case\n\nWhat is to be done.\n"


@cache
def judged(name: str) -> tuple[Judgement, Basis]:
    """Return the verdict on a sample run, and what it rests on."""
    run, record = place(name)
    policy = load()
    examined = examine(run, policy, admission=record)
    return conclude(examined, policy), basis(examined)


@cache
def attested(
    name: str = PASS,
    hours: int = 0,
    signer: Signer | None = SIGNER,
    run_id: str | None = None,
    reason: str | None = None,
    expires: str | None = "",
) -> bytes:
    """Return the attestation of a sample's verdict, `hours` after noon, with some texts changed before it was signed."""
    verdict, rests_on = judged(name)
    if run_id is not None:
        verdict = msgspec.structs.replace(verdict, run_id=run_id)
    if reason is not None:
        verdict = msgspec.structs.replace(verdict, reason=reason)
    if expires != "" and rests_on.admission is not None:
        admission = msgspec.structs.replace(rests_on.admission, expires_at=expires, review_trigger="a change")
        rests_on = msgspec.structs.replace(rests_on, admission=admission)
    return attest(verdict, rests_on, time=NOON + hours * HOUR, signer=signer)


def verdict(line: bytes, proof: bytes | None = None) -> Verdict:
    """Return what `attach` takes, of an attestation."""
    return Verdict(TRUST.authentic(line), line, proof)


def attach_to(path: Path, line: bytes, *, proof: bytes | None = None, force: bool = False) -> Attached:
    """Attach an attestation to a work item, as the operator who trusts the one key."""
    return attach(path, verdict(line, proof), TRUST.authentic, force=force)


def item(folder: Path, text: str | bytes = FRONT + BODY, name: str = "CTO-WORK-020.md") -> Path:
    """Write a work item and return its path."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def edit(path: Path, change: Callable[[str], str]) -> None:
    """Change a work item's text by hand, whatever its line ends."""
    before = path.read_bytes().decode()
    after = change(before)
    assert after != before
    path.write_bytes(after.encode())


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with its content."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
