"""The overview in a real browser: it filters, searches and turns pages, and can be read without its script."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditor.facts import Decision
from auditor.site import Findings, Gate, write_site
from auditor.store import Judged, Store
from tests.site.browsing import complaints, contrasts, overflow, run, visit
from tests.site.conftest import PROFILES, SAMPLE_NAMES
from tests.site.hostile import SCRAWLS
from tests.store.kit import NOW, judged

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

MANY = 1234
FINDINGS = Findings(
    (Gate("mismatch", 2, NOW), Gate("not_admitted", 0, None, "not seen for 30 days")),
    "30 days",
    ("the gate not_admitted was not seen",),
    ("one root digest under two run ids",),
    unnamed=7,
    unseen=("/srv/hermes/shut: the folder cannot be opened: Permission denied", f"/srv/{SCRAWLS[0]}: it is a link"),
    unlisted=1234,
)


@pytest.fixture
def overview(store: Store, tmp_path: Path) -> Path:
    """Return the overview of the sample runs."""
    write_site(store, tmp_path / "site", FINDINGS)
    return tmp_path / "site/index.html"


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the overview of thousands of runs of which no verdict could be reached, every third one failing."""
    folder = tmp_path_factory.mktemp("crowded")
    with Store.open(str(folder / "s.sqlite3")) as store:
        sweep = store.begin_sweep([PROFILES], started=NOW)
        store.record_all([one_of_many(number, sweep) for number in range(MANY)])
        write_site(store, folder / "site")
    return folder / "site/index.html"


def one_of_many(number: int, sweep: int) -> Judged:
    """Return a judgement that differs from the others in name, time, decision and reason."""
    decision: Decision = ("fail", "blocked", "pass")[number % 3]
    return judged(
        f"{PROFILES}/p{number % 5}/20260702T081500Z-many-{number:05}",
        decision=decision,
        reason=f"reason {number % 7}",
        judged_at=NOW + number * 1_000_000,
        sweep=sweep if number >= MANY - 10 else None,
    )


def shown(chrome: Chrome) -> list[str]:
    """Return the names of the runs in the list."""
    names: list[str] = run(chrome, "return [...document.querySelectorAll('#runs a')].map((a) => a.textContent)")
    return names


def told(chrome: Chrome) -> str:
    """Return what the page says of how many runs it shows."""
    text: str = run(chrome, "return document.getElementById('told').textContent")
    return text


def ask(chrome: Chrome, words: str) -> None:
    """Type into the search field."""
    field = chrome.find_element("id", "search")
    field.clear()
    field.send_keys(words or " ")


def click(chrome: Chrome, name: str) -> None:
    """Click the control with this id."""
    run(chrome, f"document.getElementById('{name}').click()")


@pytest.mark.parametrize("width", [320, 1000])
def test_the_overview_fits_and_the_console_is_silent(chrome: Chrome, overview: Path, width: int) -> None:
    visit(chrome, overview, width=width)
    assert complaints(chrome) == []
    assert overflow(chrome) == 0
    assert len(shown(chrome)) == len(SAMPLE_NAMES) + 1
    assert run(chrome, "return !!document.querySelector('svg.trend rect.fail')")


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_stands_out_from_its_ground(chrome: Chrome, overview: Path, dark: bool) -> None:
    visit(chrome, overview, dark=dark)
    texts = contrasts(chrome)
    assert len(texts) > 50
    assert [(ratio, text) for ratio, text in texts if ratio < 4.5] == []


def test_every_link_leads_to_a_page_and_back(chrome: Chrome, overview: Path) -> None:
    visit(chrome, overview)
    links: list[str] = run(
        chrome, "return [...document.querySelectorAll('.runs a')].map((a) => a.getAttribute('href'))"
    )
    assert links and all((overview.parent / link).is_file() for link in links)
    visit(chrome, overview.parent / links[0])
    assert run(chrome, "return document.querySelector('header a').href") == overview.as_uri()


