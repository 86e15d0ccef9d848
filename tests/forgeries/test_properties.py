"""What no forger's luck may change: any damage is noticed, none of it crashes the auditor, and reading is exact."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.audit import audit
from auditor.facts import Verdict
from tests.forgeries.kit import FAKE, GATEWAY, HOSTED, REFUSED, SAMPLES, TRACE, Scene
from tests.harness import fixture, seal

BASES = (HOSTED, GATEWAY, REFUSED, FAKE)


def run_of(base: str) -> Path:
    (found,) = (path for path in (SAMPLES / base).iterdir() if path.is_dir())
    return found


FILES = [(base, name) for base in (HOSTED, GATEWAY) for name in seal.files(run_of(base))]
UNREQUIRED = {
    "backend/harness.log",
    "backend/case-data/projects.json",
    "digests.json",
    "backend/provider-requests.jsonl",
}
"""Files without which the run's claim can still be proven: logs of kind `other`, and one manifest of two."""


def judged(scene: Scene) -> Verdict:
    return audit(scene.run, admission=scene.authority)


@settings(max_examples=120)
@given(where=st.sampled_from(FILES), at=st.integers(0, 1 << 20), flip=st.integers(1, 255))
def test_any_changed_byte_is_noticed(where: tuple[str, str], at: int, flip: int) -> None:
    base, name = where
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(base, Path(folder))
        content = bytearray(scene.path(name).read_bytes())
        content[at % len(content)] ^= flip
        scene.path(name).write_bytes(bytes(content))
        assert judged(scene).decision != "pass"


@settings(max_examples=80)
@given(where=st.sampled_from(FILES), at=st.integers(0, 1 << 20))
def test_any_cut_file_is_noticed(where: tuple[str, str], at: int) -> None:
    base, name = where
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(base, Path(folder))
        content = scene.path(name).read_bytes()
        scene.path(name).write_bytes(content[: at % len(content)])
        assert judged(scene).decision != "pass"


@pytest.mark.parametrize(("base", "name"), [pair for pair in FILES if pair[1] not in UNREQUIRED])
def test_a_missing_file_is_missed_even_after_resealing(base: str, name: str, tmp_path: Path) -> None:
    scene = Scene(base, tmp_path)
    scene.path(name).unlink()
    if name != "report.json":
        seal.reseal(scene.run)
    expected = {"pass"} if name.startswith("task/") and name.endswith(".md") else {"blocked", "fail"}
    assert judged(scene).decision in expected


LINES = len(run_of(GATEWAY).joinpath(TRACE).read_bytes().splitlines())


@pytest.mark.parametrize("number", range(LINES))
def test_a_line_taken_out_of_the_trace_is_missed(number: int, tmp_path: Path) -> None:
    scene = Scene(GATEWAY, tmp_path)
    lines = scene.path(TRACE).read_bytes().splitlines(keepends=True)
    scene.path(TRACE).write_bytes(b"".join(lines[:number] + lines[number + 1 :]))
    seal.reseal(scene.run)
    assert judged(scene).decision != "pass"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
DOCUMENTS = (
    "report.json",
    "backend/argv.json",
    "backend/env.json",
    "backend/case-data/config.json",
    "baseline/report.json",
    "fixture/before.json",
    "fixture/after.json",
    "digests.json",
    "admission.json",
)


@settings(max_examples=150)
@given(name=st.sampled_from(DOCUMENTS), value=JSON, data=st.data())
def test_any_value_anywhere_is_judged(name: str, value: Any, data: st.DataObject) -> None:
    """A document with any one of its values replaced by anything gets a verdict, whose own form stays right."""
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(HOSTED, Path(folder))
        told = json.loads(scene.path(name).read_bytes())
        key = data.draw(st.sampled_from(sorted(told)))
        told[key] = value
        scene.path(name).write_text(json.dumps(told), encoding="utf-8", errors="surrogatepass")
        verdict = judged(scene)
        assert verdict.decision in {"pass", "blocked", "fail"}
        assert verdict.supports_stage2_pass <= (verdict.decision == "pass")
        msgspec.json.encode(verdict)


@settings(max_examples=60)
@given(row=JSON, name=st.sampled_from((TRACE, "backend/case.stderr", "events", "backend/provider-requests.jsonl")))
def test_any_record_anywhere_is_judged(row: Any, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(GATEWAY, Path(folder))
        path = scene.events if name == "events" else scene.path(name)
        with path.open("ab") as file:
            file.write(json.dumps(row).encode() + b"\n")
        assert judged(scene).decision in {"blocked", "fail"}


@pytest.mark.parametrize("base", [*BASES, "leaked-key", "killed-case"])
@pytest.mark.parametrize("chunk", [1, 61, 4096])
def test_the_read_size_changes_nothing(base: str, chunk: int, tmp_path: Path) -> None:
    scene = Scene(base, tmp_path)
    assert audit(scene.run, admission=scene.authority, chunk=chunk) == judged(scene)


@pytest.mark.parametrize("base", BASES)
def test_the_auditor_writes_nothing(base: str, tmp_path: Path) -> None:
    scene = Scene(base, tmp_path)
    before = {path: path.stat() for path in sorted(tmp_path.rglob("*"))}
    judged(scene)
    after = {path: path.stat() for path in sorted(tmp_path.rglob("*"))}
    assert {path: (s.st_size, s.st_mtime_ns, s.st_mode) for path, s in after.items()} == {
        path: (s.st_size, s.st_mtime_ns, s.st_mode) for path, s in before.items()
    }


@pytest.mark.parametrize("base", BASES)
def test_the_root_digest_is_the_contracts(base: str, tmp_path: Path) -> None:
    scene = Scene(base, tmp_path)
    files = {name: seal.sha256(scene.path(name)) for name in seal.files(scene.run)}
    assert judged(scene).root_sha256 == fixture.root_sha256(files)


def test_a_copy_elsewhere_gets_the_same_verdict(tmp_path: Path) -> None:
    scene = Scene(HOSTED, tmp_path)
    other = tmp_path / "far" / "away" / scene.run.name
    shutil.copytree(scene.run, other)
    assert audit(other, admission=scene.authority) == judged(scene)
