"""Names are shown so that two different ones never look the same, and nothing obeys them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import GRADES, Pair, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("claude-sonnet-4-6", "claude-sonnet-4-6"),
        ("claude\u200b", "claude\\u200b"),
        ("сlaude", "\\u0441laude"),
        ("a b", "a b"),
        (" a", "\\u0020a"),
        ("a  ", "a\\u0020\\u0020"),
        (" ", "\\u0020"),
        ("", ""),
        ("\x1b[31m", "\\u001b[31m"),
        ("a\nb", "a\\u000ab"),
        ("\u202egpj", "\\u202egpj"),
        ("\ud800", "\\ud800"),
        ("😀", "\\U0001f600"),
        ("\x7f", "\\u007f"),
    ],
)
def test_what_a_reader_cannot_see_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(text=st.text(st.characters(), max_size=12))
def test_shown_text_is_plain_and_stays_so(text: str) -> None:
    shown = visible(text)
    assert shown.isascii()
    assert shown.isprintable()
    assert shown == shown.strip()
    assert visible(shown) == shown


@given(
    first=st.text(st.sampled_from("aа \u200b\n"), max_size=5),
    second=st.text(st.sampled_from("aа \u200b\n"), max_size=5),
)
def test_different_names_look_different(first: str, second: str) -> None:
    assert (visible(first) == visible(second)) == (first == second)


def test_a_pair_is_compared_exactly_and_shown_visibly() -> None:
    assert Pair("anthropic", "m") != Pair("anthropic", "m\u200b")
    assert str(Pair("anthropic", "m\u200b")) == "anthropic/m\\u200b"


def test_the_grades_rise_as_the_contract_says() -> None:
    assert GRADES == ("claimed", "configured", "dispatched", "served", "corroborated")
