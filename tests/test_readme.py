"""What the README shows is what the command prints."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from auditor import commands

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_transcript_is_real() -> None:
    block = re.search(r"<!-- transcript:begin -->\n```console\n\$ (.*)\n((?:.*\n)*?)```", README)
    assert block is not None
    shown = block.group(2).rstrip("\n")
    words = block.group(1).split()
    (run,) = ROOT.glob(words[1])
    done = subprocess.run(
        [sys.executable, "-m", "auditor", str(run), *words[2:]],
        cwd=ROOT,
        env=dict(os.environ, COLUMNS="100"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    *printed, versions = done.stdout.rstrip("\n").split("\n")
    assert shown == "\n".join(line.rstrip() for line in printed)
    assert "rules " in versions


def test_every_command_that_is_named_exists() -> None:
    named = set(re.findall(r"`cto-audit ([a-z]+) ", README)) | set(re.findall(r"`cto-audit ([a-z]+)`", README))
    assert named <= set(commands.names())
    assert named
