"""Records that are recognised by their bytes say what decoding them says."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.secrets import alike
from auditor.secrets.stream_names import FIELDS, TRIGGERS
from auditor.secrets.streams import Streams

Added = dict[tuple[Any, ...], list[tuple[bytes, int | None]]]


def _added(lines: list[bytes], *, recognise: bool, met: int = 2) -> tuple[Added, int]:
    """What is added to which stream, line by line, and how many lines had to be decoded for it."""
    added: Added = defaultdict(list)
    decoded = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alike, "_MET", met)
        patch.setattr(
            Streams,
            "_add",
            lambda self, key, texts, numbers: added[key].extend(zip(texts, numbers, strict=True)),
        )
        streams = Streams(lambda text, line_at: None)
        data = bytearray(b"\n".join(lines) + b"\n")
        at = read = 0
        for number, line in enumerate(lines, 1):
            if at >= read and any(trigger in line for trigger in TRIGGERS):
                read = streams.alike(data, at, number) if recognise else at
                if read == at:
                    decoded += 1
                    streams.record(line, number)
                    read = at + len(line)
            at += len(line) + 1
    return dict(added), decoded


def _written(record: dict[str, Any], *, before: str = "", compact: bool = True, ascii_only: bool = True) -> bytes:
    separators = (",", ":") if compact else (", ", ": ")
    return (before + json.dumps(record, separators=separators, ensure_ascii=ascii_only)).encode(
        "utf-8", "surrogatepass"
    )


_WRITERS: dict[str, Callable[[str, int], dict[str, Any]]] = {
    "claude": lambda text, n: {
        "type": "stream_event",
        "event": {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
        "session_id": "5f0c",
        "uuid": f"{n * 7919:08x}",
    },
    "completions": lambda text, n: {
        "id": "chatcmpl-1",
        "created": 1700000000 + n,
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
    },
    "responses": lambda text, n: {"type": "response.output_text.delta", "sequence_number": n, "delta": text},
    "trace": lambda text, n: {
        "ts": f"2026-07-02T08:15:{n % 60:02}Z",
        "seq": n,
        "event": "agent_event",
        "delta": {"text": text},
    },
    "arguments": lambda text, n: {"delta": {"tool_calls": [{"index": n % 2, "function": {"arguments": text}}]}},
}


@pytest.mark.parametrize("name", _WRITERS)
@pytest.mark.parametrize("before", ["", "data: ", "event: message\ndata: "])
def test_most_records_of_a_stream_are_recognised(name: str, before: str) -> None:
    """What a model's interface streams is read without decoding each record."""
    lines = b"\n".join(_written(_WRITERS[name](f"word{n} ", n), before=before) for n in range(200)).split(b"\n")
    plain, decoded = _added(lines, recognise=False)
    quick, rest = _added(lines, recognise=True)
    assert quick == plain
    assert (decoded, rest < 10) == (200, True)


_TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "{", "[1]", '{"delta": 1}', "a", "a", '"', "\\", "\n", "\u0000", "é", "\ud800", "abcd", " stdout P "]
    ),
)
_VALUES = st.one_of(
    _TEXTS,
    st.integers(-5, 10**20),
    st.floats(allow_nan=False),
    st.none(),
    st.booleans(),
    st.sampled_from(["2026-07-02T08:15:00Z", "1", "[", '{"text":"x","delta":"y"}']),
)
_NAMES = st.sampled_from(
    ["ts", "seq", "uuid", "model", "index", "id", "name", "text", "x.text", "message_id", "o", "ta g"]
)


@st.composite
def _forms(draw: st.DrawFn) -> dict[str, Any]:
    values = draw(st.dictionaries(_NAMES, _VALUES, max_size=4))
    field = draw(st.sampled_from(sorted(FIELDS)))
    return values | {draw(st.sampled_from(["delta", "delta", "chunk", "x"])): {"type": "text", field: "first"}}


