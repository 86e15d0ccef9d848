"""The admission gate as a pure function: record + requested pair + time -> admission status.

The rules judge a finished run with it; a harness can call it (``cto-audit admission``) before it starts Case. Both get
the same answer because there is one implementation.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import msgspec

from auditor.contract import (
    AdmissionRecord,
    AdmissionStatus,
    CredentialSourceClass,
    DecisionStatus,
    NetworkClass,
    ProviderClass,
)
from auditor.errors import OperatorError
from auditor.facts import Pair, visible
from auditor.instants import instant, rfc3339
from auditor.records.json_text import JsonFault, parse_object

MAX_RECORD_BYTES = 1 << 20
"""A record is a page of text; a larger file is not one."""

_ENUMERATED: dict[str, tuple[str, ...]] = {
    "decision_status": get_args(DecisionStatus),
    "provider_class": get_args(ProviderClass),
    "credential_source_class": get_args(CredentialSourceClass),
    "allowed_network_class": get_args(NetworkClass),
}
_NAMES = ("provider", "model")
_REQUIRED = ("schema", *_ENUMERATED, *_NAMES, "approval_source", "admitted_at")

# Characters that make a name a pattern or a list, and words that stand for "whichever".
_PATTERN = re.compile(r"[*?\[\]{}|,;\s<>()!^$\\]")
_ALIASES = frozenset({"any", "all", "auto", "default", "latest", "newest", "best", "sonnet", "opus", "haiku"})
_ALIAS_ENDING = re.compile(r"(^|[-:/@._])(latest|auto|default|any)$", re.IGNORECASE)
_CREDENTIAL_KEY = re.compile(
    r"(api_?key|access_?key|secret|token|password|passwd|private_?key|credential)s?$", re.IGNORECASE
)


class Judgement(msgspec.Struct, frozen=True):
    """The admission status of a record for a requested pair at a time, and why, in one sentence.

    `pair` is the pair the record names, where it names exactly one; `record` the decoded record where it is valid.
    """

    status: AdmissionStatus
    because: str
    pair: Pair | None = None
    record: AdmissionRecord | None = None


def judge(
    data: bytes | None,
    requested: Pair | None,
    at: int | None,
    *,
    holds_credential: Callable[[bytes], bool] = lambda _: False,
) -> Judgement:
    """Judge one record's bytes; None means that there is no record.

    `at` is the instant the run starts; a record is in force from `admitted_at` until just before `expires_at`.
    `holds_credential` is asked whether the record's text holds a credential value, which no record may.

    The order of the tests is the contract's (section 2): missing, invalid, not admitted, mismatch, admitted. Where
    `requested` or `at` is None nothing can be admitted, and the judgement says so.
    """
    if data is None:
        return Judgement("missing_admission", "there is no admission record")
    record, fault = read_record(data, holds_credential=holds_credential)
    if record is None:
        return Judgement("invalid_admission", f"the admission record {fault}")
    return judge_valid(record, requested, at)


def judge_valid(record: AdmissionRecord, requested: Pair | None, at: int | None) -> Judgement:
    """Judge a record that is known to be valid; for the rest see `judge`. It costs no parsing, so that many may be asked."""
    pair = Pair(record.provider, record.model)
    refusal = _not_in_force(record, at)
    if refusal:
        return Judgement("not_admitted", refusal, pair, record)
    if requested is None:
        return Judgement("mismatch", f"{pair} is admitted, and no pair was requested", pair, record)
    if requested != pair:
        return Judgement("mismatch", f"{pair} is admitted, and {requested} was requested", pair, record)
    return Judgement("admitted", f"{pair} is admitted by {visible(record.approval_source)}", pair, record)


class GivenRecord(msgspec.Struct, frozen=True):
    """The bytes of the authority's file, at most one more than a record may have, and its device and inode."""

    data: bytes
    identity: tuple[int, int]


