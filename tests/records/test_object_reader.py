"""One line at a time: whenever the fast reader answers, a strict look would have said the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.records.json_text import JsonFault, parse_object
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


HUGE = "\u2714 said " * 900
USUAL = {"ts": "2026-07-02T08:15:00Z", "seq": 7, "n": None, "ok": True, "text": HUGE, "rate": 0.5}


class Asked:
    """Leaves every text unread, or none, and remembers what it was asked of."""

    def __init__(self, *, answer: bool) -> None:
        self.of: list[tuple[dict[str, Any], str]] = []
        self._answer = answer

    def __call__(self, record: dict[str, Any], key: str) -> bool:
        """Answer whether the text at `key` is unread."""
        self.of.append((record, key))
        return self._answer


@pytest.mark.parametrize("style", [(",", ":"), (", ", ": ")], ids=["compact", "spaced"])
def test_a_long_text_that_nobody_reads_is_left_out(style: tuple[str, str]) -> None:
    asked = Asked(answer=True)
    reader = ObjectReader(asked)
    line = json.dumps(USUAL, separators=style, ensure_ascii=False).encode()
    assert reader.decode(line) == USUAL, "a layout is learned from a whole record"
    assert reader.decode(line) == USUAL | {"text": ""}
    assert asked.of == [(USUAL | {"text": ""}, "text")]
    short = USUAL | {"text": "short"}
    assert reader.decode(json.dumps(short).encode()) == short, "a short line is always read whole"


def test_a_long_text_that_is_read_is_there() -> None:
    asked = Asked(answer=False)
    reader = ObjectReader(asked)
    line = json.dumps(USUAL).encode()
    assert [reader.decode(line) for _ in range(3)] == [USUAL] * 3
    assert len(asked.of) == 2


NESTED = '{"a":1,"x":"%b","a":2}'.replace("%b", HUGE)


@pytest.mark.parametrize(
    "line",
    [
        '{"event":"e","text":' + NESTED + "}",
        '{"event":"e","text":{"text":"' + HUGE + '","a":1,"a":2}}',
        '{"event":"e","\\u0074ext":{"text":"' + HUGE + '","a":1,"a":2}}',
        '{"event":"\\\\\\"text","text":{"text":"' + HUGE + '","a":1,"a":2}}',
        '{"event":"text","text":{"text":"' + HUGE + '","a":1,"a":2}}',
        '{"event":{"text":"x","text":"y"},"text":"' + HUGE + '"}',
        '{"event":["text",{"text":"x","text":"y"}],"text":"' + HUGE + '"}',
        '{"event":"e","text":"' + HUGE + '","text":"x"}',
        '{"event":"e","text":"' + HUGE + '","event":"f"}',
        '{"event":"e","text":"' + HUGE + '\\x"}',
        '{"event":"e","text":"' + HUGE + '\x01"}',
        '{"event":"e","text":"' + HUGE + '\\ud800"}',
        '{"event":"e","text":"' + HUGE,
    ],
    ids=range(13),
)
def test_nothing_odd_hides_in_a_line_with_a_long_text(line: str) -> None:
    reader = ObjectReader(Asked(answer=True))
    usual = json.dumps({"event": "e", "text": HUGE}).encode()
    assert [reader.decode(usual), reader.decode(usual)] == [{"event": "e", "text": HUGE}, {"event": "e", "text": ""}]
    assert reader.decode(line.encode()) is None
    assert reader.decode(usual) == {"event": "e", "text": ""}


def test_invalid_bytes_in_a_text_that_nobody_reads_are_seen() -> None:
    reader = ObjectReader(Asked(answer=True))
    usual = json.dumps({"event": "e", "text": HUGE}).encode()
    assert reader.decode(usual) is not None
    assert reader.decode(usual.replace(b"said", b"sa\xffd", 1)) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["text", "event", "a", 'q"text', "text:"]),
            st.recursive(
                st.sampled_from(["text", '"text":"', ',"text"', "\\", "\u2714", HUGE, HUGE]) | st.integers(0, 9),
                lambda inner: (
                    st.lists(inner, max_size=2)
                    | st.lists(st.tuples(st.sampled_from(["text", "a", "event"]), inner), min_size=1, max_size=3)
                ),
                max_leaves=4,
            ),
        ),
        min_size=1,
        max_size=4,
    ),
    st.booleans(),
)
def test_a_left_out_text_is_all_that_differs(pairs: list[tuple[str, Any]], spaced: bool) -> None:
    def write(value: Any) -> str:
        if isinstance(value, list) and value and all(isinstance(item, tuple) for item in value):
            return "{" + ",".join(f"{json.dumps(key)}:{' ' * spaced}{write(child)}" for key, child in value) + "}"
        if isinstance(value, list):
            return "[" + ",".join(map(write, value)) + "]"
        return json.dumps(value, ensure_ascii=False)

    reader = ObjectReader(Asked(answer=True))
    for keys in (["event", "text"], ["text"], ["text", "event"], ["a", "text"], [key for key, _ in pairs]):
        reader.decode(json.dumps(dict.fromkeys(keys, "e") | {"text": HUGE}, ensure_ascii=False).encode())
    line = write(pairs).encode()
    found = reader.decode(line)
    try:
        whole = parse_object(line)
    except JsonFault:
        assert found is None
        return
    assert found is None or found == whole or (found == whole | {"text": ""} and isinstance(whole["text"], str))
