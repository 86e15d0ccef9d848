"""What a scan finds does not depend on chunks, and the finding shows nothing it should not."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import random
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.reader import CHUNK
from auditor.secrets import Engine, Hit, Redactor, fingerprint
from auditor.secrets import scan as module
from auditor.secrets.effort import BLOCK
from auditor.secrets.prefilter import Prefilter, plain_finder, vector_finder
from tests.secrets.fakes import fill, pick

ENGINE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")
RNG = random.Random(5)
KEY = fill("sk-ant-api03-<<b64url:93>>AA", RNG)
TOKEN = "ghp_" + pick("alnum", 36, RNG)


def scan(data: bytes, size: int = 1 << 20) -> list[Hit]:
    """The hits in `data`, fed in chunks of `size`."""
    run = ENGINE.scan("a/b.txt")
    for at in range(0, len(data), size):
        run.feed(data[at : at + size])
    hits, gaps = run.close()
    assert gaps == []
    return hits


def seen(hits: list[Hit]) -> list[tuple[str, int | None, str, str]]:
    return [(hit.detector, hit.line, hit.view, hit.value) for hit in hits]


def test_a_hit_knows_its_line_and_exact_value() -> None:
    text = f'one\n{{"env":"HOME=/x\\nGH_TOKEN={TOKEN}\\nA=b"}}\n{KEY}\n'
    assert seen(scan(text.encode())) == [("github.token", 2, "raw", TOKEN), ("anthropic.api-key", 3, "raw", KEY)]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3000), st.integers(0, 2500))
def test_chunks_do_not_matter(size: int, at: int) -> None:
    body = b"lorem ipsum\n" * 250
    data = body[:at] + f"\n{KEY}\n".encode() + base64.b64encode(f"x={TOKEN}".encode()) + b"\n" + body[at:]
    assert seen(scan(data, size)) == seen(scan(data))
    assert len(scan(data)) == 2


@pytest.mark.parametrize("at", [0, BLOCK - 110, BLOCK - 60, BLOCK - 4, BLOCK - 65536 - 50, BLOCK + 5, 2 * BLOCK - 3])
def test_blocks_do_not_matter(at: int) -> None:
    filler = (b"x" * 79 + b"\n") * (3 * BLOCK // 80)
    data = filler[:at] + b" " + KEY.encode() + b" " + filler[at:]
    [hit] = scan(data, 70_000)
    assert (hit.value, hit.line) == (KEY, filler[:at].count(b"\n") + 1)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3000), st.integers(0, 2500))
def test_the_size_of_blocks_does_not_matter(size: int, at: int) -> None:
    body = b"lorem ipsum\n" * 250
    hidden = base64.b64encode(f"x={TOKEN}".encode()) + b"\n" + KEY.encode().hex().encode()
    data = body[:at] + f"\n{KEY}\n".encode() + hidden + b"\n" + body[at:]
    whole = scan(data)
    with patch.object(module, "BLOCK", size):
        assert seen(scan(data)) == seen(whole)
    assert len(whole) == 3


def test_bytes_that_come_before_the_finder_is_ready_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    coming = iter([True] * 5 + [False])
    monkeypatch.setattr(Prefilter, "is_coming", lambda _: next(coming, False))
    monkeypatch.setattr(module, "_MOST_EARLY", 300)
    data = f"one\n{TOKEN}\n".encode() + b"lorem ipsum\n" * 50 + KEY.encode()
    run = ENGINE.scan("a/b.txt")
    held = []
    for at in range(0, len(data), 100):
        run.feed(data[at : at + 100])
        held.append(run._early_size if run._early else 0)
    hits, _ = run.close()
    assert seen(hits) == seen(scan(data))
    assert held == [100, 200, 300, 0, 0, 0, 0, 0], "no more than that is put by, and all of it is looked at"


def test_a_block_is_what_is_read_at_a_time() -> None:
    assert BLOCK == CHUNK, "else each block is put together again"


def test_bytes_put_by_are_looked_at_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Prefilter, "is_coming", lambda _: True)
    assert seen(scan(KEY.encode())) == [("anthropic.api-key", 1, "raw", KEY)]


def test_a_line_without_an_end_takes_no_more_memory_than_a_block() -> None:
    run = ENGINE.scan("x")
    for _ in range(20):
        run.feed(b"y" * (1 << 20))
        assert len(run._body._kept) + len(run._blocks._waiting) <= BLOCK
    run.feed(b" " + TOKEN.encode())
    hits, _ = run.close()
    assert [hit.line for hit in hits] == [1]


@pytest.mark.parametrize("shift", [0, 1, 2])
@pytest.mark.parametrize("wrap", [0, 76])
def test_base64_is_seen_at_every_offset(shift: int, wrap: int) -> None:
    encoded = base64.b64encode(b"y" * shift + b" " + KEY.encode() + b" and more text").decode()
    lines = [encoded[i : i + wrap] for i in range(0, len(encoded), wrap)] if wrap else [encoded]
    for text in ("\n".join(lines), json.dumps("out:\n" + "\n".join(lines) + "\n")):
        assert [(hit.value, hit.view) for hit in scan(text.encode())] == [(KEY, "base64")]


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_json_escapes_are_undone_at_every_depth(depth: int) -> None:
    text = "".join(f"\\u{ord(c):04x}" for c in KEY)
    for _ in range(depth - 1):
        text = json.dumps(text)[1:-1]
    assert [(hit.value, hit.line) for hit in scan(f'x\n{{"a":"{text}"}}'.encode())] == [(KEY, 2)]


def test_a_hit_never_shows_its_value() -> None:
    [hit] = scan(KEY.encode())
    sealed = hit.seal(b"key")
    assert sealed.masked == "sk-ant-api…[108]"
    assert sealed.fingerprint == fingerprint(b"key", KEY.encode())
    assert len(sealed.fingerprint) == 32
    for shown in (repr(hit), str(hit), f"{hit}", repr([hit]), repr(sealed)):
        assert not any(KEY[i : i + 8] in shown for i in range(10, len(KEY) - 8))
    with pytest.raises(TypeError, match="seal it first"):
        pickle.dumps(hit)
    with pytest.raises(TypeError, match="seal it first"):
        copy.deepcopy(hit)


def test_equal_values_are_told_once_with_their_first_line() -> None:
    assert [(hit.line, hit.value) for hit in scan(f"{TOKEN}\n".encode() * 5000)] == [(1, TOKEN)]


def test_thousands_of_findings_are_capped_with_a_gap() -> None:
    run = ENGINE.scan("x")
    rng = random.Random(1)
    run.feed("\n".join("ghp_" + pick("alnum", 36, rng) for _ in range(1500)).encode())
    hits, gaps = run.close()
    assert len(hits) == 1000
    assert [gap.reason for gap in gaps] == ["more than 1000 different findings: the others are not listed"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([literal.text for literal in ENGINE._sources.marks.literals]) | st.binary(max_size=9)))
def test_both_finders_agree(parts: list[bytes]) -> None:
    data = b"".join(parts)
    vector = vector_finder(ENGINE._sources.marks.literals[:60])
    assert vector is not None
    assert vector(data) == plain_finder(ENGINE._sources.marks.literals[:60])(data)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([literal.text for literal in ENGINE._sources.marks.literals]) | st.binary(max_size=40)))
def test_hostile_bytes_raise_nothing(parts: list[bytes]) -> None:
    run = ENGINE.scan("x")
    run.feed(b"".join(parts))
    run.close()


def test_the_redactor_masks_known_values_their_parts_and_what_it_finds() -> None:
    [hit] = scan(f"password: {'Tr0ub' + '4dor&3xyz'}".encode())
    redactor = Redactor(ENGINE, [hit])
    text = redactor.mask(f"value {hit.value}, cut {hit.value[:9]}…, json {json.dumps(hit.value)}, other {TOKEN}")
    for value in (hit.value, TOKEN):
        assert not any(value[i : i + 8] in text for i in range(4, len(value) - 8))
    assert text.startswith("value …[14], cut …[9]…")
