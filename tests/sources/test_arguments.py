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
        (
            {"uri": "/srv/t/x", "name": "/etc/x", "id": "/home/x/y"},
            {("/srv/t/x", False), ("/etc/x", False), ("/home/x/y", False)},
        ),
        ({"name": "/users/x", "value": "/usr/bin/env", "id": "/etc", "data": "see /etc/x"}, set()),
        ({"uri": "file:///etc/x", "url": "/etc/x"}, {("file:///etc/x", False)}),
        (
            {"files": {"/srv/t/x": "see /etc", "../y": {"content": "/a"}, "src/a": ""}},
            {("/srv/t/x", False), ("../y", False)},
        ),
        ({"content": {"paths": {"/users/{id}": {}}}}, set()),
        ({"args": '["/srv/t/x"]'}, {("/srv/t/x", True)}),
        ({"files": '["/srv/t/x", "a"]'}, {("/srv/t/x", False), ("a", False)}),
        ({"path": "[id]/page.tsx", "content": '["/srv/t/x"]'}, {("[id]/page.tsx", False)}),
        ({"diff": "--- /srv/t/x\n+++ /srv/t/x\n@@ -1 +1 @@\n-a\n+/etc/x\n"}, {("/srv/t/x", False)}),
        ({"patch": "--- a/../../x\n+++ b/../../x\n@@ -1 +1 @@\n--- /etc/x\n+b\n"}, {("../../x", False)}),
        ({"patch": "--- /dev/null\n+++ b/src/x\n@@ -0,0 +1 @@\n+/etc/x\n"}, {("/dev/null", False), ("src/x", False)}),
        ({"content": "--- /srv/t/x\n+++ /srv/t/x\n"}, set()),
        ({"chars": "cat /srv/t/x\n"}, {("cat /srv/t/x\n", True)}),
        ({"code": "open('/srv/t/x')", "text": "cat /etc/x\n", "keys": "x /etc", "stdin": "see /etc/x"}, set()),
        ("no json at all", set()),
        ("null", set()),
    ],
)
def test_what_arguments_name(value: Any, named: set[tuple[str, bool]]) -> None:
    assert found(value) == named


def test_the_pattern_of_a_glob_is_a_path() -> None:
    assert found({"pattern": "/etc/*"}, "glob") == {("/etc/*", False)}
    assert found({"pattern": "/etc/*"}, "grep") == set()


@pytest.mark.parametrize("tool", ["python", "run_js", "code_interpreter", "mcp__sandbox__execute"])
def test_a_program_that_a_tool_runs_is_judged_as_a_command(tool: str) -> None:
    assert found({"code": "open('/srv/t/x')"}, tool) == {("node -e 'open('\"'\"'/srv/t/x'\"'\"')'", True)}
    assert found({"source": "src/../../x"}, tool) == {("src/../../x", False)}
    assert found({"code": "1 + 1"}, tool) == set()
    assert found('{"code": "f(1); open(\'/srv' + CUT, tool) == {("node -e 'f(1); open('\"'\"''", True)}


@pytest.mark.parametrize("tool", ["edit_code", "write_code", "save_python_file", "read"])
def test_a_program_that_a_tool_writes_is_text(tool: str) -> None:
    assert found({"code": "open('/srv/t/x')"}, tool) == set()


@pytest.mark.parametrize("key", ["input", "keys", "stdin", "text", "data"])
def test_what_is_typed_into_a_terminal_is_a_command(key: str) -> None:
    assert found({key: "cat /srv/t/x\n"}, "terminal_send") == {("cat /srv/t/x\n", True)}
    assert found({key: "cat /srv/t/x\n"}, "comment") == set()


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
