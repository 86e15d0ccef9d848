"""Paths and commands are found wherever in a tool call's arguments they stand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.shell import references
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


@pytest.mark.parametrize(
    ("tool", "run"),
    [
        ("python", "python3 -c"),
        ("run_js", "node -e"),
        ("run_nodes", "lua -e"),
        ("code_interpreter", "lua -e"),
        ("mcp__sandbox__execute", "lua -e"),
    ],
)
def test_a_program_that_a_tool_runs_is_judged_as_a_command(tool: str, run: str) -> None:
    assert found({"code": "open('/srv/t/x')"}, tool) == {(f"{run} 'open('\"'\"'/srv/t/x'\"'\"')'", True)}
    assert found({"source": "src/../../x"}, tool) == {("src/../../x", False)}
    assert found({"code": "1 + 1"}, tool) == set()
    assert found('{"code": "f(1); open(\'/srv' + CUT, tool) == {(f"{run} 'f(1); open('\"'\"''", True)}


@pytest.mark.parametrize("tool", ["python", "code_interpreter", "mcp__sandbox__execute"])
def test_no_language_is_taken_for_granted(tool: str) -> None:
    ((command, _),) = found({"code": "x = 7 // 2; open('/srv/t/x') # it's"}, tool)
    assert references(command, cwd="/w/copy", copy="/w/copy")


@pytest.mark.parametrize("tool", ["edit_code", "write_code", "save_python_file", "read"])
def test_a_program_that_a_tool_writes_is_text(tool: str) -> None:
    assert found({"code": "open('/srv/t/x')"}, tool) == set()


@pytest.mark.parametrize("key", ["input", "keys", "stdin", "text", "data"])
def test_what_is_typed_into_a_terminal_is_a_command(key: str) -> None:
    assert found({key: "cat /srv/t/x\n"}, "terminal_send") == {("cat /srv/t/x\n", True)}
    assert found({key: "cat /srv/t/x\n"}, "comment") == set()


@pytest.mark.parametrize("key", ["chars", "keys"])
@pytest.mark.parametrize(
    "typed",
    [
        "cat ../../x\n",
        "ls -la ~\n",
        "cd $HOME && ls\n",
        "npm test; head -3 /tmp/x/y\n",
        "FOO=1 ./run /srv/t/x\n",
        "/srv/t/run.sh\n",
        "echo a > ../../x\n",
        "\x03wc -l /etc/hosts\n",
        "python3 -c \"print(open('/etc/hosts').read())\"\n",
        "require('child_process').execSync('cat ../../x')\n",
        "node\ncat /etc/hosts\n",
    ],
)
def test_a_shell_command_that_is_typed_is_a_command(key: str, typed: str) -> None:
    assert found({key: typed}, "tmux_send_keys") == {(typed, True)}


@pytest.mark.parametrize(
    "typed",
    [
        "/describe\n",
        "/api/users\n",
        "/quit\n",
        ":wq\n",
        "// try it\nconsole.log(app.get('/home/x'))\n",
        "x = 7 // 2\n",
        "const r = /home/\n",
        "import x from '../src/x.js'\n",
        "app.get('/users', f)\n",
    ],
)
def test_keys_searches_and_lines_of_a_program_are_no_commands(typed: str) -> None:
    assert found({"chars": typed}, "write_stdin") == set()
    assert found({"text": "cat /srv/t/x"}, "browser_type_input") == set()


@pytest.mark.parametrize(
    "tool",
    [
        *(
            "analyze_code_snippet",
            "explain_code",
            "get_code_actions",
            "codemod",
            "mermaid_validate_code",
            "create_node",
        ),
        *("transpile_code", "codegraph_context", "browser_run_code", "run_quality_scan"),
    ],
)
def test_a_program_that_no_interpreter_gets_is_text(tool: str) -> None:
    assert found({"code": "import x from '../../x'; open('/srv/t/x')", "snippet": "f('/srv/t/x')"}, tool) == set()


@pytest.mark.parametrize(
    ("tool", "value"),
    [
        ("create_sandbox", {"files": {"/App.js": {"code": "x"}, "/index.html": ""}}),
        ("update_config", {"changes": {"/routes/home": "x"}}),
        ("NotebookEdit", {"new_source": "// see\nx()"}),
        ("notebook_edit", {"source": "/** see */"}),
        ("search_and_replace", {"search": "/home/x/a", "replace": "/srv/t/x", "old_code": "../x", "new_text": "~/x"}),
        ("edit", {"old": "/api/v1", "new": "/api/v2", "before": "/dist", "after": "../dist", "replace_with": "/x"}),
        ("create", {"file_text": "/node_modules", "insert_text": "/coverage", "new_content": "/home/x"}),
        ("http_request", {"path": "/api/v2", "endpoint": "/home/x", "route": "/srv/x"}),
        ("click", {"selector": "//button", "labels": ["/area"], "comment": "/approve"}),
        ("json_patch", {"patch": [{"op": "add", "path": "/version"}, {"op": "move", "from": "/bin/a", "path": "/b"}]}),
        ("jq", {"pointer": "/a/b"}),
        ("SlashCommand", {"command": "/compact"}),
        ("SlashCommand", {"command": "/review ../x"}),
        ("Skill", {"args": "check the /api/users endpoint"}),
        ("ask", {"options": ["/home", "/start"], "statement": "/*x*/", "testNamePattern": "/api/users"}),
    ],
)
def test_routes_pointers_and_pieces_of_text_are_no_paths(tool: str, value: Any) -> None:
    assert found(value, tool) == set()


@pytest.mark.parametrize(
    ("tool", "value"),
    [
        ("create_sandbox", {"files": {"/srv/t/x": ""}}),
        ("update", {"changes": {"../x": ""}}),
        ("http_request", {"path": "/srv/t/x"}),
        ("http_request", {"path": "../../x"}),
        ("rename", {"old": "/srv/t/x"}),
        ("find", {"search": "/srv/t/x"}),
        ("apply", {"patch": [{"op": "add", "path": "/srv/t/x"}]}),
        ("apply", {"patch": [{"op": "write", "path": "/x"}]}),
        ("docker_build", {"context": "../.."}),
        ("load", {"source": "/x"}),
        ("SlashCommand", {"command": "cat /srv/t/x"}),
        ("run_skill", {"args": "cat /srv/t/x"}),
        ("anything", {"unheard_of": "~/x"}),
    ],
)
def test_what_clearly_leads_out_counts_under_such_keys_too(tool: str, value: Any) -> None:
    assert len(found(value, tool)) == 1


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
