"""YAML read strictly: one reading or none, with exact places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.workitems.strict_yaml import MAX_CHARACTERS, YamlFault, read_mapping


def test_every_value_is_where_it_is_said_to_be() -> None:
    text = "a: b  # c\n'k': \"x\\ny\"\ne:   # nothing\nl: [1, {x: y}]\nn:\n  m: {z: 1}\nb: |+\n  t\n\n"
    entries = read_mapping(text)
    assert [(each.key, each.value, text[each.start : each.end], each.line) for each in entries] == [
        ("a", "b", "b", 1),
        ("k", "x\ny", '"x\\ny"', 2),
        ("e", None, "", 3),
        ("l", ["1", {"x": "y"}], "[1, {x: y}]", 4),
        ("n", {"m": {"z": "1"}}, "m: {z: 1}\n", 5),
        ("b", "t\n\n", "|+\n  t\n\n", 7),
    ]
    assert text[entries[2].start - 1] == ":"


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "   \n"])
def test_nothing_is_an_empty_mapping(text: str) -> None:
    assert read_mapping(text) == ()


@pytest.mark.parametrize(
    ("text", "why", "line"),
    [
        ("a: 1\na: 2", "repeats the key a", 2),
        ("x:\n  a: 1\n  a: 2", "repeats the key a", 3),
        ('"a": 1\na: 2', "repeats the key a", 2),
        ("a: &x 1", "anchor or alias", 1),
        ("b: *x", "anchor or alias", 1),
        ("a: !!str x", "a tag", 1),
        ("a: !python/object/apply:os.system [x]", "a tag", 1),
        ("<<: {a: b}", "merge key", 1),
        ("a: 1\n---\nb: 1", "several documents", 2),
        ("a: 1\n...\n", "document marker", 2),
        ("- a", "no mapping", 1),
        ("just words", "no mapping", 1),
        ("{a: b}", "in braces", 1),
        ("? a\n: b", "does not begin its line", 1),
        ("[a]: b", "no plain text", 1),
        ("a: 'x", "no YAML", 1),
        ("a:\n\tb: c", "no YAML", 2),
        ("a: \x00", "does not allow", 1),
        ("a: \ud800", "does not allow", 1),
        ("a: b\x85c: d", "line break", 1),
        ("a: b\n# \u2028x", "line break", 2),
        ("a: " + "[" * 40, "nested deeper", 1),
        ("a: " + "x" * MAX_CHARACTERS, "longer than", 1),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(text: str, why: str, line: int) -> None:
    with pytest.raises(YamlFault, match=why) as fault:
        read_mapping(text)
    assert fault.value.line == line


def test_a_bomb_is_refused_before_it_unfolds() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    with pytest.raises(YamlFault, match="anchor or alias"):
        read_mapping(bomb)


def test_a_complaint_quotes_nothing() -> None:
    with pytest.raises(YamlFault) as fault:
        read_mapping("a: 'secret-value\nb: @`secret-value")
    assert "secret-value" not in str(fault.value)


@given(st.text(st.sampled_from("ab:-|>#'\"[]{}&*!%@?, \n\t\r.~"), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        entries = read_mapping(text)
    except YamlFault as fault:
        assert fault.line >= 1
    else:
        assert len({each.key for each in entries}) == len(entries)
        assert all(0 <= each.start <= each.end <= len(text) for each in entries)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("title: CTO-WORK-020: a title\n", "double quotes, since it holds a colon"),
        ("owner:\tJP\n", "spaces instead of the tab"),
        ("owner: @jp\n", "within double quotes"),
        ("a: 1\na: 2\n", "mend that line"),
    ],
)
def test_a_fault_says_what_to_do(text: str, hint: str) -> None:
    with pytest.raises(YamlFault) as fault:
        read_mapping(text)
    assert hint in fault.value.hint
