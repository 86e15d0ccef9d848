"""Known credentials are found exactly, in part and in disguise, and are told to nobody."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.secrets import Engine, Hit
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


@pytest.mark.parametrize("name", sorted(DISGUISES))
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


@pytest.mark.parametrize("width", [5, 6, 8, 11, 20])
@pytest.mark.parametrize("fold", ["\n", "\r\n", "\\n", "\n    ", "\\n> ", "\\r\\n"])
def test_a_fold_hides_no_known_value(width: int, fold: str) -> None:
    text = fold.join(VALUE[at : at + width] for at in range(0, len(VALUE), width))
    hits = scan(ENGINE, f'{{"a": "before {text} after"}}'.encode())
    assert VALUE in {hit.value for hit in hits if hit.detector == "known.credential" and "wrapped" in hit.view}


@pytest.mark.parametrize("change", [str.upper, str.lower, str.swapcase])
def test_another_case_hides_no_known_value(change: Callable[[str], str]) -> None:
    [hit] = scan(ENGINE, f"x = {change(VALUE)};".encode())
    assert (hit.value, hit.detector, hit.view) == (change(VALUE), "known.credential", "case")
    assert scan(ENGINE, change(VALUE[:15]).encode()) == []


def test_a_short_value_in_another_case_is_a_word_like_any_other() -> None:
    engine = BASE.with_known([b"Rumpel-7"])
    assert [hit.value for hit in scan(engine, b"Rumpel-7 rumpel-7 RUMPEL-7")] == ["Rumpel-7"]


def test_a_value_of_several_lines_is_seen_in_json_too() -> None:
    lines = [pick("b64", 30, RNG) for _ in range(4)]
    engine = BASE.with_known(["\n".join(lines).encode()])
    for text in ("\n".join(lines), json.dumps("\n".join(lines)), json.dumps(json.dumps("\r\n".join(lines)))):
        assert "".join(lines) in {
            hit.value for hit in scan(engine, text.encode()) if hit.detector == "known.credential"
        }
