"""Runs behind URLs are found, judged and let stand as those on disk are, and no credential of a URL is written down."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.errors import OperatorError
from auditor.store import Store
from auditor.store.packing import unpack
from auditor.sweep import incremental, look, remote_run
from auditor.sweep.drive import sweep
from auditor.sweep.find import Found, Sight, Trouble, find
from auditor.sweep.remote_find import distinct_urls, find_remote, joined
from auditor.sweep.roots import distinct_roots, recorded
from auditor.sweep.summary import SweepSummary
from tests.sweep.kit import LAYOUTS, SAMPLES, Log, Tree, put

fsspec = pytest.importorskip("fsspec", reason="install fsspec to test sweeps of runs behind URLs")

SOUND, GATEWAY, FAILING = "stage2-pass-no-gateway", "stage2-pass-gateway", "forbidden-write"
ALL = sorted(path.parent.name for path in SAMPLES.glob("*/expected.json"))


@pytest.fixture
def memory() -> Iterator[Any]:
    """An empty object store in this process's memory."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()


class Packed:
    """A folder of runs in an archive, which is a file system that every process can open by its URL."""

    def __init__(self, folder: Path, *samples: str, inside: str = "runs") -> None:
        self.tree = Tree(folder, *samples)
        self.archive = folder / "runs.zip"
        self.inside = inside
        self.url = f"zip://{inside}::file://{self.archive}"
        self.pack()

    def pack(self) -> None:
        """Write the archive anew."""
        with zipfile.ZipFile(self.archive, "w") as archive:
            for path in sorted(self.tree.runs.rglob("*")):
                if path.is_file():
                    archive.write(path, f"{self.inside}/{path.relative_to(self.tree.runs)}")

    def sweep(self, **options: Any) -> tuple[SweepSummary, Log]:
        """Sweep the archive."""
        plan = msgspec.structs.replace(self.tree.plan(**options), roots=(self.url,))
        log = Log()
        return sweep(plan, log), log


def upload(folder: Path, system: Any, to: str) -> None:
    """Copy a folder's files into the object store."""
    for path in folder.rglob("*"):
        if path.is_file():
            system.pipe(f"{to}/{path.relative_to(folder)}", path.read_bytes())


def told(sights: Iterator[Sight], root: str) -> list[tuple[bool, str]]:
    """Return what was found or met, relative to the root."""
    return [(isinstance(sight, Found), sight.path.removeprefix(root)) for sight in sights]


def test_what_is_found_is_what_would_be_on_disk(tmp_path: Path, memory: Any) -> None:
    runs = tmp_path / "runs"
    put(SOUND, runs / "b" / "deep")
    put(GATEWAY, runs / "a")
    stripped = put(FAILING, runs / "a" / "stripped")
    for mark in ("report.json", "trace.jsonl"):
        (stripped / mark).unlink()
    renamed = put("fake-baseline-only", runs / "c")
    renamed.rename(renamed.parent / "by-its-marks")
    stray = put(SOUND, runs / "d")
    (stray.parent / "report.json").write_text("{}")
    (runs / "plain").mkdir()
    (runs / "plain" / "notes.txt").write_text("no run")
    for folder in ("records", "deep/records"):
        shutil.rmtree(runs / folder, ignore_errors=True)
    upload(runs, memory, "/bucket/runs")
    here, there = (
        told(find([runs], LAYOUTS), str(runs)),
        told(find_remote("memory:///bucket/runs", LAYOUTS), "memory:///bucket/runs"),
    )
    assert there == here
    assert sum(found for found, _ in there) >= 5


def test_a_root_may_be_a_run(tmp_path: Path, memory: Any) -> None:
    run = put(SOUND, tmp_path)
    upload(run, memory, f"/bucket/{run.name}")
    url = f"memory:///bucket/{run.name}"
    assert list(find_remote(url, LAYOUTS)) == [Found(url)]


