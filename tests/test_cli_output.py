"""Output goes where it was asked to, whole or not at all, and never into the run directory."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.cli_output import complain, destination, say, wants_colour
from auditor.errors import OperatorError


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return an empty run directory with a folder in it."""
    (tmp_path / "run" / "inner").mkdir(parents=True)
    return tmp_path / "run"


def put(output: Path, run: Path, text: str = "verdict\n", inputs: tuple[Path, ...] = ()) -> None:
    """Write the text to the output as the audit does."""
    with destination(output, run, inputs) as write:
        write(text)


def test_a_new_file_holds_the_text_and_has_the_usual_mode(run: Path, tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        put(tmp_path / "out.txt", run, "vérdict\n")
    finally:
        os.umask(before)
    assert (tmp_path / "out.txt").read_bytes() == "vérdict\n".encode()
    assert stat.S_IMODE((tmp_path / "out.txt").stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.txt", "run"]


def test_a_file_is_replaced_whole_or_left_alone(run: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    put(target, run, "first\n")
    put(target, run, "second\n")
    with pytest.raises(RuntimeError), destination(target, run):
        raise RuntimeError
    with pytest.raises(UnicodeEncodeError):
        put(target, run, "\ud800")
    assert target.read_text() == "second\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.txt", "run"]


def test_a_link_is_written_through_and_stays_a_link(run: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real.txt")
    put(tmp_path / "link", run)
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real.txt").read_text() == "verdict\n"


@pytest.mark.parametrize("place", ["run/out", "run/inner/out", "run/inner/../out", "to-run/out", "to-file", "to-new"])
def test_nothing_is_written_inside_the_run_directory(place: str, run: Path, tmp_path: Path) -> None:
    (run / "report.json").write_text("{}")
    (tmp_path / "to-run").symlink_to(run)
    (tmp_path / "to-file").symlink_to(run / "report.json")
    (tmp_path / "to-new").symlink_to(run / "inner" / "new")
    with pytest.raises(OperatorError, match="inside the run directory"):
        put(tmp_path / place, run)
    assert sorted(str(path.relative_to(run)) for path in run.rglob("*")) == ["inner", "report.json"]
    assert (run / "report.json").read_text() == "{}"


def test_a_run_directory_named_through_a_link_is_the_same_directory(run: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(run)
    with pytest.raises(OperatorError, match="inside the run directory"):
        put(run / "out", tmp_path / "alias")


def test_an_input_is_not_overwritten(run: Path, tmp_path: Path) -> None:
    authority = tmp_path / "admission.json"
    authority.write_text("{}")
    (tmp_path / "alias").symlink_to(authority)
    with pytest.raises(OperatorError, match="also an input"):
        put(tmp_path / "alias", run, inputs=(tmp_path / "absent", authority))
    assert authority.read_text() == "{}"


@pytest.mark.parametrize("place", ["absent/out", "run", ".", "loop", "file/out"])
def test_a_place_that_cannot_be_written_is_refused_before_the_work(place: str, run: Path, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "file").write_text("")
    with pytest.raises(OperatorError), destination(tmp_path / place, run):
        pytest.fail("the work was begun")


def test_a_device_is_written_to_and_not_replaced(run: Path) -> None:
    put(Path(os.devnull), run)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_dash_is_standard_output(run: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    put(Path("-"), run, "é\n")
    assert capsysbinary.readouterr().out == "é\n".encode()


def test_complaints_are_safe_for_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    complain("no \x1b[2J\n such", "do\r this")
    assert capsys.readouterr().err == "cto-audit: no \\u001b[2J\\u000a such\n  do\\u000d this\n"


def test_closed_streams_are_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    say("text")
    complain("sentence")
    assert not wants_colour()


def test_output_is_utf8_whatever_the_locale_and_a_closed_pipe_is_quiet() -> None:
    program = "import sys; from auditor.cli_output import say; say('é' + 'x' * 999999); say('y'); sys.exit(3)"
    environment = {**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout and process.stderr
        assert process.stdout.read(2) == "é".encode()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_said() -> None:
    program = "from auditor.cli_output import say; say('x' * 99999)"
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-c", program], stdout=full, stderr=subprocess.PIPE, check=False)
    assert b"OperatorError: standard output cannot be written" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("line", [["--help"], ["sweep", "--help"], ["log", "--help"], ["log", "init", "--help"]])
def test_a_full_disk_is_said_where_help_is_asked_for(line: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "auditor", *line]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        root = Path(__file__).parents[1]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, cwd=root, env=environment)
    assert done.returncode == 2
    assert done.stderr.startswith(b"cto-audit: standard output cannot be written: ")
    assert done.stderr.count(b"\n") == 2  # the interpreter has nothing to add


def test_a_file_that_cannot_be_written_is_called_as_the_operator_called_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(draft: object, target: object, **folders: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.chdir(tmp_path)
    Path("tiny").mkdir()
    monkeypatch.setattr(os, "replace", full)
    with (
        pytest.raises(OperatorError, match=r"^tiny/out cannot be written: No space"),
        destination(Path("tiny/out"), None) as write,
    ):
        write("text")
    assert list(Path("tiny").iterdir()) == []


def test_colour_needs_a_terminal_and_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert not wants_colour()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert wants_colour()
    monkeypatch.setenv("TERM", "dumb")
    assert not wants_colour()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour()
