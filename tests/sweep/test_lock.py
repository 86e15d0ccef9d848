"""Two sweeps never write one store at once; a lock names its holder and dies with it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from auditor.errors import OperatorError
from auditor.sweep.lock import held
from tests.harness.command import ROOT

HOLD = (
    "import sys, time\n"
    "from pathlib import Path\n"
    "from auditor.sweep.lock import held\n"
    "url, path = sys.argv[1], sys.argv[2]\n"
    "with held(url, Path(path) if path else None, 'the store'):\n"
    "    print('held', flush=True)\n"
    "    time.sleep(600)\n"
)


def holder(url: str, path: Path | None) -> subprocess.Popen[str]:
    """Start a process that holds the lock, and wait until it does."""
    command = [sys.executable, "-c", HOLD, url, str(path or "")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def ended(process: subprocess.Popen[str]) -> None:
    """Kill a process, as the system would."""
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def test_a_file_is_held_by_one_process_named_and_free_when_it_dies(tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite3"
    store.touch()
    (tmp_path / "link").symlink_to(store)
    process = holder("unused", store)
    try:
        for path in (store, tmp_path / "link"):
            with pytest.raises(OperatorError, match=f"process {process.pid} on .*since 20"), held(None, path, "it"):
                pass
    finally:
        ended(process)
    with held(None, store, "it"):
        pass


def test_a_lock_file_that_says_nonsense_is_no_trouble(tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite3"
    (tmp_path / "store.sqlite3.lock").write_bytes(b"\xff\x1b[2J")
    with held(None, store, "it"):
        pass
    (tmp_path / "other.lock").symlink_to("/etc/passwd")
    with pytest.raises(OperatorError, match="cannot be used"), held(None, tmp_path / "other", "it"):
        pass


def test_a_server_is_held_by_one_connection(database: str) -> None:
    url = database
    process = holder(url, None)
    try:
        with pytest.raises(OperatorError, match=f"process {process.pid} on .*since 20"), held(url, None, "it"):
            pass
    finally:
        ended(process)
    for _ in range(100):  # the server notices that the connection is gone in its own time
        try:
            with held(url, None, "it"):
                return
        except OperatorError:
            time.sleep(0.1)
    pytest.fail(f"the lock of a dead process is still held: {os.getpid()}")
