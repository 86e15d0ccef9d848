"""The page of a run, in a real browser: it says what was decided, fits every screen, and obeys nobody but its author."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from auditor.emit import formats
from auditor.facts import Moment, Verdict, Where, visible
from tests.emit.verdicts import broken, scrawled
from tests.site.browsing import complaints, contrasts, overflow, run, visit
from tests.site.hostile import SCRAWLS
from tests.store.kit import sample

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

SHOWN = (
    "stage2-pass-gateway",
    "silent-fallback",
    "leaked-key",
    "killed-case",
    "refused-mismatch",
    "fake-baseline-only",
)


def page(folder: Path, verdict: Verdict) -> Path:
    """Write the page of a verdict and return where."""
    file = folder / "run.html"
    file.write_text(formats()["html"].emit(verdict), "utf-8")
    return file


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_shows_its_verdict_without_a_complaint(chrome: Chrome, tmp_path: Path, name: str) -> None:
    verdict, _ = sample(name)
    visit(chrome, page(tmp_path, verdict))
    assert complaints(chrome) == []
    assert run(chrome, "return document.querySelector('h1').textContent") == verdict.run_id
    assert run(chrome, "return document.querySelector('.decision').textContent.trim()").lower() == verdict.decision
    claimed = "A Stage 2 pass may be claimed" if verdict.supports_stage2_pass else "No Stage 2 pass may be claimed"
    assert claimed in run(chrome, "return document.querySelector('.may').textContent")


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("width", [320, 768])
def test_no_screen_is_too_narrow(chrome: Chrome, tmp_path: Path, name: str, width: int) -> None:
    visit(chrome, page(tmp_path, sample(name)[0]), width=width)
    run(chrome, "document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert overflow(chrome) == 0


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["stage2-pass-gateway", "silent-fallback", "killed-case"])
def test_every_text_stands_out_from_its_ground(chrome: Chrome, tmp_path: Path, name: str, dark: bool) -> None:
    visit(chrome, page(tmp_path, sample(name)[0]), dark=dark)
    run(chrome, "document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    texts = contrasts(chrome)
    assert len(texts) > 100
    assert [(ratio, text) for ratio, text in texts if ratio < 4.5] == []


def test_dark_is_dark(chrome: Chrome, tmp_path: Path) -> None:
    file = page(tmp_path, sample("leaked-key")[0])
    ground = "return getComputedStyle(document.documentElement).backgroundColor"
    visit(chrome, file)
    light = run(chrome, ground)
    visit(chrome, file, dark=True)
    assert run(chrome, ground) == "rgb(20, 23, 26)" != light


def test_what_is_folded_is_printed(chrome: Chrome, tmp_path: Path) -> None:
    verdict, _ = sample("stage2-pass-gateway")
    visit(chrome, page(tmp_path, verdict), media="print", width=700)
    shown = "const e = document.querySelector('.held p'); return e.checkVisibility({contentVisibilityAuto: true})"
    assert run(chrome, shown) is True
    assert run(chrome, "return document.querySelector('.held p').getBoundingClientRect().height") > 0
    assert overflow(chrome) == 0


@pytest.mark.parametrize("scrawl", SCRAWLS, ids=lambda scrawl: ascii(scrawl[:24]))
def test_a_hostile_run_adds_no_element_and_no_deed(chrome: Chrome, tmp_path: Path, scrawl: str) -> None:
    visit(chrome, page(tmp_path, told(scrawl)), width=320)
    assert complaints(chrome) == []
    assert "owned" not in run(chrome, "return document.title.replace(/document\\.title.*/, '')")
    elements = run(chrome, "return [...document.querySelectorAll('body *')].map((each) => each.tagName)")
    visit(chrome, page(tmp_path, told("plain")))
    assert elements == run(chrome, "return [...document.querySelectorAll('body *')].map((each) => each.tagName)")
    assert overflow(chrome) == 0


def test_a_hostile_name_is_shown_as_what_it_is(chrome: Chrome, tmp_path: Path) -> None:
    visit(chrome, page(tmp_path, told("<b>&\u202e")))
    assert run(chrome, "return document.querySelector('h1').textContent") == r"<b>&\u202e"


def test_each_place_to_go_to_is_there(chrome: Chrome, tmp_path: Path) -> None:
    visit(chrome, page(tmp_path, broken()))
    dead = "return [...document.querySelectorAll('a')].filter((a) => !document.querySelector(a.getAttribute('href')))"
    assert run(chrome, dead) == []


def told(scrawl: str) -> Verdict:
    """Return a verdict in which all that a run can write is `scrawl`, its course included."""
    where = Where(scrawl, 1, scrawl)
    moments = (
        Moment("step", "harness", scrawl, where, 1_000_000, None, scrawl),
        Moment("refusal", "harness", scrawl, where, 2_000_000, None, scrawl),
        Moment("phase", "case", f"{scrawl} (a)", where, 1_000_000, 1_000_001, scrawl),
        Moment("response", "gateway", f"{visible(scrawl)}/{visible(scrawl)}", where, 1_500_000, None, scrawl),
        Moment("dispatch", "case", "other/model", where, None, None, scrawl),
    )
    return msgspec.structs.replace(scrawled(scrawl), moments=moments)
