"""Measures sweeps of many small runs: ``python -m tests.benchmarks.sweep_speed [--runs 10000] [--memory]``.

The runs are made from the sample harness's (`tests.benchmarks.many_runs`), no two alike. They are swept cold, again unchanged
by content, and again unchanged by metadata, beside ``find … | xargs sha256sum`` over the same bytes, all in processes of
their own on the same machine. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import msgspec

from tests.benchmarks import many_runs
from tests.harness.command import ROOT

POLL_SECONDS = 0.1


class Measured(msgspec.Struct, frozen=True):
    """Wall seconds, exit code, and the highest sum of resident memory of a process and its children, in bytes."""

    wall: float
    code: int
    peak: int


def measure(command: list[str]) -> Measured:
    """Run a command to its end, its output thrown away."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, start_new_session=True
    )
    ended, peak = threading.Event(), [0]

    def watch() -> None:
        while not ended.wait(POLL_SECONDS):
            peak[0] = max(peak[0], resident(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    wall = time.perf_counter() - begun
    ended.set()
    watcher.join()
    return Measured(wall, code, peak[0])


def resident(session: int) -> int:
    """Return the proportional resident memory of all processes of a session: pages that are shared count once."""
    total = 0
    for place in Path("/proc").iterdir():
        if not place.name.isdecimal():
            continue
        try:
            if os.getsid(int(place.name)) != session:
                continue
            rollup = (place / "smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total * 1024


def digest_command(folder: Path) -> list[str]:
    """Return what digests every file with coreutils, on two cores."""
    return ["sh", "-c", 'find "$0" -type f -print0 | xargs -0 -n 2000 -P 2 sha256sum', str(folder)]


def sweep_command(folder: Path, store: Path, *options: str) -> list[str]:
    """Return a sweep of the runs as a cron job would call it."""
    words = ["-m", "auditor", "sweep", str(folder / "profiles"), "--admission", str(folder / "admissions")]
    return [sys.executable, *words, "--store", str(store), "--quiet", *options]


def size_of(folder: Path) -> int:
    """Return the bytes of all files of the runs."""
    return sum(path.stat().st_size for path in (folder / "profiles").rglob("*") if path.is_file())


def show(label: str, done: Measured, runs: int, size: int, yardstick: float) -> None:
    """Print one line."""
    speed = f"{runs / done.wall:8.0f} runs/s {size / done.wall / 1e6:8.1f} MB/s"
    ratio = f"{done.wall / yardstick:6.2f} x sha256sum"
    print(f"{label:<28}{done.wall:8.2f} s {speed} {ratio} {done.peak / 1e6:7.0f} MB peak  exit {done.code}", flush=True)


def compare(folder: Path, runs: int, repeats: int) -> None:
    """Time the sweeps beside the digests."""
    many_runs.make(folder, runs)
    size = size_of(folder)
    store = folder / "store.sqlite3"
    yardsticks = [measure(digest_command(folder / "profiles")) for _ in range(repeats + 1)][1:]
    yardstick = statistics.median(each.wall for each in yardsticks)
    print(f"{runs} runs, {size / 1e6:.1f} MB, medians of {repeats}, {os.cpu_count()} cores")
    show("find | xargs sha256sum", msgspec.structs.replace(yardsticks[0], wall=yardstick), runs, size, yardstick)
    show("sweep, cold", measure(sweep_command(folder, store)), runs, size, yardstick)
    for label, options in (("sweep, unchanged", ()), ("sweep, --trust-stat", ("--trust-stat",))):
        done = [measure(sweep_command(folder, store, *options)) for _ in range(repeats)]
        median = statistics.median(each.wall for each in done)
        peak = max(each.peak for each in done)
        show(label, msgspec.structs.replace(done[0], wall=median, peak=peak), runs, size, yardstick)
    print(f"store: {store.stat().st_size / 1e6:.1f} MB, {store.stat().st_size / runs / 1e3:.1f} kB a run")


def memory(folder: Path, counts: list[int]) -> None:
    """Compare the peak memory of cold sweeps of few runs and of many."""
    for count in counts:
        place = folder / f"of-{count}"
        many_runs.make(place, count)
        done = measure(sweep_command(place, place / "store.sqlite3"))
        print(f"sweep of {count} runs: {done.peak / 1e6:.0f} MB peak, all processes together", flush=True)
        shutil.rmtree(place)


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description="Measure sweeps of many small runs.")
    parser.add_argument("--runs", type=int, default=10_000, help="runs to make (default 10000)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each command but the cold sweep (default 3)")
    parser.add_argument("--memory", action="store_true", help="compare peak memory at 500 and 5000 runs instead")
    parser.add_argument("--folder", type=Path, help="where to make the runs (default: a temporary folder)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as made:
        folder = Path(made).resolve()
        if asked.memory:
            memory(folder, [500, 5000])
        else:
            compare(folder, asked.runs, asked.repeats)


if __name__ == "__main__":
    main()
