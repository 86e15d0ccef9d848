"""Every frozen struct that crosses a door between two parts of the auditor.

Nothing here imports anything of ours, so that each part can be read, tested and replaced alone. Times are integers,
microseconds since the Unix epoch in UTC; lines and columns count from 1; paths are relative to the run directory,
with ``/`` between components and without a leading ``./``.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

Witness: TypeAlias = Literal["harness", "case", "gateway", "authority"]
"""The party that wrote an artifact. Two files by one witness are one witness."""

Grade: TypeAlias = Literal["claimed", "configured", "dispatched", "served", "corroborated"]
"""How much a naming of a model proves, weakest first; see `GRADES` for the order."""

GRADES: tuple[Grade, ...] = ("claimed", "configured", "dispatched", "served", "corroborated")

Status: TypeAlias = Literal["holds", "violated", "unproven", "not_applicable"]
"""What a rule rules. `unproven`: what it needs is absent or unreadable."""

Effect: TypeAlias = Literal["fail", "block", "warn"]
"""What a violation of the rule does to the decision."""

Decision: TypeAlias = Literal["pass", "blocked", "fail"]

Confidence: TypeAlias = Literal["confirmed", "likely", "possible"]
"""How sure a secret finding is: checksum or structure; a provider's format; keyword or entropy only."""


class Where(msgspec.Struct, frozen=True, gc=False):
    """One exact place in one artifact.

    `pointer` is an RFC 6901 JSON pointer into the record on `line` (or into the whole document).
    """

    path: str
    line: int | None = None
    pointer: str | None = None


class Artifact(msgspec.Struct, frozen=True):
    """One entry of the run directory, as it was read.

    `sha256` is None where the content could not be read whole. `digest` says how the manifests speak of it:
    `match`, `mismatch`, `unlisted`, `exempt` (a manifest itself) or `unread`.
    """

    path: str
    kind: str
    witness: Witness
    bytes: int
    sha256: str | None
    digest: str = "unread"


class Fact(msgspec.Struct, frozen=True, gc=False):
    """One thing that one witness's artifact states, and where.

    `count` says how often the same thing was stated; `where` is the first place.
    """

    kind: str
    value: Any
    witness: Witness
    where: Where
    grade: Grade | None = None
    time: int | None = None
    count: int = 1


class Gap(msgspec.Struct, frozen=True):
    """Something that could not be read, and why. A gap is never dropped and never makes a verdict better."""

    path: str
    reason: str
    line: int | None = None


class Exhibit(msgspec.Struct, frozen=True):
    """A located piece of evidence as a ruling shows it: the published form of a fact."""

    path: str
    line: int | None = None
    pointer: str | None = None
    note: str = ""


class Ruling(msgspec.Struct, frozen=True):
    """What one rule says of one run.

    `because` is one sentence for a person; `clause` is the requirement the rule enforces, in the PRD's words; `remedy`
    says what to do when the rule does not hold: other things where it is broken and where it is only unproven.
    """

    rule: str
    status: Status
    effect: Effect
    because: str
    clause: str = ""
    remedy: str = ""
    evidence: tuple[Exhibit, ...] = ()


class Secret(msgspec.Struct, frozen=True):
    """A credential found in an artifact. Holds no value: only its masked form and its keyed fingerprint.

    `view` is the chain of decodings that showed it (`raw`, `json`, `json+base64`, …). `fingerprint` is the first 32 hex
    digits of HMAC-SHA256(key, value).
    """

    path: str
    line: int | None
    detector: str
    view: str
    masked: str
    fingerprint: str
    confidence: Confidence


class Suppressed(Secret, frozen=True):
    """A credential that an allow-list takes out of the count, and the reason that the list gives.

    It stays among the evidence's secrets, so that whoever overlooks the difference counts it; a verdict's secrets are
    without it.
    """

    reason: str


class Pair(msgspec.Struct, frozen=True, order=True):
    """A provider and a model, exactly as written. Compared byte for byte, never by prefix or similarity."""

    provider: str
    model: str

    def __str__(self) -> str:
        return f"{visible(self.provider)}/{visible(self.model)}"