@pytest.mark.parametrize(
    ("url", "below"),
    [
        ("s3://bucket", "s3://bucket/a/b"),
        ("s3://bucket/runs", "s3://bucket/runs/a/b"),
        ("memory://", "memory://a/b"),
        ("memory:///", "memory:///a/b"),
        ("zip::file:///x.zip", "zip://a/b::file:///x.zip"),
        ("zip://runs::s3://bucket/x.zip", "zip://runs/a/b::s3://bucket/x.zip"),
        ("simplecache::s3://bucket/runs", "simplecache::s3://bucket/runs/a/b"),
        ("https://host/runs?token=1", "https://host/runs/a/b?token=1"),
    ],
)
def test_urls_of_what_lies_below(url: str, below: str) -> None:
    assert joined(url, "a/b") == below


def test_roots_that_overlap_are_swept_once(tmp_path: Path, memory: Any) -> None:
    memory.pipe("/bucket/runs/x/notes", b"")
    memory.pipe("/bucket/runs-of-others/notes", b"")
    urls = [
        "memory:///bucket/runs/x",
        "memory:///bucket/runs/",
        "memory:///bucket/runs",
        "memory:///bucket/runs-of-others",
    ]
    assert distinct_urls(urls) == ["memory:///bucket/runs", "memory:///bucket/runs-of-others"]
    assert distinct_roots([tmp_path, urls[0]]) == [str(tmp_path.resolve()), urls[0]]


@pytest.mark.parametrize("url", ["memory:///nowhere", "nosuch://me:pass@host/x", "zip://x::file:///nowhere.zip"])
def test_a_root_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(OperatorError) as caught:
        distinct_roots([url])
    assert "cannot be swept" in caught.value.sentence
    assert "pass" not in caught.value.sentence


