"""The harness's documents as the evidence interface describes them: the shapes a run directory must have.

These structs are the published schema (`cto-audit schema report`) and what the `report` rules check field by field.
They are never used to decode untrusted input wholesale: one wrong field must not hide the others.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

DIGESTS_SCHEMA = "cto-harness-digests/v1"
INCIDENTAL = frozenset({"other", "backend_log"})
"""Kinds of artifacts that hold anything: a record there is evidence only by what it says."""

AdmissionStatus: TypeAlias = Literal["missing_admission", "invalid_admission", "not_admitted", "mismatch", "admitted"]
Engine: TypeAlias = Literal["case", "fake"]
RunStatus: TypeAlias = Literal["pass", "blocked", "fail"]
DecisionStatus: TypeAlias = Literal["not_decided", "local_provider_required", "external_provider_approved"]
ProviderClass: TypeAlias = Literal["external_anthropic", "external_openai_codex", "local_case_compatible"]
CredentialSourceClass: TypeAlias = Literal["env", "keychain", "file", "oauth", "none"]
NetworkClass: TypeAlias = Literal["none", "loopback_only", "provider_api_only", "unrestricted"]


class Fixture(msgspec.Struct):
    """The artificial fixture: where it came from, where its copy lay, and the copy's root digest before and after."""

    source: str
    copy: str
    sha256_before: str
    sha256_after: str


class FakeBaseline(msgspec.Struct):
    """The same-run baseline by the scripted backend, which a Stage 2 pass is compared with."""

    run_id: str
    report: str
    sha256: str
    status: RunStatus
    changed_files: list[str]


class ListedArtifact(msgspec.Struct):
    """One line of the report's own manifest; `bytes` is the file's size."""

    path: str
    sha256: str
    bytes: int


class Report(msgspec.Struct):
    """``report.json``: what the harness claims of a run."""

    schema: Literal["cto-harness-report/v1"]
    run_id: str
    case_id: str
    engine: Engine
    stage: int
    status: RunStatus
    started_at: str
    finished_at: str
    command: list[str]
    case_bin_sha256: str | None
    case_executable_admission_status: str | None
    case_model_provider: str | None
    case_model: str | None
    case_model_admission_status: AdmissionStatus
    admission_sha256: str | None
    case_process_started: bool
    backend_exit_code: int | None
    allowed_writes: list[str]
    allowed_writes_passed: bool | None
    changed_files: list[str]
    blockers: list[str]
    fixture: Fixture | None
    fake_baseline: FakeBaseline | None
    artifacts: list[ListedArtifact]


class TraceEvent(msgspec.Struct, omit_defaults=True):
    """One line of ``trace.jsonl``: the fields every event has, and those that some events add."""

    ts: str
    seq: int
    run_id: str
    event: str
    case_id: str | msgspec.UnsetType = msgspec.UNSET
    engine: Engine | msgspec.UnsetType = msgspec.UNSET
    stage: int | msgspec.UnsetType = msgspec.UNSET
    status: str | int | msgspec.UnsetType = msgspec.UNSET
    provider: str | msgspec.UnsetType | None = msgspec.UNSET
    model: str | msgspec.UnsetType | None = msgspec.UNSET
    admission_sha256: str | msgspec.UnsetType | None = msgspec.UNSET
    path: str | msgspec.UnsetType = msgspec.UNSET
    sha256: str | msgspec.UnsetType = msgspec.UNSET
    source: str | msgspec.UnsetType = msgspec.UNSET
    copy: str | msgspec.UnsetType = msgspec.UNSET
    pid: int | msgspec.UnsetType = msgspec.UNSET
    argv: list[str] | msgspec.UnsetType = msgspec.UNSET
    cwd: str | msgspec.UnsetType = msgspec.UNSET
    agent: str | msgspec.UnsetType = msgspec.UNSET
    requested_model: str | msgspec.UnsetType | None = msgspec.UNSET
    response_id: str | msgspec.UnsetType | None = msgspec.UNSET
    host: str | msgspec.UnsetType = msgspec.UNSET
    port: int | msgspec.UnsetType = msgspec.UNSET
    tool: str | msgspec.UnsetType = msgspec.UNSET
    command: str | msgspec.UnsetType = msgspec.UNSET
    exit_code: int | msgspec.UnsetType | None = msgspec.UNSET
    signal: str | int | msgspec.UnsetType | None = msgspec.UNSET
    changed_files: list[str] | msgspec.UnsetType = msgspec.UNSET
    allowed_writes_passed: bool | msgspec.UnsetType | None = msgspec.UNSET
    baseline_run_id: str | msgspec.UnsetType = msgspec.UNSET
    blockers: list[str] | msgspec.UnsetType = msgspec.UNSET


class AdmissionRecord(msgspec.Struct):
    """The authority's record that admits exactly one provider/model pair, from outside the run directory.

    `expires_at` or `review_trigger` must be given. `served_model_ids` may list, by exact string, the ids with which
    the provider answers for the admitted model (dated snapshots).
    """

    schema: Literal["cto-case-model-admission/v1"]
    decision_status: DecisionStatus
    provider_class: ProviderClass
    provider: str
    model: str
    credential_source_class: CredentialSourceClass
    allowed_network_class: NetworkClass
    approval_source: str
    admitted_at: str
    expires_at: str | None = None
    review_trigger: str | None = None
    evidence_sources: list[str] = []
    effect: str | None = None
    served_model_ids: list[str] = []
