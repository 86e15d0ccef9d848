"""Whatever stops an append, and wherever: the log stands, old or new, and the same append, tried again, completes it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.attest import PublicKey, Refused, Signer
from auditor.errors import OperatorError
from auditor.tlog import append, check, create, prove, verify_proof

BEFORE = 254
BATCH = [b"new %d" % number for number in range(4)]  # fills a tile and begins the next
STEPS = 40


class Killed(BaseException):
    """The process is gone: nothing that follows is done, not even cleaning up."""


class Faults:
    """Counts the steps that reach the disk, and fails at one of them: once, or for good."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.at = 0
        self.steps = 0
        self.fault: Callable[[], BaseException] = Killed
        for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "mkdir"), (Path, "unlink"), (Path, "rmdir")):
            patch.setattr(owner, name, self._faulty(getattr(owner, name)))

    def _faulty(self, done: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            self.steps += 1
            if self.at and (self.steps == self.at or (self.fault is Killed and self.steps > self.at)):
                raise self.fault()
            return done(*arguments, **named)

        return step


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    return Faults(monkeypatch)


@pytest.fixture
def log(log: Path, signer: Signer) -> Path:
    append(log, [b"leaf %d" % number for number in range(BEFORE)], signer)
    return log


def attempts(faults: Faults, fault: Callable[[], BaseException]) -> Callable[[Path, Signer, int], bool]:
    """Return what tries the append with a fault at one step, and says whether it came so far."""

    def attempt(log: Path, signer: Signer, at: int) -> bool:
        faults.at, faults.steps, faults.fault = at, 0, fault
        try:
            append(log, BATCH, signer)
        except (Killed, KeyboardInterrupt, OperatorError):
            return True
        finally:
            faults.at = 0
        return False

    return attempt


def stands(log: Path, key: PublicKey, earlier: bytes) -> bool:
    """Tell whether the log has the new entries; it must stand, and begin with what it had."""
    found = check(log, [key], since=earlier)
    assert not found.problems
    assert found.checkpoint.size in {BEFORE, BEFORE + len(BATCH)}
    return found.checkpoint.size > BEFORE


@pytest.mark.parametrize("at", range(1, STEPS))
def test_a_killed_append_is_completed_by_the_same_append(
    at: int, log: Path, signer: Signer, key: PublicKey, faults: Faults
) -> None:
    earlier = (log / "checkpoint").read_bytes()
    if not attempts(faults, Killed)(log, signer, at):
        assert faults.steps < at, "a fault was passed over"
    published = stands(log, key, earlier)
    added = append(log, BATCH, signer)
    assert [entry.index for entry in added.entries] == list(range(BEFORE, BEFORE + 4))
    assert all(entry.already == published for entry in added.entries)
    found = check(log, [key], since=earlier)
    assert (found.problems, found.unsigned) == ((), ())
    for leaf in BATCH:
        verify_proof(prove(log, leaf), leaf, [key], log=log)


@pytest.mark.parametrize("at", range(1, STEPS))
def test_after_a_killed_append_another_one_asks_first(
    at: int, log: Path, signer: Signer, key: PublicKey, faults: Faults
) -> None:
    earlier = (log / "checkpoint").read_bytes()
    attempts(faults, Killed)(log, signer, at)
    published = stands(log, key, earlier)
    left = any(name.startswith("tile/entries") for name in check(log, [key]).unsigned)
    if left:
        with pytest.raises(Refused, match="an append was interrupted"):
            append(log, [b"another"], signer)
        assert (log / "checkpoint").read_bytes() == earlier
    append(log, [b"another"], signer, discard_unsigned=left)
    found = check(log, [key], since=earlier)
    assert found.checkpoint.size == BEFORE + 1 + (4 if published else 0)
    assert (found.problems, found.unsigned) == ((), ())


@pytest.mark.parametrize("fault", [KeyboardInterrupt, lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))])
@pytest.mark.parametrize("at", range(1, STEPS))
def test_a_full_disk_or_an_interrupt_leaves_nothing_behind(
    at: int, fault: Callable[[], BaseException], log: Path, signer: Signer, key: PublicKey, faults: Faults
) -> None:
    earlier = (log / "checkpoint").read_bytes()
    attempts(faults, fault)(log, signer, at)
    published = stands(log, key, earlier)
    found = check(log, [key])
    assert not [name for name in found.unsigned if name.startswith("tile/entries")]
    append(log, [b"another"], signer)
    found = check(log, [key], since=earlier)
    assert found.checkpoint.size == BEFORE + 1 + (4 if published else 0)
    assert (found.problems, found.unsigned) == ((), ())


def test_a_full_disk_is_said(log: Path, signer: Signer, faults: Faults) -> None:
    faults.at, faults.steps, faults.fault = 5, 0, lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(OperatorError, match="cannot be written: No space left on device") as told:
        append(log, BATCH, signer)
    assert "append once more" in told.value.hint


def test_a_full_disk_is_said_where_a_log_is_made_and_the_log_can_be_made_later(
    tmp_path: Path, signer: Signer, key: PublicKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OperatorError, match="cannot be written: No space left on device") as told:
            create(tmp_path / "new", "example.com/new", signer)
        assert "make it once more" in told.value.hint
    assert create(tmp_path / "new", "example.com/new", signer).size == 0
    assert check(tmp_path / "new", [key]).problems == ()


def test_the_faults_reach_the_last_step(log: Path, signer: Signer, faults: Faults) -> None:
    append(log, BATCH, signer)
    assert 20 < faults.steps < STEPS
