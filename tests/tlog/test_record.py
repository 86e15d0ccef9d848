"""What the log holds of an attestation: enough to bind all of it, and little enough to fit."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from auditor.attest import Refused
from auditor.tlog import read_record, record, record_unverified
from tests.attest.kit import NAMES, attested, attested_run, changed, check, envelope, place


@pytest.mark.parametrize("name", NAMES)
def test_the_record_of_every_sample(name: str) -> None:
    line = attested(name)
    verified = check(line)
    leaf = record(verified)
    assert json.loads(leaf) == {
        "schema": "cto-audit-log-entry/v1",
        "attestation_sha256": sha256(line).hexdigest(),
        "run_id": verified.run_id,
        "root_sha256": verified.root_sha256,
        "decision": verified.decision,
        "time_verified": "2026-08-01T12:00:00.000Z",
    }
    assert record_unverified(line) == leaf
    found = read_record(leaf)
    assert found is not None and found.run_id == verified.run_id


def test_what_nobody_signed_has_no_record() -> None:
    line = attested_run(*place("stage2-pass-gateway"), signer=None)
    with pytest.raises(Refused, match="without a signature"):
        record(check(line, allow_unsigned=True))


def test_any_other_attestation_has_another_record() -> None:
    other = changed(lambda told: told["predicate"].update(timeVerified="2026-08-01T11:59:59Z"))
    assert record(check(other)) != record(check(attested()))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}\n",
        b"[]\n",
        b'{"payload":1}\n',
        b'{"payload":"!"}\n',
        b'{"payload":"e30="}\n',
        b"\xff\n",
        b'{"payload":"e30=", "x":1}\n',
        envelope(lambda told: told.update(payload=told["payload"][:-4])),
        changed(lambda told: told["predicate"].update(timeVerified="soon")),
    ],
)
def test_what_is_no_attestation_has_no_record(line: bytes) -> None:
    with pytest.raises(Refused):
        record_unverified(line)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "cto-audit-log-entry/v2"},
        {"decision": "passed"},
        {"more": 1},
        {"run_id": None},
    ],
)
def test_what_is_no_record(change: dict[str, object]) -> None:
    told = json.loads(record(check(attested()))) | change
    text = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    assert read_record(text) is None
    assert read_record(text[:-1]) is None
    assert read_record(b" " + record(check(attested()))) is None
