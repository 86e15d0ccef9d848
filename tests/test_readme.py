"""What the README shows is what the command prints."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from auditor import commands, instants

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


def test_the_session_runs_as_written(tmp_path: Path) -> None:
    block = re.search(r"<!-- session:begin -->\n```sh\n(.*?)```\n<!-- session:end -->", README, re.DOTALL)
    assert block is not None
    shutil.copytree(ROOT / "sample_runs", tmp_path / "sample_runs")
    program = f'cto-audit() {{ "{sys.executable}" -m auditor "$@"; }}\n'
    variables = {name: value for name, value in os.environ.items() if not name.startswith("CTO_")}
    done = subprocess.run(
        ["bash", "-euc", program + block.group(1)],
        cwd=tmp_path,
        env=variables | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if instants.now() < (instants.instant("2026-12-31T00:00:00Z") or 0):
        assert done.returncode == 0, done.stderr
        assert "SUPPORTED  CTO-WORK-020.md" in done.stdout
        assert "agrees with the checkpoint at size 1" in done.stdout
    else:  # the sample's admission has ended: the last gate must say so, and the session ends there
        assert done.returncode == 1
        assert "SUPPORTED" not in done.stdout and "2026-12-31" in done.stdout
    assert "VERIFIED: PASS" in done.stdout and "not yet" in done.stdout and "attached  CTO-WORK-020.md" in done.stdout
