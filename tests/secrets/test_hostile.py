"""Whatever is scanned, the scan ends with an answer: no text crashes it, and chunks never change what it says."""

from __future__ import annotations

import base64
import gzip
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.secrets import Engine
from auditor.secrets.effort import ALLOWANCE, TOO_MUCH, Effort
from auditor.secrets.marks import build
from auditor.secrets.patterns import Pattern, load_patterns
from auditor.secrets.validators import PROVING, VALIDATORS
from tests.secrets.fakes import fill

FOLDER = Path(__file__).parents[2] / "rules" / "secrets"
ENGINE = Engine.load(FOLDER)
PATTERNS = load_patterns(FOLDER, whole=True)
LITERALS = sorted({literal.text for literal in build(PATTERNS).literals})
RNG = random.Random(8)
EXAMPLES = [fill(template, RNG).encode() for pattern in PATTERNS for template in pattern.table.examples]
JUNK = [
    b"\n",
    b"\\n",
    b'"',
    b"\\",
    b"\\\\",
    b"=",
    b" ",
    b"\x00",
    b"\xff",
    b"\x1b[",
    b"A" * 40,
    b"aB3-" * 30,
    b"{",
    b"%",
    b"\\u00",
    b"%2B23:59",
    *(
        b"\xef\xbc\xa1",
        rb"\uff21",
        rb"\ud835\udc00",
        rb"\ud835",
        rb"\u200b",
        b"\xe2\x80\x8b",
        rb"\u0008",
        rb"\b",
        b"\x08",
    ),
    *(
        rb"\x41",
        rb"\U00000041",
        rb"\u{41}",
        rb"\101",
        rb"\_",
        b"&#65;",
        b"&#x1F600;",
        b"&amp;",
        b"%u0041",
        b"=41",
        b"=\n",
    ),
    *(b"\r", rb"\r", rb"\u001b[0m", b"\x1b]0;", b"\x07", b"' + '", b'""', b"\xc2\x9b1m"),
]


def spliced(example: bytes, junk: bytes, at: int) -> bytes:
    """Put something into the middle of an example: what its expression still takes, its validators must stand."""
    return example[:at] + junk + example[at:]


piece = st.one_of(
    st.sampled_from(LITERALS),
    st.sampled_from(EXAMPLES),
    st.sampled_from(JUNK),
    st.binary(max_size=12),
    st.builds(spliced, st.sampled_from(EXAMPLES), st.sampled_from(JUNK) | st.binary(max_size=4), st.integers(0, 200)),
).flatmap(lambda text: st.integers(1, len(text) or 1).map(lambda cut: text[:cut]) | st.just(text))


def wrapped(text: bytes, how: list[str]) -> bytes:
    for step in how:
        if step == "base64":
            text = base64.b64encode(text)
        elif step == "json":
            text = json.dumps({"delta": text.decode("latin-1")}).encode() + b"\n"
        elif step == "gzip":
            text = gzip.compress(text, mtime=0)
        elif step == "hex":
            text = text.hex().encode()
        elif step == "wide":
            text = text.decode("latin-1").encode("utf-16-le")
    return text


def answer(data: bytes, size: int) -> list[tuple[object, ...]]:
    run = ENGINE.scan("x")
    for at in range(0, len(data), size):
        run.feed(data[at : at + size])
    hits, gaps = run.close()
    return [(hit.detector, hit.line, hit.view, hit.value) for hit in hits] + [(gap.reason, gap.line) for gap in gaps]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(piece, max_size=25),
    st.lists(st.sampled_from(["base64", "json", "gzip", "hex", "wide"]), max_size=3),
    st.integers(1, 400),
)
def test_no_text_crashes_a_scan_and_chunks_do_not_matter(parts: list[bytes], how: list[str], size: int) -> None:
    data = wrapped(b"".join(parts), how)
    assert answer(data, size) == answer(data, 1 << 20)


def test_what_hostile_text_hides_is_a_gap_wherever_the_chunks_end() -> None:
    flood = b"AKIA\n" * 300_000
    first, second = answer(flood, 1 << 20), answer(flood, 77_777)
    assert first == second
    assert [row[0] for row in first] == [TOO_MUCH]


def test_a_small_packed_file_brings_little_effort() -> None:
    packed = gzip.compress(b"AKIA\n" * 6_000_000, 1)
    assert [row[0] for row in answer(packed, 1 << 20)] == [TOO_MUCH]


def test_effort_is_saved_up_to_a_bound() -> None:
    effort = Effort()
    effort.spend(ALLOWANCE + 5)
    assert effort.left == -5
    effort.allow(1 << 20)
    effort.allow(1 << 20, 4)
    assert effort.left == ALLOWANCE + ALLOWANCE // 4 - 5
    effort.allow(1 << 40)
    assert effort.left == 4 * ALLOWANCE


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.id)
def test_only_a_validator_that_is_said_to_prove_does(pattern: Pattern) -> None:
    for template in pattern.table.examples:
        for name, validator in VALIDATORS.items():
            if validator not in PROVING:
                assert validator(fill(template, RNG).encode()) != "confirmed", name


def test_a_list_of_tokens_is_honest_text() -> None:
    rng = random.Random(2)
    text = "".join(fill("NAME_<<digits:3>>=gho_<<alnum:36>>\n", rng) for _ in range(900))
    rows = answer(text.encode(), 1 << 20)
    assert len(rows) == 900
    assert TOO_MUCH not in {row[0] for row in rows}


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
_HEADERS = st.fixed_dictionaries({}, optional=dict.fromkeys(("alg", "typ", "enc"), _VALUES))
_CLAIMS = st.fixed_dictionaries({}, optional=dict.fromkeys(("iss", "sub", "some", "iat", "exp"), _VALUES))


@given(_HEADERS, _CLAIMS | _VALUES, st.text("aB3-_", max_size=30))
def test_a_token_may_claim_anything(header: object, claims: object, signature: str) -> None:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    text = f"token: {'.'.join(parts)}.{signature} end\n"
    assert VALIDATORS["jwt"](text.split()[1].encode()) in {"confirmed", "doubtful", "rejected"}
    ENGINE.scan_text(text)


@pytest.mark.parametrize("name", ["alg", "iss", "sub"])
def test_a_token_may_claim_what_is_nested_as_deep_as_can_be_read(name: str) -> None:
    deep = b"[" * 900 + b"]" * 900
    document = b'{"alg":"HS256"}' if name != "alg" else b'{"alg":' + deep + b"}"
    claims = b'{"' + name.encode() + b'":' + deep + b"}"
    token = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in (document, claims, b"signature"))
    assert VALIDATORS["jwt"](token) in {"confirmed", "doubtful", "rejected"}
