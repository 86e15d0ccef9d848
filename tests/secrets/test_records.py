"""Where a record ends, and which pieces belong to one stream."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.secrets.streams import Streams, end_of_record, pieces


@given(st.recursive(st.text(max_size=5) | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=8))
def test_a_pretty_printed_member_ends_where_its_document_says(member: object) -> None:
    data = (json.dumps({"delta": {"text": "a", "more": member}, "after": 1}, indent=2) + "\n").encode()
    low = data.index(b'  "delta"')
    end = end_of_record(data, low, data.index(b"\n", low))
    assert data[end:].lstrip().startswith(b'"after"')


def test_a_record_on_one_line_ends_with_it() -> None:
    data = b'{"delta": "a"}\n  {"delta": "b"}\n'
    assert end_of_record(data, 0, 14) == 14


def joined(*lines: bytes) -> set[bytes]:
    seen: set[bytes] = set()
    streams = Streams(lambda text, _: seen.add(text))
    for number, line in enumerate(lines, 1):
        streams.record(line, number)
    streams.close()
    return seen


@pytest.mark.parametrize(
    "make",
    [
        lambda part: json.dumps({"content": [{"type": "text", "text": part}]}).encode(),
        lambda part: f"0:{json.dumps(part)}".encode(),
        lambda part: f"2026-01-01T00:00:00Z stdout P {part}".encode(),
        lambda part: f'  "delta": {json.dumps({"text": part}, indent=4)},'.encode(),
        lambda part: json.dumps({"gen_ai.completion.chunk": part}).encode(),
    ],
)
def test_pieces_are_put_together(make: object) -> None:
    assert callable(make)
    assert b"onetwo" in joined(make("one"), make("two"))


_names = st.sampled_from(["delta", "text", "content", "chunk", "index", "id", "type", "name", "log", "a.text", "x", ""])
_documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "o", "i", "{", "[1]", "ab"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=4),
    max_leaves=12,
)


@given(_documents)
@example(["delta", {}, "x"])
@example(["delta", [], "x"])
def test_any_document_may_stand_in_a_record(document: object) -> None:
    pieces(document)
    pieces({"log": json.dumps({"delta": document})})
    joined(json.dumps(document).encode(), json.dumps({"delta": document}).encode())


def test_two_streams_are_kept_apart() -> None:
    lines = [
        json.dumps({"stream": name, "chunk": text}).encode()
        for name, text in (("a", "x1"), ("b", "y1"), ("a", "x2"), ("b", "y2"))
    ]
    assert {b"x1x2", b"y1y2"} <= joined(*lines)


def test_the_ends_of_a_long_piece_are_kept() -> None:
    seen = joined(json.dumps({"delta": "a" * 20000 + "sk-"}).encode(), json.dumps({"delta": "ant"}).encode())
    assert any(text.endswith(b"sk-ant") and len(text) < 10000 for text in seen)


def test_texts_in_a_list_are_pieces() -> None:
    assert [text for *_, text in pieces({"text": ["ab", "cd"]})] == [b"ab", b"cd"]
