"""``cto-audit attach``: what a user sees, what a program reads, and what no mistake may do."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from auditor import cli
from auditor.attest import generate, public_key, signing_key, verify
from auditor.tlog import append, create, record
from auditor.workitems.trust import Trust
from tests.secrets.fakes import with_crc
from tests.workitems.kit import BASELINE, FAIL, FRONT, attested, item, snapshot

Told: TypeAlias = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """Return a function that runs ``attach`` and returns its exit code, output and complaints."""
    monkeypatch.chdir(tmp_path)

    def run(*line: str | Path) -> tuple[int, str, str]:
        code = cli.main(["attach", *map(str, line)])
        out, err = capsys.readouterr()
        assert "\x1b" not in out + err
        assert "Traceback" not in err
        return code, out, err

    return run


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Return the public key of a fresh pair; the private one lies beside it."""
    return generate(tmp_path / "auditor").public


def attestation(keys: Path, name: str = "stage2-pass-gateway", hours: int = 0, **changes: Any) -> Path:
    """Write an attestation that the fresh pair signed."""
    signing = signing_key(keys.with_suffix(".key"))
    assert signing is not None
    file = keys.parent / f"{name}-{hours}.jsonl"
    file.write_bytes(attested(name, hours, signing.signer, **changes))
    return file


def test_a_user_attaches_and_attaches_again(told: Told, keys: Path, tmp_path: Path) -> None:
    path = item(tmp_path)
    code, out, err = told(attestation(keys), path, "--key", keys)
    assert (code, err) == (0, "")
    assert out.startswith("PASS of run ")
    assert "attached  " in out
    assert "stage2_verdict: pass" in path.read_text("utf-8")
    code, out, _ = told(attestation(keys), path, "--key", keys)
    assert (code, "unchanged  " in out) == (0, True)


def test_one_refusal_stops_no_other(told: Told, keys: Path, tmp_path: Path) -> None:
    good, bad = item(tmp_path), item(tmp_path, "# no front matter\n", "bad.md")
    code, out, err = told(attestation(keys), bad, good, tmp_path / "absent.md", "--key", keys)
    assert code == 3
    assert "attached" in out
    assert "bad.md: it does not begin" in err
    assert "absent.md: it cannot be opened" in err
    code, out, err = told(attestation(keys), bad, good, "--key", keys, "--json")
    answer = json.loads(out)
    assert (code, err, answer["schema"], answer["decision"]) == (3, "", "cto-audit-attach/v1", "pass")
    assert [(each["changed"], each["refused"] is None) for each in answer["items"]] == [(False, False), (False, True)]
    assert answer["items"][0]["hint"]