def test_what_cannot_be_listed_is_told_and_the_rest_found(
    tmp_path: Path, memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = put(SOUND, tmp_path)
    upload(run, memory, f"/bucket/open/{run.name}")
    memory.pipe("/bucket/closed/notes", b"")
    plain = type(memory).ls

    def ls(self: Any, path: str, **options: Any) -> Any:
        if path.endswith("/closed"):
            raise PermissionError("denied for AKIA-something")
        return plain(self, path, **options)

    monkeypatch.setattr(type(memory), "ls", ls)
    found = list(find_remote("memory:///bucket", LAYOUTS))
    assert found == [
        Found(f"memory:///bucket/open/{run.name}"),
        Trouble("memory:///bucket/closed", "the folder cannot be listed: PermissionError"),
    ]


def test_a_name_that_a_url_cannot_hold_is_told_of(memory: Any) -> None:
    memory.pipe("/bucket/one::two/report.json", b"{}")
    memory.pipe("/bucket/plain/report.json", b"{}")
    found = list(find_remote("memory:///bucket", LAYOUTS))
    assert [type(sight) for sight in found] == [Found, Trouble]


def test_hostile_names_are_found_or_told_of(tmp_path: Path) -> None:
    sound = ("plain", "line\nbreak", "\x1b[2Jclear", "a#b", "a*b", "a b%20c")
    odd = ("x::y", "what?now", "..", "deep/" * 70)
    archive = tmp_path / "runs.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name in (*sound, *odd):
            packed.writestr(f"runs/{name}/report.json", "{}")
    for root in ("zip://", "zip://runs"):
        url = f"{root}::file://{archive}"
        found = list(find_remote(url, LAYOUTS))
        paths = {f"zip://runs/{name}::file://{archive}" for name in sound}
        assert {sight.path for sight in found if isinstance(sight, Found)} == paths
        assert sum(isinstance(sight, Trouble) for sight in found) == len(odd)
        assert {recorded(path) for path in paths} == paths


def test_verdicts_are_those_of_the_runs_on_disk(tmp_path: Path) -> None:
    there = Packed(tmp_path, *ALL)
    summary, log = there.sweep()
    there.tree.store = tmp_path / "another.sqlite3"
    _, local = there.tree.sweep()
    assert log.rows.keys() == local.rows.keys()
    for run, row in log.rows.items():
        here = local.rows[run]
        assert row.place == f"zip://runs/{run}::file://{there.archive}"
        links = {path for path in there.tree.runs.joinpath(run).rglob("*") if path.is_symlink()}
        if not links:
            assert (row.root_sha256, row.decision, row.reason) == (here.root_sha256, here.decision, here.reason)
            assert unpack(row.document or b"") == unpack(here.document or b"")
    assert (summary.judged, summary.unjudged) == (len(ALL), 0)


@pytest.mark.parametrize("trust_stat", [False, True])
def test_only_what_changed_is_judged_again(tmp_path: Path, trust_stat: bool) -> None:
    there = Packed(tmp_path, SOUND, GATEWAY)
    assert there.sweep()[0].judged == 2
    again, _ = there.sweep(trust_stat=trust_stat)
    assert (again.judged, again.unchanged, again.trust) == (0, 2, "stat" if trust_stat else "content")
    trace = there.tree.run[SOUND] / "trace.jsonl"
    trace.write_bytes(trace.read_bytes().replace(b"anthropic", b"anthropoc"))
    there.pack()
    changed, log = there.sweep(trust_stat=trust_stat)
    assert (changed.judged, changed.unchanged) == (1, 1)
    assert log.rows[there.tree.run[SOUND].name].decision == "fail"


def test_since_asks_for_the_times_that_the_store_tells(tmp_path: Path) -> None:
    there = Packed(tmp_path, SOUND)
    summary, _ = there.sweep(since=4_000_000_000 * 10**9)
    assert (summary.judged, summary.older) == (0, 1)


def test_credentials_in_a_url_are_not_written_down(tmp_path: Path) -> None:
    there = Packed(tmp_path, SOUND, inside="me:hunter2@runs")
    summary, log = there.sweep()
    assert (summary.judged, summary.unjudged) == (1, 0)
    (row,) = log.rows.values()
    assert row.place == recorded(f"{there.url}").replace("runs::", f"runs/{row.run_id}::", 1)
    assert there.sweep()[0].unchanged == 1
    assert "hunter2" not in f"{summary}{log.rows}{log.troubles}"
    with Store.open(str(there.tree.store)) as store:
        assert [each.place for each in store.latest()] == [row.place]
    for path in tmp_path.glob("store*"):
        assert b"hunter2" not in path.read_bytes()


def test_metadata_that_prove_nothing_are_not_trusted(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.pipe("/run/report.json", b"{}")
    fresh = look.stamp("memory:///run")
    assert (fresh.whole, fresh.certain) == (True, False)
    monkeypatch.setattr(remote_run, "RACY_NS", 0)
    assert look.stamp("memory:///run").certain
    monkeypatch.setattr(remote_run, "TIMES", ())
    assert not look.stamp("memory:///run").certain
    assert look.stamp("memory:///run").newest > fresh.newest


def test_content_is_that_of_the_directory(tmp_path: Path, memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run = put(SOUND, tmp_path)
    upload(run, memory, "/run")
    assert look.content("memory:///run") == incremental.content(str(run))

    def denied(*_: Any, **__: Any) -> Any:
        raise PermissionError

    monkeypatch.setattr(type(memory), "open", denied)
    assert look.content("memory:///run") is None


@pytest.mark.parametrize("sample", ALL)
def test_the_admission_asked_for_is_read_as_on_disk(sample: str, tmp_path: Path, memory: Any) -> None:
    run = put(sample, tmp_path)
    upload(run, memory, "/run")
    here, there = (look.read_request(place, LAYOUTS, 1 << 20) for place in (str(run), "memory:///run"))
    assert there == here
    assert look.read_request("memory:///run", LAYOUTS, 10).pair is None
