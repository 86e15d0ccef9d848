"""What an attestation says: an in-toto Statement (v1) whose predicate is a SLSA Verification Summary (v1).

The subject is the run id with the run's root digest, as ``sha256``: it is the SHA-256 of the sorted lines
``<sha256>  <path>`` of every file, so it binds the judgement to every byte that was judged. The judgement itself (rulings
with their evidence, gaps, counts, manifest) is an extension field of the predicate, named by a URI as the
specification asks of extensions.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal
from urllib.parse import quote

import msgspec

from auditor.emit.published import (
    Grade,
    PublishedClaim,
    PublishedGap,
    PublishedPair,
    PublishedRuling,
    PublishedTool,
    RelativePath,
    Sha256,
)

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://slsa.dev/verification_summary/v1"
VERIFIER_ID = "urn:cto:verifier:cto-audit"
POLICY_URI = "urn:cto:policy:cto-audit-rules"
VERDICT_FIELD = "urn:cto:attestation:verdict:v1"
_PROGRAM = "cto-audit"
_UNRESERVED_IN_URN = "-._~!$&'()*+,;=:@"


class DigestSet(msgspec.Struct, frozen=True):
    """Digests of one thing; in attestations of this program always the SHA-256."""

    sha256: Sha256


class Subject(msgspec.Struct, frozen=True):
    """What is attested: a run by its id, and its root digest."""

    name: str
    digest: DigestSet


class Resource(msgspec.Struct, frozen=True):
    """A document that the judgement rests on: the policy, the admission record."""

    uri: str
    digest: DigestSet


class Verifier(msgspec.Struct, frozen=True):
    """Who judged: the program's URI, and the version of each of its parts."""

    id: str
    version: dict[str, str]


class ManifestEntry(msgspec.Struct, frozen=True):
    """One file of the run."""

    path: RelativePath
    bytes: Annotated[int, msgspec.Meta(ge=0)]
    sha256: Sha256


class SpecialEntry(msgspec.Struct, frozen=True):
    """One entry of the run that is no regular file, and what it is: a link, a pipe, a device. Not in the root digest."""

    path: RelativePath
    what: str


class AdmissionUsed(msgspec.Struct, frozen=True):
    """The authority that the run was judged by: the digest of its file and, where it is a valid record, its term.

    Times are RFC 3339 as the record has them. A record without an expiry has a `review_trigger`.
    """

    sha256: Sha256
    admitted_at: str | None = None
    expires_at: str | None = None
    review_trigger: str | None = None


class AllowedFinding(msgspec.Struct, frozen=True):
    """A secret finding that an allow-list takes out of the count: the verdict rests on it."""

    path: RelativePath
    detector: str
    fingerprint: str
    reason: str


class Counts(msgspec.Struct, frozen=True):
    """How many there are of what a reader asks first."""

    holds: int
    violated: int
    unproven: int
    not_applicable: int
    files: int
    bytes: int
    gaps: int
    secrets: int
    allowed: int


class AttestedVerdict(msgspec.Struct, frozen=True):
    """The judgement in full, as the extension field `VERDICT_FIELD`. Fields are named as in the published verdict."""

    run_id: str
    decision: Literal["pass", "blocked", "fail"]
    reason: str
    claim: PublishedClaim
    supports_stage2_pass: bool
    admitted: PublishedPair | None
    model_grade: Grade | None
    admission: AdmissionUsed | None
    rulings: tuple[PublishedRuling, ...]
    gaps: tuple[PublishedGap, ...]
    allowed: tuple[AllowedFinding, ...]
    counts: Counts
    manifest: tuple[ManifestEntry, ...]
    specials: tuple[SpecialEntry, ...]
    root_sha256: Sha256
    tool: PublishedTool


class Predicate(msgspec.Struct, frozen=True, rename="camel"):
    """The verification summary: the fields that the specification requires, and the verdict."""

    verifier: Verifier
    time_verified: str
    resource_uri: str
    policy: Resource
    input_attestations: tuple[Resource, ...]
    verification_result: Literal["PASSED", "FAILED"]
    verified_levels: tuple[str, ...]
    verdict: AttestedVerdict = msgspec.field(name=VERDICT_FIELD)


class Statement(msgspec.Struct, frozen=True, rename="camel"):
    """The whole statement: which run, what kind of predicate, and the predicate."""

    type_: str = msgspec.field(name="_type")
    subject: tuple[Subject, ...]
    predicate_type: str
    predicate: Predicate


def compose(verdict: AttestedVerdict, levels: tuple[str, ...], time: str) -> Statement:
    """Return the statement of a verdict: `levels` are what it proves, `time` is when it was reached (RFC 3339)."""
    inputs = () if verdict.admission is None else (admission_resource(verdict.admission),)
    predicate = Predicate(
        verifier=Verifier(VERIFIER_ID, {_PROGRAM: verdict.tool.version}),
        time_verified=time,
        resource_uri=resource_uri(verdict.run_id),
        policy=Resource(POLICY_URI, DigestSet(policy_sha256(verdict.tool))),
        input_attestations=inputs,
        verification_result="PASSED" if verdict.decision == "pass" else "FAILED",
        verified_levels=levels,
        verdict=verdict,
    )
    subject = Subject(verdict.run_id, DigestSet(verdict.root_sha256))
    return Statement(STATEMENT_TYPE, (subject,), PREDICATE_TYPE, predicate)


def resource_uri(run_id: str) -> str:
    """Return ``urn:cto:run:<run id>``; what may not stand in a URN is percent-encoded."""
    return "urn:cto:run:" + quote(run_id, safe=_UNRESERVED_IN_URN, errors="backslashreplace")


def policy_sha256(tool: PublishedTool) -> str:
    """Return the digest of all that judged: SHA-256 of the lines ``<sha256>  policy`` and ``<sha256>  rules``."""
    return hashlib.sha256(f"{tool.policy_sha256}  policy\n{tool.ruleset_sha256}  rules\n".encode()).hexdigest()


def admission_resource(admission: AdmissionUsed) -> Resource:
    """Return the admission record as an input attestation: named by its digest, since its file may lie anywhere."""
    return Resource(f"urn:cto:admission:sha256:{admission.sha256}", DigestSet(admission.sha256))
