"""Runs the real command as a user would: another process, its own interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run_command(run: Path, authority: Path | None, *options: str) -> subprocess.CompletedProcess[str]:
    """Audit one run directory with ``--json`` and return the finished process."""
    admission = [] if authority is None else ["--admission", str(authority)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CTO_HARNESS_")}
    return subprocess.run(
        [sys.executable, "-m", "auditor", str(run), *admission, "--json", *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT)},
    )
