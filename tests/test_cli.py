"""The command line: exit codes, complaints, and what start-up may cost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import auditor.audit
from auditor import __version__, cli
from auditor.errors import OperatorError
from auditor.facts import Verdict
from auditor.policy import Policy
from tests.emit.verdicts import RUN_ID, broken, sound

Judge = Callable[..., Verdict]


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    """Return an empty directory to judge."""
    place = tmp_path / RUN_ID
    place.mkdir()
    return place


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Callable[[Verdict], list[dict[str, Any]]]:
    """Let every audit end in the given verdict; return the list that its arguments are noted in."""
    monkeypatch.delenv("CTO_HARNESS_CASE_MODEL_ADMISSION_FILE", raising=False)

    def arrange(verdict: Verdict) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = []

        def examine(run_dir: Path, policy: Policy, **options: Any) -> None:
            calls.append({"run_dir": run_dir, "policy": policy, **options})

        monkeypatch.setattr(auditor.audit, "examine", examine)
        monkeypatch.setattr(auditor.audit, "conclude", lambda examined, policy: verdict)
        return calls

    return arrange


@pytest.mark.parametrize(("decision", "code"), [("pass", 0), ("fail", 1), ("blocked", 3)])
@pytest.mark.parametrize("format_", ["--format=text", "--json", "--format=markdown", "-q", "-v"])
def test_the_decision_alone_makes_the_exit_code(
    decision: Any, code: int, format_: str, run_dir: Path, judged: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = {"pass": sound(), "fail": broken()}.get(decision) or Verdict(
        **{name: getattr(broken(), name) for name in Verdict.__struct_fields__} | {"decision": decision}
    )
    judged(verdict)
    assert cli.main([str(run_dir), format_]) == code
    out, err = capsys.readouterr()
    assert out and not err


def test_options_stand_before_or_after_the_directory(run_dir: Path, judged: Any, capsys: Any) -> None:
    calls = judged(sound())
    for line in (["--json", str(run_dir)], [str(run_dir), "--json"], ["audit", "--format", "json", str(run_dir)]):
        assert cli.main(line) == 0
        assert json.loads(capsys.readouterr().out)["run_id"] == RUN_ID
    assert [call["run_dir"] for call in calls] == [run_dir] * 3


def test_a_directory_with_a_command_s_name_is_reached_by_its_path(
    tmp_path: Path, judged: Any, monkeypatch: Any
) -> None:
    calls = judged(sound())
    (tmp_path / "rules").mkdir()
    monkeypatch.chdir(tmp_path)
    assert cli.main(["./rules"]) == 0
    assert cli.main(["--", "rules"]) == 0
    assert [call["run_dir"] for call in calls] == [Path("rules")] * 2


def test_the_authority_comes_from_the_option_or_the_environment(
    run_dir: Path, judged: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls = judged(sound())
    cli.main([str(run_dir)])
    monkeypatch.setenv("CTO_HARNESS_CASE_MODEL_ADMISSION_FILE", str(tmp_path / "env.json"))
    cli.main([str(run_dir)])
    cli.main([str(run_dir), "--admission", str(tmp_path / "option.json")])
    monkeypatch.setenv("CTO_HARNESS_CASE_MODEL_ADMISSION_FILE", "")
    cli.main([str(run_dir)])
    assert [call["admission"] for call in calls] == [None, tmp_path / "env.json", tmp_path / "option.json", None]


def test_the_fingerprint_key_is_the_file_s_content_stripped(run_dir: Path, judged: Any, tmp_path: Path) -> None:
    calls = judged(sound())
    key = tmp_path / "key"
    key.write_bytes(b" \n a key\xff \r\n")
    assert cli.main([str(run_dir), "--fingerprint-key", str(key)]) == 0
    assert calls[0]["fingerprint_key"] == b"a key\xff"
    for content in (b"", b" \n", b"x" * 70_000):
        key.write_bytes(content)
        assert cli.main([str(run_dir), "--fingerprint-key", str(key)]) == 2
    assert len(calls) == 1


def test_the_output_file_holds_what_would_have_been_printed(
    run_dir: Path, judged: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(broken())
    assert cli.main([str(run_dir), "--json"]) == 1
    printed = capsys.readouterr().out
    assert cli.main([str(run_dir), "--json", "--output", str(tmp_path / "verdict.json")]) == 1
    assert capsys.readouterr() == ("", "")
    assert (tmp_path / "verdict.json").read_text() == printed


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ([], "Missing argument"),
        (["RUN", "--jsno"], "No such option"),
        (["RUN", "other"], "unexpected extra argument"),
        (["RUN", "--admission"], "requires an argument"),
        (["RUN", "--format", "xml"], "there is no output format 'xml'"),
        (["RUN", "--json", "--format", "text"], "contradict"),
        (["RUN", "-v", "-q"], "contradict"),
        (["RUN", "--output", "RUN/out"], "inside the run directory"),
        (["RUN", "--policy", "absent.toml"], "absent.toml"),
        (["RUN", "--profile", "absent"], "absent"),
        (["RUN", "--fingerprint-key", "absent"], "cannot be read"),
        (["absent"], "there is no directory absent"),
        (["rule"], "there is no directory rule"),
        (["swep", "RUN"], "there is no command swep"),
        (["swep", "--html", "site"], "there is no command swep"),
        (["FILE"], "is not a directory"),
        (["schema", "verdikt"], "there is no schema 'verdikt'"),
        (["explain", "no.such-rule"], "there is no rule 'no.such-rule'"),
        (["rules", "--json", "--markdown"], "contradict"),
        (["admission", "FILE", "--provider", "p"], "Missing option"),
        (["admission", "FILE", "--provider", "p", "--model", "m", "--at", "noon"], "is no time"),
        (["admission", "RUN", "--provider", "p", "--model", "m"], "no regular file"),
    ],
)
def test_a_usage_error_is_one_sentence_and_what_to_do(
    line: list[str], sentence: str, run_dir: Path, tmp_path: Path, judged: Any, capsys: Any, monkeypatch: Any
) -> None:
    calls = judged(sound())
    (tmp_path / "FILE").write_text("{}")
    run_dir.rename(tmp_path / "RUN")
    monkeypatch.chdir(tmp_path)
    assert cli.main(line) == 2
    out, err = capsys.readouterr()
    first, hint = err.splitlines()
    assert first.startswith("cto-audit: ") and sentence in first
    assert hint.startswith("  ") and hint.strip()
    assert not out and not calls


@pytest.mark.parametrize(
    "line", [[""], ["audit", ""], ["sweep", ""], ["scan", ""], ["run", "--admission", ""], ["show", ""]]
)
def test_an_empty_argument_is_not_the_working_directory(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(line) == 2
    out, err = capsys.readouterr()
    assert out == "" and "an argument is empty" in err and "variables" in err


def test_a_misspelt_command_is_recognised(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explian", "model"]) == 2
    assert cli.main(["shema"]) == 2
    assert capsys.readouterr().err.endswith("there is no directory shema\n  did you mean the command `schema`?\n")


def test_a_mistyped_command_with_arguments_is_recognised(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["swep", str(run_dir)]) == 2
    assert capsys.readouterr().err == "cto-audit: there is no command swep\n  did you mean the command `sweep`?\n"
    assert cli.main(["unlike-any", str(run_dir)]) == 2
    assert "unexpected extra argument" in capsys.readouterr().err


def test_help_is_a_word_too_unless_a_directory_is_called_so(
    judged: Any, tmp_path: Path, monkeypatch: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for words, options in ((["help"], ["--help"]), (["help", "sweep"], ["sweep", "--help"])):
        assert cli.main(words) == 0
        told = capsys.readouterr()
        assert cli.main(options) == 0
        assert told == capsys.readouterr() and told.out.startswith("Usage: ") and not told.err
    calls = judged(sound())
    (tmp_path / "help").mkdir()
    assert cli.main(["help"]) == 0
    assert [call["run_dir"] for call in calls] == [Path("help")]


def test_an_unforeseen_error_shows_its_place_and_no_value(run_dir: Path, monkeypatch: Any, capsys: Any) -> None:
    def crash(*_: Any, **__: Any) -> Verdict:
        raise ValueError("hunter2 was in the evidence")

    monkeypatch.setattr(auditor.audit, "examine", crash)
    assert cli.main([str(run_dir)]) == 4
    out, err = capsys.readouterr()
    assert not out and "hunter2" not in err and "Traceback" not in err
    assert err.startswith("cto-audit: internal error: ValueError at auditor/commands/audit.py:")
    assert len(err.splitlines()) == 2 and __version__ in err


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (OperatorError("no \x1b[2J"), 2), (MemoryError(), 4)]
)
def test_every_end_has_its_code(error: BaseException, code: int, run_dir: Path, monkeypatch: Any, capsys: Any) -> None:
    def end(*_: Any, **__: Any) -> Verdict:
        raise error

    monkeypatch.setattr(auditor.audit, "examine", end)
    assert cli.main([str(run_dir)]) == code
    out, err = capsys.readouterr()
    assert not out and err.startswith("cto-audit: ") and "\x1b" not in err


@pytest.mark.parametrize("line", [["--version"], ["audit", "--version"], ["x", "--json", "--version"]])
def test_the_version_is_told_wherever_it_is_asked_for(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(line) == 0
    assert capsys.readouterr().out == f"cto-audit {__version__}\n"


def test_help_names_every_command_and_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in ("admission", "audit", "explain", "rules", "schema"))
    assert cli.main(["RUN", "-h"]) == 0
    assert "--fingerprint-key FILE" in capsys.readouterr().out


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own."""
    line = [sys.executable, *environment.pop("python", "").split(), "-m", "auditor", *arguments]
    return subprocess.run(line, capture_output=True, text=True, check=False, env={**os.environ, **environment})


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_in_one_line(tmp_path: Path) -> None:
    run = tmp_path / RUN_ID
    run.mkdir()
    os.mkfifo(tmp_path / "key")  # nobody writes: the command waits for its key until it is interrupted
    line = [sys.executable, "-m", "auditor", str(run), "--fingerprint-key", str(tmp_path / "key")]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        writer = os.open(tmp_path / "key", os.O_WRONLY)  # returns once the command has opened the pipe
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
        os.close(writer)
    assert (process.returncode, out, err) == (130, "", "cto-audit: interrupted; there is no verdict\n")


def test_neither_rich_nor_pydantic_nor_tabulate_is_imported(tmp_path: Path) -> None:
    done = command(str(tmp_path), "--json", python="-X importtime")
    assert done.returncode == 3, done.stderr[-500:]
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "auditor" in imported
    assert imported.isdisjoint({"rich", "pydantic", "tabulate", "pygments"})


def test_a_directory_whose_name_is_not_utf8_is_judged_and_shown(tmp_path: Path) -> None:
    place = os.fsdecode(os.fsencode(tmp_path) + b"/run-\xff")
    Path(place).mkdir()
    done = command(place, "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["run_id"] == r"run-\xff"
    assert command(place + "x").stderr.startswith("cto-audit: there is no directory ")
