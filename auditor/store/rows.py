"""What the store keeps of a verdict, beside the verdict itself: all that a sweep compares, counts and lists.

Times are microseconds since the Unix epoch, UTC; digests are SHA-256 in lower-case hex. Everything here is free of
secrets: a place whose name holds a credential is stored masked, and the ids of model responses only as hashes.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from auditor.facts import Claim, Decision, Grade

Trust: TypeAlias = Literal["content", "stat"]
"""How it was last decided that a run is what it was: its content was digested, or only its files' metadata were compared."""

BaselineState: TypeAlias = Literal["sound", "unsound", "none"]
"""Of the same-run fake baseline: every rule on it holds; one does not; no rule speaks of one."""


Time: TypeAlias = Annotated[int, Meta(ge=-62_135_596_800_000_000, le=253_402_300_799_999_999)]
"""An instant in microseconds since the epoch, of the years 1 to 9999: what can be shown again."""


class Basis(msgspec.Struct, frozen=True):
    """What a run was judged by. A verdict is current only while all of this is what it would be judged by today.

    `admission_sha256` is the digest of the authority's record, None without one; `admission_expires` when that record
    lapses, None where it says nothing of it. `options_sha256` stands for whatever else the operator gave that can
    change a verdict, such as an allow-list or known credentials; None where nothing was given.
    """

    version: str
    ruleset_sha256: str
    policy_sha256: str
    admission_sha256: str | None = None
    admission_expires: Time | None = None
    options_sha256: str | None = None


class Counts(msgspec.Struct, frozen=True):
    """How many rulings of each status, secrets of each confidence, and gaps a verdict has."""

    holds: int = 0
    violated: int = 0
    unproven: int = 0
    not_applicable: int = 0
    confirmed: int = 0
    likely: int = 0
    possible: int = 0
    gaps: int = 0


class Traits(msgspec.Struct, frozen=True):
    """What one run is compared with other runs by.

    `gate` is the admission status that the run reports; `refusal_sound` whether the gate refused it and nothing in the
    evidence leaves that open. `responses` are hashes of the ids of the model responses in it, at most
    `traits.MAX_RESPONSES`: the smallest, so that two copies keep the same ones. `report_mtime` is when the report's
    file was last written, by the file system.
    """

    gate: str | None = None
    refusal_sound: bool = False
    baseline: BaselineState = "none"
    trace_sha256: str | None = None
    responses: tuple[int, ...] = ()
    started_at: Time | None = None
    finished_at: Time | None = None
    report_mtime: Time | None = None


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One judgement, ready to be recorded; `judged_from` and `unjudged` make one.

    `place` is the run directory: an absolute path, or a URL. `shown` is the same as it may be written down, with any
    credential in it masked; empty where that is the same. `document` is the published verdict and `display` what its
    presentation needs besides, both packed (`auditor.store.packing`); None where the run could not be judged at all.
    `seconds` is how long the judgement took, `total_bytes` and `files` how much was read. `stat_sha256` is a digest of the
    files' metadata, by which ``--trust-stat`` recognises the run.
    """

    place: str
    run_id: str
    judged_at: Time
    decision: Decision
    reason: str
    basis: Basis
    shown: str = ""
    root_sha256: str | None = None
    stat_sha256: str | None = None
    trust: Trust = "content"
    seconds: float = 0.0
    total_bytes: int = 0
    files: int = 0
    claim: Claim = Claim()
    supports_stage2_pass: bool = False
    grade: Grade | None = None
    counts: Counts = Counts()
    traits: Traits = Traits()
    sweep: int | None = None
    document: bytes | None = None
    display: bytes | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded judgement, without its documents (`Store.verdict` has them) and without the response hashes.

    `id` grows with every judgement of a store; `place_id` is the number of the place in it. `place` is as it may be
    shown; `masked` tells that this is not the place itself, because its name holds a credential. `last_seen` is when a
    sweep last met the place. `whole` tells that there is a published verdict. For the rest see `Judged`.
    """

    id: int
    place_id: int
    place: str
    masked: bool
    last_seen: Time
    run_id: str
    judged_at: Time
    decision: Decision
    reason: str
    basis: Basis
    root_sha256: str | None
    stat_sha256: str | None
    trust: Trust
    seconds: float
    total_bytes: int
    files: int
    claim: Claim
    supports_stage2_pass: bool
    grade: Grade | None
    counts: Counts
    traits: Traits
    sweep: int | None
    whole: bool


class Sweep(msgspec.Struct, frozen=True):
    """One sweep: when, over which roots, and how it ended. `ended` is None while it runs, or where it was killed.

    `counts` are the sweep's own figures by name, such as ``judged`` or ``unchanged``.
    """

    id: int
    started: Time
    ended: Time | None
    roots: tuple[str, ...]
    counts: dict[str, int]
    interrupted: bool