def test_what_does_not_verify_is_attached_nowhere(told: Told, keys: Path, tmp_path: Path) -> None:
    path = item(tmp_path)
    other = generate(tmp_path / "other").public
    file = attestation(keys)
    before = snapshot(tmp_path)
    code, out, err = told(file, path, "--key", other, "--as", "comment")
    assert (code, out) == (1, "")
    assert "no key that you trust" in err
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(file.read_bytes()[:-9])
    assert told(cut, path, "--key", keys)[0] == 1
    cut.unlink()
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (("a.jsonl",), "nothing is named"),
        (("a.jsonl", "x.md"), "without --key"),
        (("a.jsonl", "--as", "html", "--key", "auditor.pub"), "no comment form"),
        (("a.jsonl", "x.md", "--key", "auditor.pub", "--repository", "."), "without --git-note"),
        (("a.jsonl", "x.md", "--key", "auditor.pub", "--log-key", "auditor.pub"), "without --log"),
        (("a.jsonl", "x.md", "--key", "auditor.pub"), "a.jsonl cannot be read"),
        (("a.jsonl", "x.md", "--key", "auditor.key"), "is a private key"),
        ((".", "x.md", "--key", "auditor.pub"), "Is a directory"),
        (("pipe", "x.md", "--key", "auditor.pub"), "no regular file"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(told: Told, keys: Path, line: tuple[str, ...], why: str) -> None:
    os.mkfifo("pipe")
    code, out, err = told(*line)
    assert (code, out) == (2, "")
    assert why in err
    assert len(err.splitlines()) == 2
    assert keys.exists()


@pytest.mark.parametrize("form", ["comment", "jira"])
def test_a_comment_is_all_that_is_printed(told: Told, keys: Path, form: str) -> None:
    code, out, err = told(attestation(keys, FAIL), "--as", form, "--key", keys)
    assert (code, err) == (0, "")
    assert "Stage 2 verdict: FAIL" in out
    code, as_json, _ = told(attestation(keys, FAIL), "--as", form, "--key", keys, "--json")
    assert json.loads(as_json)["comment"] == out


def test_a_pass_of_another_stage_makes_a_comment_and_no_claim(told: Told, keys: Path, tmp_path: Path) -> None:
    code, _, err = told(attestation(keys, BASELINE), item(tmp_path), "--key", keys)
    assert (code, "not as Stage 2" in err) == (3, True)
    assert told(attestation(keys, BASELINE), "--as", "comment", "--key", keys)[0] == 0


def test_a_git_note_is_written(told: Told, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("GIT_AUTHOR", "Nobody"), ("GIT_COMMITTER", "Nobody")):
        monkeypatch.setenv(f"{name}_NAME", value)
        monkeypatch.setenv(f"{name}_EMAIL", "nobody@example.org")
    folder = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    commit = ["git", "-C", str(folder), "-c", "commit.gpgsign=false", "commit", "-q", "--allow-empty", "-m", "x"]
    subprocess.run(commit, check=True)
    line = (attestation(keys), "--key", keys, "--git-note", "HEAD", "--repository", folder)
    assert told(*line)[:2] == (0, told(*line, "--dry-run")[1].replace("unchanged", "noted"))
    shown = subprocess.run(
        ["git", "-C", str(folder), "notes", "--ref=cto-audit", "show", "HEAD"], check=True, capture_output=True
    )
    assert b"Stage 2 verdict: PASS" in shown.stdout
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    code, _, err = told(attestation(keys), "--key", keys, "--git-note", "HEAD", "--repository", tmp_path)
    assert (code, "no git note: " in err) == (3, True)


def test_a_proof_of_the_log_goes_along(told: Told, keys: Path, tmp_path: Path) -> None:
    signing = signing_key(keys.with_suffix(".key"))
    assert signing is not None
    create(tmp_path / "log", "example.org/verdicts", signing.signer)
    path, file = item(tmp_path), attestation(keys)
    line = (file, path, "--key", keys, "--log", tmp_path / "log")
    code, _, err = told(*line)
    assert (code, "not in the log" in err) == (1, True)
    trust = Trust((public_key(keys),))
    append(tmp_path / "log", [record(verify(file.read_bytes(), keys=trust.keys))], signing.signer)
    assert told(*line)[0] == 0
    assert len(list(tmp_path.glob("*.tlog-proof"))) == 1


def test_a_secret_in_a_work_item_is_not_repeated(told: Told, keys: Path, tmp_path: Path) -> None:
    secret = with_crc("ghp_", random.Random(7))
    path = item(tmp_path, f"---\nid: {secret}\n---\n")
    broken = item(tmp_path, f"---\n{secret}: a\n{secret}: b\n---\n", "broken.md")
    for more in ((), ("--json",)):
        _, out, err = told(attestation(keys), path, broken, "--key", keys, *more)
        assert secret not in out + err


def test_a_rehearsal_writes_nothing(told: Told, keys: Path, tmp_path: Path) -> None:
    path, file = item(tmp_path), attestation(keys)
    before = snapshot(tmp_path)
    code, out, _ = told(file, path, "--key", keys, "--dry-run")
    assert (code, "attached" in out) == (0, True)
    assert snapshot(tmp_path) == before


def test_force_is_asked_for(told: Told, keys: Path, tmp_path: Path) -> None:
    path = item(tmp_path, FRONT)
    told(attestation(keys, FAIL), path, "--key", keys)
    path.write_text(path.read_text("utf-8").replace("**Stage 2 verdict: FAIL**", "**Stage 2 verdict: PASS**"))
    code, _, err = told(attestation(keys, hours=1), path, "--key", keys)
    assert (code, "--force" in err) == (3, True)
    assert told(attestation(keys, hours=1), path, "--key", keys, "--force")[0] == 0
