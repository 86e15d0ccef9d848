"""Every refusal says what a person can do about it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import auditor.tlog

FILES = sorted(Path(auditor.tlog.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_refusal_has_a_hint(file: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.Call)]
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in {"refusal", "OperatorError"}]
    assert [call.lineno for call in named if len(call.args) != 2] == []
