"""Every run is found once, whatever stands in the way, and nothing that only looks like one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import OperatorError
from auditor.layout import load
from auditor.places import rules_folder
from auditor.sweep.find import Found, Trouble, distinct, find

LAYOUTS = load(rules_folder() / "layouts")
RUN = "20260702T081500Z-r2-tide-clock-41047"
LATER = "20260703T081500Z-r2-tide-clock-7"


def run(folder: Path, *files: str) -> Path:
    """Make a run directory of empty files."""
    folder.mkdir(parents=True)
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def found(*roots: Path) -> list[str]:
    """Return the paths that were found, in order."""
    return [sight.path for sight in find(roots, LAYOUTS) if isinstance(sight, Found)]


def troubles(*roots: Path) -> dict[str, str]:
    """Return the troubles by path."""
    return {sight.path: sight.reason for sight in find(roots, LAYOUTS) if isinstance(sight, Trouble)}


def test_at_any_depth_newest_first(tmp_path: Path) -> None:
    first = run(tmp_path / "a/harness-runs" / RUN, "report.json")
    second = run(tmp_path / "a/harness-runs" / LATER, "trace.jsonl")
    odd = run(tmp_path / "z/deep/er/renamed", "report.json", "trace.jsonl")
    assert found(tmp_path) == [str(odd), str(second), str(first)]
    assert troubles(tmp_path) == {}


def test_a_root_may_be_a_run(tmp_path: Path) -> None:
    assert found(run(tmp_path / "here", "report.json")) == [str(tmp_path / "here")]


def test_a_run_is_not_descended_into(tmp_path: Path) -> None:
    run(tmp_path / RUN, "report.json", "work/repo/report.json", "baseline/report.json")
    assert found(tmp_path) == [str(tmp_path / RUN)]


@pytest.mark.parametrize(
    "files",
    [(), ("digests.json",), ("notes.txt",), ("baseline/report.json", "baseline/trace.jsonl")],
    ids=["empty", "digests", "notes", "baseline"],
)
def test_a_run_without_its_marks_does_not_vanish(tmp_path: Path, files: tuple[str, ...]) -> None:
    run(tmp_path / RUN, *files)
    assert list(find([tmp_path], LAYOUTS)) == [Found(str(tmp_path / RUN), marked=False)]


def test_two_other_artifacts_show_a_renamed_run_without_its_marks(tmp_path: Path) -> None:
    run(tmp_path / "moved", "backend/argv.json", "backend/case.stderr")
    run(tmp_path / "record", "admission.json", "expected.json")
    assert found(tmp_path) == [str(tmp_path / "moved")]


def test_a_stray_report_does_not_hide_the_runs_beside_it(tmp_path: Path) -> None:
    one = run(tmp_path / "runs" / RUN, "report.json")
    (tmp_path / "runs/report.json").touch()
    (tmp_path / "runs/trace.jsonl").touch()
    assert found(tmp_path) == [str(one)]
    assert "runs of its own" in troubles(tmp_path)[str(tmp_path / "runs")]


def test_links_pipes_and_files_lead_nowhere(tmp_path: Path) -> None:
    inside = run(tmp_path / "real" / RUN, "report.json")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / LATER).write_text("a file that is called like a run")
    assert found(tmp_path) == [str(inside)]


@pytest.mark.parametrize("above", ["", "harness-runs", "profile/harness-runs"], ids=["run", "runs", "profile"])
def test_a_link_behind_which_runs_go_unjudged_is_told_of(tmp_path: Path, above: str) -> None:
    elsewhere, root = tmp_path / "elsewhere", tmp_path / "root"
    inside = run(root / "a" / RUN, "report.json")
    run(elsewhere / above / LATER, "report.json")
    (elsewhere / "nothing").mkdir()
    (root / "moved").symlink_to(elsewhere)
    (root / "harmless").symlink_to(elsewhere / "nothing")
    (root / "latest").symlink_to(inside)
    (root / "loop").symlink_to(root / "loop")
    assert found(root) == [str(inside)]
    assert list(troubles(root)) == [str(root / "moved")]
    assert "outside of the roots" in troubles(root)[str(root / "moved")]
    assert not troubles(root, elsewhere)
    assert found(root, elsewhere) == [str(inside), str(elsewhere / above / LATER)]


def test_what_is_called_like_a_run_and_is_none_is_told_of(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / RUN).symlink_to(tmp_path / "removed")
    os.mkfifo(root / LATER)
    (root / f"{RUN}.tar.gz").touch()
    assert troubles(root).keys() == {str(root / RUN), str(root / LATER)}


def test_overlapping_roots_are_walked_once(tmp_path: Path) -> None:
    one = run(tmp_path / "a" / RUN, "report.json")
    (tmp_path / "other-name").symlink_to(tmp_path / "a")
    roots = [one, tmp_path, tmp_path / "a", tmp_path, tmp_path / "other-name", tmp_path / "a/../a"]
    assert distinct(roots) == [str(tmp_path)]
    assert found(*roots) == [str(one)]
    assert distinct([tmp_path / "a", tmp_path / "other-name"]) == [str(tmp_path / "a")]


def test_a_folder_that_cannot_be_read_is_told_of(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read every folder: run the tests as another user to see this one")
    shut = tmp_path / "shut"
    shut.mkdir(mode=0)
    one = run(tmp_path / "open" / RUN, "report.json")
    assert found(tmp_path) == [str(one)]
    assert "cannot be opened" in troubles(tmp_path)[str(shut)]


def test_a_very_deep_tree_ends_in_a_trouble(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(90):
        os.mkdir("d" * 60, dir_fd=here)
        deeper = os.open("d" * 60, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    (reason,) = troubles(tmp_path).values()
    assert "nested deeper" in reason


def test_names_that_no_terminal_should_obey_are_found_as_they_are(tmp_path: Path) -> None:
    names = ["a\nb", "\x1b[31mred", os.fsdecode(b"\xff\xfe"), " ", "\u202eolleh"]
    for name in names:
        run(tmp_path / name / RUN, "report.json")
    assert sorted(found(tmp_path)) == sorted(str(tmp_path / name / RUN) for name in names)


@pytest.mark.parametrize("name", ["nowhere", "file", "dangling", "nul\0"])
def test_a_root_that_is_no_directory_is_refused_before_anything_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    with pytest.raises(OperatorError, match="root"):
        find([tmp_path, tmp_path / name], LAYOUTS)


@given(st.sets(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join), max_size=12))
def test_what_is_found_is_what_was_made(tmp_path_factory: pytest.TempPathFactory, folders: set[str]) -> None:
    root = tmp_path_factory.mktemp("tree")
    for name in folders:
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name / "report.json").touch()
    tops = {name for name in folders if not any(name.startswith(f"{other}/") for other in folders)}
    paths = found(root)
    assert set(paths) == {str(root / name) for name in tops}
    assert len(paths) == len(set(paths))
