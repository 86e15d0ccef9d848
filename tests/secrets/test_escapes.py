"""The stretch around an escape that is undone at once."""

from __future__ import annotations

import pytest

from auditor.secrets.escapes import ansi

WORDS = ("pads", "hours;minutes", "a/b.c", "passed", "\\u2714")


@pytest.mark.parametrize("escape", ["\\u001b", "\x1b", "\\x1b", "\\033"])
@pytest.mark.parametrize("gap", [" ", "\\n", ""])
def test_no_colour_is_cut_in_two_by_the_edge_of_a_stretch(escape: str, gap: str) -> None:
    words = [WORDS[turn % len(WORDS)] * (1 + turn % 7) for turn in range(900)]
    text = " ".join(f"{escape}[{30 + turn % 8};1m{word}{escape}[0m{gap}" for turn, word in enumerate(words)).encode()
    sign, at, looked_at = escape.encode(), 0, 0
    while (at := text.find(sign, at)) >= 0:
        decoded = ansi(text, at, at + len(sign), 0)
        assert sign not in decoded.text
        at, looked_at = max(at + 1, decoded.end), looked_at + 1
    assert looked_at > 3
