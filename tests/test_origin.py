"""The run's original root comes from the evidence's own absolute paths, and inside means inside."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.origin import inside, origin
from tests.pieces import document, evidence

RUN = "20260610T143811Z-r1-x-1"


def root(copy: Any = None, **others: dict[str, Any]) -> str | None:
    report = document("report", {"run_id": RUN, "fixture": {"copy": copy}})
    return origin(evidence(report, *(document(kind, data) for kind, data in others.items()), name=RUN))


@pytest.mark.parametrize(
    ("copy", "wanted"),
    [
        (f"/srv/runs/{RUN}/work/repo", f"/srv/runs/{RUN}"),
        (f"/srv/./runs//{RUN}/x", f"/srv/runs/{RUN}"),
        (f"/a/../srv/{RUN}", f"/srv/{RUN}"),
        (f"/{RUN}/{RUN}/x", f"/{RUN}"),
        (f"//srv/{RUN}/x", f"/srv/{RUN}"),
        (f"/srv/{RUN}/../elsewhere", None),
        (f"srv/{RUN}/work", None),
        (f"/srv/{RUN}x/work", None),
        ("/", None),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_the_root_ends_with_the_run_id(copy: Any, wanted: str | None) -> None:
    assert root(copy) == wanted


def test_other_paths_stand_in_where_the_copy_says_nothing() -> None:
    assert root(None, argv={"cwd": f"/a/{RUN}/w"}) == f"/a/{RUN}"
    assert root("/elsewhere", env={"CASE_DATA_DIR": f"/b/{RUN}/w"}) == f"/b/{RUN}"
    assert root(f"/c/{RUN}/w", argv={"cwd": f"/a/{RUN}/w"}) == f"/c/{RUN}"


def test_the_directorys_name_stands_in_for_a_missing_run_id() -> None:
    report = document("report", {"fixture": {"copy": f"/srv/{RUN}/w"}})
    assert origin(evidence(report, name=RUN)) == f"/srv/{RUN}"


@pytest.mark.parametrize(
    ("path", "folder", "wanted"),
    [
        ("/a/b", "/a", True),
        ("/a", "/a", True),
        ("/a/", "/a", True),
        ("/a/./b//c", "/a/b", True),
        ("/a/../b", "/a", False),
        ("/a/b/../../c", "/a", False),
        ("/ab", "/a", False),
        ("/", "/a", False),
        ("a/b", "/a", False),
        ("", "/a", False),
        ("/x", "/", True),
    ],
)
def test_inside_means_inside(path: str, folder: str, wanted: bool) -> None:
    assert inside(path, folder) is wanted
