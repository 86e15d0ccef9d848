"""What was counted out or repeated is told from what was drawn by chance."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.secrets.sequences import is_sequential
from tests.secrets.fakes import pick

LOWER = string.ascii_lowercase
DIGITS = "1234567890"
HEX = "0123456789abcdef"


@pytest.mark.parametrize(
    "body",
    [
        DIGITS + LOWER,
        LOWER + DIGITS,
        LOWER[::-1],
        "9876543210fedcba",
        HEX * 2,
        HEX[1:] * 3,
        LOWER[:20],
        "FAKE" * 9,
        "TEST" * 3 + "1234",
        "deadbeef" * 4,
        "5" * 20 + "dc" + "a" * 12,
        "aAbBcCdDeEfFgGhHiIjJ",
        "-".join(("12345678", "1234", "1234", "1234", "123456789abc")),
        LOWER[:6] + "." + HEX,
        "A3-ABCDEF-GHIJKL-MNOPQ-RSTUV",
        f"https://hooks.slack.com/services/T12345678/B12345678/{LOWER[:16]}",
    ],
)
def test_what_is_counted_out_is_known(body: str) -> None:
    assert is_sequential(body.encode())


@pytest.mark.parametrize(
    "body", ["", "1234", "correct-horse-battery", LOWER[:8] + "q7wn2zx9kd5m", "x" * 8 + "Qm4zT9aLw2Rk"]
)
def test_less_than_most_of_a_body_is_not_enough(body: str) -> None:
    assert not is_sequential(body.encode())


def test_an_address_is_weighed_by_what_it_carries() -> None:
    token = pick("alnum", 24, random.Random(4))
    assert not is_sequential(f"https://hooks.slack.com/services/T0{token[:8]}/B0{token[8:16]}/{token}".encode())


@given(st.integers(min_value=0), st.sampled_from(["alnum", "hex", "base32", "b64url"]), st.integers(16, 200))
def test_what_is_drawn_by_chance_is_never_taken_for_counted(seed: int, alphabet: str, length: int) -> None:
    assert not is_sequential(pick(alphabet, length, random.Random(seed)).encode())


@given(st.binary(max_size=300))
def test_any_bytes_can_be_asked_about(body: bytes) -> None:
    assert is_sequential(body) in {True, False}