def test_a_decision_can_be_left_out(chrome: Chrome, crowded: Path) -> None:
    visit(chrome, crowded)
    assert told(chrome) == "1 to 100 of 1,234 runs"
    click(chrome, "show-fail")
    click(chrome, "show-pass")
    assert run(chrome, "return [...document.querySelectorAll('#runs > li')].every((li) => li.className === 'blocked')")
    assert told(chrome) == "1 to 100 of 411 runs"
    click(chrome, "show-blocked")
    assert told(chrome) == "No run is like that." and shown(chrome) == []


def test_all_words_of_a_search_must_be_there(chrome: Chrome, crowded: Path) -> None:
    visit(chrome, crowded)
    ask(chrome, "MANY-0012 reason")
    assert told(chrome) == "1 to 10 of 10 runs"
    assert shown(chrome)[0] == "20260702T081500Z-many-00129"
    ask(chrome, "/p3 many-00123")
    assert shown(chrome) == ["20260702T081500Z-many-00123"]
    ask(chrome, "")
    assert told(chrome) == "1 to 100 of 1,234 runs"


def test_only_what_is_new(chrome: Chrome, crowded: Path) -> None:
    visit(chrome, crowded)
    click(chrome, "only-new")
    assert shown(chrome) == [f"20260702T081500Z-many-{number:05}" for number in range(MANY - 1, MANY - 11, -1)]
    click(chrome, "only-supports")
    assert shown(chrome) == []


def test_the_pages_turn_and_end(chrome: Chrome, crowded: Path) -> None:
    visit(chrome, crowded)
    disabled = "return [document.getElementById('before').disabled, document.getElementById('after').disabled]"
    assert run(chrome, disabled) == [True, False]
    seen = shown(chrome)
    while run(chrome, disabled) != [False, True]:
        click(chrome, "after")
        seen += shown(chrome)
    assert len(seen) == len(set(seen)) == MANY
    assert told(chrome) == "1,201 to 1,234 of 1,234 runs"
    click(chrome, "before")
    assert told(chrome) == "1,101 to 1,200 of 1,234 runs"


def test_without_its_script_the_page_lists_the_newest(chrome: Chrome, crowded: Path) -> None:
    chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        visit(chrome, crowded)
        names = [link.text for link in chrome.find_elements("css selector", "#runs a")]
        controls = chrome.find_element("id", "controls").is_displayed()
    finally:
        chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert len(names) == 200 and names[0].endswith("01233")
    assert not controls


def test_what_was_not_looked_into_and_what_is_left_out_is_told(overview: Path) -> None:
    page = overview.read_text("utf-8")
    assert "/srv/hermes/shut: the folder cannot be opened" in page
    assert "Not looked into <b>1,236</b>" in page
    assert "1,234 more are left out" in page
    assert "7 more anomalies are left out" in page


@pytest.mark.parametrize("scrawl", SCRAWLS, ids=lambda scrawl: ascii(scrawl[:24]))
def test_a_hostile_run_is_only_text_in_the_list(chrome: Chrome, tmp_path: Path, scrawl: str) -> None:
    name = scrawl.encode("utf-8", "backslashreplace").decode()
    texts: dict[str, Any] = {"run_id": name, "decision": "fail", "reason": name}
    with Store.open(str(tmp_path / "s.sqlite3")) as store:
        store.record(judged(f"/runs/{name}", **texts))
        write_site(store, tmp_path / "site", Findings((Gate(name, 1, NOW),), name, (name,), (name,)))
    visit(chrome, tmp_path / "site/index.html", width=320)
    assert complaints(chrome) == []
    assert run(chrome, "return document.title") == "1 fail, 0 blocked, 0 pass"
    assert run(chrome, "return document.querySelectorAll('#runs li *').length") == 5
    assert run(chrome, "return document.querySelectorAll('script').length") == 2
    assert run(chrome, "return document.querySelector('#runs a').protocol") == "file:"
    assert overflow(chrome) == 0
