"""Whatever is planted, and wherever: no command ever shows it, in no format, error, log or file that it writes.

A value is planted in one place of a run, of a repository, of a work item or of a command line. Then every command is run
in every format, and what it wrote anywhere must hold no eight characters of the value in a row beyond its public prefix.
"""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor import cli
from auditor.emit import formats
from tests.secrets.fakes import fill, with_crc

[SAMPLE] = (Path(__file__).parents[1] / "sample_runs" / "stage2-pass-gateway").glob("2*")
RNG = random.Random(31)
VALUES = {
    "anthropic": ("sk-ant-api03-", fill("<<b64url:93>>AA", RNG)),
    "github": ("ghp_", with_crc("", RNG)),
    "aws": ("AKIA", fill("<<base32:16>>", RNG)),
    "known": ("", fill("<<alnum:9>>-<<alnum:9>>", RNG)),
}
"""By name: the public prefix, and the secret part. The last is in no format and known to the operator only."""
FILES = sorted(path.relative_to(SAMPLE).as_posix() for path in SAMPLE.rglob("*") if path.is_file())

Plant = Callable[[Path, str], None]


def in_file(name: str) -> Plant:
    def plant(run: Path, value: str) -> None:
        with (run / name).open("ab") as file:
            file.write(f"\n{value}\n".encode())

    return plant


def in_json(name: str) -> Plant:
    """Put the value before every text of a JSON document, or of the lines of one: ids, models, paths, reasons."""

    def plant(run: Path, value: str) -> None:
        text = (run / name).read_text()
        rows = [text] if name.endswith(".json") else text.splitlines()
        (run / name).write_text("\n".join(json.dumps(mixed(json.loads(row), value)) for row in rows if row.strip()))

    def mixed(node: object, value: str) -> object:
        if isinstance(node, dict):
            return {key: mixed(child, value) for key, child in node.items()} | {value: 1}
        if isinstance(node, list):
            return [mixed(child, value) for child in node]
        return f"{node} {value}" if isinstance(node, str) else node

    return plant


def as_names(run: Path, value: str) -> None:
    (run / value).mkdir()
    (run / value / f"{value}.txt").write_text("x")
    (run / f"link-{value}").symlink_to(f"/nowhere/{value}")
    os.mkfifo(run / f"pipe {value}")


def as_report(run: Path, value: str) -> None:
    (run / "report.json").write_text(f'{{"{value}": "{value}", "run_id": "{value}"')


PLANTS: dict[str, Plant] = {
    **{f"at the end of {name}": in_file(name) for name in FILES},
    **{f"in each text of {name}": in_json(name) for name in FILES if name.endswith((".json", ".jsonl"))},
    "in names": as_names,
    "in a broken report": as_report,
}


def everywhere(run: Path, value: str) -> None:
    for place, plant in sorted(PLANTS.items(), reverse=True):
        if place != "in a broken report":
            plant(run, value)


class Console:
    """Runs commands and keeps all that they say and write."""

    def __init__(self, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, place: Path) -> None:
        self._capsys, self._caplog, self.place = capsys, caplog, place
        self.said: dict[str, str] = {}

    def run(self, *line: str | Path) -> int:
        words = [str(word) for word in line]
        code = cli.main(words)
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err
        self.said[" ".join(words)] = out + err + self._caplog.text
        return code

    def run_apart(self, *line: str | Path) -> None:
        """Run a command in a process of its own: a sweep's workers have the environment that its process began with."""
        words = [str(word) for word in line]
        command = [sys.executable, "-m", "auditor", *words]
        found = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=found)
        assert "Traceback" not in done.stderr
        self.said[" ".join(words)] = done.stdout + done.stderr

    def leaks(self, secret: str, written: Path | None = None) -> list[str]:
        """The commands and files that show eight characters of `secret` in a row."""
        parts = [secret[at : at + 8] for at in range(len(secret) - 7)]
        files = [path for path in (written.rglob("*") if written else ()) if path.is_file()]
        shown = self.said | {path.name: path.read_bytes().decode("latin-1") for path in files}
        return [what[-60:] for what, text in shown.items() if any(part in text for part in parts)]


