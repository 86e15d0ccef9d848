"""Claims across documents: what supports each, what has arrived, and what could not be read."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from auditor.attest import verify
from auditor.cli_admissions import records
from auditor.errors import OperatorError
from auditor.tlog import append, create, prove, record
from auditor.workitems.stored import ENDING, proof_name
from auditor.workitems.survey import Surveyed, survey
from auditor.workitems.trust import Trust
from tests.attest.kit import PASS, SIGNER, new_signer, place
from tests.workitems.kit import FAIL, FRONT, HOUR, TRUST, attach_to, attested, item

RUN = TRUST.authentic(attested()).run_id
FAILED_RUN = TRUST.authentic(attested(FAIL)).run_id


def front(identity: str, more: str = "status: in_progress\n") -> str:
    """Return the front matter of a work item."""
    return f"---\nid: {identity}\ntitle: Work\n{more}---\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder with one work item whose claim stands and one whose claim does not."""
    (tmp_path / "items").mkdir()
    attach_to(item(tmp_path / "items", front("CTO-WORK-020")), attested())
    path = item(tmp_path / "items", front("CTO-WORK-021") + "Status: Stage 2 pass\n", "CTO-WORK-021.md")
    attach_to(path, attested(FAIL))
    return tmp_path


def supports(surveyed: Surveyed) -> dict[str, str]:
    """Return each claim's place and whether it is supported."""
    return {f"{found.path.name}:{claim.line}": answer.support for found, claim, answer in surveyed.judged}


@pytest.mark.parametrize(
    ("text", "support"),
    [
        (f"Run {RUN} passed Stage 2.", "supported"),
        (f"Run {FAILED_RUN} passed Stage 2.", "unsupported"),
        (f"Runs {RUN} and {FAILED_RUN} passed Stage 2.", "unsupported"),
        ("Run 20260101T000000Z-other-1 passed Stage 2.", "unsupported"),
        ("CTO-WORK-020 passed Stage 2.", "supported"),
        ("CTO-WORK-021 passed Stage 2.", "unsupported"),
        ("CTO-WORK-099 passed Stage 2.", "unsupported"),
        ("CTO-WORK-020 and CTO-WORK-021 passed Stage 2.", "unsupported"),
        (f"- Status: Stage 2 pass\n- Run: `{RUN}`", "supported"),
        (f"- Status: Stage 2 pass\n- Run: `{FAILED_RUN}`", "unsupported"),
        (f"Stage 2 passed.\n\nSee {RUN} and {FAILED_RUN}.", "unsupported"),
        ("Stage 2 passed.", "unsupported"),
    ],
)
def test_another_document_s_claim_needs_a_run_or_a_work_item(tree: Path, text: str, support: str) -> None:
    (tree / "sot.md").write_text(text)
    surveyed = survey([tree], TRUST, None)
    assert supports(surveyed) == {
        "CTO-WORK-020.md:5": "supported",
        "CTO-WORK-021.md:9": "unsupported",
        "sot.md:1": support,
    }
    assert all(answer.because and (answer.hint or answer.support == "supported") for _, _, answer in surveyed.judged)


def test_a_work_item_s_claim_about_another_is_judged_by_the_other(tree: Path) -> None:
    item(tree, front("CTO-WORK-030") + "\nCTO-WORK-020 passed Stage 2.\n", "CTO-WORK-030.md")
    item(tree, front("CTO-WORK-031") + "\nStage 2 passed.\n", "CTO-WORK-031.md")
    found = supports(survey([tree], TRUST, None))
    assert (found["CTO-WORK-030.md:7"], found["CTO-WORK-031.md:7"]) == ("supported", "unsupported")


def test_two_documents_with_one_id_support_nothing(tree: Path) -> None:
    (tree / "sot.md").write_text("CTO-WORK-020 passed Stage 2.")
    item(tree, front("CTO-WORK-020"), "copy.md")
    assert supports(survey([tree], TRUST, None))["sot.md:1"] == "unsupported"


