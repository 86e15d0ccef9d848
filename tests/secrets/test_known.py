"""Known credentials are found exactly, in part, in disguise and by fingerprint, and are told to nobody."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.secrets import Engine, Fingerprints, Hit, fingerprint_file
from auditor.secrets.known import Known
from tests.secrets.disguises import DISGUISES
from tests.secrets.fakes import pick

BASE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")
RNG = random.Random(9)
VALUE = "corp." + pick("alnum", 30, RNG)
ENGINE = BASE.with_known([VALUE.encode()])


def scan(engine: Engine, data: bytes) -> list[Hit]:
    run = engine.scan("x")
    run.feed(data)
    return run.close()[0]


@pytest.mark.parametrize("name", sorted(DISGUISES.keys() - {"wrapped", "wrapped in json", "wrapped early"}))
def test_a_known_value_is_seen_in_disguise(name: str) -> None:
    hits = scan(ENGINE, DISGUISES[name](VALUE, random.Random(1)))
    assert VALUE in {hit.value for hit in hits if hit.detector == "known.credential"}


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(VALUE) - 16), st.integers(16, len(VALUE)), st.text(alphabet=" \n~", max_size=5))
def test_any_sixteen_characters_are_a_leak(start: int, size: int, around: str) -> None:
    part = VALUE[start : start + size]
    hits = scan(ENGINE, f"{around}{part}{around}".encode())
    assert part in {hit.value for hit in hits if hit.detector.startswith("known.")}


def test_fifteen_characters_are_not() -> None:
    assert scan(ENGINE, VALUE[3:18].encode()) == []


def test_a_value_too_short_is_refused_without_being_told() -> None:
    with pytest.raises(ValueError, match="at least 6") as caught:
        BASE.with_known([b"ab1!"])
    assert "ab1!" not in str(caught.value)
    assert VALUE not in repr(Known(VALUE.encode()))


@pytest.mark.parametrize("text", ["{}", "token: {}", "A={}", 'x("{}")', "https://u:{}@h/p", "?k={}&b=1", "see {}."])
def test_a_fingerprint_is_enough_to_find_a_word(text: str) -> None:
    content = fingerprint_file([VALUE.encode(), b"another-one"], key=b"k")
    assert VALUE.encode() not in content
    engine = BASE.with_known([], [Fingerprints(content, key=b"k")])
    assert [hit.value for hit in scan(engine, b"first\n" + text.format(VALUE).encode())] == [VALUE]
    assert scan(BASE.with_known([], [Fingerprints(content, key=b"other")]), VALUE.encode()) == []


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"schema":"x","salt":"00","entries":[]}', b'{"schema":1}'])
def test_a_broken_fingerprint_file_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a fingerprint file"):
        Fingerprints(content)
