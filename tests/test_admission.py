"""The admission status: every branch, in the contract's order, for one exact pair at one instant."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.admission import MAX_RECORD_BYTES, judge, judge_file
from auditor.facts import Pair
from auditor.instants import instant

PAIR = Pair("anthropic", "claude-sonnet-4-6")
RECORD: dict[str, Any] = {
    "schema": "cto-case-model-admission/v1",
    "decision_status": "external_provider_approved",
    "provider_class": "external_anthropic",
    "provider": "anthropic",
    "model": "claude-sonnet-4-6",
    "credential_source_class": "env",
    "allowed_network_class": "provider_api_only",
    "approval_source": "JP approval 2026-06-01",
    "admitted_at": "2026-06-01T09:00:00Z",
    "expires_at": "2026-09-01T00:00:00Z",
    "review_trigger": None,
    "evidence_sources": ["CTO-WORK-018"],
    "effect": "may run",
}
LOCAL = {"provider_class": "local_case_compatible", "provider": "local", "model": "qwen3-coder-30b"}


def at(text: str) -> int:
    micros = instant(text)
    assert micros is not None
    return micros


NOON = at("2026-07-01T12:00:00Z")


def encoded(**changes: Any) -> bytes:
    """Return the record with fields changed; `...` takes one out."""
    return json.dumps({key: value for key, value in (RECORD | changes).items() if value is not ...}).encode()


def status(data: bytes | None, requested: Pair | None = PAIR, moment: int | None = NOON) -> str:
    return judge(data, requested, moment).status


def test_the_whole_record_admits_its_pair() -> None:
    found = judge(encoded(), PAIR, NOON)
    assert (found.status, found.pair) == ("admitted", PAIR)
    assert found.record is not None
    assert found.record.allowed_network_class == "provider_api_only"


def test_no_record_is_missing() -> None:
    assert status(None) == "missing_admission"


REQUIRED = [key for key in RECORD if key not in ("expires_at", "review_trigger", "evidence_sources", "effect")]


@pytest.mark.parametrize("key", REQUIRED)
@pytest.mark.parametrize("value", [..., None, "", " \t", 1, True, [], {}, ["anthropic"], "unknown-value?"])
def test_each_field_must_be_there_and_known(key: str, value: Any) -> None:
    if key == "approval_source" and value == "unknown-value?":
        value = 1.5  # any text names a source
    assert status(encoded(**{key: value})) == "invalid_admission"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"not json",
        b"\xef\xbb\xbf" + encoded(),
        encoded().decode().encode("utf-16"),
        encoded()[:-1],
        encoded() + b"{}",
        encoded()[:-1] + b', "model": "claude-sonnet-4-6"}',
        encoded()[:-1] + b', "model"\t : "claude-sonnet-4-6"}',
        encoded()[:-1] + b', "extra": {"a": 1, "a": 2}}',
        encoded() + b" " * MAX_RECORD_BYTES,
        b"[" * 100_000,
    ],
    ids=range(14),
)
def test_what_two_parsers_could_read_differently_admits_nothing(data: bytes) -> None:
    assert status(data) == "invalid_admission"


@pytest.mark.parametrize("key", ["provider", "model"])
@pytest.mark.parametrize(
    "name",
    [
        "*",
        "claude-*",
        "claude-?",
        "claude-[45]",
        "{a,b}",
        "a,b",
        "a|b",
        "a;b",
        "a b",
        "a\nb",
        " a",
        "a ",
        "any",
        "ANY",
        "latest",
        "claude-sonnet-latest",
        "llama3:latest",
        "openai/auto",
        "default",
        "sonnet",
        "^claude$",
        "claude(.+)",
        "!claude",
        "a\\b",
        "\u00a0",
    ],
)
def test_a_wildcard_alias_or_list_admits_nothing(key: str, name: str) -> None:
    requested = Pair(**({"provider": PAIR.provider, "model": PAIR.model} | {key: name}))
    assert status(encoded(**{key: name}), requested) == "invalid_admission"


@pytest.mark.parametrize(
    "model", ["gpt-5-codex", "qwen3-coder:30b", "org/model@2026-01-01", "claude-opus-4-1-20250805", "o3"]
)
def test_exact_names_of_many_forms_are_admitted(model: str) -> None:
    assert status(encoded(model=model), Pair("anthropic", model)) == "admitted"


@pytest.mark.parametrize("key", ["api_key", "ANTHROPIC_API_KEY", "apikey", "auth_token", "password", "client_secret"])
def test_a_field_named_like_a_credential_admits_nothing(key: str) -> None:
    assert status(encoded(**{key: "x"})) == "invalid_admission"
    assert status(encoded(**{key: None})) == "admitted"


def test_a_credential_anywhere_in_the_text_admits_nothing() -> None:
    data = encoded(effect="key follows: hush")
    assert judge(data, PAIR, NOON, holds_credential=lambda text: b"hush" in text).status == "invalid_admission"
    assert judge(data, PAIR, NOON, holds_credential=lambda text: b"loud" in text).status == "admitted"


@pytest.mark.parametrize(
    ("expires", "trigger", "wanted"),
    [
        (None, None, "invalid_admission"),
        (..., ..., "invalid_admission"),
        (None, "", "invalid_admission"),
        (None, " \t", "invalid_admission"),
        (None, 7, "invalid_admission"),
        (None, "next model release", "admitted"),
        (..., "next model release", "admitted"),
        ("2026-09-01T00:00:00Z", None, "admitted"),
        ("2026-09-01T00:00:00Z", "both", "admitted"),
        ("soon", "both", "invalid_admission"),
        ("2026-09-01", None, "invalid_admission"),
        ("2026-09-01T00:00:00", None, "invalid_admission"),
        (1_788_220_800, None, "invalid_admission"),
        ("", "both", "invalid_admission"),
    ],
)
def test_an_expiry_or_a_review_trigger_is_needed(expires: Any, trigger: Any, wanted: str) -> None:
    assert status(encoded(expires_at=expires, review_trigger=trigger)) == wanted


@pytest.mark.parametrize(
    ("moment", "wanted"),
    [
        ("2026-06-01T08:59:59.999999Z", "not_admitted"),
        ("2026-06-01T09:00:00Z", "admitted"),
        ("2026-06-01T11:00:00+02:00", "admitted"),
        ("2026-08-31T23:59:59.999999Z", "admitted"),
        ("2026-09-01T00:00:00Z", "not_admitted"),
        ("2026-09-01T01:59:59+02:00", "admitted"),
        ("9999-12-31T23:59:59Z", "not_admitted"),
        ("0001-01-01T00:00:00Z", "not_admitted"),
    ],
)
def test_a_record_is_in_force_from_its_admission_until_just_before_its_expiry(moment: str, wanted: str) -> None:
    assert status(encoded(), moment=at(moment)) == wanted


def test_an_unknown_start_admits_nothing() -> None:
    assert status(encoded(), moment=None) == "not_admitted"


@pytest.mark.parametrize(
    ("decision", "local", "wanted"),
    [
        ("not_decided", False, "not_admitted"),
        ("not_decided", True, "not_admitted"),
        ("local_provider_required", False, "not_admitted"),
        ("local_provider_required", True, "admitted"),
        ("external_provider_approved", False, "admitted"),
    ],
)
def test_the_decision_limits_the_class(decision: str, local: bool, wanted: str) -> None:
    data = encoded(decision_status=decision, **(LOCAL if local else {}))
    assert status(data, Pair("local", "qwen3-coder-30b") if local else PAIR) == wanted


@pytest.mark.parametrize(
    "requested",
    [
        None,
        Pair("anthropic", "claude-sonnet-4-5"),
        Pair("openai", "claude-sonnet-4-6"),
        Pair("anthropic", "claude-sonnet-4-6-20260101"),
        Pair("anthropic", "claude-sonnet-4-6 "),
        Pair("Anthropic", "claude-sonnet-4-6"),
        Pair("anthropic", "claude\u2010sonnet-4-6"),
        Pair("", ""),
    ],
)
def test_another_pair_is_a_mismatch(requested: Pair | None) -> None:
    assert status(encoded(), requested) == "mismatch"


FAULTS: dict[str, dict[str, Any]] = {
    "invalid_admission": {"approval_source": ""},
    "not_admitted": {"decision_status": "not_decided"},
    "mismatch": {},
}


@given(faults=st.sets(st.sampled_from(sorted(FAULTS)), min_size=1))
def test_the_first_fault_in_the_contracts_order_is_told(faults: set[str]) -> None:
    changes: dict[str, Any] = {}
    for fault in faults:
        changes |= FAULTS[fault]
    requested = Pair("other", "model") if "mismatch" in faults else PAIR
    first = next(fault for fault in FAULTS if fault in faults)
    assert status(encoded(**changes), requested) == first


def test_a_judgement_quotes_no_value_of_a_broken_record() -> None:
    found = judge(encoded(served_model_ids="hush" * 3), PAIR, NOON)
    assert found.status == "invalid_admission"
    assert "hush" not in found.because


def test_the_gate_reads_the_same_file_alike(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    assert judge_file(file, PAIR.provider, PAIR.model, NOON).status == "missing_admission"
    file.write_bytes(encoded())
    assert judge_file(file, PAIR.provider, PAIR.model, NOON) == judge(encoded(), PAIR, NOON)
    assert judge_file(file, PAIR.provider, "other", NOON).status == "mismatch"
    assert judge_file(tmp_path, PAIR.provider, PAIR.model, NOON).status == "invalid_admission"
    file.write_bytes(encoded() + b" " * MAX_RECORD_BYTES)
    assert judge_file(file, PAIR.provider, PAIR.model, NOON).status == "invalid_admission"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_the_gate_stays_shut_where_the_file_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_bytes(encoded())
    file.chmod(0)
    assert judge_file(file, PAIR.provider, PAIR.model, NOON).status == "invalid_admission"