def test_without_a_key_nothing_is_called_supported(tree: Path) -> None:
    (tree / "sot.md").write_text(
        f"Run {RUN} passed Stage 2.\n\nStage 2 passed, and CTO-WORK-020 tells.\n\nStage 2 passed.\n"
    )
    item(tree, front("CTO-WORK-032") + "Stage 2: pass\n", "CTO-WORK-032.md")
    assert supports(survey([tree], None, None)) == {
        "CTO-WORK-020.md:5": "unchecked",
        "CTO-WORK-021.md:9": "unchecked",
        "CTO-WORK-032.md:6": "unsupported",
        "sot.md:1": "unchecked",
        "sot.md:3": "unchecked",
        "sot.md:5": "unsupported",
    }


def test_a_stranger_s_attestation_supports_nothing(tree: Path) -> None:
    (tree / "sot.md").write_text(f"Run {RUN} passed Stage 2.")
    stranger = Trust((new_signer().public_key,), now=TRUST.now)
    assert set(supports(survey([tree], stranger, None)).values()) == {"unsupported"}


def test_the_admission_must_be_in_force(tree: Path, tmp_path: Path) -> None:
    (tree / "sot.md").write_text(f"Run {RUN} passed Stage 2.")
    _, record = place(PASS)
    _, other = place(FAIL)
    assert supports(survey([tree], TRUST, records(record)))["sot.md:1"] == "supported"
    assert supports(survey([tree], TRUST, records(other)))["sot.md:1"] == "unsupported"


@pytest.mark.parametrize(
    ("more", "body", "arrived"),
    [
        ("status: blocked\n", f"Waits for run {RUN}.\n", True),
        ("status: Blocked on the gateway\n", f"See `{RUN}`.\n", True),
        ("status: blocked\n", f"Waits for run {FAILED_RUN}.\n", False),
        ("status: in_progress\n", f"Waits for run {RUN}.\n", False),
        ("status: blocked\nblocked_by: CTO-WORK-020\n", "", True),
        ("status: blocked\nblocked_by: [CTO-WORK-020, CTO-WORK-021]\n", "", False),
        ("status: blocked\n", "Blocked by CTO-WORK-020.\n", True),
        ("status: blocked\n", "Blocked by CTO-WORK-021.\n", False),
        ("status: blocked\n", "It follows CTO-WORK-020.\n", False),
        ("status: blocked\n", "", False),
    ],
)
def test_a_blocked_item_is_told_what_has_arrived(tree: Path, more: str, body: str, arrived: bool) -> None:
    path = item(tree, front("CTO-WORK-040", more) + body, "CTO-WORK-040.md")
    found = [found.path for found, _ in survey([tree], TRUST, None).arrived]
    assert found == ([path] if arrived else [])
    assert survey([tree], None, None).arrived == []


def test_a_blocked_verdict_waits_for_a_newer_one(tree: Path) -> None:
    path = item(tree, front("CTO-WORK-041"), "CTO-WORK-041.md")
    attach_to(path, attested("refused-mismatch", -1))
    assert survey([tree], TRUST, None).arrived == []
    (tree / "CTO-WORK-041.later.intoto.jsonl").write_bytes(attested())
    ((found, answer),) = survey([tree], TRUST, None).arrived
    assert found.path == path
    assert "cto-audit attach" in answer.hint


def test_what_cannot_be_read_is_told_and_hides_nothing(tree: Path) -> None:
    (tree / "binary.md").write_bytes(b"\xff")
    (tree / "huge.md").write_bytes(b"x" * (1 << 21))
    (tree / "broken.md").write_text("---\na: b\na: c\n---\nStage 2 passed.\n")
    (tree / "marker.md").write_text("<!-- cto-audit:verdict:end -->\n")
    (tree / "link.md").symlink_to("/etc/passwd")
    os.mkfifo(tree / "pipe.md")
    (tree / "loop").symlink_to("loop")
    surveyed = survey([tree, tree / "loop"], TRUST, None)
    names = {Path(gap.path).name for gap in surveyed.gaps}
    assert names == {"binary.md", "huge.md", "broken.md", "marker.md", "link.md", "pipe.md", "loop"}
    assert supports(surveyed)["broken.md:5"] == "unsupported"


