"""Thousands of small run directories, no two alike: copies of sample runs under run ids, pids and response ids of their own.

Every copy is sealed again, so that each gets the verdict of the sample it was made from.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable
from multiprocessing import get_context
from pathlib import Path

from tests.harness import seal

SAMPLES = Path(__file__).parents[2] / "sample_runs"
NAMES = (
    "stage2-pass-gateway",
    "stage2-pass-no-gateway",
    "refused-mismatch",
    "stage2-pass-dispatched-only",
    "fake-baseline-only",
    "forbidden-write",
    "refused-missing-admission",
    "retries-and-revision",
    "target-inspection",
    "failed-outcome-exit-0",
)
A_FOLDER = 500
"""Runs in one profile's folder."""

_FIRST_PID = 100_000
_RESPONSE = re.compile(rb'("response_id":\s*"[^"]+)"')


def make(folder: Path, count: int) -> None:
    """Make `count` runs below `folder`, several hundred in each profile's folder, and the records in ``admissions/``."""
    records = folder / "admissions"
    records.mkdir(parents=True)
    for name in NAMES:
        record = SAMPLES / name / "admission.json"
        if record.exists():
            shutil.copyfile(record, records / f"{name}.json")
    with get_context("forkserver").Pool(2) as pool:
        for _ in pool.imap_unordered(_one, ((folder, number) for number in range(count)), chunksize=50):
            pass


def roots(folder: Path) -> Iterable[Path]:
    """Return the folder below which all runs lie."""
    return [folder / "profiles"]


def _one(asked: tuple[Path, int]) -> None:
    folder, number = asked
    name = NAMES[number % len(NAMES)]
    (source,) = (path for path in (SAMPLES / name).iterdir() if path.is_dir())
    stem, _, pid = source.name.rpartition("-")
    # Each run has a pid of its own, and its baseline the next one.
    new, old = str(_FIRST_PID + 2 * number).encode(), pid.encode()
    replaced = {stem.encode() + b"-" + old: stem.encode() + b"-" + new}
    base = stem.encode() + b"-" + str(int(pid) + 1).encode()
    replaced[base] = stem.encode() + b"-" + str(_FIRST_PID + 2 * number + 1).encode()
    home = folder / "profiles" / f"p{number // A_FOLDER:03d}" / "harness-runs"
    run = home / f"{stem}-{new.decode()}"
    mark = hashlib.sha256(new).hexdigest()[:12].encode()
    for path in sorted(source.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        for before, after in replaced.items():
            content = content.replace(before, after)
        content = content.replace(b'"pid":' + old + b",", b'"pid":' + new + b",")
        content = _RESPONSE.sub(rb"\1-" + mark + b'"', content)
        target = run / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    seal.reseal(run)
    assert json.loads((run / "report.json").read_bytes())["run_id"] == run.name
