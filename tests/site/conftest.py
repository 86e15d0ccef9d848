"""A real browser for the tests of pages, and a store with every sample run in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import msgspec
import pytest

from auditor.store import Store
from tests.store.kit import NIGHT, NOW, SAMPLES, judged, sample

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

PROFILES = "/home/hermes/profiles"
SAMPLE_NAMES = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())
_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """Yield a headless Chromium; skip where it is not installed."""
    binary, driver = which("chromium"), which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("no browser: install Debian's `chromium` and `chromium-driver` to test the pages in one")
    from selenium.webdriver import Chrome, ChromeOptions  # noqa: PLC0415 - it takes a while
    from selenium.webdriver.chrome.service import Service  # noqa: PLC0415

    options = ChromeOptions()
    options.binary_location = binary
    for argument in (*_ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = Chrome(options=options, service=Service(driver))
    try:
        yield browser
    finally:
        browser.quit()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Yield a store with two whole sweeps: every sample run, and one that could not be judged, in the second."""
    with Store.open(str(tmp_path / "verdicts.sqlite3")) as opened:
        first = opened.begin_sweep([PROFILES], started=NOW - NIGHT)
        counts = {"found": 2, "judged": 2, "unchanged": 0, "pass": 1, "blocked": 1, "fail": 0}
        opened.end_sweep(first, ended=NOW - NIGHT + 1, counts=counts, interrupted=False)
        second = opened.begin_sweep([PROFILES], started=NOW)
        rows = [
            msgspec.structs.replace(
                sample(name)[1],
                place=f"{PROFILES}/{name}/{sample(name)[1].run_id}",
                judged_at=NOW + number,
                sweep=second,
            )
            for number, name in enumerate(SAMPLE_NAMES, start=1)
        ]
        lost = judged(f"{PROFILES}/lost/20260702T081500Z-lost-9", decision="blocked", reason="it took too long")
        opened.record_all([*rows, msgspec.structs.replace(lost, judged_at=NOW + 99, sweep=second)])
        counts = {"found": 24, "judged": 24, "unchanged": 0, "pass": 4, "blocked": 8, "fail": 12}
        opened.end_sweep(second, ended=NOW + 1000, counts=counts, interrupted=False)
        yield opened
