"""Lines with the usual spaces are known to be all that was decoded from them, and nothing else is."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import UNSET, Raw, UnsetType

from auditor.records.spaced import _END, _HOLE, are_all, are_spaced

MARKS = [json.loads(_HOLE), json.loads(_END), f", {_END.decode()}, ", "}\n{"]
TEXTS = st.sampled_from(["", "said", 'a "quoted" word', "\u2714 \n", *MARKS])


class Row(msgspec.Struct, omit_defaults=True):
    """A record as a layout has it: two texts are left as they were written."""

    seq: Any = UNSET
    text: Raw | UnsetType = UNSET
    name: Any = UNSET
    output: Raw | UnsetType = UNSET


DECODER = msgspec.json.Decoder(Row)
RECORDS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "seq": st.integers(-9, 9),
            "text": TEXTS,
            "name": TEXTS | st.lists(TEXTS, max_size=3) | st.dictionaries(TEXTS, TEXTS, max_size=2),
            "output": TEXTS,
        },
    ),
    min_size=1,
    max_size=5,
)


def written(records: list[dict[str, Any]]) -> bytes:
    ordered = [{key: record[key] for key in Row.__struct_fields__ if key in record} for record in records]
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in ordered).encode()


def ask(data: bytes, against: bytes) -> bool:
    """Tell whether `against` is said to be all that was decoded from `data`; the records are left as they were."""
    structs = DECODER.decode_lines(data)
    before = msgspec.json.encode(structs)
    texts = {name: [getattr(struct, name) for struct in structs] for name in ("text", "output")}
    told = are_all(structs, texts, against)
    assert msgspec.json.encode(structs) == before
    return told


@given(RECORDS)
@example([{"name": [MARKS[1], MARKS[1]]}, {"text": "x"}])
@example([{"name": MARKS[0], "text": "x"}])
def test_what_a_usual_writer_wrote_is_all(records: list[dict[str, Any]]) -> None:
    data = written(records)
    marked = any(mark in json.dumps(record.get("name")) for record in records for mark in MARKS[:2])
    assert ask(data, data) or marked


@given(RECORDS, st.data())
def test_nothing_else_is(records: list[dict[str, Any]], draw: st.DataObject) -> None:
    data = written(records)
    at = draw.draw(st.integers(0, len(data)))
    more = draw.draw(st.sampled_from([b"", b" ", b"\n", b",", b'"', b'{"seq": 1}\n', _HOLE, b", " + _END]))
    taken = draw.draw(st.integers(0, 2))
    other = data[:at] + more + data[at + taken :]
    assert other == data or not ask(data, other)


def test_two_readings_of_one_text_are_not_taken_for_it() -> None:
    for other in (
        b'{"seq": 1, "seq": 1}\n',
        b'{"text": "a", "text": "a"}\n',
        b'{"seq": 1} {"text": "a"}\n',
        b'{"seq": 1, "other": 1}\n',
        b'{"name": {"a": 1, "a": 1}}\n',
        b'{"seq": 1\n}\n',
        b'{"text":  "a"}\n',
        b'{"text": "a"}\n\n',
        b'{"n\\u0061me": "a"}\n',
    ):
        assert not ask(other, other)


def test_spaces_are_seen() -> None:
    assert are_spaced(b'{"ts": 1}')
    assert not are_spaced(b'{"ts":"a: b"}')
