"""Run directories in an object store: the verdict is that of the same bytes on disk, and nothing is copied there first."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.audit import audit
from auditor.errors import OperatorError
from auditor.facts import Verdict
from auditor.reader import Reading
from auditor.remote import Remote, open_remote, without_password
from auditor.tree import as_place, is_url, open_tree
from auditor.walk import MAX_DEPTH, Entry

SAMPLES = sorted((Path(__file__).parents[1] / "sample_runs").glob("*/expected.json"))
fsspec = pytest.importorskip("fsspec", reason="install fsspec to test run directories behind URLs")


class Sink:
    """Keeps what it is fed."""

    def __init__(self) -> None:
        self.data = b""

    def feed(self, chunk: bytes) -> None:
        self.data += chunk


@pytest.fixture
def store() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()


def upload(run: Path, store: Any, url: str) -> None:
    root = url.removeprefix("memory://")
    for path in run.rglob("*"):
        if path.is_file():
            store.pipe(f"{root}/{path.relative_to(run)}", path.read_bytes())


def told(verdict: Verdict) -> list[Any]:
    return [verdict.decision, verdict.reason, verdict.root_sha256, verdict.rulings, verdict.artifacts, verdict.gaps]


@pytest.mark.parametrize("expected", SAMPLES, ids=lambda path: path.parent.name)
def test_the_verdict_is_that_of_the_directory(expected: Path, store: Any) -> None:
    run = next(path for path in expected.parent.iterdir() if path.is_dir())
    if any(path.is_symlink() for path in run.rglob("*")):
        pytest.skip("an object store holds no links")
    admission = expected.parent / "admission.json"
    given = admission if admission.exists() else None
    url = f"memory:///bucket/harness-runs/{run.name}"
    upload(run, store, url)
    assert told(audit(url, admission=given)) == told(audit(run, admission=given))


def test_entries_come_in_the_order_of_a_walk(store: Any, tmp_path: Path) -> None:
    for path in ("b/x", "b.txt", "a", "b/a/z", "b0"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    upload(tmp_path, store, "memory:///order")
    with open_tree("memory:///order") as there, open_tree(tmp_path) as here:
        assert [entry.path for entry in there.entries()] == [entry.path for entry in here.entries()]


def test_marks_are_seen_in_folders_too(store: Any) -> None:
    store.pipe("/marks/backend/gateway.jsonl", b"{}\n")
    with open_tree("memory:///marks") as tree:
        assert tree.matches("backend/*.jsonl")
        assert tree.matches("backend")
        assert not tree.matches("report.json")


def test_a_name_that_leads_out_is_a_gap(store: Any) -> None:
    system = Listing({"run/../up": b"", "run/a//b": b"", "run/" + "d/" * (MAX_DEPTH + 1) + "f": b"", "run/ok": b""})
    found = list(
        Remote(system, "run", {path[4:]: info for path, info in system.find("run", detail=True).items()}).entries()
    )
    assert [(entry.what, entry.path) for entry in found if entry.what == "file"] == [("file", "ok")]
    assert [entry.what for entry in found].count("gap") == 3


@pytest.mark.parametrize("url", ["memory:///nothing-here", "no-such-protocol://x/y", "memory://"])
def test_what_cannot_be_listed_is_said_in_a_sentence(url: str, store: Any) -> None:
    with pytest.raises(OperatorError) as caught, open_remote(url):
        pass
    assert caught.value.hint


def test_a_url_is_shown_without_its_password() -> None:
    assert without_password("ftp://me:pass@host/run?token=abc") == "ftp://host/run"
    assert without_password("s3://bucket/run") == "s3://bucket/run"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("runs/a", Path("runs/a")),
        ("file:///runs/a", Path("/runs/a")),
        ("s3://b/run", "s3://b/run"),
        ("a:b", Path("a:b")),
    ],
)
def test_a_place_is_a_path_or_a_url(text: str, place: Path | str) -> None:
    assert as_place(text) == place
    assert is_url(as_place(text)) == isinstance(place, str)


def test_a_file_url_of_another_machine_is_refused() -> None:
    with pytest.raises(OperatorError):
        as_place("file://elsewhere/run")


class Listing:
    """A file system of a few objects, one of which can change or break while it is read."""

    def __init__(self, objects: dict[str, bytes], *, changes: bool = False, breaks: bool = False) -> None:
        self.objects = objects
        self.changes = changes
        self.breaks = breaks

    def invalidate_cache(self, path: str | None = None) -> None:
        """Nothing is cached."""

    def find(self, root: str, *, detail: bool) -> dict[str, dict[str, Any]]:
        assert detail
        return {path: {"type": "file"} for path in self.objects if path.startswith(root)}

    def info(self, path: str) -> dict[str, Any]:
        return {"size": len(self.objects[path]), "type": "file"}

    def open(self, path: str, mode: str) -> Any:
        assert mode == "rb"
        if self.breaks:
            raise ConnectionResetError("reset by host with token abc")
        data = self.objects[path]
        if self.changes:
            self.objects[path] += b"more"
        return io.BytesIO(data)


def read(system: Listing) -> tuple[Reading, bytes]:
    sink = Sink()
    tree = Remote(system, "run", {"a": {"type": "file"}})
    return tree.read(Entry("file", "a", "a"), None, sink, chunk=3), sink.data


def test_an_object_is_read_in_chunks_to_its_end() -> None:
    reading, data = read(Listing({"run/a": b"0123456789"}))
    assert data == b"0123456789"
    assert reading.bytes == 10
    assert reading.fault == ""


def test_an_object_that_changes_has_no_digest() -> None:
    reading, _ = read(Listing({"run/a": b"0123456789"}, changes=True))
    assert reading.sha256 is None
    assert reading.fault == "the object changed while it was read"


def test_an_object_that_breaks_off_has_no_digest_and_a_fault_without_the_library_s_words() -> None:
    reading, _ = read(Listing({"run/a": b"0123456789"}, breaks=True))
    assert reading.sha256 is None
    assert reading.fault == "the object cannot be read: ConnectionResetError"
