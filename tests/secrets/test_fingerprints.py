"""Fingerprints find whole values and any sixteen characters of them, in every view, and do not tell what they stand for."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts import Gap
from auditor.secrets import Engine, Fingerprints, Hit, fingerprint_file
from auditor.secrets.effort import TOO_MUCH
from auditor.secrets.fingerprints import FingerprintFile
from tests.secrets.disguises import DISGUISES
from tests.secrets.fakes import pick

BASE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")
RNG = random.Random(19)
BODY = pick("b64url", 40, RNG)
VALUE = "corp-prod." + BODY
KEY = b"k" * 32
RARE = {"hex pairs", "hex colons", "hex dump", "decimal", "reversed", "base32"}
"""Encodings that only a known character of the value gives away."""


def engine(*values: bytes, key: bytes = KEY, held: bytes = KEY) -> Engine:
    return BASE.with_known([], [Fingerprints(fingerprint_file(values, key, [b"sk-ant-", b"ghp_"]), held)])


ENGINE = engine(VALUE.encode(), b"another-one")


def scan(searching: Engine, data: bytes) -> tuple[list[Hit], list[Gap]]:
    run = searching.scan("x")
    run.feed(data)
    return run.close()


def values(data: bytes, searching: Engine = ENGINE) -> set[str]:
    return {hit.value for hit in scan(searching, data)[0] if hit.detector.startswith("known.")}


@pytest.mark.parametrize("name", sorted(DISGUISES.keys() - RARE))
def test_a_value_is_seen_in_every_view(name: str) -> None:
    found = values(DISGUISES[name](VALUE, random.Random(1)))
    assert VALUE in found or any(BODY[:30] in value for value in found)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(BODY) - 16), st.integers(16, len(BODY)), st.text(alphabet=" \n~xyzXYZ09_", max_size=5))
def test_any_sixteen_characters_are_a_leak(start: int, size: int, around: str) -> None:
    part = BODY[start : start + size]
    assert any(part in value for value in values(f"{around}{part}{around}".encode()))


@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, len(BODY) - 16),
    st.sampled_from([base64.b64encode, base64.urlsafe_b64encode, bytes.hex]),
    st.integers(0, 9),
)
def test_a_part_is_seen_in_base64_and_hex_too(start: int, encode: object, before: int) -> None:
    assert callable(encode)
    text = encode(b"z" * before + BODY[start : start + 16].encode())
    found = values(text if isinstance(text, bytes) else text.encode())
    assert any(BODY[start : start + 16] in value for value in found)


def test_fifteen_characters_are_none() -> None:
    assert values(f"{BODY[3:18]} {BODY[20:35]}".encode()) == set()


@pytest.mark.parametrize(
    "text", ["{}", "token: {}", "A={}", 'x("{}")', "https://u:{}@h/p", "?k={}&b=1", "see {}.", "x{}y"]
)
def test_the_whole_value_is_told_from_a_part(text: str) -> None:
    hits, _ = scan(ENGINE, b"first\n" + text.format(VALUE).encode())
    assert [(hit.value, hit.detector, hit.line) for hit in hits] == [(VALUE, "known.credential", 2)]


def test_a_short_value_is_found_as_a_word() -> None:
    assert values(b"pass: another-one!") == {"another-one"}
    assert values(b"pass: yanother-onex") == set()


def test_values_of_any_characters_are_found() -> None:
    odd = "p\u00e4ss w\u00f6rd/with*all!kinds$of~characters^in"
    assert values(f"a={odd}=b".encode(), engine(odd.encode())) != set()
    pem = "-----BEGIN X-----\n" + "\n".join(pick("b64", 64, RNG) for _ in range(5)) + "\n-----END X-----"
    found = values(json.dumps({"key": pem}).encode(), engine(pem.encode()))
    assert max(map(len, found)) > 300


def test_without_the_key_nothing_is_found() -> None:
    assert values(VALUE.encode(), engine(VALUE.encode(), held=b"other")) == set()
    assert values(VALUE.encode(), engine(VALUE.encode(), key=b"", held=b"")) == {VALUE}


def entry(value: bytes, key: bytes = b"") -> FingerprintFile:
    content = fingerprint_file([value], key, [b"sk-ant-", b"ghp_"])
    assert value not in content
    return msgspec.json.decode(content, type=FingerprintFile)


def test_a_part_holds_eleven_secret_characters_at_least() -> None:
    """Who knows the public prefix must not be able to guess his way on, character by character."""
    secret = pick("alnum", 40, RNG)
    for prefix in (b"", b"sk-ant-api03-", b"ghp_", b"corp-prod."):
        [one] = entry(prefix + secret.encode()).entries
        assert 40 - 15 <= len(one.parts) <= 40 - 15 + 5
        assert len(one.parts) == 40 - 15 + min(5, len(prefix))


def test_hex_is_short_of_choice_and_so_no_part_holds_its_prefix() -> None:
    [one] = entry(b"ghp_" + pick("hex", 40, RNG).encode()).entries
    assert len(one.parts) == 25


def test_files_of_the_same_value_have_nothing_in_common() -> None:
    first, second = entry(VALUE.encode(), KEY), entry(VALUE.encode(), KEY)
    assert first.salt != second.salt
    assert not set(first.entries[0].parts) & set(second.entries[0].parts)
    assert first.entries[0].digest != second.entries[0].digest
    assert list(first.entries[0].parts) == sorted(first.entries[0].parts)


def test_what_is_too_long_to_try_is_a_gap() -> None:
    flood = random.Random(1).randbytes(1 << 20).hex().encode()
    hits, gaps = scan(ENGINE, flood * 3 + VALUE.encode())
    assert hits or TOO_MUCH in {gap.reason for gap in gaps}


BROKEN = [
    b"",
    b"{}",
    b"[]",
    b'{"schema":"x","salt":"00","entries":[]}',
    b'{"schema":1}',
    b'{"schema":"cto-audit-fingerprints/v1","salt":"xx","entries":[]}',
    b'{"schema":"cto-audit-fingerprints/v1","salt":"00","entries":[{"length":9,"digest":"00","parts":["zz"]}]}',
    b'{"schema":"cto-audit-fingerprints/v1","salt":"00","entries":[{"length":9,"digest":"00","alphabet":"?","parts":["00"]}]}',
]


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_fingerprint_file_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="not a fingerprint file"):
        Fingerprints(content)
