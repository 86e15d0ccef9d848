"""What is printed does nothing to a terminal, to Markdown or to UTF-8, and loses nothing on the way."""

from __future__ import annotations

import json
import unicodedata

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.emit.safe import code, prose, safe, short, terminal_safe_json, utf8

# Every code point, lone surrogates as well: a file name may carry them.
TEXTS = st.text(st.characters(), max_size=60)
DANGEROUS = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def dangerous(text: str) -> list[str]:
    """Return the characters that a terminal obeys or a reader cannot see."""
    return [c for c in text if unicodedata.category(c) in DANGEROUS]


@given(TEXTS)
@example("a\nb\r\x1b[31m\x9b\u202e\u2066\u200b\ufeff\udcff\U000e0001")
def test_safe_text_is_one_visible_line(text: str) -> None:
    shown = safe(text)
    assert not dangerous(shown)
    assert len(shown.splitlines()) <= 1
    shown.encode()


@given(st.text("abc XYZ/-_.:#äéжΩ漢字", max_size=40))
def test_readable_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


def test_each_kind_of_unfit_character_has_its_escape() -> None:
    assert safe("a\nb\tc\rd\x1be\x7ff\x9b") == r"a\u000ab\u0009c\u000dd\u001be\u007ff\u009b"
    assert safe("x\u202ey\u3164z\U000e0101") == r"x\u202ey\u3164z\U000e0101"
    assert safe("name-\udcff\udc80.txt") == r"name-\xff\x80.txt"
    assert safe("\ud800") == r"\ud800"


@given(TEXTS)
def test_utf8_changes_surrogates_only(text: str) -> None:
    shown = utf8(text)
    shown.encode()
    if not any("\ud800" <= c <= "\udfff" for c in text):
        assert shown == text


@given(st.text(max_size=60))
@example("\x9b31m \x7f \u202e \U0001f600 \U000e0041 \u2028")
def test_json_for_a_terminal_is_the_same_value(text: str) -> None:
    shown = terminal_safe_json(msgspec.json.encode({text: text}).decode())
    assert not dangerous(shown)
    assert json.loads(shown) == {text: text}


@given(TEXTS)
@example("`a``b`")
@example("a|b")
@example(" ")
def test_nothing_ends_a_code_span(text: str) -> None:
    span = code(text)
    assert "|" not in span and "\n" not in span
    if text:
        fence = span[: len(span) - len(span.lstrip("`"))]
        inner = span[len(fence) : -len(fence)]
        assert span.endswith(fence) and fence
        assert not any(len(run) == len(fence) for run in runs_of_backticks(inner))


def runs_of_backticks(text: str) -> list[str]:
    """Return every maximal run of backticks."""
    return [run for run in "".join(c if c == "`" else " " for c in text).split() if run]


@given(TEXTS)
def test_prose_leaves_plain_words_only_outside_code(text: str) -> None:
    outside, rest = [], prose(text)
    while "`" in rest:
        before, _, rest = rest.partition("`")
        fence = "`" + rest[: len(rest) - len(rest.lstrip("`"))]
        rest = rest[len(fence) - 1 :].partition(fence)[2]
        outside.append(before)
    outside.append(rest)
    assert not set("".join(outside)) & set("<>[]|*_#@&\\~$=+/")


def test_prose_makes_neither_mention_nor_link_nor_reference() -> None:
    shown = prose("Ask @octocat about #12, GH-12 or https://example.org. Else <b>stop</b> | now")
    assert shown == "Ask `@octocat` about `#12`, `GH-12` or `https://example.org`. Else `<b>stop</b>` `\\x7c` now"


def test_short_keeps_both_ends_and_says_what_is_missing() -> None:
    shown = short("a" * 500 + "b" * 500, 100)
    assert shown == "a" * 75 + "...[900 characters left out]..." + "b" * 25
    assert short("brief") == "brief"
