"""Hostile text costs a gap and not hours: the work done on it is counted, not timed."""

from __future__ import annotations

import base64
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest

from auditor.facts import Gap
from auditor.secrets import Engine, Hit, Redactor, decode, packed
from auditor.secrets.prefilter import Data, Event, Prefilter

SIZE = 200_000
MOST_CALLS = 8_000_000
"""Calls of any function while one hostile artifact is looked at."""
MOST_BYTES = 64 << 20
"""Bytes searched or unpacked, all decoded texts included."""

INFLATED = zlib.compress(b"ghp_" * (1 << 20), 9)
HOSTILE = {
    "gzip in base64": b"H4sIAAAAAAAAAAAAAAAAAAAA ",
    "gzip in base64, unbroken": b"H4sIAAAAAAAAAAAAAAAAAAAA",
    "zlib in base64": b" eJxAAAAAAAAAAAAAAAAA",
    "zlib in base64, dense": b"eJx",
    "escapes": b"\\u0041",
    "escapes of escapes": b"\\\\\\\\u0041",
    "base64 of anchors": base64.b64encode(b"ghp_sk-ant-api03-" * 99),
    "base64 of base64": base64.b64encode(base64.b64encode(b"ghp_AKIA" * 99)),
    "anchors": b"ghp_",
    "anchors, one a line": b"ghp_\n",
    "anchors, one an escaped line": b"ghp_aaaaaaaaaa\\n",
    "long values, one a line": b"\npypi-AgEIcHlwaS5vcmc-----",
    "keys without an end": b"-----BEGIN PRIVATE KEY-----",
    "small streams that grow": INFLATED,
    "small streams that grow, in base64": b" " + base64.b64encode(INFLATED),
    "pieces of streams": b'{"delta":{"content":"a"}}\n',
    "bytes in UTF-16": b"g\0h\0p\0_\0",
}


class Counted:
    """Counts the calls of all functions, Python's own included, and the bytes that the prefilter and zlib are given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = self.bytes = 0
        find, run = Prefilter.find, decode.base64_run

        def counted_find(prefilter: Prefilter, data: Data) -> list[Event]:
            self.bytes += len(data)
            return find(prefilter, data)

        def counted_run(*arguments: Any) -> Any:
            decoded = run(*arguments)
            self.bytes += 0 if decoded is None else len(decoded.text)
            return decoded

        monkeypatch.setattr(Prefilter, "find", counted_find)
        monkeypatch.setattr(packed, "base64_run", counted_run)

    def scan(self, engine: Engine, data: bytes) -> tuple[list[Hit], list[Gap]]:
        """Scan while counting."""
        run = engine.scan("x")
        sys.setprofile(self._called)
        try:
            run.feed(data)
            return run.close()
        finally:
            sys.setprofile(None)

    def _called(self, _frame: Any, event: str, _what: Any) -> None:
        self.calls += event in {"call", "c_call"}


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Return an engine that has loaded all that it loads on demand."""
    engine = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")
    for unit in HOSTILE.values():
        engine.scan_text((unit * 20).decode("latin-1"))
    engine.scan_text("plain " * 100_000)
    return engine


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_given_bounded_effort(name: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    unit = HOSTILE[name]
    counted = Counted(monkeypatch)
    counted.scan(engine, (unit * (SIZE // len(unit) + 1))[:SIZE])
    assert 0 < counted.calls < MOST_CALLS
    assert SIZE <= counted.bytes < MOST_BYTES


class Lookups(set[str]):
    """A set that counts how often it is asked."""

    asked = 0

    def __contains__(self, item: object) -> bool:
        self.asked += 1
        return super().__contains__(item)


@pytest.mark.parametrize("text", ["A" * 6000, "A" * 5999 + "B", "BA" * 3000, ("A" * 7 + "B") * 750, "x" * 6000])
def test_a_redactor_looks_at_each_place_of_a_text_once(text: str, engine: Engine) -> None:
    redactor = Redactor(engine, [Hit("a", 1, "made-up", "raw", "likely", "A" * 6000)])
    redactor._parts = Lookups(redactor._parts)
    masked = redactor.mask(text)
    assert "A" * 8 not in masked
    assert redactor._parts.asked <= 2 * len(text) + 2
