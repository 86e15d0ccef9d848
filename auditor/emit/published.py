"""The published verdict, schema ``cto-audit-verdict/v1``: what ``--json`` prints and other programs may rely on.

It has structs of its own, apart from `auditor.facts`, so that the auditor's insides can change and this cannot by
accident. `cto-audit schema verdict` prints the JSON Schema of `Published`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from auditor import facts
from auditor.emit.safe import utf8

Sha256: TypeAlias = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 in lower-case hex.")]
Line: TypeAlias = Annotated[int, Meta(ge=1, description="Line of the artifact, from 1.")]
RelativePath: TypeAlias = Annotated[
    str,
    Meta(
        description="Relative to the run directory. A byte that is not UTF-8 is written as a backslash, x, two digits."
    ),
]
Grade: TypeAlias = Annotated[
    Literal["claimed", "configured", "dispatched", "served", "corroborated"],
    Meta(description="What the evidence of the model proves, weakest first."),
]


class PublishedClaim(msgspec.Struct, frozen=True):
    """What the run says of itself; null where its report does not say it in the right type."""

    engine: str | None
    stage: int | None
    status: str | None


class PublishedPair(msgspec.Struct, frozen=True):
    """One provider and one model, exactly as written."""

    provider: str
    model: str


class PublishedEvidence(msgspec.Struct, frozen=True):
    """One place in one artifact. `pointer` is an RFC 6901 JSON pointer into the record on `line`."""

    path: RelativePath
    line: Line | None
    pointer: str | None
    note: str


class PublishedRuling(msgspec.Struct, frozen=True):
    """What one rule says of the run. `rule` is ``topic.kebab-name``, `clause` the requirement it enforces."""

    rule: Annotated[str, Meta(pattern=r"^[a-z0-9_]+\.[a-z0-9-]+$")]
    status: Literal["holds", "violated", "unproven", "not_applicable"]
    effect: Literal["fail", "block", "warn"]
    because: str
    clause: str
    evidence: tuple[PublishedEvidence, ...]


class PublishedSecret(msgspec.Struct, frozen=True):
    """A credential that was found. Its value is nowhere in a verdict: only a mask and a keyed fingerprint."""

    path: RelativePath
    line: Line | None
    detector: str
    view: Annotated[str, Meta(description="The chain of decodings that showed it: raw, json, json+base64, ...")]
    masked: str
    fingerprint: Annotated[
        str, Meta(pattern="^[0-9a-f]{32}$", description="First 32 hex digits of HMAC-SHA256(key, value as UTF-8).")
    ]
    confidence: Literal["confirmed", "likely", "possible"]


class PublishedArtifact(msgspec.Struct, frozen=True):
    """One file of the run: its kind by the layout, its writer, its digest, and whether a manifest bears it out."""

    path: RelativePath
    kind: str
    witness: Literal["harness", "case", "gateway", "authority"]
    bytes: int
    sha256: Sha256 | None
    digest: str


class PublishedGap(msgspec.Struct, frozen=True):
    """Something that could not be read, and why."""

    path: RelativePath
    reason: str


class PublishedTool(msgspec.Struct, frozen=True):
    """What judged: version, digest of the rules' files, digest of the policy in force."""

    version: str
    ruleset_sha256: str
    policy_sha256: str


class Published(msgspec.Struct, frozen=True):
    """The verdict on one run directory."""

    schema: Literal["cto-audit-verdict/v1"]
    run_id: str
    decision: Literal["pass", "blocked", "fail"]
    reason: str
    claim: PublishedClaim
    supports_stage2_pass: bool
    admitted: PublishedPair | None
    model_grade: Grade | None
    rulings: tuple[PublishedRuling, ...]
    secrets: tuple[PublishedSecret, ...]
    artifacts: tuple[PublishedArtifact, ...]
    gaps: tuple[PublishedGap, ...]
    root_sha256: Annotated[
        str | None,
        Meta(
            description="SHA-256 of the sorted lines '<sha256>  <path>' of every regular file; null if any is unread."
        ),
    ]
    tool: PublishedTool


def publish(verdict: facts.Verdict) -> Published:
    """Return the published form of `verdict`. Every string in it can be encoded as UTF-8."""
    return Published(
        schema="cto-audit-verdict/v1",
        run_id=utf8(verdict.run_id),
        decision=verdict.decision,
        reason=utf8(verdict.reason),
        claim=PublishedClaim(_maybe(verdict.claim.engine), verdict.claim.stage, _maybe(verdict.claim.status)),
        supports_stage2_pass=verdict.supports_stage2_pass,
        admitted=_pair(verdict.admitted),
        model_grade=verdict.model_grade,
        rulings=tuple(map(_ruling, verdict.rulings)),
        secrets=tuple(map(_secret, verdict.secrets)),
        artifacts=tuple(map(_artifact, verdict.artifacts)),
        gaps=tuple(map(_gap, verdict.gaps)),
        root_sha256=verdict.root_sha256,
        tool=PublishedTool(verdict.tool.version, verdict.tool.ruleset_sha256, verdict.tool.policy_sha256),
    )


def _maybe(text: str | None) -> str | None:
    return None if text is None else utf8(text)


def _pair(pair: facts.Pair | None) -> PublishedPair | None:
    return None if pair is None else PublishedPair(utf8(pair.provider), utf8(pair.model))


def _ruling(ruling: facts.Ruling) -> PublishedRuling:
    evidence = tuple(PublishedEvidence(utf8(e.path), e.line, _maybe(e.pointer), utf8(e.note)) for e in ruling.evidence)
    return PublishedRuling(
        ruling.rule, ruling.status, ruling.effect, utf8(ruling.because), utf8(ruling.clause), evidence
    )


def _secret(secret: facts.Secret) -> PublishedSecret:
    return PublishedSecret(
        utf8(secret.path),
        secret.line,
        secret.detector,
        secret.view,
        utf8(secret.masked),
        secret.fingerprint,
        secret.confidence,
    )


def _artifact(artifact: facts.Artifact) -> PublishedArtifact:
    return PublishedArtifact(
        utf8(artifact.path), artifact.kind, artifact.witness, artifact.bytes, artifact.sha256, artifact.digest
    )


def _gap(gap: facts.Gap) -> PublishedGap:
    reason = gap.reason if gap.line is None else f"line {gap.line}: {gap.reason}"
    return PublishedGap(utf8(gap.path), utf8(reason))