@pytest.fixture
def console(
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Console:
    caplog.set_level(logging.DEBUG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")
    (tmp_path / "out").mkdir()
    return Console(capsys, caplog, tmp_path)


def judge(console: Console, run: Path, *known: str) -> None:
    """Run every command that reads a run, in every format."""
    out = console.place / "out"
    for name in formats():
        console.run("audit", run, "--format", name, "--verbose", *known)
    console.run("audit", run, "--output", out / "verdict.txt", *known)
    console.run("audit", run, "--attest", out / "run.attestation", "--unsigned", *known)
    console.run("verify", out / "run.attestation", run, "--dangerously-allow-unsigned", "--reaudit", *known)
    console.run("verify", out / "run.attestation", run, "--dangerously-allow-unsigned", "--json", *known)
    console.run("scan", run, *known)
    console.run("scan", run, "--json", *known)
    store = ("--store", f"sqlite:///{out}/verdicts.sqlite3")
    reports = ("--html", out / "site", "--junit", out / "junit.xml", "--sarif", out / "all.sarif")
    console.run_apart("sweep", run.parent, *store, "--jobs", "1", *reports, *known)
    console.run_apart("sweep", run.parent, *store, "--jobs", "1", "--json", "--all", *known)
    assert (out / "site").is_dir() and (out / "all.sarif").is_file()
    console.run("history", *store)
    console.run("history", *store, "--json")


def planted_run(console: Console, plant: Plant, value: str) -> Path:
    run = console.place / "runs" / "one"
    shutil.copytree(SAMPLE, run)
    plant(run, value)
    return run


@pytest.mark.parametrize("place", PLANTS)
def test_no_place_of_a_run_is_shown(place: str, console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix, secret = VALUES[random.Random(place).choice(sorted(VALUES))]
    monkeypatch.setenv("PLANTED", prefix + secret)
    run = planted_run(console, PLANTS[place], prefix + secret)
    known = ("--known-secret-env", "PLANTED")
    console.run("audit", run, "--json", *known)
    console.run("audit", run, "--verbose", *known)
    console.run("scan", run, *known)
    assert console.leaks(secret) == []
    assert any("…[" in text for text in console.said.values()), "it was not even seen"


@pytest.mark.parametrize("name", ["github", "known"])
def test_no_command_shows_what_is_all_over_a_run(name: str, console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix, secret = VALUES[name]
    monkeypatch.setenv("PLANTED", prefix + secret)
    run = planted_run(console, everywhere, prefix + secret)
    if name != "known":  # evidence is told of no known credentials
        console.run("evidence", run)
        console.run("evidence", run, "--json")
    judge(console, run, *(("--known-secret-env", "PLANTED") if name == "known" else ()))
    assert console.leaks(secret, console.place / "out") == []
    assert len(console.said) > 15


@pytest.mark.parametrize("name", ["anthropic", "github"])
def test_no_error_shows_an_argument(name: str, console: Console) -> None:
    """Arguments are no place for credentials, and still they end up there: as a path, a name, a range, an option."""
    prefix, secret = VALUES[name]
    value = prefix + secret
    Path("f").write_text(f"{value} = [")
    good = str(SAMPLE)
    for line in (
        ("audit", value),
        ("audit", good, "--format", value),
        ("audit", good, "--policy", value),
        ("audit", good, "--policy", "f"),
        ("audit", good, "--profile", value),
        ("audit", good, "--admission", value),
        ("audit", good, "--allow", "f"),
        ("audit", good, "--secrets-baseline", "f"),
        ("audit", good, "--output", f"{value}/x"),
        ("audit", good, "--known-secret-env", value),
        ("audit", good, "--known-secret-file", value),
        ("audit", good, "--known-fingerprint", "f"),
        ("audit", good, f"--{value}"),
        ("evidence", value),
        ("explain", value),
        ("schema", value),
        ("admission", value, "--provider", "a", "--model", "b"),
        ("admission", "f", "--provider", value, "--model", value),
        ("admission", "f", "--provider", "a", "--model", "b", "--at", value),
        ("scan", value),
        ("scan", "--git", value),
        ("scan", "--git", f"--{value}"),
        ("fingerprint", "--known-secret-file", value),
        ("history", value),
        ("history", "--store", f"sqlite:///{value}/x"),
        ("history", "--store", f"postgresql://me:{value}@127.0.0.1:1/x"),
        ("show", value, "--store", "sqlite:///s"),
        ("sweep", value, "--store", "sqlite:///s"),
        ("verify", value),
        ("verify", "f"),
        ("verify", "f", value, "--require", value),
        ("attach", "f", value),
        ("claims", value),
        ("claims", "f", "--key", value),
        ("gate", value),
        (value,),
    ):
        console.run(*line)
    assert console.leaks(secret) == []


WORK_ITEM = """---
title: "CTO-WORK-020: {value}"
status: Stage 2 passed
lifecycle_classification: active
owner: {value}
created: 2026-07-01
last_reviewed: 2026-07-02
route: {value}
---

Case has wound the tide clock with {value}, Stage 2 pass.

decision_status: approved {value}
provider: {value}
model: {value}
effect: {value}
"""


@pytest.mark.parametrize("name", ["anthropic", "github", "aws"])
def test_the_way_to_a_claim_shows_nothing_that_stands_beside_it(name: str, console: Console) -> None:
    """From the run to the gate, every command in all its forms does its work, with a credential wherever one may stand."""
    prefix, secret = VALUES[name]
    value = prefix + secret
    run = planted_run(console, everywhere, value)
    out = console.place / "out"
    key, public, log, attested = out / "auditor.key", out / "auditor.pub", out / "log", out / "run.attestation"
    item = console.place / "CTO-WORK-020.md"
    item.write_text(WORK_ITEM.format(value=value))
    before = item.read_text().count(secret)
    assert console.run("keygen", out / "auditor") == 0
    assert console.run("log", "init", "--log", log, "--origin", "example.com/verdicts", "--key", key) == 0
    assert console.run("audit", run, "--attest", attested, "--key", key) == 1
    for extra in ((), ("--json",)):
        assert console.run("verify", attested, run, "--key", public, *extra) == 1, "it stands, but is no pass"
        assert console.run("log", "append", attested, "--log", log, "--key", key, *extra) == 0
        assert console.run("log", "check", "--log", log, "--key", public, *extra) == 0
        assert console.run("attach", attested, item, "--key", public, "--log", log, *extra) == 0
        assert console.run("gate", item, "--key", public, "--log", log, *extra) == 1
        assert console.run("claims", console.place, "--key", public, *extra) == 1
    named = console.place / f"CTO-WORK-021 {value}.md"
    named.write_text(WORK_ITEM.replace("020", "021").format(value=value))
    assert console.run("attach", attested, named, "--key", public, "--log", log) == 0
    for form in ("comment", "jira"):
        assert console.run("attach", attested, "--key", public, "--as", form) == 0
    assert console.leaks(secret, out) == []
    beside = [path for path in console.place.glob("CTO-WORK-020*") if path != item]
    assert len(beside) == 2 and not any(secret in path.read_text() for path in beside)
    assert item.read_text().count(secret) == before, "the block repeats none"


def test_commits_are_shown_without_what_they_hold(console: Console) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    prefix, secret = VALUES["github"]
    value = prefix + secret
    folder = console.place / "repository"
    folder.mkdir()

    def git(*words: str) -> None:
        identity = {
            f"GIT_{who}_{what}": f"{value}@x.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True, env={**os.environ, **identity})

    git("init", "-q", "-b", "main")
    (folder / value).mkdir()
    (folder / value / f"{value}.txt").write_text(f"k = {value}\n")
    git("add", ".")
    git("-c", "commit.gpgsign=false", "commit", "-q", "-m", f"with {value}")
    git("tag", "-a", f"v-{value}", "-m", f"tag {value}")
    git("branch", f"topic-{value}")
    for words in (["--git=--all"], ["--git", f"topic-{value}"], ["--git", f"none-{value}"]):
        console.run("scan", folder, *words)
        console.run("scan", folder, *words, "--json")
    assert console.leaks(secret) == []
    assert any("github" in text for text in console.said.values())
