"""One line at a time: whenever the fast reader answers, a strict look would have said the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.records.json_text import parse_object
from auditor.records.object_reader import ObjectReader
from tests.records.drawn_lines import LONG, lines


@given(lines())
@example(b'{"a":1,"a":1}\n')
@example(b'{"x":{"a":1,"a":2}}\n')
@example(b'{"a":1,"\\u0061":1}\n')
@example(b'{"a":1} {"b":2}\n')
@example(b'{"a":"%b","a":"%b"}\n' % (LONG.encode(), LONG.encode()))
def test_what_it_answers_is_what_the_line_says(data: bytes) -> None:
    reader = ObjectReader()
    for line in data.split(b"\n"):
        found = reader.decode(line)
        assert found is None or found == parse_object(line)


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\x01"}',
        b'{"a":1e999}',
        b'{"a":01}',
        b'{"a":NaN}',
        b'{"a":1} {"b":1}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1',
        b"[1]",
        b"1",
        b'"a"',
        b"",
        b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"a":{"b":1,"\\u0062":2}}',
        b'{"a":[{"b":1,"b":2}]}',
        b'{"a":{"b":1},"a\\u0000":{"b":2,"b":1}}',
        b'{"a":[[{"b":{"c":1,"c":1}}]]}',
    ],
)
def test_a_line_that_needs_a_strict_look_is_left_to_it(text: bytes) -> None:
    reader = ObjectReader()
    assert reader.decode(text) is None
    assert reader.decode(b'{"a":[{"b":"\\u0000\\u2714"},-1]}') == {"a": [{"b": "\0\u2714"}, -1]}, "and it goes on"


@given(
    st.dictionaries(
        st.text(st.characters(min_codepoint=1, codec="utf-8"), max_size=5),
        st.recursive(
            st.none() | st.booleans() | st.text(max_size=9) | st.integers(-(2**63), 2**64 - 1),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
            max_leaves=6,
        ),
        max_size=5,
    )
)
def test_a_plain_line_needs_no_strict_look(record: dict[str, object]) -> None:
    assert ObjectReader().decode(json.dumps(record).encode()) == record


@pytest.mark.parametrize("size", range(40))
@pytest.mark.parametrize("place", ["top", "inside"])
def test_a_repeated_key_is_never_passed_over(size: int, place: str) -> None:
    twice = f'"a":"{"y" * size}","b":"{LONG}","a":1'
    text = f"{{{twice}}}" if place == "top" else f'{{"in":{{{twice}}}}}'
    assert ObjectReader().decode(text.encode()) is None
