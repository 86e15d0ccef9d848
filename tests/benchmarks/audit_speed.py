"""Measures the whole audit command: ``python -m tests.benchmarks.audit_speed [--megabytes 500] [--memory]``.

The audit of a run with a long trace is timed beside `sha256sum` and beside hashlib in a bare interpreter, all over the
same bytes, each in a process of its own; a small run shows the start-up. Times are medians, memory is a process's peak
resident set. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from tests.benchmarks import long_run
from tests.forgeries.kit import HOSTED, Scene
from tests.harness import seal

HASHLIB = (
    "import hashlib,sys\n"
    "for name in sys.argv[1:]:\n"
    "    with open(name, 'rb') as file: print(hashlib.file_digest(file, 'sha256').hexdigest())\n"
)


LAUNCHER = (
    "import json,os,sys,time\n"
    "out=os.open(os.devnull,os.O_WRONLY)\n"
    "begun=time.perf_counter()\n"
    "pid=os.posix_spawn(sys.argv[1],sys.argv[1:],os.environ,file_actions=[(os.POSIX_SPAWN_DUP2,out,1)])\n"
    "_,status,use=os.wait4(pid,0)\n"
    "wall=time.perf_counter()-begun\n"
    "code=os.waitstatus_to_exitcode(status)\n"
    "print(json.dumps(dict(wall=wall,processor=use.ru_utime+use.ru_stime,peak=use.ru_maxrss,code=code)))\n"
)
"""Starts a command from a bare interpreter: a process's peak memory counts its parent's until it has become itself."""


class Sample(msgspec.Struct, frozen=True):
    """One process: wall and processor seconds, peak resident set as the system counts it, exit code."""

    wall: float
    processor: float
    peak: int
    code: int


def run(command: list[str]) -> Sample:
    """Run a command to its end, its output thrown away, and measure it alone."""
    program = shutil.which(command[0]) or command[0]
    launch = [sys.executable, "-IS", "-c", LAUNCHER, program, *command[1:]]
    done = subprocess.run(launch, stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout, type=Sample)


def measure(label: str, command: list[str], size: int, repeats: int) -> None:
    """Run a command several times, after one warm-up if there is more than one time, and print its medians."""
    if repeats > 1:
        run(command)
    samples = [run(command) for _ in range(repeats)]
    wall = statistics.median(sample.wall for sample in samples)
    processor = statistics.median(sample.processor for sample in samples)
    peak = max(sample.peak for sample in samples) * (1 if sys.platform == "darwin" else 1024) / 1e6
    rate = f"{size / wall / 1e6:8.0f} MB/s" if size > 1_000_000 else " " * 13
    print(f"{label:<28}{rate} {wall:8.3f} s wall {processor:8.3f} s cpu {peak:8.1f} MB peak  exit {samples[-1].code}")


def audit_command(scene: Scene) -> list[str]:
    """Return the audit of a run, as a user would call it."""
    return [sys.executable, "-m", "auditor", str(scene.run), "--admission", str(scene.authority), "--json"]


def compare(megabytes: float, repeats: int) -> None:
    """Time the audit beside the two bare digests."""
    with tempfile.TemporaryDirectory() as folder:
        scene = long_run.make(Path(folder), megabytes)
        names = [str(scene.path(name)) for name in seal.files(scene.run)]
        size = sum(Path(name).stat().st_size for name in names)
        print(f"a run of {size / 1e6:.1f} MB, medians of {repeats}")
        measure("sha256sum", ["sha256sum", *names], size, repeats)
        measure("python, hashlib", [sys.executable, "-c", HASHLIB, *names], size, repeats)
        measure("audit", audit_command(scene), size, repeats)


def start_up(repeats: int) -> None:
    """Time the audit of a run of a few kilobytes."""
    with tempfile.TemporaryDirectory() as folder:
        measure("audit of a small run", audit_command(Scene(HOSTED, Path(folder))), 0, repeats)
        measure("python, nothing", [sys.executable, "-c", "pass"], 0, repeats)


def memory(small: float, large: float) -> None:
    """Compare peak memory over a short and a long trace."""
    for megabytes in (small, large):
        with tempfile.TemporaryDirectory() as folder:
            scene = long_run.make(Path(folder), megabytes)
            measure(f"audit, {megabytes:g} MB trace", audit_command(scene), int(megabytes * 1e6), 1)


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description="Measure the audit command.")
    parser.add_argument("--megabytes", type=float, default=500, help="length of the trace (default 500)")
    parser.add_argument("--repeats", type=int, default=5, help="runs of each command after one warm-up (default 5)")
    parser.add_argument("--memory", action="store_true", help="also compare peak memory at 2 MB and 2 GB")
    asked = parser.parse_args()
    start_up(asked.repeats)
    compare(asked.megabytes, asked.repeats)
    if asked.memory:
        memory(2, 2000)


if __name__ == "__main__":
    main()
