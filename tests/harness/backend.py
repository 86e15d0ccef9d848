"""Starts the stand-in as a real child process and collects what it leaves behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from tests.harness import fixture
from tests.harness.scenario import ROOT, Scenario

STAND_IN = Path(__file__).with_name("fake_ca.py")


class Places(msgspec.Struct, frozen=True):
    """The same four folders on this machine (`run`, `source`, `copy`) and as the evidence names them (`told_…`)."""

    run: Path
    source: Path
    copy: Path
    told_run: str
    told_source: str
    told_copy: str

    def roots(self) -> list[tuple[str, str]]:
        """Return imaginary to real path, the longest first."""
        pairs = [(self.told_copy, self.copy), (self.told_run, self.run), (self.told_source, self.source)]
        return [(told, str(here)) for told, here in pairs]


class Outcome(msgspec.Struct, frozen=True):
    """What came of the child: its exit code, and what the harness's hooks saw, in order."""

    exit_code: int
    seen: list[dict[str, Any]]


def places(scratch: Path, run_id: str) -> Places:
    """Lay out the folders for one run under `scratch`."""
    told = f"{ROOT}/runs/{run_id}"
    here = scratch / "runs" / run_id
    source = scratch / "fixtures" / fixture.NAME
    copy = scratch / "work" / run_id / "repo"
    return Places(here, source, copy, told, f"{ROOT}/fixtures/{fixture.NAME}", f"{told}/work/repo")


def argv(scenario: Scenario, where: Places) -> list[str]:
    """Return the command that starts Case."""
    task = f"{where.told_copy}/.case/tasks/active/{fixture.TASK}.task.json"
    return ["ca", "run", "--task", task, "--mode", "unattended", *scenario.flags]


def credential_name(scenario: Scenario) -> str:
    """Return the variable that carries the provider's key."""
    return f"{scenario.pair[0].upper()}_API_KEY"


def environment(scenario: Scenario, where: Places) -> dict[str, str]:
    """Return the child's environment as recorded: the credential's value is never in it."""
    return {
        "HOME": f"{where.told_run}/work/home",
        "PATH": "/srv/lab/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TMPDIR": f"{where.told_run}/work/tmp",
        "CASE_DATA_DIR": f"{where.told_run}/backend/case-data",
        credential_name(scenario): "<redacted>",
        **scenario.env,
    }


def start(scenario: Scenario, where: Places, now: int, run_uuid: str) -> Outcome:
    """Run the stand-in to its end, or to the end of the harness's patience."""
    launcher = where.copy.parent / "ca"
    launcher.write_text(f"#!/bin/sh\nexec '{sys.executable}' -IB '{STAND_IN}' \"$@\"\n", encoding="utf-8")
    launcher.chmod(0o755)
    ear, mouth = os.pipe()
    directions = {
        "roots": where.roots(),
        "copy": where.told_copy,
        "repo": fixture.NAME,
        "run_id": run_uuid,
        "clock": now,
        "first_sequence": scenario.first_sequence,
        "stall_at": scenario.stall_at,
        "escape": scenario.credential,
        "served": scenario.served,
        "profile": scenario.profile,
        "script": scenario.script,
        "wire": mouth,
    }
    backend = where.run / "backend"
    with (backend / "case.stdout").open("wb") as out, (backend / "case.stderr").open("wb") as err:
        child = subprocess.Popen(
            argv(scenario, where),
            executable=str(launcher),
            env=environment(scenario, where) | {credential_name(scenario): scenario.credential},
            cwd=where.copy,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=err,
            pass_fds=[mouth],
        )
        os.close(mouth)
        assert child.stdin is not None
        with child.stdin as stdin:
            stdin.write(json.dumps(directions).encode() + b"\n")
        seen = _listen(child, ear)
        code = child.wait()
    _collect(where)
    return Outcome(code, seen)


def _listen(child: subprocess.Popen[bytes], ear: int) -> list[dict[str, Any]]:
    seen = []
    with os.fdopen(ear, encoding="utf-8") as wire:
        for line in wire:
            message = json.loads(line)
            if message["kind"] == "stalled":
                child.kill()
            else:
                seen.append(message)
    return seen


def _collect(where: Places) -> None:
    """Copy Case's own files out of the fixture copy, byte for byte."""
    events = where.run / "backend" / "case-events"
    events.mkdir()
    for path in sorted((where.copy / ".case" / fixture.TASK / "events").glob("*.jsonl")):
        shutil.copyfile(path, events / path.name)
    log = where.copy / ".case" / "run-log.jsonl"
    if log.exists():
        shutil.copyfile(log, where.run / "backend" / "run-log.jsonl")