class Naming(msgspec.Struct, frozen=True):
    """A record names a model (fact kind `model.named`; the fact's grade says what that proves).

    A field is None where the record does not name it: nothing is ever filled in. `shape` is the record format, such as
    `case.stderr` or `trace.model_response`; `role` is the Case role whose configuration names it.
    """

    provider: str | None
    model: str | None
    shape: str
    agent: str | None = None
    role: str | None = None


class Response(msgspec.Struct, frozen=True, gc=False):
    """A record tells of one answered request to a model (fact kind `model.response`).

    `requested` and `served` are what the request asked for and what the response body names. `status` is HTTP's.
    """

    provider: str | None
    requested: str | None
    served: str | None
    response_id: str | None
    shape: str
    agent: str | None = None
    host: str | None = None
    status: int | None = None
    sequence: int | None = None


class Host(msgspec.Struct, frozen=True):
    """A record names a network host that was contacted (fact kind `host.contacted`)."""

    host: str
    shape: str
    port: int | None = None
    provider: str | None = None


class Observation(msgspec.Struct, frozen=True):
    """What a record shape reads out of one record: a fact without its place and witness.

    `kind` is `model.named`, `model.response` or `host.contacted`; `value` the matching struct; `pointer` the place
    inside the record.
    """

    kind: str
    value: Naming | Response | Host
    pointer: str
    grade: Grade | None = None


class Claim(msgspec.Struct, frozen=True):
    """What the run says of itself in its report; None where the report does not say it in the right type."""

    engine: str | None = None
    stage: int | None = None
    status: str | None = None


class Tool(msgspec.Struct, frozen=True):
    """What judged: the auditor's version, the digest of the rules' files and of the policy in force."""

    version: str
    ruleset_sha256: str
    policy_sha256: str


Course: TypeAlias = Literal["step", "phase", "dispatch", "response", "refusal"]
"""What sort of thing a `Moment` is: a step of the harness, a phase of Case, a model that is called, an answer, a stop."""


class Moment(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened in the course of a run, by one witness; no rule asks it, a timeline draws it.

    `label` is the event, the phase or the model's name, `detail` what else the record says in short. `time` and `end`
    are instants, None where the record states none; only what lasts has an `end`. `count` moments that follow each other
    and say the same are one, from the first's time to the last's.
    """

    kind: Course
    witness: Witness
    label: str
    where: Where
    time: int | None = None
    end: int | None = None
    detail: str = ""
    count: int = 1


class Verdict(msgspec.Struct, frozen=True):
    """The judgement of one run directory, with all that led to it.

    `root_sha256` is the SHA-256 of the sorted lines ``<sha256>  <path>`` of every regular file, None if any file could
    not be read. `namings` are the `model.named` facts behind the evidence matrix, `moments` the course of the run.
    """

    run_id: str
    decision: Decision
    reason: str
    claim: Claim
    supports_stage2_pass: bool
    admitted: Pair | None
    model_grade: Grade | None
    rulings: tuple[Ruling, ...]
    secrets: tuple[Secret, ...]
    artifacts: tuple[Artifact, ...]
    gaps: tuple[Gap, ...]
    root_sha256: str | None
    tool: Tool
    namings: tuple[Fact, ...] = ()
    moments: tuple[Moment, ...] = ()


def visible(text: str) -> str:
    """Return `text` with every character that a reader could not see or tell apart written as an escape.

    Printable ASCII stays as it is; everything else (letters that look like ASCII ones, zero-width characters, controls)
    becomes ``\\u…``, so that two different names never look the same and a terminal obeys nothing. A leading or
    trailing space becomes ``\\u0020``.
    """
    if text.isascii() and text.isprintable() and text == text.strip():
        return text
    inner = "".join(c if " " <= c <= "~" else _escaped(c) for c in text)
    core = inner.strip(" ")
    left = len(inner) - len(inner.lstrip(" ")) if core else len(inner)
    right = len(inner) - len(core) - left
    return "\\u0020" * left + core + "\\u0020" * right


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
