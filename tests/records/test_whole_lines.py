"""The fast decoders: whenever one answers, a strict look at each line would have said the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.records import whole_lines
from auditor.records.json_text import JsonFault, parse_object

LONG = "x" * 900

_texts = st.one_of(
    st.text(max_size=6),
    st.sampled_from(["a", "b", '": ', '", "', "},{", "\n", "\\", "\u2714", "e\u0301", " ", "\x7f", '{"a": 1}', LONG]),
)
_keys = st.one_of(st.sampled_from(["a", "b", "c d", 'q"', "\u00e9", ""]), _texts)
_values = st.recursive(
    st.one_of(
        _texts,
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.none(),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.lists(st.tuples(_keys, inner), max_size=3)),
    max_leaves=5,
)
_spaces = st.sampled_from(["", "", "", " ", "  ", "\t", "\r", "\n"])


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Draw lines that a writer, a careless one or a forger might write; objects are drawn as pairs, so keys repeat."""
    comma, colon = draw(st.sampled_from([(",", ":"), (", ", ": "), (", ", ":"), (",", " : ")]))
    ascii_only = draw(st.booleans())
    odd = draw(st.booleans())

    def space() -> str:
        return draw(_spaces) if odd else ""

    def write(value: object) -> str:
        if isinstance(value, list) and value and all(isinstance(item, tuple) for item in value):
            inner = (comma + space()).join(
                f"{json.dumps(key, ensure_ascii=ascii_only)}{space()}{colon}{write(child)}" for key, child in value
            )
            return "{" + inner + space() + "}"
        if isinstance(value, list):
            return "[" + comma.join(map(write, value)) + space() + "]"
        return json.dumps(value, ensure_ascii=ascii_only)

    objects = draw(st.lists(st.lists(st.tuples(_keys, _values), min_size=0, max_size=4), min_size=1, max_size=4))
    separators = st.sampled_from(["\n", "\n", "\n", "\n", " ", "\n\n", " \n", ""]) if odd else st.just("\n")
    text = "".join((write(pairs) if pairs else "{}") + draw(separators) for pairs in objects)
    return text.encode("utf-8", "surrogatepass") + (b"" if text.endswith("\n") else b"\n")


def one_by_one(data: bytes) -> list[object] | None:
    """Read line by line as strictly as any reader could, or None where a line is faulty."""
    try:
        return [parse_object(line) for line in data.split(b"\n")[:-1]]
    except JsonFault:
        return None


@given(lines())
@example(b'{"a":1,"a":1}\n')
@example(b'{"a": 1, "a": 1}\n')
@example(b'{"x":{"a":1,"a":2}}\n')
@example(b'{"a":1,"\\u0061":1}\n')
@example(b'{"a":1} {"b":2}\n')
@example(b'{"a":1} {"b":2}\n\n')
@example(b'{"k":\n{"x": 1}\n}\n')
@example(b'{"a":[\n1]} {"b":2}\n')
@example(b'{"a":"%b","a":"%b"}\n' % (LONG.encode(), LONG.encode()))
@example(b'{"p":"%b","a":1,"b":2,"c":3,"a":12}\n' % LONG.encode())
def test_what_it_answers_is_what_each_line_says(data: bytes) -> None:
    answer = whole_lines.decode(data)
    assert answer is None or answer == one_by_one(data)
    reader = whole_lines.ObjectReader()
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
    reader = whole_lines.ObjectReader()
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
    assert whole_lines.ObjectReader().decode(json.dumps(record).encode()) == record


STYLES = {"compact": (",", ":"), "spaced": (", ", ": ")}
RECORD = {"ts": "2026-07-02T08:15:00Z", "seq": 7, "n": None, "ok": True, "deep": {"a": [1, {"b": "c d"}]}}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize(
    "text", ["short", "with space", "sign \u2714", '\\ " \n', LONG], ids=["1", "2", "3", "4", "long"]
)
@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_usual_writers_are_decoded_at_once(style: tuple[str, str], text: str, *, ascii_only: bool) -> None:
    """The fast way must also be taken: what it refuses costs ten times as much."""
    line = json.dumps(RECORD | {"text": text}, separators=style, ensure_ascii=ascii_only)
    assert whole_lines.ObjectReader().decode(line.encode()) == RECORD | {"text": text}
    at_once = whole_lines.decode((line + "\n").encode() * 3)
    escaped = ascii_only and not text.isascii()
    assert at_once == (None if escaped else [RECORD | {"text": text}] * 3)


def test_lines_are_long_or_short_on_average() -> None:
    assert whole_lines.are_long(b"x" * 9000 + b"\n", 0)
    assert not whole_lines.are_long(b"x\n" * 9000, 0)
    assert not whole_lines.are_long(b"x" * 9000 + b"\n" + b"x\n" * 9000, 9001)
    assert whole_lines.are_long(b"x" * 900 + b"\n", 0)


@pytest.mark.parametrize("length", [1, 900])
@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("place", ["top", "inside"])
def test_a_dropped_key_is_never_passed_over(length: int, style: tuple[str, str], place: str) -> None:
    """Every length of what was dropped, so that none of them happens to be the length of something else."""
    comma, colon = style
    for size in range(40):
        twice = f'"a"{colon}"{"y" * size}"{comma}"b"{colon}"{"x" * length}"{comma}"a"{colon}1'
        text = f"{{{twice}}}" if place == "top" else f'{{"in"{colon}{{{twice}}}}}'
        fine = json.dumps(RECORD | {"text": "x" * length}, separators=style)
        for order in ([text, fine], [fine, text], [fine, text, fine]):
            assert whole_lines.decode("".join(line + "\n" for line in order).encode()) is None
        assert whole_lines.ObjectReader().decode(text.encode()) is None
