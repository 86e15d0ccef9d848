"""What tells the lines of a log apart, read without decoding: what a decoder would have said, or nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.records.heads import HeadReader, Heads

KEYS = ("ts", "seq", "run_id")
STYLES = [(",", ":"), (", ", ": ")]


def log(first: int, count: int, style: tuple[str, str] = (",", ":"), **more: Any) -> list[bytes]:
    write = json.JSONEncoder(separators=style).encode
    rows = [{"ts": f"12:{at % 60:02}", "seq": first + at, "run_id": "r-1", "n": at % 3, **more} for at in range(count)]
    return [write(row).encode() for row in rows]


def read(lines: list[bytes]) -> Heads | None:
    return HeadReader(KEYS).read(b"\n".join(lines) + b"\n")


@pytest.mark.parametrize("style", STYLES, ids=["compact", "spaced"])
@pytest.mark.parametrize(
    ("first", "count"), [(1, 1), (1, 9), (10, 90), (95, 5), (4711, 2500), (99_000, 999), (10**15, 3)]
)
def test_the_usual_writers_are_read(style: tuple[str, str], first: int, count: int) -> None:
    lines = log(first, count, style)
    heads = read(lines)
    assert heads is not None
    assert (heads.first, heads.name, heads.lines) == (first, "r-1", lines)
    assert heads.times == [json.loads(line)["ts"] for line in lines]
    assert [json.loads(b"{" + tail) for tail in heads.tails] == [{"run_id": "r-1", "n": n % 3} for n in range(count)]
    assert sorted(heads.counts.values()) == sorted(len(range(n, count, 3)) for n in range(min(count, 3)))


@pytest.mark.parametrize(
    "lines",
    [
        log(1, 10),
        log(8, 3),
        [b"{}"],
        [b""],
        log(1, 2) + log(4, 1),
        [*log(1, 2), b""],
        log(1, 2) + log(3, 1, (", ", ": ")),
        [*log(1, 1), b'{"seq":2,"ts":"12:01","run_id":"r-1","n":1}'],
        [b'{"ts":"12:00","seq":01,"run_id":"r-1","n":1}'],
        [b'{"ts":"12:00","seq":0,"run_id":"r-1","n":1}'],
        [b'{"ts":"12:00","seq":-1,"run_id":"r-1","n":1}'],
        [b'{"ts":"12:00","seq":1,"run_id":"r-1"}'],
        [b'{"ts":"12:00","seq":1,"run_id":"r\\u002d1","n":1}'],
        [b'{"ts":"12:00","seq":1,"run_id":"r\t1","n":1}'],
        ['{"ts":"12:00","seq":1,"run_id":"r\u20111","n":1}'.encode()],
        [b'{"ts":"12:0\\"","seq":1,"run_id":"r-1","n":1}'],
        [b'{"ts":"12:00","seq":1,"run_id":"r-1","n":1}', b'{"ts":"12:0"","seq":2,"run_id":"r-1","n":1}'],
        [b'{"ts":"12:00","seq":1,"run_id":"r-1","n":1}', b'{"ts":"12:0\\","seq":2,"run_id":"r-1","n":1}'],
        [b'{"ts":"12:00","seq":1,"run_id":"r-1","n":1}', b'{"ts":"12:0\x00","seq":2,"run_id":"r-1","n":1}'],
        [b'{"ts":"12:00","seq":1,"run_id":"r-1","n":1}', b'{"ts":"12:00","seq":2,"run_id":"r-2","n":1}'],
        [b'{"ts":"12:00","seq":1' + b"0" * 5000 + b',"run_id":"r-1","n":1}'],
    ],
)
def test_what_is_laid_out_otherwise_is_left_to_another_way(lines: list[bytes]) -> None:
    assert read(lines) is None


@given(
    first=st.integers(1, 10**7),
    count=st.integers(1, 40),
    style=st.sampled_from(STYLES),
    where=st.floats(0, 0.999),
    change=st.sampled_from([b"", b"0", b"9", b'"', b"\\", b"\n", b"\xff", b",", b"x", b" ", b"}"]),
    grow=st.booleans(),
)
def test_a_change_anywhere_is_read_as_it_is_or_not_at_all(
    *, first: int, count: int, style: tuple[str, str], where: float, change: bytes, grow: bool
) -> None:
    """Each line must have the head that was read of it, whatever was put in the place of a byte, or before it."""
    data = b"\n".join(log(first, count, style)) + b"\n"
    at = int(where * len(data))
    changed = data[:at] + change + data[at + (not grow) :]
    if not changed.endswith(b"\n"):
        return
    heads = HeadReader(KEYS).read(changed)
    if heads is None:
        return
    assert b"\n".join(heads.lines) + b"\n" == changed
    comma, colon = style
    for index, (line, tail) in enumerate(zip(heads.lines, heads.tails, strict=True)):
        head = {"ts": heads.times[index], "seq": heads.first + index}
        assert line == (json.dumps(head, separators=style)[:-1] + comma).encode() + tail
        assert tail.startswith(f'"run_id"{colon}"{heads.name}"{comma}"'.encode())
