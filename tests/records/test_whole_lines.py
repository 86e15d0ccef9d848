"""The fast decoders: whenever one answers, a strict look at each line would have said the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given

from auditor.records import whole_lines
from auditor.records.json_text import JsonFault, parse_object
from tests.records.drawn_lines import LONG, lines


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
    at_once = whole_lines.decode((line + "\n").encode() * 3)
    escaped = ascii_only and not text.isascii()
    assert at_once == (None if escaped else [RECORD | {"text": text}] * 3)


def test_lines_are_long_or_short_on_average() -> None:
    assert whole_lines.are_long(b"x" * 9000 + b"\n")
    assert not whole_lines.are_long(b"x\n" * 9000)
    assert whole_lines.are_long(b"x" * 900 + b"\n")


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
