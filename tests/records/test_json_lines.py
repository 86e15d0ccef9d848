"""The fast way and the slow way of reading JSON lines have one meaning, whatever stands in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.records.json_lines import JsonLines
from auditor.records.json_text import JsonFault
from auditor.records.lines import LineReader
from auditor.records.text_lines import TextLines
from tests.records.kit import Memory, facts, gaps, notebook

CAP = 1 << 20


class Heard(Memory):
    """All that came of reading: what the source was given, and what was noted beside."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: Any = None


def read(chunks: list[bytes], *, mixed: bool = False, kind: str = "trace", cap: int = CAP) -> Heard:
    source = Heard()
    collector, notes = notebook(kind)
    reader = LineReader(JsonLines(source, notes, mixed=mixed), cap)
    for chunk in chunks:
        reader.feed(chunk)
    reader.close()
    source.noted = (facts(collector, "json.repeated-key"), facts(collector, "json.torn"), gaps(collector))
    return source


def one_by_one(data: bytes, *, mixed: bool, kind: str) -> Heard:
    """Read each line alone, by the slow way only."""
    source = Heard()
    collector, notes = notebook(kind)
    lines = JsonLines(source, notes, mixed=mixed)
    *whole, last = data.split(b"\n")
    for number, line in enumerate(whole, 1):
        lines._line(number, line, torn=False)
    if last:
        lines.rest(len(whole) + 1, last)
    source.noted = (facts(collector, "json.repeated-key"), facts(collector, "json.torn"), gaps(collector))
    return source


HONEST = st.dictionaries(
    st.sampled_from(["ts", "seq", "event", "a"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
        max_leaves=4,
    ),
    max_size=3,
).map(lambda record: json.dumps(record, separators=(",", ":")).encode())
ODD = st.sampled_from(
    [
        b"",
        b" ",
        b"\r",
        b"{}",
        b"{}{}",
        b'{"a":1}{"b":2}',
        b'{"a":1} {"b":2}',
        b'{"a":',
        b'"x"}',
        b"[1]",
        b"}",
        b"{",
        b"plain",
        b'plain {"msg":1}',
        b'{"msg": oops',
        b'{"a":1,"a":2}',
        b'{"a":{"a":1}}',
        b'{"a":\t{"a":1,"a":2}}',
        b'{"a":1,"a"\t :2}',
        rb'{"a\"":1,"b":"\\"}',
        b'{"a":"\xff"}',
        b'{"a":NaN}',
        b'{"a":18446744073709551616}',
        b'{"a":1e999}',
        b'\xef\xbb\xbf{"a":1}',
        b'  {"a":1}\t\r',
        '{"a":"\\ud83d…[truncated]"}'.encode(),
        b'{"a":"\\ud83d"}',
        b'{"a":"b\x00"}',
        b"null",
        b'{"a":":b"}',
    ]
)


@given(
    lines=st.lists(HONEST | ODD | st.binary(max_size=6), max_size=6),
    ended=st.booleans(),
    size=st.integers(1, 40),
    mixed=st.booleans(),
    kind=st.sampled_from(["trace", "case_stderr", "other"]),
)
@example(lines=[b'{"a":1}{"b":', b"{}}"], ended=True, size=99, mixed=False, kind="trace")
@example(lines=[b'{"a":{}', b'{"b":1}}'], ended=True, size=99, mixed=False, kind="trace")
@example(lines=[b'{"a":1}', b'{"a":18446744073709551616}'], ended=True, size=99, mixed=False, kind="trace")
@example(lines=[b'{"a":1,"a"\t :2}', b'{"b":2}'], ended=True, size=99, mixed=False, kind="trace")
def test_blocks_mean_what_their_lines_mean(lines: list[bytes], ended: bool, size: int, mixed: bool, kind: str) -> None:
    data = b"\n".join(lines) + (b"\n" if ended else b"")
    slow = one_by_one(data, mixed=mixed, kind=kind)
    for step in (size, CAP):
        fast = read([data[at : at + step] for at in range(0, len(data), step)], mixed=mixed, kind=kind)
        assert fast.seen == slow.seen
        assert fast.noted == slow.noted
        assert [type(value) for *_, value in fast.seen] == [type(value) for *_, value in slow.seen]


def test_honest_lines_go_the_fast_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object, **__: object) -> None:
        raise AssertionError("an honest block was read line by line")

    monkeypatch.setattr(JsonLines, "_line", slow)
    rows = [{"seq": n, "args": {"list": [{"k": "v: w"}]}, "text": 'she said "no": so'} for n in range(50)]
    data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    assert [record for _, _, record in read([data]).seen] == rows


