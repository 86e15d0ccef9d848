"""Is the admission that a verdict rests on still in force, at this moment and not only when the run started?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from auditor.admission import judge, judge_valid, read_authority, read_record
from auditor.attest import Reason
from auditor.contract import AdmissionRecord
from auditor.facts import Pair, visible
from auditor.instants import instant, rfc3339
from auditor.records.json_text import JsonFault, parse_object
from auditor.workitems.standing import Standing

_RECORD_FIELDS = frozenset({"decision_status", "provider_class", "approval_source", "admitted_at"})
_AGAIN = "judge the run again under the record that is in force now, and attach that verdict"


class Given(msgspec.Struct, frozen=True):
    """One admission record of the authority: the file's name, its bytes, their digest, and the record if it is valid.

    `fault` says why it is not valid, as the end of a sentence.
    """

    name: str
    data: bytes
    sha256: str
    record: AdmissionRecord | None
    fault: str = ""


def given(files: Iterable[Path]) -> tuple[Given, ...]:
    """Return the authority's records in these files. Raise `OperatorError` where one cannot be read."""
    return tuple(_given(file.name, read_authority(file).data) for file in files)


def not_in_force(standing: Standing, records: Sequence[Given] | None, now: int) -> Reason | None:
    """Return why the verdict's admission is not in force at `now` (microseconds since 1970), None where it is.

    With the authority's records, the very record that the run was judged by must be among them and in force, and no later
    record may take its pair's admission back; one that cannot be understood might, and has to be mended first. Without them
    the expiry in the attestation decides, and a withdrawal cannot be seen; a record that has no expiry, but a review
    trigger, is then not shown to be in force.
    """
    if standing.admission_sha256 is None or standing.admitted is None:
        return Reason(
            "the verdict rests on no admission record", "judge the run with --admission, and attach that verdict"
        )
    if records is None:
        return _by_its_term(standing, now)
    used = next((each for each in records if each.sha256 == standing.admission_sha256), None)
    if used is None:
        return Reason(
            f"the admission record that the run was judged by (sha256 {standing.admission_sha256}) is not the authority's"
            " any more: it was changed, replaced or withdrawn",
            _AGAIN,
        )
    refusal = _refusal(used.record, now)
    if refusal is None:
        judgement = judge(used.data, standing.admitted, now)
        refusal = None if judgement.status == "admitted" else f"is {judgement.status}"
    if refusal:
        return Reason(f"the admission {visible(used.name)} {refusal}", _AGAIN)
    taken = (_taken_back(each, used, standing.admitted, now) for each in records if each.sha256 != used.sha256)
    return next(filter(None, taken), None)


def _by_its_term(standing: Standing, now: int) -> Reason | None:
    end = instant(standing.admission_expires)
    if end is None:
        return Reason(
            "the admission has no expiry but a review trigger, so the attestation alone cannot show that it is in force",
            "give the authority's record, or the folder of its records, with --admission",
        )
    if now >= end:
        return Reason(f"the admission expired at {rfc3339(end)}", _AGAIN)
    return None


def _given(name: str, data: bytes) -> Given:
    record, fault = read_record(data)
    return Given(name, data, hashlib.sha256(data).hexdigest(), record, fault)


def _refusal(record: AdmissionRecord | None, now: int) -> str | None:
    """Return why a record admits nothing now, as the end of a sentence."""
    if record is None:
        return "is no valid record"
    begins, ends = instant(record.admitted_at), instant(record.expires_at)
    if begins is None or now < begins:
        return f"is in force only from {visible(record.admitted_at)}"
    if ends is not None and now >= ends:
        return f"expired at {rfc3339(ends)}"
    return None


def _taken_back(other: Given, used: Given, pair: Pair, now: int) -> Reason | None:
    """Return how another record takes the pair's admission back, or might; None where it does not.

    It does where it came into force when the record that was used did, or later, and a decision about this pair, or about
    no pair yet, lets nothing run. A record that states no time, or cannot be read at all, might have come later.
    """
    try:
        stated = parse_object(other.data)
    except JsonFault:
        return _unclear(other)
    if other.record is None and not _RECORD_FIELDS & stated.keys():
        return None  # another program's file
    named = (stated.get("provider"), stated.get("model"))
    if all(named) and named != (pair.provider, pair.model):
        return None
    since, before = instant(stated.get("admitted_at")), instant(used.record.admitted_at if used.record else None)
    if since is not None and before is not None and (since < before or since > now):
        return None
    if other.record is not None:
        admits = judge_valid(other.record, pair, since).status == "admitted"
        return None if admits else _overruled(other, used)
    if since is not None and stated.get("decision_status") == "not_decided":
        return _overruled(other, used)  # a record of nothing decided names no pair, and so is never valid
    return _unclear(other)


def _overruled(other: Given, used: Given) -> Reason:
    return Reason(f"the admission {visible(used.name)} is overruled by the later record {visible(other.name)}", _AGAIN)


def _unclear(other: Given) -> Reason:
    return Reason(
        f"the authority's record {visible(other.name)} {other.fault}, so it cannot be told whether it takes the admission back",
        "mend it, with its provider, model and admitted_at, or take it out of the folder of the records",
    )