@st.composite
def _logs(draw: st.DrawFn) -> list[bytes]:
    """Lines of a few forms that come again and again with another text, another value or name, or broken."""
    forms = draw(st.lists(_forms(), min_size=1, max_size=2))
    before, compact = draw(st.sampled_from(["", "data: "])), draw(st.booleans())
    lines = []
    for _ in range(draw(st.integers(4, 14))):
        record = dict(draw(st.sampled_from(forms)))
        *names, last = record
        record[last] = {name: draw(_TEXTS) if value == "first" else value for name, value in record[last].items()}
        if names and draw(st.integers(0, 2)) == 0:
            record[draw(st.sampled_from(names))] = draw(_VALUES)
        line = _written(record, before=before, compact=compact, ascii_only=draw(st.booleans()))
        if draw(st.integers(0, 9)) == 0:
            at = draw(st.integers(0, len(line)))
            line = line[:at] + draw(st.sampled_from([b"", b'"', b"\\", b"\xff", b"}", b"\r"])) + line[at + 1 :]
        lines += draw(st.sampled_from([[], [], [], [b""], [b"event: delta"], [b"event: message", b""]]))
        lines.append(line.replace(b"\n", b" "))
    return lines


@given(_logs(), st.sampled_from([1, 2]))
def test_recognised_records_say_what_decoding_them_says(lines: list[bytes], met: int) -> None:
    """Whatever is in the records: the same texts go to the same streams, from the same lines."""
    assert _added(lines, recognise=True, met=met)[0] == _added(lines, recognise=False)[0]


@pytest.mark.parametrize(
    "changed",
    [
        b'{"n":1,"delta":{"text":"b","content":"c"}}',
        b'{"n":1,"index":1,"delta":{"text":"b"}}',
        b'{"n":1,"delta":{"text":"b"},"text":"c"}',
        b'{"n":1,"delta":{"text":"\\u0062"}}',
        b'{"n":1,"delta":{"text":"[1]"}}',
        b'{"n":1,"delta":{"text":"\xff"}}',
        b'{"n":1,"delta":{"text":"b"}',
        b'{"n":1,"delta":{"text":"b"}}}',
        b'{"n":01,"delta":{"text":"b"}}',
        b'{"n":"\xff","delta":{"text":"b"}}',
        b'{"n":"[\'delta\', 1]","delta":{"text":"b"}}',
        b'{"n":"{\'delta\': 1}","delta":{"text":"b"}}',
    ],
)
def test_what_is_not_alike_is_decoded(changed: bytes) -> None:
    """One more name, another stream, another way to write: each is read for what it says."""
    lines = [b'{"n":%d,"delta":{"text":"a%d"}}' % (n, n) for n in range(20)] + [changed]
    quick, decoded = _added([*lines, lines[0], lines[1]], recognise=True)
    assert quick == _added([*lines, lines[0], lines[1]], recognise=False)[0]
    assert decoded == 3


def test_a_text_that_only_looks_like_another_is_not_taken_for_it() -> None:
    """The piece is written with an escape, and what stands in the record as it reads is of a name that says nothing."""
    lines = [b'{"note":"a","delta":"\\u0061"}'] * 10 + [b'{"note":"b","delta":"\\u0061"}']
    assert _added(lines, recognise=True) == _added(lines, recognise=False)


def test_records_that_are_read_only_for_what_their_text_holds_are_not_all_read() -> None:
    """Nothing but their text says that they carry a piece, so the next need not."""
    lines = [b'{"x":{"text":"%d stdout P a"}}' % number for number in range(10)] + [b'{"x":{"text":"b"}}']
    assert _added([*lines, lines[0]], recognise=True) == _added([*lines, lines[0]], recognise=False)


def test_taking_note_in_vain_ends() -> None:
    """Records that are never alike, and forms that are met no more once they are known, cost something only for a while."""
    for length in (1, alike._MET):
        streams = Streams(lambda text, line_at: None)
        for number in range(alike._PATIENCE * length + 10):
            streams.record(b'{"name":"n%d","delta":"word"}' % (number // length), number)
        assert streams._forms._patience <= 0


def test_what_comes_again_and_again_is_worth_learning() -> None:
    """Each answer has an id of its own, so its records have a form of their own: many answers tire nobody."""
    lines = [b'{"id":"a%d","delta":"word%d"}' % (number // 150, number) for number in range(9000)]
    quick, decoded = _added(lines, recognise=True, met=8)
    assert quick == _added(lines, recognise=False)[0]
    assert decoded == 60 * 8
