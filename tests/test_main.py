"""The first moments of the process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

INTERRUPTED = """
import sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
from auditor.__main__ import start
sys.exit(start())
"""

SWALLOWED = """
import os, signal, sys, time
class Swallow:
    def find_spec(self, name, path=None, target=None):
        if name == "MODULE":
            try:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(30)
            except BaseException:
                raise ImportError("what a library makes of an interrupt")
sys.meta_path.insert(0, Swallow())
from auditor.__main__ import start
sys.exit(start())
"""

IGNORED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupt())
from auditor.__main__ import start
sys.exit(start())
"""

AT_WORK = """
import os, signal, sys
from auditor import cli_output
def say(text):
    try:
        os.kill(os.getpid(), signal.SIGINT)
        signal.pause()
    finally:
        print("put in order")
cli_output.say = say
from auditor.__main__ import start
sys.exit(start())
"""

FULL = """
import io, sys
from auditor.__main__ import leave
class Full(io.StringIO):
    def flush(self):
        raise OSError(28, "No space left on device")
sys.stdout = Full()
leave(0)
"""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run Python as it runs where nobody asked it to write everything at once."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    root = Path(__file__).parents[1]
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, check=False, cwd=root, env=environment
    )


def test_an_interrupt_while_the_program_loads_ends_in_a_sentence() -> None:
    done = run("-c", INTERRUPTED)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "cto-audit: interrupted; there is no verdict\n"


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("module", ["typer", "auditor.cli", "auditor.ruleset"])
def test_an_interrupt_that_a_library_would_swallow_while_it_loads_ends_the_process(module: str) -> None:
    done = run("-c", SWALLOWED.replace("MODULE", module), "rules")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "cto-audit: interrupted; there is no verdict\n")


def test_an_interrupt_that_whoever_started_it_ignores_stays_ignored() -> None:
    done = run("-c", IGNORED, "rules")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_at_work_leaves_everything_in_order() -> None:
    done = run("-c", AT_WORK, "rules")
    assert (done.returncode, done.stdout) == (130, "put in order\n")
    assert done.stderr == "cto-audit: interrupted; there is no verdict\n"


def test_the_module_is_the_command() -> None:
    done = run("-m", "auditor", "rules")
    assert done.returncode == 0
    assert "secret.none-leaked" in done.stdout


@pytest.mark.parametrize(
    ("before", "code", "said"),
    [
        ("", 3, "out\n"),
        ("atexit.register(print, 'called')", 3, "out\ncalled\n"),
        ("threading.Thread(target=lambda: (time.sleep(0.2), print('done'))).start()", 3, "out\ndone\n"),
    ],
    ids=["nothing else", "something to call", "a thread under way"],
)
def test_the_end_leaves_nothing_undone(before: str, code: int, said: str) -> None:
    program = (
        f"import atexit, threading, time\nfrom auditor.__main__ import leave\nprint('out')\n{before}\nleave({code})"
    )
    done = run("-c", program)
    assert (done.returncode, done.stdout, done.stderr) == (code, said, "")


def test_an_output_that_cannot_be_written_is_told_of() -> None:
    done = run("-c", FULL)
    assert done.returncode != 0
    assert "No space left" in done.stderr


def test_an_output_that_was_closed_is_no_error() -> None:
    done = run("-c", "import sys\nfrom auditor.__main__ import leave\nsys.stdout = None\nleave(1)")
    assert (done.returncode, done.stderr) == (1, "")
