"""Is the admission that a verdict rests on still in force, at this moment and not only when the run started?"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from auditor.admission import MAX_RECORD_BYTES, judge, read_authority, read_record
from auditor.attest import Reason
from auditor.contract import AdmissionRecord
from auditor.errors import OperatorError
from auditor.facts import visible
from auditor.instants import instant, rfc3339
from auditor.workitems.folder import opened
from auditor.workitems.standing import Standing

_MAX_RECORDS = 1000
_AGAIN = "judge the run again under the record that is in force now, and attach that verdict"


class Given(msgspec.Struct, frozen=True):
    """One admission record of the authority: the file's name, its bytes, their digest, and the record if it is valid."""

    name: str
    data: bytes
    sha256: str
    record: AdmissionRecord | None


def given(path: Path | None) -> tuple[Given, ...] | None:
    """Return the authority's records: the file's, or those of every ``.json`` file of the folder. None where none is named.

    Raise `OperatorError` where the path cannot be read, or a folder holds no record.
    """
    if path is None:
        return None
    if not path.is_dir():
        return (_given(path.name, read_authority(path).data),)
    with opened(path) as folder:
        names = [name for name in folder.names() if name.endswith(".json")]
        if len(names) > _MAX_RECORDS:
            raise OperatorError(
                f"--admission {path} holds more than {_MAX_RECORDS} records", "name the one that counts"
            )
        files = [(name, folder.read(name, MAX_RECORD_BYTES)) for name in names]
    found = tuple(_given(name, file.data) for name, file in files if file is not None)
    if not found:
        raise OperatorError(f"--admission {path} holds no .json file", "name the folder of the admission records")
    return found


def not_in_force(standing: Standing, records: Sequence[Given] | None, now: int) -> Reason | None:
    """Return why the verdict's admission is not in force at `now` (microseconds since 1970), None where it is.

    With the authority's records, the very record that the run was judged by must be among them and in force, and no later
    record may take its pair's admission back. Without them the expiry in the attestation decides, and a withdrawal cannot
    be seen; a record that has no expiry, but a review trigger, is then not shown to be in force.
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
    later = next((each for each in records if _takes_back(each, used, now)), None)
    if later is not None:
        return Reason(
            f"the admission {visible(used.name)} is overruled by the later record {visible(later.name)}", _AGAIN
        )
    return None


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
    record, _ = read_record(data)
    return Given(name, data, hashlib.sha256(data).hexdigest(), record)


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


def _takes_back(other: Given, used: Given, now: int) -> bool:
    """Tell whether another record about the same pair came into force later and does not admit it."""
    mine, theirs = used.record, other.record
    if mine is None or theirs is None or other.sha256 == used.sha256:
        return False
    if (mine.provider, mine.model) != (theirs.provider, theirs.model):
        return False
    since, before = instant(theirs.admitted_at), instant(mine.admitted_at)
    return (
        since is not None and before is not None and before < since <= now and theirs.decision_status == "not_decided"
    )
