"""JSON is read strictly: what two parsers could read differently is found, and nothing crashes the reader."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.records.json_text import (
    JsonFault,
    RepeatedKey,
    count_keys,
    parse,
    parse_object,
    pointer_step,
    repeated_key,
    surely_unique,
)

SPACE = (b"", b" ", b"  ", b"\t", b"\n", b"\r", b"\t ", b"\n ", b"\r ", b" \t", b"\r\n \t ")
MARK = "…[truncated]"


@pytest.mark.parametrize("space", SPACE, ids=repr)
@pytest.mark.parametrize("first", [b"", b" ", b"\t "], ids=repr)
def test_no_white_space_before_a_colon_hides_a_repeated_key(space: bytes, first: bytes) -> None:
    with pytest.raises(RepeatedKey) as caught:
        parse_object(b'{"model"' + first + b':"good","model"' + space + b':"evil"}')
    assert caught.value.pointer == "/model"
    assert caught.value.value == {"model": "evil"}


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        (b'{"a":1,"a":1}', "/a"),
        (b'{"a":{"b":[0,{"c":1,"d":2,"c":3}]}}', "/a/b/1/c"),
        (b'{"a":[[],[{}],[1,2,{"x":0,"x":0}]]}', "/a/2/2/x"),
        (rb'{"status":1,"st\u0061tus":2}', "/status"),
        (rb'{"\u0073tatus":1,"\u0073tatus":2}', "/status"),
        (b'{"a/b~c":1,"a/b~c":2}', "/a~1b~0c"),
        (b'{"":1,"":2}', "/"),
        (rb'{"a\\":1,"a\\":2}', "/a\\"),
        (rb'{"a\"":1,"a\"":2}', '/a"'),
        (rb'{"x":"\\","k":1,"k":2}', "/k"),
        (rb'{"x":"\\\":","k":1,"k":2}', "/k"),
        (rb'{"x":"\":\":","k":1,"k":2}', "/k"),
        (b'{"x":"{[,]}:","k":1,"k":2}', "/k"),
        (b'{"x":":y","k":1,"k":2}', "/k"),
        ('{"é":1,"é":2}'.encode(), "/é"),
        (rb'{"\ud83d\ude00":1,"' + "😀".encode() + b'":2}', "/😀"),
    ],
)
def test_a_repeated_key_is_found_at_its_place(text: bytes, pointer: str) -> None:
    with pytest.raises(RepeatedKey) as caught:
        parse_object(text)
    assert caught.value.pointer == pointer


def test_where_anything_may_stand_both_readings_of_repeated_keys_count() -> None:
    with pytest.raises(RepeatedKey) as caught:
        parse_object(b'{"a":{"k":1,"k":2},"m":"x","m":"y","m":"z"}')
    last, first = {"a": {"k": 2}, "m": "z"}, {"a": {"k": 1}, "m": "x"}
    assert caught.value.readings("trace") == [last]
    assert caught.value.readings("backend_log") == [last, first]


def test_a_reading_that_is_too_deep_for_it_is_left_out() -> None:
    text = b'{"a":1,"a":' + b"[" * 1000 + b"]" * 1000 + b"}"
    with pytest.raises(RepeatedKey) as caught:
        parse_object(text)
    assert caught.value.readings("other")[0] == caught.value.value


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":{"k":1},"b":{"k":2},"c":[{"k":3},{"k":4}],"k":5}',
        rb'{"a":"\":\":\":","b":"\\","c":"\\\":"}',
        b'{"a" : 1,\n"b"\t:\r\n2}',
        b'{"a":"k","k":"a"}',
        b'{"A":1,"a":2}',
        b'{"\xc3\xa9":1,"e\xcc\x81":2}',  # composed and decomposed are two keys, as every parser reads them
        b'{"":{"":{"":1}}}',
    ],
)
def test_what_repeats_no_key_is_read_whole(text: bytes) -> None:
    assert parse_object(text) == json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"NaN",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":1e999}',
        b'{"a":01}',
        b'{"a":1,}',
        b"{'a':1}",
        b'{"a":1}{"b":2}',
        b'{"a":1} x',
        b'{"a":"\xff"}',
        b'{"a":"\x01"}',
        rb'{"a":"\ud800"}',
        rb'{"a":"\ud83d\u0041"}',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b"[" * 200_000,
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_json_is_a_fault_that_quotes_nothing(text: bytes) -> None:
    with pytest.raises(JsonFault) as caught:
        parse_object(text)
    assert not isinstance(caught.value, RepeatedKey)
    assert len(str(caught.value)) < 100


@pytest.mark.parametrize("text", [b"[]", b"1", b'"{}"', b"null", b"[{}]"])
def test_json_that_is_no_object_is_a_fault(text: bytes) -> None:
    with pytest.raises(JsonFault, match="not an object"):
        parse_object(text)


@pytest.mark.parametrize("number", [2**63, 2**64, -(2**63) - 1, 10**25])
def test_whole_numbers_beyond_64_bits_stay_whole(number: int) -> None:
    value = parse_object(b'{"seq":%d}' % number)["seq"]
    assert (type(value), value) == (int, number)


def test_half_a_surrogate_before_cases_cut_is_mended() -> None:
    assert parse_object(('{"a":"x\\ud83d' + MARK + '"}').encode()) == {"a": "x" + MARK}
    assert parse_object(b'{"a":"x\\uD83D\\u2026[truncated]"}') == {"a": "x" + MARK}
    assert parse_object(('{"a":"\\ud83d\\ude00' + MARK + '"}').encode()) == {"a": "😀" + MARK}


def test_half_a_surrogate_elsewhere_is_a_fault() -> None:
    for text in ('{"a":"\\ud83d","b":"' + MARK + '"}', '{"a":"\\ude00' + MARK + '"}'):
        with pytest.raises(JsonFault):
            parse(text.encode())


def test_many_halves_before_one_cut_are_a_fault_and_no_endless_mending() -> None:
    with pytest.raises(JsonFault):
        parse(('{"a":"' + "\\ud83d" * 20_000 + MARK + '"}').encode())


def test_a_mended_key_is_compared_like_any_other() -> None:
    assert parse_object(('{"a" :1,"x\\ud83d' + MARK + '":2}').encode()) == {"a": 1, "x" + MARK: 2}
    with pytest.raises(RepeatedKey) as caught:
        parse_object(('{"x' + MARK + '":1,"x\\ud83d' + MARK + '":2}').encode())
    assert caught.value.pointer == "/x" + MARK


def test_an_honest_document_needs_no_closer_look() -> None:
    value = {"a": {"b": [1, {"c": "d:e"}]}, "f": 'say "g": h'}
    text = json.dumps(value, separators=(",", ":")).encode()
    assert surely_unique(text, count_keys(value))
    assert surely_unique(json.dumps(value).encode(), count_keys(value))


def test_keys_are_counted_at_any_depth() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = {"a": [deep]}
    assert count_keys(deep) == 5000


def test_pointer_steps_are_escaped() -> None:
    assert pointer_step("a/b~1") == "a~1b~01"


KEYS = st.text(st.sampled_from('ab\\":~/ é\u2028\t'), max_size=3)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('\\":,{}[] \n\tkx'), max_size=6)


@st.composite
def members(draw: st.DrawFn, value: st.SearchStrategy[str]) -> str:
    """An object's text with keys drawn from few names, spelt in several ways, and any white space before colons."""
    parts: list[str] = []
    for key in draw(st.lists(KEYS, max_size=4)):
        spelt = json.dumps(key, ensure_ascii=draw(st.booleans()))
        space = draw(st.text(st.sampled_from(" \t\r\n"), max_size=3))
        parts.append(f"{spelt}{space}:{draw(value)}")
    return "{" + ",".join(parts) + "}"


