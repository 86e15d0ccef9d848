"""The site of a store: complete, written again only where it must be, and nobody else's folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from auditor.errors import OperatorError
from auditor.site import Findings, Gate, write_site
from auditor.site import write as writing
from auditor.store import Row, Store
from tests.site.conftest import PROFILES, SAMPLE_NAMES
from tests.site.hostile import SCRAWLS
from tests.store.kit import NOW, judged, sample

RUNS = len(SAMPLE_NAMES) + 1
FINDINGS = Findings(
    (Gate("mismatch", 2, NOW), Gate("not_admitted", 0, None, "not seen for 30 days")),
    "30 days",
    ("the gate not_admitted was not seen",),
    ("one root digest under two run ids",),
)


def contents(site: Path) -> dict[str, bytes]:
    """Return every file of a site by its name."""
    return {str(file.relative_to(site)): file.read_bytes() for file in site.rglob("*") if file.is_file()}


def listed(site: Path) -> list[str]:
    """Return the names of the pages that the overview's data lists."""
    text = (site / "index.html").read_text("utf-8")
    data = json.loads(text.partition('id="data">')[2].partition("</script>")[0])
    return [row[6] for row in data["rows"]]


def test_every_run_has_a_page_and_is_listed_once(store: Store, tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert write_site(store, site) == writing.Written(RUNS, RUNS, 0)
    pages = {file.name for file in (site / "runs").iterdir()}
    assert len(pages) == RUNS and sorted(listed(site)) == sorted(pages)
    assert {file.name for file in site.iterdir()} == {"index.html", "site.json", "runs"}


def test_the_same_store_gives_the_same_bytes(store: Store, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_site(store, tmp_path / name, FINDINGS)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_page_is_as_good_as_one_made_of_the_run_itself(store: Store, tmp_path: Path) -> None:
    write_site(store, tmp_path / "site")
    verdict, _ = sample("stage2-pass-gateway")
    (file,) = [
        each
        for each in (tmp_path / "site/runs").iterdir()
        if f"stage2-pass-gateway/{verdict.run_id}" in each.read_text()
    ]
    text = file.read_text()
    assert '<svg class="course"' in text and '<table class="matrix">' in text
    assert "A Stage 2 pass may be claimed" in text and "judged 2026-07-02T08:00:00.0" in text


def test_only_what_changed_is_written_again(store: Store, tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(store, site)
    before = {file: file.stat().st_ino for file in (site / "runs").iterdir()}
    again = msgspec.structs.replace(
        sample("leaked-key")[1], place=f"{PROFILES}/leaked-key/{sample('leaked-key')[1].run_id}", judged_at=NOW + 500
    )
    store.record(again)
    assert write_site(store, site) == writing.Written(RUNS, 1, 0)
    changed = [file.name for file in before if file.stat().st_ino != before[file]]
    assert len(changed) == 1 and changed[0].startswith(again.run_id)


def test_a_page_that_somebody_deleted_comes_back(store: Store, tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(store, site)
    next((site / "runs").iterdir()).unlink()
    assert write_site(store, site).pages == 1


def test_other_rules_or_templates_make_every_page_anew(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    write_site(store, site)
    monkeypatch.setattr(writing, "look", lambda: "f" * 64)
    assert write_site(store, site).pages == RUNS


def test_the_pages_of_another_store_s_runs_are_taken_away(store: Store, tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(store, site)
    with Store.open(str(tmp_path / "other.sqlite3")) as other:
        other.record(judged("/elsewhere/20260702T081500Z-x-1"))
        assert write_site(other, site) == writing.Written(1, 1, RUNS)
    assert len(list((site / "runs").iterdir())) == 1


def test_an_empty_store_has_an_overview(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "empty.sqlite3")) as empty:
        assert write_site(empty, tmp_path / "site") == writing.Written(0, 0, 0)
    assert "0 runs and their verdicts" in (tmp_path / "site/index.html").read_text()


def test_one_run_is_one_run(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "other.sqlite3")) as other:
        other.record(judged("/elsewhere/20260702T081500Z-x-1"))
        write_site(other, tmp_path / "site")
    assert ">1 run and their verdicts<" in (tmp_path / "site/index.html").read_text()


def test_a_folder_of_somebody_else_is_left_alone(store: Store, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter.txt").write_text("dear")
    with pytest.raises(OperatorError, match="no site"):
        write_site(store, tmp_path / "home")
    assert contents(tmp_path / "home") == {"letter.txt": b"dear"}


def test_files_beside_the_site_s_own_are_left_alone(store: Store, tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(store, site)
    (site / "robots.txt").write_text("no")
    (site / "runs/notes.html").write_text("mine")
    write_site(store, site)
    assert (site / "robots.txt").read_text() == "no" and (site / "runs/notes.html").read_text() == "mine"


def test_a_manifest_cannot_have_a_file_elsewhere_deleted(store: Store, tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(store, site)
    (tmp_path / "precious.html").write_text("mine")
    manifest = json.loads((site / "site.json").read_text())
    manifest["pages"] |= {"../../precious.html": "1.1", f"{tmp_path}/precious.html": "1.1"}
    (site / "site.json").write_text(json.dumps(manifest))
    write_site(store, site)
    assert (tmp_path / "precious.html").read_text() == "mine"


@pytest.mark.parametrize("manifest", ["", "{}", "[]", "\0", '{"schema":"cto-audit-site/v9","look":"","pages":{}}'])
def test_a_damaged_manifest_is_the_operator_s_to_mend(store: Store, tmp_path: Path, manifest: str) -> None:
    site = tmp_path / "site"
    write_site(store, site)
    (site / "site.json").write_text(manifest)
    with pytest.raises(OperatorError, match=r"damaged|version"):
        write_site(store, site)


def test_nothing_is_written_into_a_run(store: Store, tmp_path: Path) -> None:
    run = tmp_path / "20260702T081500Z-r1-1"
    run.mkdir()
    store.record(judged(str(run)))
    for out in (run, run / "deep/site"):
        with pytest.raises(OperatorError, match="run directory"):
            write_site(store, out)
    assert list(run.iterdir()) == []


def test_a_file_a_loop_and_a_link_in_place_of_a_folder_are_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    write_site(store, site)
    (site / "runs").rename(elsewhere)
    (site / "runs").symlink_to(elsewhere)
    for out in (tmp_path / "file", tmp_path / "loop", tmp_path / "file/below", site):
        with pytest.raises(OperatorError):
            write_site(store, out)


def test_a_link_that_waits_where_a_page_goes_is_replaced_and_not_followed(store: Store, tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(store, site)
    (tmp_path / "precious").write_text("mine")
    page = next((site / "runs").iterdir())
    for file in (page, site / "index.html"):
        file.unlink()
        file.symlink_to(tmp_path / "precious")
    (site / "site.json").write_text(json.dumps(json.loads((site / "site.json").read_text()) | {"look": ""}))
    write_site(store, site)
    assert (tmp_path / "precious").read_text() == "mine" and not page.is_symlink()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")  # noqa: PTH110
def test_a_disk_that_fills_up_leaves_the_old_overview(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    write_site(store, site)
    before = (site / "index.html").read_bytes()
    opened = os.open

    def full(path: str | Path, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        full_up = str(path).endswith(".draft")
        return opened("/dev/full", os.O_WRONLY) if full_up else opened(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(OperatorError, match="No space left"):
        write_site(store, site, FINDINGS)
    monkeypatch.undo()
    assert (site / "index.html").read_bytes() == before
    assert not list(site.rglob("*.draft"))


def test_a_writer_that_is_killed_goes_on_where_it_was(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    monkeypatch.setattr("auditor.site.folder._CHECKPOINT", 10)
    made = 0

    def dying(opened: Store, row: Row) -> str:
        nonlocal made
        made += 1
        if made > 15:
            raise KeyboardInterrupt
        return page(opened, row)

    page = writing.page
    monkeypatch.setattr(writing, "page", dying)
    with pytest.raises(KeyboardInterrupt):
        write_site(store, site)
    monkeypatch.setattr(writing, "page", page)
    assert write_site(store, site) == writing.Written(RUNS, RUNS - 10, 0)


def test_drafts_that_nobody_goes_on_with_are_taken_away(store: Store, tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(store, site)
    old, young, other = (site / "runs" / name for name in (f".{'a' * 16}.draft", f".{'b' * 16}.draft", ".my.draft"))
    for file in (old, young, other):
        file.write_text("half")
    for file in (old, other):
        os.utime(file, (1, 1))
    write_site(store, site)
    assert (old.exists(), young.exists(), other.exists()) == (False, True, True)


@pytest.mark.parametrize("scrawl", SCRAWLS, ids=lambda scrawl: ascii(scrawl[:24]))
def test_a_hostile_place_is_only_a_name(tmp_path: Path, scrawl: str) -> None:
    site = tmp_path / "site"
    with Store.open(str(tmp_path / "s.sqlite3")) as store:
        name = scrawl.encode("utf-8", "backslashreplace").decode()
        store.record(judged(f"/runs/{name}", run_id=name, decision="fail", reason=name))
        write_site(store, site, Findings((Gate(name, 1, 5, name),), name, (name,), (name,)))
    (page,) = (site / "runs").iterdir()
    assert listed(site) == [page.name]
    text = (site / "index.html").read_text("utf-8")
    assert text.count("<script") == 2 and text.count("</script") == 2 and "<img" not in text
    assert "document.title" not in text.partition("<script>")[2]


def test_two_runs_of_one_name_have_two_pages(store: Store, tmp_path: Path) -> None:
    for place in ("/a/20260702T081500Z-x-1", "/b/20260702T081500Z-x-1", "/a/20260702T081500Z x-1"):
        store.record(judged(place))
    write_site(store, tmp_path / "site")
    assert len(listed(tmp_path / "site")) == len(set(listed(tmp_path / "site"))) == RUNS + 3
