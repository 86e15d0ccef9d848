"""Many records at once: whatever is answered is what a strict look at each line would have said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.records.json_text import JsonFault, parse_object
from auditor.records.rows import ABSENT, Layout
from tests.records.drawn_lines import LONG, lines

MESSAGE = {"ts": "t", "seq": 1, "event": "said", "text": "\u2714 " + LONG}
CALL = {"ts": "t", "seq": 2, "event": "call", "tool": "bash", "args": {"a": [1, None]}, "ok": True}


def written(*records: dict[str, Any], style: tuple[str, str] = (",", ":"), ascii_only: bool = False) -> bytes:
    text = "".join(json.dumps(record, separators=style, ensure_ascii=ascii_only) + "\n" for record in records)
    return text.encode("utf-8", "surrogatepass")


def taught(*records: dict[str, Any], kept: tuple[str, ...] = ("ts", "seq")) -> Layout:
    layout = Layout(kept)
    layout.learn([*records] * 100)
    return layout


@pytest.mark.parametrize("style", [(",", ":"), (", ", ": ")], ids=["compact", "spaced"])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_usual_writers_are_read_at_once(style: tuple[str, str], *, ascii_only: bool) -> None:
    """The fast way must also be taken: what it refuses costs several times as much."""
    rows = taught(MESSAGE, CALL).rows(written(CALL, MESSAGE, CALL, style=style, ascii_only=ascii_only))
    assert rows is not None
    assert [*rows] == [CALL, MESSAGE, CALL]
    assert rows.column("seq") == [2, 1, 2]
    assert rows.column("tool") == ["bash", ABSENT, "bash"]
    assert rows.column("nothing") == [ABSENT] * 3


def test_a_layout_is_learned_from_enough_records() -> None:
    layout = Layout(())
    assert layout.rows(written(MESSAGE)) is None
    layout.learn([MESSAGE] * 99)
    assert layout.rows(written(MESSAGE)) is None
    layout.learn([MESSAGE])
    assert layout.rows(written(MESSAGE)) is not None


def test_records_that_disagree_about_the_order_are_left_to_another_way() -> None:
    layout = taught({"b": 1, "a": 2}, {"a": 1, "b": 2}, {"a": 3, "b": 4})
    assert layout.rows(written({"b": 1, "a": 2})) is None
    layout = taught({"b": 1, "a": 2}, {"a": 1, "b": 2}, {"a": 3, "b": 4})
    assert layout.rows(written({"a": 1, "b": 2})) is not None, "the frequent order counts"


def test_what_was_new_is_learned() -> None:
    layout = taught(MESSAGE)
    assert layout.rows(written(CALL)) is None
    layout.learn([CALL])
    assert layout.rows(written(CALL)) is None, "after a failure it waits"
    assert layout.rows(written(CALL, MESSAGE)) is not None


def test_a_log_that_keeps_to_nothing_is_asked_ever_less() -> None:
    layout = taught(MESSAGE)
    odd, usual = b'{"ts":"t","ts":"t"}\n', written(MESSAGE)
    assert layout.rows(odd) is None
    waits = []
    for _ in range(9):
        waited = 0
        while layout.rows(usual) is None:
            waited += 1
        waits.append(waited)
        pause = 1
        for _ in range(len(waits)):
            assert layout.rows(odd) is None
            for _ in range(pause):
                layout.rows(usual)
            pause = min(2 * pause + 1, 64)
            assert layout.rows(odd) is None
    assert max(waits) <= 64


@pytest.mark.parametrize(
    "line",
    [
        b'{"ts":"t","seq":1,"event":"said","text":"x","text":"y"}',
        b'{"ts":"t","seq":1,"seq":2,"event":"said","text":"x"}',
        b'{"ts":"t","seq":1,"event":"said","text":{"a":1,"a":2}}',
        b'{"ts":"t","seq":1,"event":"said","text":["x"]}',
        b'{"ts":"t","seq":1,"event":"said","text":1}',
        b'{"ts":"t","seq":1,"event":"said","text":null}',
        b'{"ts":"t","seq":1,"event":{"a":1,"a":2},"text":"x"}',
        b'{"ts":"t","seq":1,"event":"said","text":"x","more":1}',
        b'{"ts":"t","seq":1,"event":"said","text":"x","more":{"a":1,"a":2}}',
        b'{"seq":1,"ts":"t","event":"said","text":"x"}',
        b'{"ts":"t","seq":1,"event":"said","text":"\xff"}',
        b'{"ts":"t","seq":1,"event":"said","text":"\xed\xa0\x80"}',
        b'{"ts":"t","seq":1,"event":"said","text":"\\ud800"}',
        b'{"ts":"t","seq":1,"event":"said","text":"\\x"}',
        b'{"ts":"t","seq":1,"event":"said","text":"\x01"}',
        b'{"ts":"t","seq":1,"event":"said","te\\u0078t":"x"}',
        b'{"ts":"t","seq":01,"event":"said"}',
        b'{"ts":"t","seq":NaN,"event":"said"}',
        b'{"ts":"t"} {"ts":"t"}',
        b'{"ts":"t"}\n{"ts"\n:"t"}',
        b'{"ts":"t","text":"x',
        b'\xef\xbb\xbf{"ts":"t"}',
        b"[]",
        b"1",
        b"",
    ],
    ids=range(25),
)
@pytest.mark.parametrize("style", [(",", ":"), (", ", ": ")], ids=["compact", "spaced"])
def test_a_piece_with_anything_odd_in_it_is_left_to_another_way(line: bytes, style: tuple[str, str]) -> None:
    usual = written(MESSAGE, style=style)
    odd = line.replace(b',"', f'{style[0]}"'.encode()).replace(b'":', f'"{style[1]}'.encode())
    for data in (odd + b"\n", usual + odd + b"\n", odd + b"\n" + usual):
        assert taught(MESSAGE).rows(data) is None


def test_a_key_may_be_called_anything() -> None:
    names = ["__class__", "class", "a b", "", "key_0", 'q"', "\u00e9", "__struct_fields__", "mro", "\0", "x" * 500]
    record = dict.fromkeys(names, "v") | {"long": LONG}
    rows = taught(record).rows(written(record))
    assert rows is None or [*rows] == [record]
    plain = dict.fromkeys(["__class__", "class", "a b", "key_0", "mro", "__init__"], "v")
    rows = taught(plain).rows(written(plain))
    assert rows is not None
    assert [*rows] == [plain]


def test_many_keys_and_many_shapes_are_not_learned_for_ever() -> None:
    layout = Layout(())
    for number in range(500):
        layout.learn([{f"a{number}": 1, "b": 2}])
    assert len(layout._shapes) <= 200
    assert len(layout._getters) <= 60


@given(lines(), lines())
@example(b'{"a":1}\n', b'{"a":1,"a":1}\n')
@example(b'{"a":1}\n', b'{"a":1} {"a":2}\n{"a"\n:3}\n')
@example(b'{"a":[1,2]}\n', b'{"a":[1\n,2]}\n{"a":3}{"a":4}\n')
def test_what_it_answers_is_what_each_line_says(before: bytes, data: bytes) -> None:
    layout = Layout(("b",))
    for piece in (before, data):
        for line in piece.split(b"\n"):
            try:
                layout.learn([parse_object(line)] * 100)
            except JsonFault:
                continue
    rows = layout.rows(data)
    if rows is not None:
        assert [*rows] == [parse_object(line) for line in data.split(b"\n")[:-1]]


@given(
    st.lists(
        st.fixed_dictionaries(
            {"ts": st.text("ab \u2714\n", max_size=4), "seq": st.integers(-(2**60), 2**60)},
            optional={
                "text": st.text(max_size=5) | st.just(LONG),
                "ok": st.booleans() | st.none(),
                "half": st.integers(-9, 9).map(lambda n: n + 0.5),
            },
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([(",", ":"), (", ", ": ")]),
)
def test_a_plain_log_needs_no_other_way(records: list[dict[str, Any]], style: tuple[str, str]) -> None:
    known = {"ts": "", "seq": 1, "text": LONG, "ok": None, "half": 0.5}
    records = [{key: record[key] for key in known if key in record} for record in records]
    rows = taught(known).rows(written(*records, style=style))
    assert rows is not None
    assert [*rows] == records


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.sampled_from([(",", ":"), (", ", ": ")]))
def test_some_records_are_asked_for_their_values_and_tails(asked: list[bool], style: tuple[str, str]) -> None:
    records = [{**(MESSAGE if number % 3 else CALL), "seq": number} for number in range(len(asked))]
    rows = taught(MESSAGE, CALL).rows(written(*records, style=style))
    assert rows is not None
    indices = [index for index, wanted in enumerate(asked) if wanted]
    tools = ["bash" if index % 3 == 0 else ABSENT for index in indices]
    assert rows.values(("seq", "tool"), indices) == [indices, tools]
    tails = rows.tails(("ts", "seq", "event"), indices)
    assert tails is not None
    assert [json.loads(b"{" + tail) for tail in tails] == [
        {key: value for key, value in records[index].items() if key not in {"ts", "seq"}} for index in indices
    ]
    assert rows.tails(("seq", "ts"), indices) is rows.tails(("ts", "event"), indices) is None
