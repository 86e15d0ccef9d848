"""The gate: nothing false passes, and what is refused is refused with a reason to act on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from auditor.attest import verify
from auditor.cli_admissions import records
from auditor.errors import OperatorError
from auditor.tlog import append, create, record
from auditor.workitems.gate import Gated, demanded, gate
from auditor.workitems.trust import Trust
from tests.attest.kit import KEY, NOON, PASS, SIGNER, new_signer, place
from tests.workitems.kit import FAIL, FRONT, HOUR, REFUSED, TRUST, attach_to, attested, edit, item

CLAIM = FRONT + "\n# Real Case\n\nStatus: Stage 2 pass\n"
STRICT = msgspec.structs.replace(TRUST, require=demanded(()))
BEGIN = "<!-- cto-audit:verdict:begin"


@pytest.fixture
def claiming(tmp_path: Path) -> Path:
    """Return a work item that claims a Stage 2 pass and has the verdict for it."""
    path = item(tmp_path, CLAIM)
    attach_to(path, attested())
    return path


def authority(folder: Path, **changes: object) -> Path:
    """Write the passing sample's admission record, with changes, and return its file."""
    _, source = place(PASS)
    assert source is not None
    file = folder / f"admission-{len(list(folder.iterdir()))}.json"
    if changes:
        file.write_text(json.dumps(json.loads(source.read_text()) | changes))
    else:
        shutil.copy(source, file)
    return file


def asked(path: Path, trust: Trust = STRICT, admission: Path | None = None) -> Gated:
    """Ask the gate; whatever is refused comes with a hint for each reason."""
    answer = gate(path, trust, records(admission))
    assert (answer.status == "supported") == (not answer.reasons)
    assert all(reason.text and reason.hint for reason in answer.reasons)
    return answer


def shut(path: Path, why: str, trust: Trust = STRICT, admission: Path | None = None) -> Gated:
    """Ask the gate, which must refuse for that reason."""
    answer = asked(path, trust, admission)
    assert answer.status == "refused"
    assert any(why in reason.text for reason in answer.reasons), answer.reasons
    return answer


def test_a_claim_that_stands_passes(claiming: Path) -> None:
    answer = asked(claiming)
    assert (answer.status, answer.item) == ("supported", "CTO-WORK-020")
    assert [claim.where for claim in answer.claims] == ["front_matter", "text"]
    assert answer.caution


def test_the_front_matter_alone_is_a_claim(tmp_path: Path) -> None:
    path = item(tmp_path)
    attach_to(path, attested())
    assert asked(path).status == "supported"


def test_a_claim_without_a_verdict_is_refused(tmp_path: Path) -> None:
    answer = shut(item(tmp_path, CLAIM), "no verdict is attached")
    assert "line 9" in answer.reasons[0].text
    shut(item(tmp_path, FRONT.replace("---\n", "---\nstage2_verdict: pass\n", 1)), "no verdict is attached")


@pytest.mark.parametrize("name", [FAIL, REFUSED])
def test_a_claim_on_another_verdict_is_refused(tmp_path: Path, name: str) -> None:
    path = item(tmp_path, CLAIM)
    attach_to(path, attested(name))
    shut(path, "is no Stage 2 pass")


def test_without_a_claim_there_is_nothing_to_gate(tmp_path: Path) -> None:
    path = item(tmp_path)
    assert asked(path).status == "no_claim"
    attach_to(path, attested(FAIL))
    answer = asked(path)
    assert (answer.status, "its verdict is fail" in answer.reasons[0].text) == ("no_claim", True)


