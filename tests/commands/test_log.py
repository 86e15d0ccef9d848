"""``cto-audit log``: a user keeps verdicts in a log, proves them, and finds out who touched it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor import cli, commands
from auditor.attest import generate, signing_key
from auditor.instants import now
from tests.attest.kit import attested_run, place

SAMPLES = ("stage2-pass-gateway", "forbidden-write", "killed-case")
ORIGIN = "example.com/verdicts"
Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Return a function that runs a command of the family and returns its exit code and both outputs."""

    def run(*line: str | Path) -> tuple[int, str, str]:
        code = cli.main(["log", *(str(word) for word in line)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


class Desk:
    """A folder with a key pair, a log and the attestations of three samples."""

    def __init__(self, folder: Path, told: Told) -> None:
        pair = generate(folder / "k")
        signing = signing_key(pair.private, {})
        assert signing is not None
        self.told, self.folder, self.private, self.public = told, folder, pair.private, pair.public
        self.log = folder / "log"
        self.files = [folder / f"{name}.attestation" for name in SAMPLES]
        for name, file in zip(SAMPLES, self.files, strict=True):
            file.write_bytes(attested_run(*place(name), signer=signing.signer, time=now()))

    def init(self) -> None:
        assert self.told("init", "--log", self.log, "--origin", ORIGIN, "--key", self.private)[0] == 0

    def append(self, *files: Path) -> tuple[int, str, str]:
        return self.told("append", *(files or self.files), "--log", self.log, "--key", self.private)

    def check(self, *options: str | Path) -> tuple[int, str, str]:
        return self.told("check", "--log", self.log, "--key", self.public, *options)


@pytest.fixture
def desk(tmp_path: Path, told: Told) -> Desk:
    """A desk with an empty log."""
    desk = Desk(tmp_path, told)
    desk.init()
    return desk


def test_the_whole_way(desk: Desk) -> None:
    code, out, err = desk.append()
    assert (code, err) == (0, "")
    assert [line.split(":")[0] for line in out.splitlines()[:3]] == [f"entry {at}, added" for at in range(3)]
    assert [line.split()[3] for line in out.splitlines()[:3]] == ["PASS", "FAIL", "BLOCKED"]
    proof = desk.folder / "p.tlog-proof"
    code, out, err = desk.told("prove", desk.files[1], "--log", desk.log, "-o", proof)
    assert (code, err) == (0, "") and out.startswith("entry 1: FAIL ")
    verify = ("verify", desk.files[1], proof, "--key", desk.public)
    assert desk.told(*verify)[0] == 0
    code, out, _ = desk.told(*verify, "--log", desk.log, "--origin", ORIGIN)
    assert code == 0 and "agrees with the checkpoint at size 3" in out
    code, out, _ = desk.told("verify", desk.files[0], proof, "--key", desk.public)
    assert code == 1 and "does not show this attestation to be in the log" in out and "    do: " in out
    kept = desk.folder / "kept"
    code, out, err = desk.check("-o", kept)
    assert (code, err) == (0, "") and "3 (1 blocked, 1 fail, 1 pass)" in out
    assert kept.read_bytes() == (desk.log / "checkpoint").read_bytes()
    code, out, _ = desk.check("--since", kept, "-o", kept)
    assert code == 0 and "agrees with the checkpoint at size 3" in out
    code, out, _ = desk.append()
    assert code == 0 and out.count(", had been there: ") == 3


def test_everything_in_json(desk: Desk) -> None:
    def answer(*line: str | Path) -> dict[str, Any]:
        code, out, err = desk.told(*line, "--json")
        assert err == ""
        found: dict[str, Any] = json.loads(out)
        assert found["schema"] == "cto-audit-log/v1" and next(iter(found)) == "schema"
        assert (found["action"], found["result"] == "ok") == (line[0], code == 0)
        return found

    made = answer("init", "--log", desk.folder / "new", "--origin", "a.example", "--key", desk.private)
    assert made["log"]["size"] == 0 and made["verifier_key"].startswith("a.example+")
    added = answer("append", *desk.files, "--log", desk.log, "--key", desk.private)
    assert [(each["index"], each["decision"], each["already"]) for each in added["entries"]] == [
        (0, "pass", False),
        (1, "fail", False),
        (2, "blocked", False),
    ]
    proved = answer("prove", desk.files[2], "--log", desk.log, "--key", desk.public)
    assert proved["proof"].startswith("c2sp.org/tlog-proof@v1\nindex 2\n")
    (desk.folder / "p").write_text(proved["proof"])
    verified = answer("verify", desk.files[2], desk.folder / "p", "--key", desk.public)
    assert verified["entries"][0]["run_id"] == proved["entries"][0]["run_id"]
    assert verified["log"] == added["log"]
    checked = answer("check", "--log", desk.log, "--key", desk.public)
    assert checked["decisions"] == {"blocked": 1, "fail": 1, "pass": 1}
    refused = answer("verify", desk.files[0], desk.folder / "p", "--key", desk.public)
    assert refused["result"] == "refused" and all(each["text"] and each["hint"] for each in refused["reasons"])


def test_the_proof_goes_to_standard_output_as_it_is(desk: Desk, told: Told) -> None:
    desk.append()
    code, out, _ = told("prove", desk.files[0], "--log", desk.log)
    assert code == 0 and out.startswith("c2sp.org/tlog-proof@v1\nindex 0\n")
    (desk.folder / "p").write_text(out)
    assert told("verify", desk.files[0], desk.folder / "p", "--key", desk.public)[0] == 0
    assert told("prove", desk.files[0], "--log", desk.log, "-o", "-")[1].startswith("c2sp.org/tlog-proof@v1")


def test_the_signer_of_verdicts_may_be_another(desk: Desk, told: Told, tmp_path: Path) -> None:
    pair = generate(tmp_path / "log-key")
    log = tmp_path / "log-2"
    assert told("init", "--log", log, "--origin", ORIGIN, "--key", pair.private)[0] == 0
    code, out, _ = told("append", *desk.files, "--log", log, "--key", pair.private)
    assert code == 1 and out.count("no key that you trust signed this") == 3
    assert told("check", "--log", log, "--key", pair.public)[1].splitlines()[1].split() == ["entries", "0"]
    assert told("append", *desk.files, "--log", log, "--key", pair.private, "--signer", desk.public)[0] == 0
    assert told("prove", desk.files[0], "--log", log, "-o", tmp_path / "p")[0] == 0
    verify = ("verify", desk.files[0], tmp_path / "p", "--key", pair.public)
    assert told(*verify)[0] == 1
    assert told(*verify, "--signer", desk.public)[0] == 0


def test_the_key_may_come_from_the_environment(desk: Desk, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told("append", *desk.files, "--log", desk.log)[0] == 2
    monkeypatch.setenv("CTO_AUDIT_SIGNING_KEY", desk.private.read_text())
    assert told("append", *desk.files, "--log", desk.log)[0] == 0


def test_all_or_none(desk: Desk) -> None:
    line = desk.files[1].read_bytes()
    desk.files[1].write_bytes(line.replace(b'"sig":"', b'"sig":"A', 1))
    code, out, _ = desk.append()
    assert code == 1 and f"{desk.files[1]}: " in out
    assert desk.check()[1].splitlines()[1].split() == ["entries", "0"]


def test_a_log_that_shrank_or_forked_is_refused(desk: Desk) -> None:
    desk.append(desk.files[0])
    early = (desk.log / "checkpoint").read_bytes()
    desk.append()
    kept = desk.folder / "kept"
    shutil.copyfile(desk.log / "checkpoint", kept)
    desk.told("prove", desk.files[2], "--log", desk.log, "-o", desk.folder / "p")
    (desk.log / "checkpoint").write_bytes(early)

    code, out, _ = desk.check()
    assert code == 3 and "tile/entries/000.p/3" in out and "put it back" in out
    code, out, _ = desk.check("--since", kept, "-o", desk.folder / "none")
    assert code == 1 and "the log shrank: it had 3 entries and has 1" in out
    assert not (desk.folder / "none").exists()
    code, out, _ = desk.append(desk.files[2])
    assert code == 1 and "older checkpoint was put back" in out
    more = ("--log", desk.log, "--key", desk.private, "--discard-unsigned")
    assert desk.told("append", desk.files[2], *more, "--since", kept)[0] == 1
    assert desk.told("append", *reversed(desk.files), *more)[0] == 0

    code, out, _ = desk.check("--since", kept)
    assert code == 1 and "the log forked: its first 3 entries" in out
    verify = ("verify", desk.files[2], desk.folder / "p", "--key", desk.public)
    assert desk.told(*verify)[0] == 0
    for options in (("--log", desk.log), ("--log", desk.log, "--since", kept)):
        code, out, _ = desk.told(*verify, *options)
        assert code == 1 and "the log forked" in out


def test_tampering_is_named_and_not_signed_over(desk: Desk) -> None:
    desk.append(*desk.files[:2])
    bundle = desk.log / "tile/entries/000.p/2"
    bundle.write_bytes(bundle.read_bytes().replace(b'"decision":"fail"', b'"decision":"pass"'))
    code, out, _ = desk.check()
    assert code == 1 and "entry 1 does not agree with tile/0/000.p/2" in out
    before = (desk.log / "checkpoint").read_bytes()
    assert desk.append(desk.files[2])[0] == 1
    assert (desk.log / "checkpoint").read_bytes() == before


def test_what_the_operator_gets_wrong(desk: Desk, told: Told, tmp_path: Path) -> None:
    desk.append()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    mine, log, theirs = ("--key", desk.private), ("--log", desk.log), ("--key", desk.public)
    file = desk.files[0]
    usage: list[tuple[str | Path, ...]] = [
        (),
        ("nothing",),
        ("init", *log, *mine),
        ("init", "--log", tmp_path / "new", "--origin", "two words", *mine),
        ("init", "--log", desk.log, "--origin", ORIGIN, *mine),
        ("init", "--log", file, "--origin", ORIGIN, *mine),
        ("init", "--log", tmp_path / "new", "--origin", ORIGIN, *theirs),
        ("append", *log, *mine),
        ("append", file, *mine),
        ("append", file, *log),
        ("append", file, *log, *theirs),
        ("append", tmp_path / "none", *log, *mine),
        ("append", tmp_path / "pipe", *log, *mine),
        ("append", tmp_path, *log, *mine),
        ("append", file, "--log", tmp_path / "none", *mine),
        ("append", file, "--log", file, *mine),
        ("append", file, *log, *mine, "--since", tmp_path / "none"),
        ("append", file, *log, *mine, "--signer", desk.private),
        ("prove", file),
        ("prove", file, "--log", tmp_path / "none"),
        ("prove", file, *log, "-o", desk.log / "checkpoint"),
        ("prove", file, *log, "-o", desk.log / "tile/x"),
        ("prove", file, *log, "-o", file),
        ("prove", file, *log, "-o", tmp_path / "none/p"),
        ("check", *log),
        ("check", *theirs),
        ("check", *log, *mine),
        ("check", "--log", tmp_path / "none", *theirs),
        ("check", *log, *theirs, "-o", desk.public),
        ("check", *log, *theirs, "--since", tmp_path / "none"),
        ("check", *log, *theirs, "-o", "-"),
        ("verify", file, *theirs),
        ("verify", file, tmp_path / "none", *theirs),
        ("verify", file, tmp_path / "empty"),
    ]
    before = (desk.log / "checkpoint").read_bytes()
    for line in usage:
        code, out, err = told(*line)
        assert (code, out) == (2, ""), line
        assert err.startswith("cto-audit: ") and "\n  " in err, line
        assert "Traceback" not in err
    assert (desk.log / "checkpoint").read_bytes() == before
    refused: list[tuple[str | Path, ...]] = [
        ("append", tmp_path / "empty", *log, *mine),
        ("append", desk.private, *log, *mine),
        ("append", file, *log, *mine, "--since", tmp_path / "empty"),
        ("append", file, "--log", tmp_path, *mine),
        ("prove", tmp_path / "empty", *log),
        ("prove", file, "--log", tmp_path),
        ("check", "--log", tmp_path, *theirs),
        ("check", *log, *theirs, "--since", file),
        ("check", *log, *theirs, "--origin", "example.com/other"),
        ("verify", file, tmp_path / "empty", *theirs),
        ("verify", file, desk.log / "checkpoint", *theirs),
    ]
    for line in refused:
        code, out, err = told(*line)
        assert (code, err) == (1, ""), line
        assert out.startswith("REFUSED, for ") and "    do: " in out, line


def test_names_are_safe_to_print(desk: Desk, told: Told) -> None:
    odd = desk.folder / "a\x1b[2J\n\udcffb"
    shutil.copyfile(desk.files[0], odd)
    for options in ((), ("--json",)):
        code, out, _ = told("append", odd, "--log", desk.log, "--key", desk.private, *options)
        assert code == 0 and "\x1b" not in out and out.count("\n") == (1 if options else 4)
    odd.write_bytes(b"x\n")
    for options in ((), ("--json",)):
        code, out, err = told("append", odd, "--log", desk.log, "--key", desk.private, *options)
        assert code == 1 and "\x1b" not in out + err


def test_the_private_key_is_never_shown(desk: Desk) -> None:
    secret = desk.private.read_text().splitlines()[1]
    written = "".join(path.read_text("latin-1") for path in desk.log.rglob("*") if path.is_file())
    assert all(secret not in text for text in [*desk.append(), *desk.check("--json"), written] if isinstance(text, str))


@pytest.mark.parametrize("part", commands.parts("log"))
def test_each_part_teaches(part: str, told: Told) -> None:
    code, out, err = told(part, "--help")
    assert (code, err) == (0, "")
    assert "Example" in out and "Exit codes: 0 " in out and f"cto-audit log {part} " in out


def test_a_family_lists_its_parts(told: Told, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told("--help")
    assert code == 0
    listed = [line.split()[0] for line in out.partition("Commands:\n")[2].splitlines() if line.startswith("  ")]
    assert set(listed) >= {"append", "check", "init", "prove", "verify"} == set(commands.parts("log"))
    assert commands.parts("audit") == []
    assert cli.main(["--help"]) == 0
    words = [line.split()[0] for line in capsys.readouterr().out.partition("Commands:\n")[2].splitlines() if line]
    names = words[: words.index("Exit")]
    assert names == sorted(names) and "log" in names
    assert {"--log", "--origin", "--since"} <= cli.valued_options(["log"])
