"""Paths and commands are found wherever in a tool call's arguments they stand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.sources._arguments import Argument, arguments, text_arguments

CUT = "…[truncated]"


def found(value: Any, tool: str = "tool") -> set[tuple[str, bool]]:
    """Return what an argument value names, without the places."""
    read = text_arguments(value, tool, "/args") if isinstance(value, str) else arguments(value, tool)
    return {(argument.text, argument.command) for argument in read}


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ({"path": "/x", "command": "ls"}, {("/x", False), ("ls", True)}),
        ({"filePath": "a"}, {("a", False)}),
        ({"file_path": "a", "workdir": "/b"}, {("a", False), ("/b", False)}),
        ({"files": ["/a", "b"]}, {("/a", False), ("b", False)}),
        ({"edits": [{"path": "/a", "oldText": "/etc/hosts", "newText": "/x"}]}, {("/a", False)}),
        ({"cmd": ["cat", "/etc/x y"]}, {("cat '/etc/x y'", True)}),
        ({"anything": "/etc/passwd"}, {("/etc/passwd", False)}),
        ({"anything": "../../x"}, {("../../x", False)}),
        ({"anything": "a sentence about /etc/passwd"}, set()),
        ({"content": "/etc/passwd", "pattern": "/users/:id", "url": "/x"}, set()),
        ({"path": 7, "command": None}, set()),
        ([1, None, {"deep": [[{"dir": "/d"}]]}], {("/d", False)}),
        ('{"file_path": "/x"}', {("/x", False)}),
        ('{"path": "/etc/x", "content": "aaa' + CUT, {("/etc/x", False)}),
        ('{"command": "cat /etc/x && echo aaa' + CUT, {("cat /etc/x && echo aaa" + CUT, True)}),
        ("no json at all", set()),
        ("null", set()),
    ],
)
def test_what_arguments_name(value: Any, named: set[tuple[str, bool]]) -> None:
    assert found(value) == named


def test_the_pattern_of_a_glob_is_a_path() -> None:
    assert found({"pattern": "/etc/*"}, "glob") == {("/etc/*", False)}
    assert found({"pattern": "/etc/*"}, "grep") == set()


def test_each_argument_has_its_pointer() -> None:
    assert list(arguments({"a/b": [{"path": "x"}]}, "t", "/args")) == [
        Argument("/args/a~1b/0/path", "x", command=False)
    ]


def test_depth_and_length_cost_no_stack() -> None:
    deep: Any = {"path": "/x"}
    for _ in range(20_000):
        deep = [deep]
    assert found(deep) == {("/x", False)}
    assert found('{"path": "' + "\\n" * 500_000) == {("\n" * 500_000, False)}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_value_raises(value: Any) -> None:
    found(value)
