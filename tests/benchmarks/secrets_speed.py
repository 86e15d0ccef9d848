"""Measures the secret scan: ``python -m tests.benchmarks.secrets_speed [--megabytes 500]``.

One clean trace is read by our engine, by `sha256sum`, by kingfisher (where it is installed) and, in part, by
detect-secrets. Wall and processor time are given both: on a busy machine only the latter can be compared.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tabulate import tabulate

from tests.benchmarks.secrets_trace import write

FOLDER = Path(__file__).parents[2] / "rules" / "secrets"
OURS = """
import sys
from pathlib import Path
from auditor.reader import CHUNK
from auditor.secrets import Engine
run = Engine.load(Path(sys.argv[1])).scan("trace")
with open(sys.argv[2], "rb", buffering=0) as file:
    while chunk := file.read(CHUNK):
        run.feed(chunk)
print(run.close())
"""
THEIRS = """
import sys
from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings
with default_settings():
    SecretsCollection().scan_file(sys.argv[1])
"""


def measure(command: list[str]) -> tuple[float, float]:
    """Wall and processor seconds of a command."""
    before, begun = os.times(), time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    wall, after = time.perf_counter() - begun, os.times()
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    megabytes = parser.parse_args().megabytes
    with tempfile.TemporaryDirectory() as folder:
        trace, small = Path(folder) / "trace.jsonl", Path(folder) / "small.jsonl"
        size, few = write(trace, megabytes), write(small, min(1, megabytes))
        jobs = {
            "cto-audit secrets": ([sys.executable, "-c", OURS, str(FOLDER), str(trace)], size),
            "sha256sum": (["sha256sum", str(trace)], size),
            "detect-secrets (1 MB)": ([sys.executable, "-c", THEIRS, str(small)], few),
        }
        kingfisher = shutil.which("kingfisher") or shutil.which("kingfisher", path=str(Path(sys.executable).parent))
        if kingfisher:
            # Without the last option it passes over a large file, in no time at all.
            options = ["--no-validate", "--no-update-check", "--max-file-size", str(size // 1_000_000 + 1)]
            jobs["kingfisher"] = ([kingfisher, "scan", *options, str(trace)], size)
        rows = []
        for name, (command, count) in jobs.items():
            wall, processor = measure(command)
            rows.append((name, count / 1e6, wall, processor, count / 1e6 / wall, count / 1e6 / processor))
    heads = ("scanner", "MB", "wall s", "processor s", "MB/s", "MB per processor s")
    print(tabulate(rows, heads, floatfmt=".2f"))


if __name__ == "__main__":
    main()
