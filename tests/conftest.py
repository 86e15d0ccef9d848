"""What every test may rely on: no admission and no store from the caller's environment, the same examples and names."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def _nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CTO_HARNESS_CASE_MODEL_ADMISSION_FILE", raising=False)
    monkeypatch.delenv("CTO_AUDIT_STORE", raising=False)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Have child processes hear an interrupt: what a shell starts in the background ignores it, and so do its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name binary parameters by their place: what a compressor wrote may hold the time of day, and then every process
    that collects the tests would give them other names."""
    return argname if isinstance(val, bytes) and not (val.isascii() and val.decode().isprintable()) else None