def read_authority(path: Path) -> GivenRecord:
    """Read the file that was given as the authority.

    Raise `OperatorError` where it cannot be opened or is no regular file: that is the operator's mistake, and no
    property of the run.
    """
    hint = "give the admission record's file, or leave --admission out"
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise OperatorError(f"the admission record {path} cannot be opened: {reason}", hint) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OperatorError(f"the admission record {path} is no regular file", hint)
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_RECORD_BYTES + 1)
    except OSError as error:
        raise OperatorError(f"the admission record {path} cannot be read: {error.strerror}", hint) from None
    finally:
        os.close(descriptor)
    return GivenRecord(data, (status.st_dev, status.st_ino))


def judge_file(
    path: Path, provider: str, model: str, at: int, *, holds_credential: Callable[[bytes], bool] = lambda _: False
) -> Judgement:
    """Judge the record in the file `path` for one requested pair at the instant `at`.

    An absent file is `missing_admission`, one that is no readable regular file `invalid_admission`: the gate stays shut
    either way.
    """
    if not os.path.lexists(path):
        return judge(None, Pair(provider, model), at)
    try:
        given = read_authority(path)
    except OperatorError as error:
        return Judgement("invalid_admission", error.sentence)
    return judge(given.data, Pair(provider, model), at, holds_credential=holds_credential)


def read_record(
    data: bytes, *, holds_credential: Callable[[bytes], bool] = lambda _: False
) -> tuple[AdmissionRecord | None, str]:
    """Decode a record; return it, or None and the fault as the end of a sentence ("the admission record …")."""
    if len(data) > MAX_RECORD_BYTES:
        return None, f"is larger than {MAX_RECORD_BYTES} bytes"
    try:
        value = parse_object(data)
    except JsonFault as error:
        return None, f"is not readable: {error}"
    fault = _fault(value)
    if fault:
        return None, fault
    if holds_credential(data):
        return None, "holds a credential value"
    try:
        return msgspec.convert(value, AdmissionRecord, strict=True), ""
    except msgspec.ValidationError as error:
        return None, f"has a field of the wrong type: {_plain(error)}"


def _fault(value: dict[str, Any]) -> str:
    """Return what makes the record invalid, or an empty string."""
    for key in _REQUIRED:
        given = value.get(key)
        if given is None or (isinstance(given, str) and not given.strip()):
            return f"is incomplete: {key} is missing"
    for key, known in _ENUMERATED.items():
        if value[key] not in known:
            return f"has an unknown {key}"
    for key in _NAMES:
        name = value[key]
        if not isinstance(name, str):
            return f"does not name one {key}"
        if _PATTERN.search(name) or name.lower() in _ALIASES or _ALIAS_ENDING.search(name):
            return f"names no exact {key}: a wildcard, alias or list admits nothing"
    if instant(value["admitted_at"]) is None:
        return "has an admitted_at that is no RFC 3339 time"
    expires = value.get("expires_at")
    if expires is not None and instant(expires) is None:
        return "has an expires_at that is no RFC 3339 time"
    trigger = value.get("review_trigger")
    if expires is None and not (isinstance(trigger, str) and trigger.strip()):
        return "is incomplete: neither an expiry nor a review trigger is given"
    for key, content in value.items():
        if _CREDENTIAL_KEY.search(key) and isinstance(content, str) and content:
            return "has a field that is named like a credential's value"
    return ""


def _not_in_force(record: AdmissionRecord, at: int | None) -> str:
    if record.decision_status == "not_decided":
        return "the decision is not_decided: nothing may run"
    if record.decision_status == "local_provider_required" and record.provider_class != "local_case_compatible":
        return f"a local provider is required, and the record's class is {record.provider_class}"
    if at is None:
        return "it is not known when the run started, so the record cannot be shown to be in force"
    admitted = instant(record.admitted_at)
    if admitted is None or at < admitted:
        return f"the record is in force only from {visible(record.admitted_at)}, and the run started at {rfc3339(at)}"
    expires = instant(record.expires_at)
    if expires is not None and at >= expires:
        return f"the record expired at {visible(str(record.expires_at))}, and the run started at {rfc3339(at)}"
    return ""


def _plain(error: Exception) -> str:
    """Return msgspec's message without any value of the input in it."""
    return re.sub(r"'[^']*'", "…", str(error))
