"""A lock is waited for, and not for ever."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from auditor.errors import OperatorError
from auditor.locks import wait_for
from auditor.tlog import files
from auditor.workitems import folder


@pytest.mark.parametrize(
    ("first", "second", "taken"), [(True, True, False), (True, False, False), (False, False, True)]
)
def test_who_has_it_exclusively_keeps_everybody_else_out(
    tmp_path: Path, first: bool, second: bool, taken: bool
) -> None:
    one, other = (os.open(tmp_path, os.O_RDONLY) for _ in range(2))
    try:
        assert wait_for(one, exclusive=first, patience=0)
        assert wait_for(other, exclusive=second, patience=0) == taken
    finally:
        os.close(one)
    assert wait_for(other, exclusive=second, patience=0)
    os.close(other)


def test_a_log_that_another_process_keeps_is_given_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PATIENCE", 0.0)
    with (
        files.locked(tmp_path, exclusive=True),
        pytest.raises(OperatorError, match="another process has had the log"),
        files.locked(tmp_path, exclusive=False),
    ):
        pytest.fail("two have it")


def test_a_folder_that_another_process_keeps_is_given_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "_PATIENCE", 0.0)
    with (
        folder.opened(tmp_path, exclusive=True),
        pytest.raises(OperatorError, match="another process is attaching"),
        folder.opened(tmp_path, exclusive=True),
    ):
        pytest.fail("two have it")
