"""Workflow commands are read as they were meant, and a hostile name gives no command of its own."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.emit import Style, formats
from auditor.emit.github import MAX_SUMMARY, SHOWN, SweepReport, commands, summary, sweep_report
from auditor.facts import Exhibit, Gap, Ruling, Verdict
from tests.emit.verdicts import RUN_ID, broken, scrawled, sound

_COMMAND = re.compile(r"::(?P<level>[a-z]+) (?P<properties>.*?)::(?P<text>.*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """Return level, properties and message of a command, as the service reads them."""
    match = _COMMAND.fullmatch(line)
    assert match, line
    pairs = [pair.partition("=") for pair in match["properties"].split(",")]
    return match["level"], {name: unescaped(value) for name, _, value in pairs}, unescaped(match["text"])


def unescaped(text: str) -> str:
    """Return what an escaped text stands for."""
    for escape, character in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def emitted(verdict: Verdict, style: Style | None = None) -> list[tuple[str, dict[str, str], str]]:
    """Return the commands of a verdict."""
    return [read(line) for line in formats()["github"].emit(verdict, style or Style()).splitlines()]


def test_the_decision_comes_first_and_then_what_weighs_most() -> None:
    told = emitted(broken())
    assert [level for level, *_ in told] == ["error", "error", "warning", "notice"]
    assert told[0][1] == {"title": f"FAIL {RUN_ID}"}
    assert told[0][2].endswith("; no Stage 2 pass may be claimed")
    assert told[1][1] == {"file": "trace.jsonl", "line": "22", "title": "violated model.only-the-admitted"}
    assert "What to do: Find out why" in told[1][2]


def test_a_pass_is_a_notice_and_quiet_is_the_decision_alone() -> None:
    assert [level for level, *_ in emitted(sound())] == ["notice"]
    assert len(emitted(broken(), Style(quiet=True))) == 1


def test_a_folder_goes_before_the_file() -> None:
    told = [read(line.rstrip("\n")) for line in commands(broken(), "runs/one/")]
    assert told[1][1]["file"] == "runs/one/trace.jsonl"


def test_what_would_end_a_part_is_escaped() -> None:
    ruling = Ruling("a.b", "violated", "fail", "100% ::error::, x", evidence=(Exhibit("a,b:c%2C=d", 1),))
    (_, told) = emitted(msgspec.structs.replace(broken(), rulings=(ruling,)))
    assert told[1]["file"] == "a,b:c%2C=d" and told[2] == "100% ::error::, x"


@given(st.text(st.characters(), max_size=40))
@example("\n::stop-commands::x")
@example("\r\n::add-mask::\n##[set-env name=X]y")
@example("%0A::error::")
def test_no_name_is_a_command(scrawl: str) -> None:
    told = emitted(scrawled(scrawl))
    assert [level for level, *_ in told] == ["error", "error"]
    assert {name for _, properties, _ in told for name in properties} <= {"file", "line", "title"}
    assert "\n" not in "".join(text for *_, text in told)


def test_a_summary_is_the_verdict_in_markdown_unless_it_is_too_long() -> None:
    assert summary(broken()) == formats()["markdown"].emit(broken())
    gaps = tuple(Gap(f"f{number}", "permission denied " * 8) for number in range(9000))
    long = summary(msgspec.structs.replace(broken(), gaps=gaps), Style(verbose=True))
    assert len(long.encode()) < MAX_SUMMARY and long.startswith("## FAIL") and "too long" in long


def test_a_sweep_says_its_figures_and_the_worst_first() -> None:
    blocked = msgspec.structs.replace(sound(), decision="blocked")
    report = sweep_report([("/r/a", sound()), ("/r/b", blocked), *[("/r/c", broken())] * 30])
    told = [read(line) for line in report.lines().splitlines()]
    assert told[0] == ("error", {"title": "cto-audit sweep"}, "32 new verdicts: 30 fail, 1 blocked, 1 pass")
    assert [level for level, *_ in told[1:]] == ["error"] * SHOWN + ["warning"]
    assert report.markdown().count("\n| fail |") == 30


@pytest.mark.parametrize("verdicts", [0, 1])
def test_a_sweep_without_a_fault_is_a_notice(verdicts: int) -> None:
    report = sweep_report([("/r", sound())] * verdicts)
    assert [read(line)[0] for line in report.lines().splitlines()] == ["notice"]
    assert "|" not in report.markdown()


def test_the_report_of_a_sweep_keeps_no_more_than_it_shows() -> None:
    report = SweepReport()
    for number in range(5000):
        report.take(f"/r/{number}", broken())
    assert report.markdown().endswith("and 4,800 more\n")
    assert len(report.markdown().encode()) < MAX_SUMMARY


@given(st.text(st.characters(), max_size=30))
@example("| a | `b` | @octocat <img>")
def test_the_table_of_a_sweep_keeps_its_columns(scrawl: str) -> None:
    table = sweep_report([(scrawl, scrawled(scrawl))]).markdown()
    rows = [line for line in table.splitlines() if line.startswith("|")]
    assert len(rows) == 3 and {row.count("|") for row in rows} == {5}
