"""Writers that are killed, and several at once: the store stays whole, and nothing that was told as recorded is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func, select

from auditor.store import Store, tables

ROOT = Path(__file__).parents[2]

_WRITER = """
import sys
from auditor.store import Store
from tests.store.kit import judged, sample
with Store.open(sys.argv[1]) as store:
    made = sample("leaked-key")[1]
    for number in range(int(sys.argv[3])):
        fields = {name: getattr(made, name) for name in made.__struct_fields__}
        rows = [type(made)(**fields | {"place": f"/{sys.argv[2]}/{number}/{each}"}) for each in range(3)]
        print(*store.record_all(rows), flush=True)
"""


def writer(url: str, folder: str, batches: int) -> subprocess.Popen[bytes]:
    """Start a process that records batches of three, and tells the ids of each when it is recorded."""
    words = [sys.executable, "-c", _WRITER, url, folder, str(batches)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})


def ids(told: bytes) -> list[int]:
    """Return the ids in whole lines of what a writer told."""
    return [int(word) for line in told.split(b"\n")[:-1] for word in line.split()]


def check(url: str, recorded: Sequence[int]) -> int:
    """Check that a store is whole and holds what was recorded, and return how many verdicts it has."""
    with Store.open(url) as store:
        found = [row.id for row in store.recorded()]
        assert set(recorded) <= set(found)
        assert all(store.verdict(number) for number in found)
        documents = next(store.select(select(func.count()).select_from(tables.document)))[0]
        assert documents == len(found) and len(found) % 3 == 0
        if store.path is not None:
            with store._transaction() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").scalars().all() == []
    return len(found)


@pytest.mark.parametrize("batches", [1, 5, 40])
def test_a_writer_that_is_killed_loses_nothing_it_told(url: str, batches: int) -> None:
    process = writer(url, "killed", 100_000)
    assert process.stdout is not None
    told = b"".join(process.stdout.readline() for _ in range(batches))
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    assert process.returncode == -signal.SIGKILL
    count = check(url, ids(told + rest))
    assert count >= 3 * batches
    again = writer(url, "after", 2)
    told, _ = again.communicate()
    assert again.returncode == 0 and check(url, ids(told)) == count + 6


def test_writers_at_once_take_turns_from_the_first_moment(url: str) -> None:
    processes = [writer(url, f"w{number}", 15) for number in range(3)]
    told = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    recorded = [number for each in told for number in ids(each)]
    assert len(set(recorded)) == len(recorded) == 3 * 15 * 3
    assert check(url, recorded) == len(recorded)