def swap(old: str, new: str) -> Callable[[str], str]:
    """Return a change that puts one text for another."""
    return lambda text: text.replace(old, new)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (swap("corroborated", "served"), "is not what its attestation says"),
        (swap("- Model grade", "- Reviewed and agreed.\n- Model grade"), "is not what its attestation says"),
        (swap("on `CTO-WORK-020`", "on `CTO-WORK-021`"), "is not what its attestation says"),
        (swap("id: CTO-WORK-020", "id: CTO-WORK-021"), "is not what its attestation says"),
        (swap("sha256=", "sha256=0"), ""),
        (swap("stage2_verdict: pass\n", "stage2_verdict: passed\n"), "stage2_verdict is passed"),
        (swap("stage2_verdict: pass\n", ""), "stage2_verdict is missing"),
        (swap("stage2_verdict: pass\n", "stage2_verdict: blocked\n"), "stage2_verdict is blocked"),
        (swap('stage2_verdict_run: "2', 'stage2_verdict_run: "3'), "stage2_verdict_run is 3"),
        (swap('stage2_verdict_sha256: "', 'stage2_verdict_sha256: "0'), "another digest"),
        (
            swap("Status: Stage 2 pass", "Stage 2 passed in 20260101T000000Z-other-1."),
            "names the run 20260101T000000Z-other-1",
        ),
        (lambda text: text[: text.index(BEGIN)], "no verdict is attached"),
        (swap("](./", "](./../"), "names no attestation beside it"),
        (swap("](./", "](./gone-"), "is not beside it"),
        (swap("History, newest first:\n", "History, newest first:\n\n- nothing"), "is not what its attestation says"),
    ],
)
def test_an_edit_by_hand_is_seen(claiming: Path, change: Callable[[str], str], why: str) -> None:
    edit(claiming, change)
    answer = asked(claiming)
    assert answer.status in {"refused", "unreadable"}
    assert any(why in reason.text for reason in answer.reasons), answer.reasons


def test_a_block_that_was_edited_and_sealed_again_is_seen(claiming: Path) -> None:
    from auditor.workitems.block import _digest, find_block  # noqa: PLC0415 - what a forger would do
    from auditor.workitems.document import read_document  # noqa: PLC0415

    edit(claiming, swap("corroborated", "served"))
    block = find_block(read_document(claiming.read_bytes()))
    assert block is not None
    seal = claiming.read_text("utf-8").partition("sha256=")[2][:64]
    edit(claiming, swap(seal, _digest(block.lines)))
    shut(claiming, "is not what its attestation says")


