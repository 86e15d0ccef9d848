"""What is passed over at first sight of a tool call's arguments is what the full look finds harmless."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.shell.suspects import _SIGNS
from auditor.sources._calls import _leaving_in_text, leaving_in_text
from auditor.sources._first_look import stays_inside

KEYS = st.sampled_from(
    [
        "command",
        "Commands",
        "path",
        "args",
        "input",
        "toolCallId",
        "pattern",
        "glob",
        "content",
        "code",
        "source",
        "text",
        "chars",
        "diff",
        "uri",
        "files",
        "output",
        "x",
        "x" * 200,
    ]
)
HINTS = sorted({hint for _, hints, _ in _SIGNS for hint in hints})
PIECES = [
    *HINTS,
    "c",
    "d",
    "s",
    "h",
    "-",
    "a",
    "Z",
    "0",
    "_",
    ".",
    "src/",
    "file:",
    "@",
    "*** Add File: /a",
    "--- /a\n+++ /a",
    '["/a"]',
    "'/etc'",
    '{"path": "',
    '"}',
    " ",
    "\n",
]
WORDS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@given(
    KEYS,
    WORDS | st.from_regex(r"[\w./-]{0,30}"),
    st.sampled_from(["bash", "glob", "Find", "read", "python", "terminal", "x" * 200]),
)
@example("command", "cd", "bash")
@example("command", "a\n", "bash")
@example("command", "bin/sh", "bash")
@example("path", "src/../..", "read")
@example("path", "/etc", "read")
@example("pattern", "/etc/*", "glob")
@example("input", ' {"path": "/etc"}', "read")
@example("output", "*** Add File: /a", "patch")
@example("output", "file:///etc", "read")
@example("x", "..", "read")
@example("files", '["/a"]', "read")
@example("text", "cd", "terminal")
@example("code", "x", "python")
@example("source", "sh", "python")
def test_the_first_sight_lets_nothing_pass(key: str, text: str, tool: str) -> None:
    if stays_inside(key)(text):
        assert _leaving_in_text.__wrapped__(key, text, tool) == ()
    assert tuple(leaving_in_text(key, text, tool)) == tuple(_leaving_in_text.__wrapped__(key, text, tool))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("toolCallId", "toolu_01AbCd2345efGHij"),
        ("path", "src/clock.sh"),
        ("command", "node --test test/case_7.js"),
        ("output", "1..12\nok 1 - /usr/bin is named, * and { too\n"),
        ("content", "cat /etc/passwd"),
        ("pattern", "src/**/*.js"),
    ],
)
def test_what_most_calls_say_is_seen_at_first_sight(key: str, text: str) -> None:
    """The full look finds nothing there, either, but costs ten times as much."""
    assert stays_inside(key)(text)
