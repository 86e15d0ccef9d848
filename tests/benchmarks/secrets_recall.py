"""Measures what is found: ``python -m tests.benchmarks.secrets_recall [--values 5] [FOLDER …]``.

Generated credentials are planted in every disguise and the exact values counted; then every file under the folders
given (traces known to be clean) is scanned and the alarms are counted a megabyte.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from pathlib import Path

from tabulate import tabulate

from auditor.scanning import scan_paths
from auditor.secrets import Engine
from tests.secrets.disguises import DISGUISES
from tests.secrets.fakes import fill, with_crc
from tests.secrets.more_disguises import MORE

FOLDER = Path(__file__).parents[2] / "rules" / "secrets"
FORMS = (
    "sk-ant-api03-<<b64url:93>>AA",
    "sk-proj-<<alnum:74>>T3BlbkFJ<<alnum:74>>",
    "sk-or-v1-<<hex:64>>",
    "AIza<<b64url:35>>",
    "gsk_<<alnum:52>>",
    "hf_<<letters:34>>",
    "AKIA<<base32:16>>",
    "xoxb-<<digits:12>>-<<digits:13>>-<<alnum:24>>",
    "glpat-<<b64url:20>>",
    "sk_live_<<alnum:24>>",
    "npm_<<alnum:36>>",
    "github_pat_<<alnum:22>>_<<alnum:59>>",
)


def recall(engine: Engine, count: int) -> dict[str, float]:
    """For every disguise, the share of planted values that were found exactly."""
    rng = random.Random(1)
    values = [fill(form, rng) for form in FORMS for _ in range(count)] + [with_crc("ghp_", rng) for _ in range(count)]
    shares = {}
    for name, disguise in {**DISGUISES, **MORE}.items():
        seen = 0
        for value in values:
            run = engine.scan("x")
            run.feed(disguise(value, rng))
            seen += value in {hit.value for hit in run.close()[0]}
        shares[name] = seen / len(values)
    return shares


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=5)
    parser.add_argument("folders", nargs="*", type=Path)
    options = parser.parse_args()
    engine = Engine.load(FOLDER)
    shares = recall(engine, options.values)
    ordered = sorted(shares.items(), key=lambda pair: pair[1])
    print(tabulate(ordered, ("disguise", "recall"), floatfmt=".3f"))
    print(f"average over {len(shares)} disguises: {sum(shares.values()) / len(shares):.3f}")
    findings = scan_paths(engine, options.folders)
    alarms = Counter(f"{hit.confidence} {hit.detector}" for hit in findings.hits)
    size = sum(artifact.bytes for artifact in findings.artifacts)
    if size:
        rows = [(name, count, count / size * 1e6) for name, count in alarms.most_common()]
        print(tabulate(rows, ("alarm", "count", "per MB"), floatfmt=".3f"))
        print(f"{size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