def test_every_byte_of_the_attestation_counts(claiming: Path) -> None:
    (stored,) = claiming.parent.glob("*.intoto.jsonl")
    whole = stored.read_bytes()
    for place_ in range(0, len(whole), len(whole) // 40):
        stored.write_bytes(whole[:place_] + bytes([whole[place_] ^ 1]) + whole[place_ + 1 :])
        shut(claiming, "another digest")
    for cut in (b"", whole[:-1], whole + b"\n", whole * 2):
        stored.write_bytes(cut)
        shut(claiming, "another digest")
    stored.unlink()
    shut(claiming, "is not beside it")
    stored.symlink_to(claiming)
    assert asked(claiming).status == "refused"


def test_an_attestation_by_another_key_is_refused(tmp_path: Path, claiming: Path) -> None:
    stranger = new_signer()
    shut(claiming, "no key that you trust", Trust((stranger.public_key,), now=TRUST.now))
    other = tmp_path / "other"
    other.mkdir()
    path = item(other, CLAIM)
    theirs = attested(signer=stranger)
    from auditor.workitems.attach import Verdict, attach  # noqa: PLC0415 - as its owner would, who trusts that key

    trust = Trust((stranger.public_key,), now=TRUST.now)
    attach(path, Verdict(trust.authentic(theirs), theirs), trust.authentic)
    assert gate(path, trust, None).status == "supported"
    shut(path, "no key that you trust")


def test_age_policy_and_levels_are_demanded(claiming: Path) -> None:
    replace = msgspec.structs.replace
    shut(claiming, "older than allowed", replace(STRICT, max_age=23 * HOUR))
    assert asked(claiming, replace(STRICT, max_age=25 * HOUR)).status == "supported"
    shut(claiming, "in the future", replace(STRICT, now=NOON - HOUR))
    shut(claiming, "rules and policy", replace(STRICT, policy_sha256="0" * 64))
    policy = TRUST.authentic(attested()).policy_sha256
    assert asked(claiming, replace(STRICT, policy_sha256=policy)).status == "supported"
    assert asked(claiming, replace(STRICT, require=demanded(["CTO_MODEL_SERVED"]))).status == "supported"
    shut(claiming, "does not state the level", replace(STRICT, require=demanded(["CTO_NEVER"])))


def test_an_older_verdict_put_back_over_a_newer_is_seen(claiming: Path) -> None:
    before = claiming.read_bytes()
    attach_to(claiming, attested(FAIL, 1))
    claiming.write_bytes(before)
    shut(claiming, "a newer verdict lies beside it")


def test_a_newer_verdict_of_a_work_item_with_a_longer_name_is_not_this_one_s(tmp_path: Path, claiming: Path) -> None:
    other = item(tmp_path, CLAIM.replace("CTO-WORK-020", "CTO-WORK-120"), "CTO-WORK-020.draft.md")
    attach_to(other, attested(FAIL, 2))
    assert asked(claiming).status == "supported"
    (stored,) = tmp_path.glob("CTO-WORK-020.draft.*.intoto.jsonl")
    other.unlink()
    shut(claiming, "a newer verdict lies beside it")
    stored.unlink()
    assert asked(claiming).status == "supported"


def test_the_verdict_of_another_work_item_does_not_do(tmp_path: Path, claiming: Path) -> None:
    copied = tmp_path / "CTO-WORK-099.md"
    copied.write_text(claiming.read_text("utf-8").replace("id: CTO-WORK-020", "id: CTO-WORK-099"))
    shut(copied, "is not what its attestation says")


def test_an_admission_in_force_is_demanded(tmp_path: Path, claiming: Path) -> None:
    folder = tmp_path / "admissions"
    folder.mkdir()
    record_ = authority(folder)
    answer = asked(claiming, admission=record_)
    assert (answer.status, answer.caution) == ("supported", "")
    assert asked(claiming, admission=folder).status == "supported"
    late = msgspec.structs.replace(STRICT, now=NOON + 200 * 24 * HOUR)
    shut(claiming, "expired at", late, record_)
    shut(claiming, "expired at", late)
    changed = authority(folder, effect="another")
    shut(claiming, "is not the authority's any more", admission=changed)
    assert asked(claiming, admission=folder).status == "supported"
    withdrawn = authority(folder, decision_status="not_decided", admitted_at="2026-07-30T00:00:00Z")
    shut(claiming, "overruled by the later record", admission=folder)
    withdrawn.unlink()
    authority(folder, decision_status="not_decided", admitted_at="2026-06-01T00:00:00Z")
    assert asked(claiming, admission=folder).status == "supported"


LATER = "2026-07-30T00:00:00Z"
UNCLEAR = "cannot be told whether it takes the admission back"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"decision_status": "not_decided"}, "overruled by"),
        ({"decision_status": "not_decided", "provider": None, "model": None}, "overruled by"),
        ({"decision_status": "local_provider_required", "provider_class": "external_anthropic"}, "overruled by"),
        ({"decision_status": "withdrawn"}, UNCLEAR),
        ({"decision_status": "rejected", "provider": "", "model": ""}, UNCLEAR),
        ({"approval_source": ""}, UNCLEAR),
        ({"admitted_at": "30 July"}, UNCLEAR),
        ({"admitted_at": None, "decision_status": "not_decided"}, UNCLEAR),
        ({"decision_status": "not_decided", "admitted_at": "2026-06-20T09:00:00Z"}, "overruled by"),
        ({"effect": "again"}, ""),
        ({"decision_status": "withdrawn", "model": "another"}, ""),
        ({"decision_status": "withdrawn", "admitted_at": "2026-06-01T00:00:00Z"}, ""),
        ({"decision_status": "not_decided", "provider": None, "admitted_at": "2026-06-01T00:00:00Z"}, ""),
        ({"decision_status": "not_decided", "admitted_at": "2099-01-01T00:00:00Z"}, ""),
    ],
)
def test_a_later_record_takes_an_admission_back_in_whatever_form(
    tmp_path: Path, claiming: Path, changes: dict[str, object], why: str
) -> None:
    folder = tmp_path / "admissions"
    folder.mkdir()
    authority(folder)
    authority(folder, **({"admitted_at": LATER} | changes))
    if why:
        shut(claiming, why, admission=folder)
    else:
        assert asked(claiming, admission=folder).status == "supported"


@pytest.mark.parametrize(("content", "why"), [("{", UNCLEAR), ("[]", UNCLEAR), ('{"name": "a package"}', "")])
def test_a_file_that_may_be_a_record_has_to_be_understood(
    tmp_path: Path, claiming: Path, content: str, why: str
) -> None:
    folder = tmp_path / "admissions"
    folder.mkdir()
    authority(folder)
    (folder / "other.json").write_text(content)
    if why:
        shut(claiming, why, admission=folder)
    else:
        assert asked(claiming, admission=folder).status == "supported"


