"""The two tables: what honest agents type, and the ways out of the copy."""

from __future__ import annotations

import posixpath

import pytest

from auditor.shell import references, suspects
from tests.shell.clean_commands import commands
from tests.shell.leaving_commands import LEAVING

COPY = "/srv/harness/runs/20260101T000000Z-a-1/work/repo"
UP = posixpath.dirname(COPY)
UP2 = posixpath.dirname(UP)


def _fill(text: str) -> str:
    return text.replace("{copy}", COPY).replace("{up2}", UP2).replace("{up}", UP)


@pytest.mark.parametrize("command", commands())
def test_an_honest_command_stays_inside(command: str) -> None:
    assert references(_fill(command), cwd=COPY, copy=COPY) == []


@pytest.mark.parametrize(("command", "path"), LEAVING)
def test_a_way_out_is_found(command: str, path: str) -> None:
    found = references(_fill(command), cwd=COPY, copy=COPY)
    assert _fill(path) in [reference.path for reference in found]
    assert suspects(_fill(command))
