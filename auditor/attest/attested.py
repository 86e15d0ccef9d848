"""From a verdict to its attestation: what is taken along, and when it was judged."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from auditor import instants
from auditor.attest import canonical
from auditor.attest.envelope import seal
from auditor.attest.keys import Signer
from auditor.attest.levels import verified_levels
from auditor.attest.statement import (
    AdmissionUsed,
    AllowedFinding,
    AttestedVerdict,
    Counts,
    ManifestEntry,
    SpecialEntry,
    compose,
)
from auditor.emit.published import publish
from auditor.emit.safe import utf8
from auditor.errors import OperatorError
from auditor.facts import Artifact, Suppressed, Verdict

if TYPE_CHECKING:
    from auditor.audit import Examined

_EPOCH_VARIABLE = "SOURCE_DATE_EPOCH"


class Basis(msgspec.Struct, frozen=True):
    """What a verdict rests on and does not itself tell: the authority, links and devices, findings that were allowed."""

    admission: AdmissionUsed | None = None
    specials: tuple[SpecialEntry, ...] = ()
    allowed: tuple[AllowedFinding, ...] = ()


def basis(examined: Examined) -> Basis:
    """Return the basis of the verdict on what was examined, with every credential in it masked.

    An authority that leads into the run directory is none.
    """
    from auditor.withhold import rewrite, withhold  # noqa: PLC0415 - loads the secret engine, which verifying need not

    evidence = examined.evidence
    admission = None
    if evidence.authority is not None and not evidence.authority.inside_run:
        record = evidence.judgement.record
        admission = AdmissionUsed(
            evidence.authority.sha256,
            record.admitted_at if record else None,
            record.expires_at if record else None,
            record.review_trigger if record else None,
        )
    specials = tuple(SpecialEntry(fact.value.path, fact.value.what) for fact in evidence["entry.special"])
    allowed = tuple(
        AllowedFinding(each.path, each.detector, each.fingerprint, each.reason)
        for each in evidence.secrets
        if isinstance(each, Suppressed)
    )
    found = Basis(admission, tuple(sorted(specials, key=_path)), allowed)
    return rewrite(withhold(found, examined.engine, examined.hits), utf8)


def attest(verdict: Verdict, rests_on: Basis, *, time: int, signer: Signer | None) -> bytes:
    """Return the attestation of a verdict as one line of JSON, a signed envelope (DSSE).

    The verdict is one that `auditor.audit.conclude` returned, so no credential is in it; `rests_on` is the `basis` of
    the same examination. `time` is the instant of the judgement in microseconds since the epoch; seconds are kept. Without
    a signer the envelope is unsigned, and is refused by everyone who does not ask for that. But for the time and the
    signature the same verdict gives the same bytes.

    Raise `OperatorError` where some file could not be read whole: then there is no digest to bind the verdict to.
    """
    root = verdict.root_sha256
    if root is None:
        raise OperatorError(
            "not every file of the run could be read, so there is no digest that an attestation could bind",
            "see the gaps in the verdict, and attest when they are mended",
        )
    published = publish(verdict)
    statuses = Counter(ruling.status for ruling in verdict.rulings)
    attested = AttestedVerdict(
        run_id=published.run_id,
        decision=published.decision,
        reason=published.reason,
        claim=published.claim,
        supports_stage2_pass=published.supports_stage2_pass,
        admitted=published.admitted,
        model_grade=published.model_grade,
        admission=rests_on.admission,
        rulings=published.rulings,
        gaps=published.gaps,
        allowed=rests_on.allowed,
        counts=Counts(
            holds=statuses["holds"],
            violated=statuses["violated"],
            unproven=statuses["unproven"],
            not_applicable=statuses["not_applicable"],
            files=len(verdict.artifacts),
            bytes=sum(artifact.bytes for artifact in verdict.artifacts),
            gaps=len(verdict.gaps),
            secrets=len(verdict.secrets),
            allowed=len(rests_on.allowed),
        ),
        manifest=tuple(_entries(verdict.artifacts)),
        specials=rests_on.specials,
        root_sha256=root,
        tool=published.tool,
    )
    statement = compose(attested, verified_levels(verdict), _rfc3339(time))
    return seal(canonical.encode(statement), signer)


def judged_at(environment: Mapping[str, str] | None = None) -> int:
    """Return the instant to attest: now, or ``SOURCE_DATE_EPOCH`` (seconds since the epoch) where that is set."""
    variables = os.environ if environment is None else environment
    given = variables.get(_EPOCH_VARIABLE)
    if not given:
        return instants.now()
    if not (given.isascii() and given.isdigit() and len(given) <= 11):
        raise OperatorError(
            f"{_EPOCH_VARIABLE} is no number of seconds", "set it to whole seconds since 1970, or unset it"
        )
    return int(given) * instants.SECOND


def _entries(artifacts: Iterable[Artifact]) -> Iterable[ManifestEntry]:
    return (
        ManifestEntry(utf8(artifact.path), artifact.bytes, artifact.sha256) for artifact in artifacts if artifact.sha256
    )


def _rfc3339(time: int) -> str:
    return instants.rfc3339(time // instants.SECOND * instants.SECOND).replace(".000Z", "Z")


def _path(entry: SpecialEntry) -> bytes:
    return os.fsencode(entry.path)
