"""Without vectorscan everything is found too, and the engine says that it goes slower."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from auditor.secrets import Engine
from auditor.secrets import prefilter as module
from auditor.secrets.compiled import Literal
from auditor.secrets.prefilter import Prefilter
from tests.secrets.disguises import DISGUISES
from tests.secrets.fakes import with_crc

FOLDER = Path(__file__).parents[2] / "rules" / "secrets"
VALUE = with_crc("ghp_", random.Random(2))


def found(engine: Engine, data: bytes) -> list[tuple[str, str, int | None, str]]:
    run = engine.scan("x")
    run.feed(data)
    return [(hit.value, hit.detector, hit.line, hit.view) for hit in run.close()[0]]


def test_both_ways_find_the_same_in_every_disguise() -> None:
    slow, fast = Engine.load(FOLDER, vector=False), Engine.load(FOLDER)
    found(fast, b"warm up " * (module.WORTH_COMPILING // 8 + 1))
    assert (slow.accelerated, fast.accelerated) == (None, True)
    for disguise in DISGUISES.values():
        data = disguise(VALUE, random.Random(1))
        assert found(slow, data) == found(fast, data) != []


def test_a_missing_wheel_leaves_the_plain_finder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    prefilter = Prefilter([Literal(b"needle"), Literal(b"bone", caseless=True)])
    haystack = b"hay " * module.WORTH_COMPILING
    assert prefilter.find(haystack + b"needle BONE") == [(len(haystack) + 6, 0), (len(haystack) + 11, 1)]
    assert prefilter.vectorised is False


@pytest.mark.parametrize("wheel", [True, False])
def test_preparing_ahead_changes_nothing_that_is_found(monkeypatch: pytest.MonkeyPatch, *, wheel: bool) -> None:
    if not wheel:
        monkeypatch.setitem(sys.modules, "hyperscan", None)
    prefilter = Prefilter([Literal(b"needle")])
    prefilter.prepare()
    prefilter.prepare()
    assert prefilter.find(b"a needle") == [(8, 0)]
    assert prefilter.vectorised is None, "so little is still searched without it"
    haystack = b"hay " * module.WORTH_COMPILING
    assert prefilter.find(haystack + b"needle") == [(len(haystack) + 6, 0)]
    assert prefilter.vectorised is wheel


def test_a_fault_while_preparing_is_told_where_the_finder_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_literals: object, *, keep: bool) -> None:
        raise MemoryError("no room for the database")

    monkeypatch.setattr(module, "vector_finder", broken)
    prefilter = Prefilter([Literal(b"needle")])
    prefilter.prepare()
    assert prefilter.find(b"needle") == [(6, 0)]
    with pytest.raises(MemoryError, match="no room"):
        prefilter.find(b"x" * (module.WORTH_COMPILING + 1))
