"""``--attest``: written whole, outside of the run, signed or plainly not, and never at the price of the exit code."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor import cli, reader
from auditor.attest import generate, public_key, verify
from auditor.attest.keys import VARIABLE
from auditor.emit.safe import safe

SAMPLES = Path(__file__).parents[2] / "sample_runs"
CODES = {"stage2-pass-gateway": 0, "forbidden-write": 1, "killed-case": 3}
Told = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Return a function that runs a command and returns its exit code and both outputs."""

    def run(*line: str | Path) -> tuple[int, str, str]:
        code = cli.main([str(word) for word in line])
        out, err = capsys.readouterr()
        assert "PRIVATE KEY" not in out + err
        return code, out, err

    return run


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Return a private key; its public half lies beside it."""
    (tmp_path / "keys").mkdir()
    return generate(tmp_path / "keys" / "k").private


def sample(name: str = "stage2-pass-gateway") -> list[Path | str]:
    """Return the arguments that judge a sample."""
    (run,) = (path for path in (SAMPLES / name).iterdir() if path.is_dir())
    return [run, "--admission", SAMPLES / name / "admission.json"]


@pytest.mark.parametrize("name", CODES)
def test_the_verdict_and_its_code_stay_what_they_are(name: str, told: Told, key: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    plain = told(*sample(name), "--json")
    code, out, err = told(*sample(name), "--json", "--attest", file, "--key", key)
    assert (code, out) == plain[:2]
    assert code == CODES[name]
    assert "signed under key id" in err
    found = verify(file.read_bytes(), keys=[public_key(key.with_suffix(".pub"))])
    assert found.decision == json.loads(out)["decision"]
    assert file.read_bytes().count(b"\n") == 1


def test_the_key_may_come_from_the_environment(
    told: Told, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, key.read_text())
    assert told(*sample(), "--attest", tmp_path / "a.json")[0] == 0
    assert verify((tmp_path / "a.json").read_bytes(), keys=[public_key(key.with_suffix(".pub"))])
    monkeypatch.setenv(VARIABLE, str(key))
    code, _, err = told(*sample(), "--attest", tmp_path / "b.json")
    assert (code, (tmp_path / "b.json").exists()) == (2, False)
    assert VARIABLE in err


def test_without_a_signature_it_says_so(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: Path) -> None:
    monkeypatch.setenv(VARIABLE, key.read_text())
    code, _, err = told(*sample(), "--attest", tmp_path / "a.json", "--unsigned", "--quiet")
    assert code == 0
    assert "NOT SIGNED" in err
    assert json.loads((tmp_path / "a.json").read_bytes())["signatures"] == []


def test_a_reproducible_time_gives_the_same_file(
    told: Told, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1785585600")
    for name in ("a", "b"):
        assert told(*sample(), "--attest", tmp_path / name, "--key", key)[0] == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_loose_key_is_warned_of(told: Told, key: Path, tmp_path: Path) -> None:
    key.chmod(0o644)
    code, _, err = told(*sample(), "--attest", tmp_path / "a", "--key", key)
    assert code == 0
    assert "warning" in err
    assert "0644" in err


MISTAKES: dict[str, tuple[list[str], str]] = {
    "no key": (["--attest", "{new}"], "no key"),
    "key without a file": (["--key", "{key}"], "without --attest"),
    "unsigned without a file": (["--unsigned"], "without --attest"),
    "both": (["--attest", "{new}", "--key", "{key}", "--unsigned"], "contradict"),
    "standard output": (["--attest", "-", "--key", "{key}"], "no file"),
    "inside the run": (["--attest", "{run}/a.json", "--key", "{key}"], "inside the run directory"),
    "inside by a link": (["--attest", "{link}/a.json", "--key", "{key}"], "inside the run directory"),
    "over its key": (["--attest", "{key}", "--key", "{key}"], "input"),
    "over the output": (["--attest", "{new}", "--output", "{new}", "--key", "{key}"], "another file"),
    "nowhere": (["--attest", "{new}/a/b", "--key", "{key}"], "folder"),
    "a folder": (["--attest", "{folder}", "--key", "{key}"], "directory"),
    "no such key": (["--attest", "{new}", "--key", "{new}"], "signing key"),
    "the public half": (["--attest", "{new}", "--key", "{public}"], "private key"),
    "a key of the run's": (["--attest", "{new}", "--key", "{run}/k.key"], "inside the run directory"),
    "a key that leads into the run": (["--attest", "{new}", "--key", "{linked}"], "inside the run directory"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_before_any_work(name: str, told: Told, key: Path, tmp_path: Path) -> None:
    arguments, expected = MISTAKES[name]
    source, *record = sample()
    run = Path(shutil.copytree(source, tmp_path / Path(source).name))
    shutil.copy(key, run / "k.key")
    (tmp_path / "link").symlink_to(run)
    (tmp_path / "linked").symlink_to(run / "k.key")
    before = sorted(tmp_path.rglob("*"))
    places = {
        "new": tmp_path / "new",
        "key": key,
        "public": key.with_suffix(".pub"),
        "run": run,
        "link": tmp_path / "link",
        "linked": tmp_path / "linked",
        "folder": tmp_path / "keys",
    }
    code, out, err = told(run, *record, *(argument.format(**places) for argument in arguments))
    assert (code, out) == (2, "")
    assert expected in err
    assert len(err.splitlines()) == 2
    assert sorted(tmp_path.rglob("*")) == before


def test_a_disk_that_is_full_is_no_verdict(told: Told, key: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full on this system")
    code, out, err = told(*sample(), "--attest", "/dev/full", "--key", key)
    assert (code, out) == (2, "")
    assert "No space left" in err


def test_a_run_that_cannot_be_read_whole_is_judged_and_not_attested(
    told: Told, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = reader.read

    def fails(folder: int, name: str, *rest: object, **options: object) -> reader.Reading:
        found = read(folder, name, *rest, **options)  # type: ignore[arg-type]
        return reader.Reading(0, None, "the file changed while it was read") if name == "report.md" else found

    monkeypatch.setattr(reader, "read", fails)
    code, out, err = told(*sample(), "--attest", tmp_path / "a", "--key", key)
    assert code in {1, 3}
    assert out
    assert "no attestation was written" in err
    assert not (tmp_path / "a").exists()


def test_hostile_names_are_attested_and_not_obeyed(told: Told, key: Path, tmp_path: Path) -> None:
    run = tmp_path / "run\x1b[31m"
    run.mkdir()
    (run / "x\n\x1b]0;y\x07").touch()
    code, out, err = told(run, "--attest", tmp_path / "a\x1b[1m", "--key", key)
    assert code != 0
    assert "\x1b" not in out + err
    assert safe("a\x1b[1m") in err
    code, out, _ = told("verify", tmp_path / "a\x1b[1m", run, "--key", key.with_suffix(".pub"))
    assert "VERIFIED" in out
    os.rename(run / "x\n\x1b]0;y\x07", run / "z\x1b[2J")  # noqa: PTH104 - the names are the point
    code, out, err = told("verify", tmp_path / "a\x1b[1m", run, "--key", key.with_suffix(".pub"))
    assert code == 1
    assert "was renamed to z" in out
    assert "\x1b" not in out + err
