"""Makes the sample runs: ``python -m tests.harness.make [--out sample_runs] [NAME…]``."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import msgspec

from tests.harness import admission, run, seal
from tests.harness.samples import SAMPLES
from tests.harness.scenario import Scenario


def make(sample: Scenario, folder: Path) -> None:
    """Write one sample: the run directory, the authority's record beside it, and the verdict it deserves."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        finished = run.carry_out(sample, Path(scratch).resolve())
        shutil.copytree(finished, folder / sample.run_id)
    if sample.record is not None:
        (folder / "admission.json").write_bytes(admission.encode(sample.record))
    seal.dump(folder / "expected.json", msgspec.to_builtins(sample.expected))


def main() -> None:
    """Replace the named samples (all of them, if none is named)."""
    parser = argparse.ArgumentParser(description="Make the sample runs.")
    parser.add_argument("--out", type=Path, default=Path("sample_runs"))
    parser.add_argument("names", nargs="*", metavar="NAME")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - SAMPLES.keys())
    if unknown:
        parser.error(f"no such sample: {', '.join(unknown)}; there are {', '.join(SAMPLES)}")
    for name in asked.names or SAMPLES:
        folder = asked.out / name
        if folder.exists():
            shutil.rmtree(folder)
        make(SAMPLES[name], folder)


if __name__ == "__main__":
    main()