def test_only_documents_are_read_and_each_once(tree: Path) -> None:
    (tree / "code.py").write_text("Stage 2 passed.")
    (tree / ".git").mkdir()
    (tree / ".git/notes.md").write_text("Stage 2 passed.")
    (tree / "plain.txt").write_text("Stage 2 passed.")
    assert len(survey([tree, tree / "items", tree], TRUST, None).documents) == 2
    assert len(survey([tree / "plain.txt"], TRUST, None).judged) == 1


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no file or folder"):
        survey([tmp_path / "absent"], None, None)


def test_an_empty_folder_has_no_claims(tmp_path: Path) -> None:
    assert survey([tmp_path], TRUST, None) == Surveyed()
    (tmp_path / "CTO-WORK-020.md").write_text(FRONT)
    assert survey([tmp_path], TRUST, None).judged == []


def test_a_document_s_claim_meets_every_demand_that_a_work_item_s_does(tree: Path, tmp_path: Path) -> None:
    (tree / "sot.md").write_text(f"Run {RUN} passed Stage 2.")
    log, empty = tmp_path / "log", tmp_path / "empty"
    for folder in (log, empty):
        create(folder, "example.com/log", SIGNER)
    append(log, [record(verify(attested(), keys=TRUST.keys, now=TRUST.now))], SIGNER)
    for support, demands in (
        ("supported", {"max_age": 48 * HOUR}),
        ("unsupported", {"max_age": HOUR}),
        ("unsupported", {"policy_sha256": "0" * 64}),
        ("supported", {"require": ("CTO_STAGE2_PASS",)}),
        ("unsupported", {"require": ("CTO_NO_SUCH_LEVEL",)}),
        ("supported", {"log": log}),
        ("unsupported", {"log": empty}),
        ("unsupported", {"log": tmp_path / "nowhere"}),
        ("unsupported", {"log_keys": TRUST.keys}),
    ):
        trust = msgspec.structs.replace(TRUST, **demands)
        assert supports(survey([tree / "sot.md", tree / "items"], trust, None))["sot.md:1"] == support, demands


def test_a_proof_beside_an_attestation_is_enough_where_the_log_is_not_at_hand(tree: Path, tmp_path: Path) -> None:
    (tree / "sot.md").write_text(f"Run {RUN} passed Stage 2.")
    log = tmp_path / "log"
    create(log, "example.com/log", SIGNER)
    leaf = record(verify(attested(), keys=TRUST.keys, now=TRUST.now))
    append(log, [leaf], SIGNER)
    (file,) = (tree / "items").glob(f"*{RUN}*{ENDING}")
    trust = msgspec.structs.replace(TRUST, log_keys=TRUST.keys)
    (file.parent / proof_name(file.name)).write_bytes(prove(log, leaf))
    assert supports(survey([tree], trust, None))["sot.md:1"] == "supported"
    (file.parent / proof_name(file.name)).write_bytes(b"no proof")
    assert supports(survey([tree], trust, None))["sot.md:1"] == "unsupported"


def test_a_fail_that_the_log_tells_of_later_takes_a_document_s_support_away(tree: Path, tmp_path: Path) -> None:
    (tree / "sot.md").write_text(f"Run {RUN} passed Stage 2.")
    log = tmp_path / "log"
    create(log, "example.com/log", SIGNER)
    trust = msgspec.structs.replace(TRUST, log=log)
    lines = (attested(), attested(FAIL, 2, run_id=RUN))
    for line, support in zip(lines, ("supported", "unsupported"), strict=True):
        append(log, [record(verify(line, keys=TRUST.keys, now=TRUST.now))], SIGNER)
        assert supports(survey([tree], trust, None))["sot.md:1"] == support
