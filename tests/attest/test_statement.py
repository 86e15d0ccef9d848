"""What an attestation says, against the specifications and against other people's code that reads such things."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from sigstore import dsse
from sigstore.hashes import Hashed
from sigstore_models.common.v1 import HashAlgorithm

from auditor.attest import Basis, attest, basis, judged_at
from auditor.attest.statement import resource_uri
from auditor.audit import conclude, examine
from auditor.engines import rules_engine
from auditor.errors import OperatorError
from auditor.facts import Verdict
from auditor.policy import load
from tests.attest.kit import KEY, NAMES, NOON, PASS, SIGNER, VERDICT, attested, attested_run, check, place, statement

DECISIONS = {"pass": "PASSED", "blocked": "FAILED", "fail": "FAILED"}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s]+")


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_verifies_against_its_run(name: str) -> None:
    run, _ = place(name)
    expected = json.loads((run.parent / "expected.json").read_bytes())
    found = check(attested(name), run_dir=run)
    assert found.decision == expected["decision"]
    assert found.supports_stage2_pass == ("CTO_STAGE2_PASS" in found.levels)
    assert found.files_compared == len(found.verdict.manifest) == sum(path.is_file() for path in run.rglob("*"))


@pytest.mark.parametrize("name", NAMES)
def test_another_reader_of_in_toto_statements_agrees(name: str) -> None:
    line = attested(name)
    payload = base64.b64decode(json.loads(line)["payload"])
    root = check(line).root_sha256
    assert dsse.Statement(payload)._matches_digest(Hashed(algorithm=HashAlgorithm.SHA2_256, digest=bytes.fromhex(root)))


def test_another_reader_of_envelopes_finds_the_signature_good() -> None:
    line = attested()
    read = dsse.Envelope._from_json(line)
    told = json.loads(line)
    assert read.pae() == dsse._pae(told["payloadType"], base64.b64decode(told["payload"]))
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(KEY.keyval["public"]))
    key.verify(read.signature, read.pae())
    assert told["payloadType"] == dsse.Envelope._TYPE == "application/vnd.in-toto+json"


@pytest.mark.parametrize("name", NAMES)
def test_the_summary_has_what_its_specification_requires(name: str) -> None:
    told = statement(attested(name))
    assert set(told) == {"_type", "subject", "predicateType", "predicate"}
    assert told["_type"] == "https://in-toto.io/Statement/v1"
    assert told["predicateType"] == "https://slsa.dev/verification_summary/v1"
    predicate = told["predicate"]
    assert URI.fullmatch(predicate["verifier"]["id"])
    assert all(isinstance(version, str) for version in predicate["verifier"]["version"].values())
    assert RFC3339.fullmatch(predicate["timeVerified"])
    assert URI.fullmatch(predicate["resourceUri"])
    assert URI.fullmatch(predicate["policy"]["uri"])
    assert all(set(each) == {"uri", "digest"} for each in predicate["inputAttestations"])
    assert predicate["verificationResult"] == DECISIONS[predicate[VERDICT]["decision"]]
    levels = predicate["verifiedLevels"]
    assert levels == sorted(set(levels)) != []
    assert not any(level.startswith("SLSA_") for level in levels)
    assert (levels == ["FAILED"]) == (predicate["verificationResult"] == "FAILED")
    known = {"verifier", "timeVerified", "resourceUri", "policy", "inputAttestations", "verificationResult"}
    assert all(":" in extension for extension in set(predicate) - known - {"verifiedLevels"})


def test_it_binds_the_run_the_record_and_the_judge() -> None:
    run, record = place(PASS)
    assert record is not None
    told = statement(attested())
    predicate, verdict = told["predicate"], told["predicate"][VERDICT]
    lines = sorted(f"{each['sha256']}  {each['path']}\n".encode() for each in verdict["manifest"])
    root = hashlib.sha256(b"".join(lines)).hexdigest()
    assert told["subject"] == [{"name": run.name, "digest": {"sha256": root}}]
    assert predicate["resourceUri"] == f"urn:cto:run:{run.name}"
    assert predicate["timeVerified"] == "2026-08-01T12:00:00Z"
    digest = hashlib.sha256(record.read_bytes()).hexdigest()
    assert [each["digest"] for each in predicate["inputAttestations"]] == [{"sha256": digest}]
    judge = f"{verdict['tool']['policy_sha256']}  policy\n{verdict['tool']['ruleset_sha256']}  rules\n"
    assert predicate["policy"]["digest"] == {"sha256": hashlib.sha256(judge.encode()).hexdigest()}
    for entry in verdict["manifest"]:
        content = (run / entry["path"]).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    located = [each for ruling in verdict["rulings"] for each in ruling["evidence"] if each["line"]]
    assert located


def test_the_same_verdict_gives_the_same_bytes_but_for_the_time() -> None:
    place_ = place(PASS)
    assert attested_run(*place_) == attested()
    later = statement(attested_run(*place_, time=NOON + 1_000_000))
    assert later["predicate"].pop("timeVerified") == "2026-08-01T12:00:01Z"
    now = statement(attested())
    del now["predicate"]["timeVerified"]
    assert later == now


@pytest.mark.parametrize("name", NAMES)
def test_no_credential_leaves_in_an_attestation(name: str) -> None:
    line = attested(name)
    text = json.dumps(statement(line), ensure_ascii=False)
    assert [hit.detector for hit in rules_engine().scan_text(text) if hit.confidence != "possible"] == []
    assert [hit.detector for hit in rules_engine().scan_text(line.decode()) if hit.confidence != "possible"] == []


def test_a_run_that_could_not_be_read_whole_is_not_attested(tmp_path: Path) -> None:
    verdict, rests_on = _examined(tmp_path)
    verdict = msgspec.structs.replace(verdict, root_sha256=None)  # as where a file vanished in between
    with pytest.raises(OperatorError, match="no digest"):
        attest(verdict, rests_on, time=NOON, signer=SIGNER)


def _examined(folder: Path) -> tuple[Verdict, Basis]:
    policy = load()
    examined = examine(folder, policy)
    return conclude(examined, policy), basis(examined)


def test_an_empty_directory_is_attested_as_nothing(tmp_path: Path) -> None:
    verdict, rests_on = _examined(tmp_path)
    found = check(attest(verdict, rests_on, time=NOON, signer=SIGNER), run_dir=tmp_path)
    assert (found.decision, found.levels, found.files_compared) == (
        "fail",
        ("FAILED",),
        0,
    ) or found.decision == "blocked"


def test_names_that_json_terminals_or_urns_cannot_carry(tmp_path: Path) -> None:
    run = tmp_path / "ru n\n\x1b[31m"
    run.mkdir()
    (run / "b\udcffd").write_bytes(b"1")
    (run / "é\u202e").write_bytes(b"2")
    verdict, rests_on = _examined(run)
    line = attest(verdict, rests_on, time=NOON, signer=SIGNER)
    assert check(line, run_dir=run).files_compared == 2
    told = statement(line)
    assert URI.fullmatch(told["predicate"]["resourceUri"])
    assert [each["path"] for each in told["predicate"][VERDICT]["manifest"]] == ["b\\xffd", "é\u202e"]


@given(st.text(), st.text())
def test_two_runs_never_share_a_uri(one: str, other: str) -> None:
    assert (resource_uri(one) == resource_uri(other)) == (one == other)


@pytest.mark.parametrize("given_", ["", "1785585600"])
def test_the_time_of_a_reproducible_build(given_: str) -> None:
    time = judged_at({"SOURCE_DATE_EPOCH": given_} if given_ else {})
    assert time == 1785585600 * 1_000_000 if given_ else time > NOON - 400 * 86400 * 1_000_000


@pytest.mark.parametrize("given_", ["soon", "-1", "1.5", "9" * 12, "٣"])
def test_a_time_that_is_none_is_the_operators_mistake(given_: str) -> None:
    with pytest.raises(OperatorError, match="SOURCE_DATE_EPOCH"):
        judged_at({"SOURCE_DATE_EPOCH": given_})
