"""The summary of a build step is appended where the runner asks for it, and never costs a verdict."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from auditor.cli import main
from auditor.cli_github import VARIABLE, append_step_summary

SAMPLE = Path(__file__).parents[1] / "sample_runs" / "forbidden-write"


def judge(*options: str) -> int:
    """Judge the sample run."""
    run = next(SAMPLE.glob("2*"))
    return main([str(run), "--admission", str(SAMPLE / "admission.json"), *options])


def test_the_summary_is_appended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "summary.md"
    file.write_text("before\n")
    monkeypatch.setenv(VARIABLE, str(file))
    assert judge("--format", "github") == 1
    assert file.read_text().startswith("before\n## FAIL `2026")
    assert "### What does not hold" in file.read_text()
    assert capfd.readouterr().out.startswith("::error title=FAIL 2026")


def test_only_the_format_for_github_writes_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "summary.md"))
    assert judge("--format", "text") == 1
    assert not (tmp_path / "summary.md").exists()


def test_without_a_runner_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert judge("--format", "github") == 1


@pytest.mark.parametrize("place", ["a folder", "/dev/full", "nowhere/else.md", "pipe", "nul\0byte"])
def test_a_place_that_cannot_be_written_is_said_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], place: str
) -> None:
    (tmp_path / "a folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(os, "environ", {VARIABLE: str(tmp_path / place)})
    append_step_summary("text")
    assert "summary" in capfd.readouterr().err