def test_the_authority_s_records_are_found_where_a_sweep_finds_them(tmp_path: Path, claiming: Path) -> None:
    folder, store = tmp_path / "admissions", tmp_path / "store"
    for each in (folder / "2026", store):
        each.mkdir(parents=True)
    file = authority(folder / "2026")
    assert asked(claiming, admission=folder).status == "supported"
    (store / "record").write_bytes(file.read_bytes())
    file.unlink()
    file.symlink_to(store / "record")
    assert asked(claiming, admission=folder).status == "supported"


def test_a_run_s_own_copy_of_a_record_is_no_authority(claiming: Path) -> None:
    run, _ = place(PASS)
    with pytest.raises(OperatorError, match="holds no admission record"):
        asked(claiming, admission=run)


def test_an_admission_without_expiry_needs_the_authority(tmp_path: Path) -> None:
    path = item(tmp_path, CLAIM)
    attach_to(path, attested(expires=None))
    shut(path, "has no expiry but a review trigger")


def test_an_admission_that_cannot_be_read_is_the_operator_s_to_mend(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    for missing in (empty, tmp_path / "absent"):
        with pytest.raises(OperatorError):
            records(missing)


def test_what_cannot_be_read_is_not_let_through(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    item(tmp_path, b"\xff", "binary.md")
    item(tmp_path, "# no front matter\n\nStatus: Stage 2 pass\n", "plain.md")
    item(tmp_path, "---\ntitle: x\n---\nStatus: Stage 2 pass\n", "noid.md")
    for name in ("folder.md", "binary.md", "plain.md", "noid.md", "absent.md"):
        assert asked(tmp_path / name).status == "unreadable"


class Log:
    """A transparency log, and how to put attestations into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        create(folder, "example.org/verdicts", SIGNER)

    def add(self, *lines: bytes) -> None:
        """Append the records of attestations."""
        append(self.folder, [record(verify(line, keys=(KEY,), now=TRUST.now)) for line in lines], SIGNER)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """Return an empty log."""
    return Log(tmp_path / "log")


def test_a_log_in_use_must_have_the_verdict(tmp_path: Path, claiming: Path, log: Log) -> None:
    trust = msgspec.structs.replace(STRICT, log=log.folder)
    shut(claiming, "no inclusion proof is attached", trust)
    shut(claiming, "no inclusion proof is attached", msgspec.structs.replace(STRICT, log_keys=(KEY,)))
    log.add(attested(FAIL), attested())
    attach_to(claiming, attested(), proof=trust.proof(attested()))
    assert asked(claiming, trust).entry == 1
    assert asked(claiming).entry == 1
    shut(claiming, "", msgspec.structs.replace(STRICT, log_keys=(new_signer().public_key,)))
    (stored,) = claiming.parent.glob("*.tlog-proof")
    proof = stored.read_bytes()
    stored.write_bytes(proof.replace(b"index 1", b"index 0"))
    shut(claiming, "does not show")
    stored.write_bytes(proof[:-20])
    assert asked(claiming).status == "refused"
    stored.unlink()
    shut(claiming, "is not beside it")


def test_a_log_that_shrank_or_forked_vouches_for_nothing(tmp_path: Path, claiming: Path, log: Log) -> None:
    log.add(attested(FAIL), attested())
    trust = msgspec.structs.replace(STRICT, log=log.folder)
    attach_to(claiming, attested(), proof=trust.proof(attested()))
    fork = Log(tmp_path / "fork")
    fork.add(attested(REFUSED), attested())
    assert asked(claiming, msgspec.structs.replace(STRICT, log=fork.folder)).status == "refused"
    shrunk = Log(tmp_path / "shrunk")
    shrunk.add(attested(FAIL))
    assert asked(claiming, msgspec.structs.replace(STRICT, log=shrunk.folder)).status == "refused"


def test_a_newer_verdict_in_the_log_cannot_be_left_out(claiming: Path, log: Log) -> None:
    run = TRUST.authentic(attested()).run_id
    trust = msgspec.structs.replace(STRICT, log=log.folder)
    log.add(attested(FAIL, 2), attested(FAIL, -1, run_id=run), attested())
    attach_to(claiming, attested(), proof=trust.proof(attested()))
    assert asked(claiming, trust).status == "supported"
    log.add(attested(FAIL, 1, run_id=run))
    shut(claiming, "the log has a newer verdict on this run", trust)
