"""``cto-audit verify``: every refusal is told and actionable, and the exit code is safe to act on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor import cli
from auditor.attest import generate, signing_key
from auditor.attest.answer import as_text, refused
from auditor.attest.canonical import encode
from auditor.attest.envelope import seal
from auditor.attest.refused import Reason
from auditor.instants import now
from tests.attest.kit import attested_run, new_signer, place

DECISIONS = {"stage2-pass-gateway": 0, "forbidden-write": 1, "killed-case": 3}
Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Return a function that runs the command and returns its exit code and both outputs."""

    def run(*line: str | Path) -> tuple[int, str, str]:
        code = cli.main(["verify", *(str(word) for word in line)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


class Desk:
    """A folder with a key pair and the attestation of one sample."""

    def __init__(self, folder: Path, name: str = "stage2-pass-gateway") -> None:
        pair = generate(folder / "k")
        signing = signing_key(pair.private, {})
        assert signing is not None
        self.key = pair.public
        self.run, self.record = place(name)
        self.file = folder / "a.json"
        self.file.write_bytes(attested_run(self.run, self.record, signing.signer, now()))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The desk of a passing run."""
    return Desk(tmp_path)


@pytest.mark.parametrize("name", DECISIONS)
def test_the_code_is_the_attested_verdicts(name: str, told: Told, tmp_path: Path) -> None:
    desk = Desk(tmp_path, name)
    code, out, err = told(desk.file, desk.run, "--key", desk.key)
    assert (code, err) == (DECISIONS[name], "")
    assert out.startswith("VERIFIED: ")
    assert "unchanged" in out
    assert "as installed here" in out


def test_everything_at_once(told: Told, desk: Desk) -> None:
    code, out, _ = told(
        *(desk.file, desk.run, "--key", desk.key, "--max-age", "1h", "--reaudit", "--admission", str(desk.record)),
        *("--require", "CTO_STAGE2_PASS,CTO_MODEL_SERVED", "--require", "CTO_SECRETS_CLEAN", "--json"),
    )
    answer = json.loads(out)
    assert code == 0
    assert (answer["verified"], answer["reasons"]) == (True, [])
    assert answer["attested"]["rulings_compared"] > 50
    assert answer["attested"]["policy_installed"]
    code, _, _ = told(desk.file, "--key", desk.key, "--policy-digest", answer["attested"]["policy_sha256"])
    assert code == 0


def test_a_changed_run_is_refused_with_its_files(told: Told, desk: Desk, tmp_path: Path) -> None:
    run = Path(shutil.copytree(desk.run, tmp_path / desk.run.name))
    (run / "report.md").rename(run / "moved.md")
    (run / "trace.jsonl").unlink()
    code, out, _ = told(desk.file, run, "--key", desk.key)
    assert code == 1
    assert out.startswith("REFUSED: the attestation is not believed, for 2 reasons")
    assert "report.md was renamed to moved.md" in out
    assert "trace.jsonl was removed" in out
    answer = json.loads(told(desk.file, run, "--key", desk.key, "--json")[1])
    assert (answer["verified"], answer["attested"], len(answer["reasons"])) == (False, None, 2)


def test_another_key_is_refused(told: Told, desk: Desk, tmp_path: Path) -> None:
    other = generate(tmp_path / "other").public
    code, out, _ = told(desk.file, "--key", other)
    assert code == 1
    assert "no key that you trust" in out
    assert told(desk.file, "--key", other, "--key", desk.key)[0] == 0


def test_judged_afresh_by_other_means_it_is_refused(told: Told, desk: Desk) -> None:
    code, out, _ = told(desk.file, desk.run, "--key", desk.key, "--reaudit")
    assert code == 1
    assert "another admission record: none" in out
    code, out, _ = told(
        *(desk.file, desk.run, "--key", desk.key, "--reaudit", "--admission", str(desk.record), "--profile", "strict")
    )
    assert code == 1
    assert "the policy changed" in out


def test_unsigned_is_never_called_verified(told: Told, desk: Desk) -> None:
    desk.file.write_bytes(attested_run(desk.run, desk.record, None))
    assert told(desk.file, "--key", desk.key)[0] == 1
    code, out, err = told(desk.file, "--dangerously-allow-unsigned")
    assert code == 0
    assert out.startswith("NOT SIGNED, so not verified: PASS")
    assert "NOT SIGNED" in err
    assert json.loads(told(desk.file, "--dangerously-allow-unsigned", "--json")[1])["verified"] is False


MISTAKES: dict[str, tuple[list[str], str]] = {
    "no key": (["{file}"], "no key"),
    "a private key": (["{file}", "--key", "{private}"], "is a private key"),
    "a key in the run": (["{file}", "{copy}", "--key", "{copy}/k.pub"], "inside the run directory"),
    "no file": (["{file}.no", "--key", "{key}"], "cannot be read"),
    "a folder": (["{copy}", "--key", "{key}"], "cannot be read"),
    "no run": (["{file}", "{file}.no", "--key", "{key}"], "cannot be opened"),
    "an age": (["{file}", "--key", "{key}", "--max-age", "1y"], "no duration"),
    "a negative age": (["{file}", "--key", "{key}", "--max-age=-1d"], "no duration"),
    "a level": (["{file}", "--key", "{key}", "--require", "CTO_STAGE2_PAS"], "no level 'CTO_STAGE2_PAS'"),
    "a digest": (["{file}", "--key", "{key}", "--policy-digest", "ABC"], "no SHA-256"),
    "nothing to judge": (["{file}", "--key", "{key}", "--reaudit"], "needs the run directory"),
    "a policy": (["{file}", "{run}", "--key", "{key}", "--reaudit", "--profile", "lax"], "no profile"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_no_refusal(name: str, told: Told, desk: Desk, tmp_path: Path) -> None:
    arguments, expected = MISTAKES[name]
    copy = Path(shutil.copytree(desk.run, tmp_path / desk.run.name))
    shutil.copy(desk.key, copy / "k.pub")
    places: dict[str, Any] = {
        "file": desk.file,
        "run": desk.run,
        "copy": copy,
        "key": desk.key,
        "private": desk.key.with_suffix(".key"),
    }
    code, out, err = told(*(argument.format(**places) for argument in arguments))
    assert (code, out) == (2, "")
    assert expected in err
    assert len(err.splitlines()) == 2


def test_a_hostile_envelope_is_not_obeyed(told: Told, desk: Desk) -> None:
    signer = new_signer()
    told_off = json.loads(seal(b"{}", signer))
    told_off["signatures"][0]["keyid"] = "\x1b[31m\u202e"
    desk.file.write_bytes(encode(told_off) + b"\n")
    for form in ([], ["--json"]):
        code, out, err = told(desk.file, "--key", desk.key, *form)
        assert code == 1
        assert "\x1b" not in out + err
        assert "\u202e" not in out + err


def test_a_thousand_reasons_are_told_short_and_kept_whole() -> None:
    answer = refused(tuple(Reason(f"reason {number}", "look") for number in range(1000)))
    text = as_text(answer)
    assert "for 1000 reasons" in text
    assert "and 950 more" in text
    assert text.count("do: look") == 1
    assert len(answer.reasons) == 1000
