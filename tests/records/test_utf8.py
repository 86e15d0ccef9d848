"""Whatever bytes stand in a piece of a log: the fast look says of their encoding what decoding says."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.records.utf8 import Utf8Check
from tests.records.drawn_lines import lines


def refuses(data: bytes) -> bool:
    try:
        Utf8Check().check(data)
    except UnicodeDecodeError:
        return True
    return False


def is_broken(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False


@given(st.binary(max_size=300))
@example(b"")
@example(b"\n")
@example(b"\xff")
@example(b'{"a":"\x01"}\n{"a":"\xff"}\n')
@example(b'{"a":"\xff"')
@example(b'{"a":123456789012345678901}\n{"a":"\xff"}\n')
@example(b'{"a":123456789012345678901}\n{"a":"\xc3\xa9"}\n')
@example(b'{"a":"\\ud800"}\n{"a":"\xc3\xa9"}\n')
def test_any_bytes(data: bytes) -> None:
    assert refuses(data) is is_broken(data)


@given(lines(), st.binary(min_size=1, max_size=4), st.integers(0, 5_000))
def test_lines_with_bytes_put_in(data: bytes, put: bytes, at: int) -> None:
    spoiled = data[:at] + put + data[at:]
    assert refuses(data) is is_broken(data)
    assert refuses(spoiled) is is_broken(spoiled)


@pytest.mark.parametrize(
    "wrong",
    [
        b"\x80",
        b"\xc0\xaf",
        b"\xc3",
        b"\xe2\x9c",
        b"\xed\xa0\x80",
        b"\xe0\x80\x80",
        b"\xf0\x80\x80\x80",
        b"\xf4\x90\x80\x80",
        b"\xf8\x88\x80\x80\x80",
        b"\xfe",
    ],
)
@pytest.mark.parametrize("before", [0, 1, 63, 64, 4_000])
def test_wrong_bytes_far_into_a_piece(wrong: bytes, before: int) -> None:
    sound = '{"a":"é✔潮😀","b":%d}\n'.encode()
    piece = b"".join(sound % number for number in range(before))
    assert not refuses(piece + sound % 1)
    assert refuses(piece + b'{"a":"' + wrong + b'"}\n' + sound % 1)
    assert refuses(piece + b'{"a":"' + wrong + b'"}\n')
    assert refuses(piece + b'{"a":"' + wrong)


def test_one_check_serves_piece_after_piece() -> None:
    check = Utf8Check()
    for _ in range(3):
        check.check('{"a":"é"}\n'.encode())
        check.check('{"a":"é"}\n{"b":"é"}\n'.encode())
        with pytest.raises(UnicodeDecodeError):
            check.check(b'{"a":"\xe9"}\n{"b":1}\n')