TEXTS = st.recursive(
    LEAVES.map(json.dumps),
    lambda inner: members(inner) | st.lists(inner, max_size=3).map(lambda items: "[" + ",".join(items) + "]"),
    max_leaves=8,
)


def reference(text: str) -> bool:
    """Tell whether any object repeats a key, by the standard library's own pairs."""
    found = False

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        found = found or len({key for key, _ in items}) != len(items)
        return dict(items)

    json.loads(text, object_pairs_hook=pairs)
    return found


@given(text=members(TEXTS))
@example(text='{"a":1,"a"\t :2}')
def test_repeated_keys_are_exactly_those_of_another_parser(text: str) -> None:
    data = text.encode()
    try:
        value = parse_object(data)
    except RepeatedKey as fault:
        assert reference(text)
        value = fault.value
    else:
        assert not reference(text)
        assert repeated_key(data) is None
    assert value == json.loads(text)


@given(
    data=st.binary(max_size=60) | st.text(st.sampled_from('{}[]",:\\u d83\u20261e-. \t'), max_size=40).map(str.encode)
)
@example(data=b'{"a":"\\ud83d\xe2\x80\xa6[truncated]"}')
def test_any_bytes_are_an_object_or_a_fault(data: bytes) -> None:
    try:
        value = parse_object(data)
    except JsonFault:
        return
    assert isinstance(value, dict)
    if b"[truncated]" not in data:
        assert value == json.loads(data)
