"""Where output goes: standard output, a file written at one stroke, and complaints on standard error."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TextIO

from auditor.drafts import replacing
from auditor.emit.safe import safe
from auditor.errors import OperatorError

_LONG_WORD = re.compile(r"[A-Za-z0-9_+=~%-]{12,}")
"""What a credential cannot do without, and most complaints can."""


def say(text: str) -> None:
    """Write the text to standard output as UTF-8, whatever the locale.

    A reader that has closed the pipe has had enough: that is no error. Any other failure is the operator's to mend.
    """
    if sys.stdout is None:  # closed by whoever started us: nobody listens, and the exit code still speaks
        return
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _give_up(sys.stdout)
    except OSError as error:
        _give_up(sys.stdout)
        raise OperatorError(
            f"standard output cannot be written: {error.strerror}", "free space, or name an --output"
        ) from error


def _give_up(stream: TextIO) -> None:
    """Let the interpreter, which flushes once more when it ends and would complain, flush into nothing."""
    with open(os.devnull, "wb") as nothing:  # noqa: PTH123 - a device, not a path of ours
        os.dup2(nothing.fileno(), stream.fileno())


def complain(sentence: str, hint: str = "") -> None:
    """Print an error sentence on standard error, and what to do next on a line of its own.

    A credential that somebody gave as an argument, or named a file after, is masked.
    """
    if sys.stderr is None:
        return
    lines = [f"cto-audit: {safe(_masked(sentence))}", *([f"  {safe(_masked(hint))}"] if hint else [])]
    with contextlib.suppress(OSError):  # nobody is left to tell
        sys.stderr.write("\n".join(lines) + "\n")
        sys.stderr.flush()


def _masked(text: str) -> str:
    if _LONG_WORD.search(text) is None:
        return text
    from auditor.places import rules_folder  # noqa: PLC0415 - the engine takes long to load, and few errors need it
    from auditor.secrets import Engine, Redactor  # noqa: PLC0415

    try:
        return Redactor(Engine.load(rules_folder() / "secrets"), []).mask(text)
    except (OSError, ValueError):
        return _LONG_WORD.sub("[withheld]", text)  # without rules nothing tells a credential from a path


def wants_colour() -> bool:
    """Tell whether standard output is a terminal that takes colour, and its user has not said no (``NO_COLOR``)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or sys.stdout is None:
        return False
    return sys.stdout.isatty()


@contextmanager
def destination(
    output: Path | None,
    run_dir: Path | None,
    inputs: Sequence[Path] = (),
    option: str = "--output",
    what: str = "the run directory",
) -> Iterator[Callable[[str], None]]:
    """Yield what writes the text: to standard output, or to the file `output`, whole or not at all.

    Refuse, before any work is done, a file inside the run directory (links followed, on both sides), one of the audit's
    own `inputs`, and a place that cannot be written. The folder is held open from the check to the write, so that it
    cannot be exchanged for another in between. A device or a pipe is written to, and never replaced. `option` is what
    complaints call the file by, and `what` what they call the directory by: any that must stay as it is.
    """
    if output is None or str(output) == "-":
        yield say
        return
    target = _resolved(output, option)
    _refuse_inputs(target, inputs, option)
    with _mended(f"{option} {output}: its folder cannot be used", "name a file in an existing folder"):
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if run_dir is not None:
            _refuse_inside(folder, target, run_dir, option, what)
        if _is_device(output):
            yield partial(_write_device, output, option)
        else:
            yield partial(_write_file, folder, target.name, output, option)
    finally:
        os.close(folder)


def _write_device(device: Path, option: str, text: str) -> None:
    with _mended(f"{device} cannot be written", f"name another {option}"):
        device.write_bytes(text.encode())


def _write_file(folder: int, name: str, shown: Path, option: str, text: str) -> None:
    """Write the file `name` of the open directory, whole or not at all; `shown` is what the operator calls it."""
    with _mended(f"{shown} cannot be written", f"name another {option} file"), replacing(name, folder) as file:
        file.write(text.encode())


@contextmanager
def _mended(what: str, hint: str) -> Iterator[None]:
    """Turn the system's refusal into a sentence for the operator."""
    try:
        yield
    except OSError as error:
        raise OperatorError(f"{what}: {error.strerror}", hint) from error


def _is_device(output: Path) -> bool:
    try:
        mode = output.stat().st_mode
    except FileNotFoundError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def _resolved(output: Path, option: str) -> Path:
    try:
        target = output.resolve()
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, in older Pythons
        raise OperatorError(f"{option} {output} is a loop of links", "name another file") from error
    if target.is_symlink():  # since Python 3.13 a loop resolves to itself
        raise OperatorError(f"{option} {output} is a loop of links", "name another file")
    if target.is_dir() or not target.name:
        raise OperatorError(f"{option} {output} is a directory", "name a file in it")
    return target


def _refuse_inputs(target: Path, inputs: Sequence[Path], option: str) -> None:
    for path in inputs:
        if target.exists() and path.exists() and target.samefile(path):
            raise OperatorError(f"{option} {target} is also an input of this audit", "name another file")


def _refuse_inside(folder: int, target: Path, run_dir: Path, option: str, what: str) -> None:
    run = run_dir.stat()
    above = [os.fstat(folder), *(path.stat() for path in target.parent.parents)]
    if any(os.path.samestat(run, status) for status in above):
        raise OperatorError(
            f"{option} {target} lies inside {what}, and the auditor writes nothing there",
            f"name a file outside {what}",
        )
