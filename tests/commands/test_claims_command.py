"""``cto-audit claims``: the table, the object, the exit codes, and the secrets that are found and never shown."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from auditor import cli
from auditor.attest import generate, signing_key
from auditor.workitems.attach import Verdict, attach
from auditor.workitems.trust import Trust
from tests.attest.kit import DAY, NOON
from tests.secrets.fakes import with_crc
from tests.workitems.kit import FRONT, attested, item

SECRET = with_crc("ghp_", random.Random(11))
Told: TypeAlias = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Return a function that runs ``claims`` a day after noon; no output may hold the secret."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("auditor.instants.now", lambda: NOON + DAY)

    def run(*line: str | Path) -> tuple[int, str, str]:
        code = cli.main(["claims", *map(str, line)])
        out, err = capsys.readouterr()
        assert SECRET not in out + err
        assert "\x1b" not in out + err
        assert "Traceback" not in err
        return code, out, err

    return run


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder with a work item whose claim stands; the key is ``auditor.pub`` beside it."""
    signing = signing_key(generate(tmp_path / "auditor").private)
    assert signing is not None
    trust = Trust((signing.signer.public_key,), now=NOON + DAY)
    (tmp_path / "docs").mkdir()
    line = attested(signer=signing.signer)
    path = item(tmp_path / "docs", FRONT + "Status: Stage 2 pass\n")
    attach(path, Verdict(trust.authentic(line), line), trust.authentic)
    return tmp_path / "docs"


def test_what_stands_passes(told: Told, tree: Path) -> None:
    code, out, err = told(tree, "--key", "auditor.pub")
    assert (code, err) == (0, "")
    assert out.startswith("PASS: 2 claims of a Stage 2 pass, in 1 document\n")
    assert told(tree)[0] == 3
    assert told(tree)[1].startswith("BLOCKED: ")


def test_no_documents_claim_nothing(told: Told, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert told(tmp_path / "empty")[:2] == (0, "PASS: 0 claims of a Stage 2 pass, in 0 documents\n")


def test_a_claim_without_support_fails_and_says_what_to_do(told: Told, tree: Path) -> None:
    (tree / "sot.md").write_text("# State\n\nStage 2 passed.\n\nNo Stage 2 pass is claimed for the rest.\n")
    code, out, _ = told(tree, "--key", "auditor.pub")
    assert code == 1
    assert "1 without support" in out
    assert f"{tree}/sot.md:3: it names neither" in out


def test_a_decision_record_that_does_not_hold_fails(told: Told, tree: Path) -> None:
    (tree / "prd.md").write_text("- decision_status: not_decided\n- provider: anthropic\n- model: claude-sonnet-4-6\n")
    code, out, _ = told(tree, "--key", "auditor.pub", "--json")
    (record,) = json.loads(out)["decisions"]
    assert (code, record["state"], record["line"]) == (1, "invalid", 1)
    (tree / "prd.md").write_text("- decision_status: not_decided\n- provider:\n- effect: nothing may run\n")
    code, out, _ = told(tree, "--key", "auditor.pub", "--json")
    assert (code, json.loads(out)["decisions"][0]["state"]) == (0, "pending")


def test_a_secret_in_a_document_fails_and_is_masked_everywhere(told: Told, tree: Path) -> None:
    (tree / "sot.md").write_text(
        f"Stage 2 passed with {SECRET}.\n\n- decision_status: {SECRET}\n- provider: {SECRET}\n"
    )
    item(tree, f"---\nid: {SECRET}\nstatus: Stage 2 pass\n---\n", "secret.md")
    for more in ((), ("--json",)):
        code, out, _ = told(tree, "--key", "auditor.pub", *more)
        assert code == 1
        assert "github" in out.lower()


def test_a_secret_may_be_allowed_and_is_then_counted(told: Told, tree: Path) -> None:
    (tree / "sot.md").write_text(f"Use {SECRET}.\n")
    Path("fingerprint.key").write_text("a key of our own")
    line = (tree, "--key", "auditor.pub", "--fingerprint-key", "fingerprint.key")
    _, out, _ = told(*line, "--json")
    (found,) = json.loads(out)["secrets"]
    Path("allow.toml").write_text(f'[[allow]]\nfingerprint = "{found["fingerprint"]}"\nreason = "made up for a test"\n')
    code, _, err = told(*line, "--allow", "allow.toml")
    assert (code, "left out as allowed: 1" in err) == (0, True)


def test_a_program_reads_the_same(told: Told, tree: Path) -> None:
    (tree / "broken.md").write_text("---\na: b\na: c\n---\n")
    item(tree, FRONT.replace("020", "021").replace("in_progress", "blocked") + "Blocked by CTO-WORK-020.\n", "w21.md")
    code, out, err = told(tree, "--key", "auditor.pub", "--json")
    answer = json.loads(out)
    assert (code, err, answer["schema"], answer["decision"]) == (3, "", "cto-audit-claims/v1", "blocked")
    assert answer["documents"] == 3
    assert [(each["support"], each["line"], each["where"]) for each in answer["claims"]] == [
        ("supported", 5, "front_matter"),
        ("supported", 9, "text"),
    ]
    assert [each["item"] for each in answer["arrived"]] == ["CTO-WORK-021"]
    assert [Path(each["path"]).name for each in answer["gaps"]] == ["broken.md"]
    assert answer["gaps"][0]["reason"].startswith("line 3: ")


def test_mistakes_are_told(told: Told, tree: Path) -> None:
    assert told(tree, tree / "absent")[0] == 2
    assert told()[0] == 2
    assert "without --key" in told(tree, "--max-age", "1d")[2]
    assert told(tree, "--key", tree / "CTO-WORK-020.md")[0] == 2


def test_hostile_names_are_shown_and_obeyed_nowhere(told: Told, tree: Path) -> None:
    (tree / "a\n\x1b[31m\u202e.md").write_text("Stage 2 passed.\n")
    (tree / os_name()).write_text("Stage 2 passed.\n")
    code, out, _ = told(tree, "--key", "auditor.pub")
    assert (code, "2 without support" in out) == (1, True)
    assert json.loads(told(tree, "--json")[1])["documents"] == 3


def os_name() -> str:
    """Return a file name that is not UTF-8."""
    return b"\xff.md".decode(errors="surrogateescape")


def test_an_unknown_run_is_no_support(told: Told, tree: Path) -> None:
    (tree / "sot.md").write_text("Run 20260101T000000Z-no-1 passed Stage 2.\n")
    code, out, _ = told(tree / "sot.md", "--key", "auditor.pub")
    assert (code, "no verified attestation of the run 20260101T000000Z-no-1" in out) == (1, True)
