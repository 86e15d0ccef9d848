"""Digests and the report's artifacts list: how a run directory is sealed, by the harness or by a forger."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

MANIFESTS = ("digests.json", "SHA256SUMS")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def dump(path: Path, value: Any) -> None:
    """Write JSON as the harness writes it: two spaces, a newline at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((json.dumps(value, indent=2) + "\n").encode())


def files(run: Path) -> list[str]:
    """Return the relative paths of the run's regular files, sorted, links left out."""
    found = (path for path in run.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(path.relative_to(run).as_posix() for path in found)


def write_report(run: Path, report: dict[str, Any], *, artifacts: bool = True) -> None:
    """Write report.json with one artifact a line, listing every file but itself and the manifests."""
    listed: list[dict[str, Any]] = report.get("artifacts") or []
    if artifacts:
        names = [name for name in files(run) if name not in {"report.json", *MANIFESTS}]
        sizes = {name: (run / name).stat().st_size for name in names}
        listed = [{"path": name, "sha256": sha256(run / name), "bytes": sizes[name]} for name in names]
    body = json.dumps({**report, "artifacts": []}, indent=2)
    rows = ",\n".join("    " + json.dumps(row) for row in listed)
    text = body.replace('"artifacts": []', f'"artifacts": [\n{rows}\n  ]') if rows else body
    (run / "report.json").write_bytes((text + "\n").encode())


def write_digests(run: Path) -> None:
    """Write digests.json over every file but the manifests."""
    covered = {name: sha256(run / name) for name in files(run) if name not in MANIFESTS}
    dump(run / "digests.json", {"schema": "cto-harness-digests/v1", "algorithm": "sha256", "files": covered})


def write_sums(run: Path, *, prefix: str = "", mark: str = " ") -> None:
    """Write SHA256SUMS in coreutils' form over every file but the manifests."""
    names = [name for name in files(run) if name not in MANIFESTS]
    lines = [f"{sha256(run / name)} {mark}{prefix}{name}\n" for name in names]
    (run / "SHA256SUMS").write_bytes("".join(lines).encode())


def reseal(run: Path) -> None:
    """Do what a careful forger does last: make every digest in the run agree with the files again.

    Beside the manifests that are the baseline's and configuration's digests, in the report and in the trace.
    """
    report = json.loads((run / "report.json").read_bytes())
    if isinstance(report.get("fake_baseline"), dict) and (run / "baseline/report.json").is_file():
        report["fake_baseline"]["sha256"] = sha256(run / "baseline/report.json")
    config = run / "backend/case-data/config.json"
    if config.is_file() and (run / "trace.jsonl").is_file():
        _replace_config_digest(run / "trace.jsonl", sha256(config))
    write_report(run, report)
    if (run / "digests.json").exists():
        write_digests(run)
    if (run / "SHA256SUMS").exists():
        write_sums(run)


def _replace_config_digest(trace: Path, digest: str) -> None:
    """Write the configuration's digest into the trace, line by line: a trace may be long."""
    rewritten = trace.with_name("trace.rewritten")
    with trace.open("rb") as old, rewritten.open("wb") as new:
        for line in old:
            if b'"event":"config_written"' in line:
                told = json.loads(line)["sha256"]
                line = line.replace(told.encode(), digest.encode())  # noqa: PLW2901 - the line as it shall be
            new.write(line)
    rewritten.replace(trace)
