"""The first moments of the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1]
    )


def test_an_interrupt_while_the_program_loads_ends_in_a_sentence() -> None:
    done = run("-c", INTERRUPTED)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "cto-audit: interrupted; there is no verdict\n"


def test_the_module_is_the_command() -> None:
    done = run("-m", "auditor", "rules")
    assert done.returncode == 0
    assert "secret.none-leaked" in done.stdout
