"""The authority's records, and the harness's own small judgement of one before a run."""

from __future__ import annotations

import json
from typing import Any

from tests.harness import clock, scenario

REQUIRED = ("provider", "model", "credential_source_class", "allowed_network_class", "approval_source", "admitted_at")
CLASSES = {"external_anthropic", "external_openai_codex", "local_case_compatible"}
WHY = {
    "missing_admission": "no admission record was found",
    "invalid_admission": "the admission record is not valid",
    "not_admitted": "the admission record admits nothing now",
    "mismatch": "another pair is admitted",
}


def record(pair: tuple[str, str], **changes: Any) -> dict[str, Any]:
    """Return a valid record for one pair, with some fields changed."""
    local = pair == scenario.LOCAL
    plain = {
        "schema": "cto-case-model-admission/v1",
        "decision_status": "local_provider_required" if local else "external_provider_approved",
        "provider_class": "local_case_compatible" if local else "external_anthropic",
        "provider": pair[0],
        "model": pair[1],
        "credential_source_class": "env",
        "allowed_network_class": "loopback_only" if local else "provider_api_only",
        "approval_source": "Lab approval 2026-06-20",
        "admitted_at": "2026-06-20T09:00:00Z",
        "expires_at": "2026-12-31T00:00:00Z",
        "review_trigger": None,
        "evidence_sources": ["LAB-WORK-007"],
        "effect": "One real Case Stage 2 run against the artificial fixture may use exactly this pair.",
    }
    return plain | changes


def encode(content: dict[str, Any] | bytes) -> bytes:
    """Return a record as the authority's file holds it."""
    return content if isinstance(content, bytes) else (json.dumps(content, indent=2) + "\n").encode()


def status(content: bytes | None, pair: tuple[str, str], at: int) -> str:
    """Judge a record for one requested pair at one time (milliseconds since the epoch), as a harness would."""
    if content is None:
        return "missing_admission"
    try:
        fields = json.loads(content)
        whole = all(isinstance(fields[name], str) and fields[name] for name in REQUIRED)
    except (ValueError, KeyError, TypeError):
        return "invalid_admission"
    if not whole or fields["provider_class"] not in CLASSES or "*" in fields["provider"] + fields["model"]:
        return "invalid_admission"
    decided, local = fields["decision_status"], fields["provider_class"] == "local_case_compatible"
    if decided == "not_decided" or (decided == "local_provider_required" and not local):
        return "not_admitted"
    ends = fields["expires_at"]
    if at < clock.parse(fields["admitted_at"]) or (ends is not None and at >= clock.parse(ends)):
        return "not_admitted"
    return "admitted" if (fields["provider"], fields["model"]) == pair else "mismatch"
