"""What is passed over at first sight of a tool call's arguments is what the full look finds harmless."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.shell.suspects import _SIGNS
from auditor.sources._calls import _PLAIN, _leaving_in_text, leaving_in_text

KEYS = st.sampled_from(["command", "Commands", "path", "args", "toolCallId", "pattern", "content", "x"])
HINTS = sorted({hint for _, hints, _ in _SIGNS for hint in hints})
PIECES = [*HINTS, "c", "d", "s", "h", "-", "a", "Z", "0", "_", ".", "src/", "file:", "@", "*** Add File: /a"]
WORDS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@given(KEYS, WORDS | st.from_regex(r"[\w./-]{0,30}"), st.sampled_from(["bash", "glob", "read"]))
@example("command", "cd", "bash")
@example("command", "a\n", "bash")
@example("command", "bin/sh", "bash")
@example("path", "src/../..", "read")
@example("path", "/etc", "read")
def test_the_first_sight_lets_nothing_pass(key: str, text: str, tool: str) -> None:
    assert tuple(leaving_in_text(key, text, tool)) == tuple(_leaving_in_text.__wrapped__(key, text, tool))


@pytest.mark.parametrize("text", ["toolu_01AbCd2345efGHij", "call_x9Y8z7W6v5", "msg-0001", "true"])
def test_an_id_is_seen_at_first_sight(text: str) -> None:
    assert _PLAIN.fullmatch(text)
    assert leaving_in_text("toolCallId", text, "bash") == ()