def test_each_record_has_its_line_number() -> None:
    heard = read([b'{"a":1}\n\n \n{"a":2}\nx\n{"a":3}\n'])
    assert [(line, record["a"]) for _, line, record in heard.seen] == [(1, 1), (4, 2), (6, 3)]
    assert [line for line, _ in heard.noted[2]] == [5]


def test_a_repeated_key_is_noted_and_the_last_reading_goes_on() -> None:
    heard = read([b'{"a":1}\n{"m":{"k":1,"k":2}}\n'])
    assert heard.noted[0] == [("trace", 2, "/m/k")]
    assert heard.seen[1] == ("record", 2, {"m": {"k": 2}})


def test_a_torn_last_line_is_torn_and_a_gap() -> None:
    heard = read([b'{"a":1}\n{"a":'])
    assert heard.noted[1] == [("trace", 2, None)]
    assert [line for line, _ in heard.noted[2]] == [2]


def test_a_whole_last_line_without_newline_is_read() -> None:
    heard = read([b'{"a":1}\n{"a":2}'])
    assert [record for *_, record in heard.seen] == [{"a": 1}, {"a": 2}]
    assert heard.noted == ([], [], [])


def test_a_broken_line_in_the_middle_is_a_gap_and_not_torn() -> None:
    heard = read([b'{"a":\n{"a":2}\n'])
    assert (heard.noted[1], [line for line, _ in heard.noted[2]]) == ([], [1])
    assert [line for _, line, _ in heard.seen] == [2]


def test_mixed_artifacts_have_plain_lines() -> None:
    heard = read([b'Error: x\n{"msg":"m"}\n{not json}\n'], mixed=True, kind="backend_log")
    assert [(what, line) for what, line, _ in heard.seen] == [("plain", 1), ("record", 2), ("plain", 3)]
    assert heard.noted[2] == []


def test_a_broken_message_of_cases_stderr_is_a_gap() -> None:
    heard = read([b'{"msg":"spawning agent"\nprose\n'], mixed=True, kind="case_stderr")
    assert [line for line, _ in heard.noted[2]] == [1]
    assert heard.seen == [("plain", 2, b"prose")]


def test_an_over_long_line_is_a_gap_and_the_next_is_read() -> None:
    heard = read([b'{"a":"' + b"x" * 100 + b'"}\n{"a":2}\n'], cap=40)
    assert [line for line, _ in heard.noted[2]] == [1]
    assert heard.seen == [("record", 2, {"a": 2})]


def test_no_gap_quotes_the_line() -> None:
    secret = b"hush" * 4
    heard = read([b'{"a":' + secret + b'}\n{"a":"\\' + secret + b'"}\n"' + secret + b'"\n{"' + secret])
    assert len(heard.noted[2]) == 4
    assert not [reason for _, reason in heard.noted[2] if "hush" in reason]


def test_a_source_that_breaks_is_not_covered_up() -> None:
    class Broken(Memory):
        def record(self, line: int, record: dict[str, Any]) -> None:
            raise JsonFault("not the reader's own")

    _, notes = notebook()
    reader = LineReader(JsonLines(Broken(), notes, mixed=False), CAP)
    with pytest.raises(JsonFault, match="own"):
        reader.feed(b'{"a":1}\n')


def test_text_lines_come_as_they_are() -> None:
    source = Memory()
    collector, notes = notebook("case_stdout")
    reader = LineReader(TextLines(source, notes), 10)
    reader.feed(b'{"a":1}\r\n\n\xff\n' + b"z" * 20 + b"\nend")
    reader.close()
    assert source.seen == [("plain", 1, b'{"a":1}\r'), ("plain", 2, b""), ("plain", 3, b"\xff"), ("plain", 5, b"end")]
    assert gaps(collector) == [(4, "the line is too long to be read")]
