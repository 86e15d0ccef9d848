"""A memory makes no difference to any verdict, keeps no secret, and is used."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor import policy as policies
from auditor.audit import conclude, examine
from auditor.emit.json_ import emit
from auditor.engines import rules_engine
from auditor.remembered import SMALL, Facts, Known
from auditor.secrets import Engine
from auditor.secrets.scan import Scan
from auditor.store import Store
from auditor.sweep.memory import BUDGET, Remembering, notes_of
from tests.forgeries import FORGERIES
from tests.forgeries.judge import stage
from tests.harness.samples import planted_key
from tests.sweep.kit import SAMPLES, put

NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/expected.json"))
POLICY = policies.load()
SOUND = "stage2-pass-no-gateway"


class Counting(Engine):
    """The rules' engine, which counts what it scans."""

    scanned: list[str]

    def scan(self, path: str) -> Scan:
        """Count, and scan."""
        self.scanned.append(path)
        return super().scan(path)


def counting() -> Counting:
    """Return an engine that has scanned nothing yet."""
    plain = rules_engine()
    engine = Counting.__new__(Counting)
    engine.__dict__.update(plain.__dict__)
    engine.scanned = []
    return engine


def verdict(run: Path, record: Path | None, memory: Remembering | None, **options: Any) -> str:
    """Return the published verdict of a run."""
    return emit(conclude(examine(run, POLICY, admission=record, memory=memory, **options), POLICY))


@pytest.fixture(scope="module")
def memory() -> Remembering:
    """One memory for all runs, as one process of a sweep has it."""
    return Remembering("engine", None, shared=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_judged_the_same(name: str, memory: Remembering) -> None:
    (run,) = (path for path in (SAMPLES / name).iterdir() if path.is_dir())
    record = SAMPLES / name / "admission.json"
    authority = record if record.exists() else None
    plain = verdict(run, authority, None)
    assert verdict(run, authority, memory) == plain
    assert verdict(run, authority, memory) == plain


@pytest.mark.parametrize("identity", sorted(FORGERIES))
def test_a_forgery_is_judged_the_same(identity: str, memory: Remembering, tmp_path: Path) -> None:
    scene = stage(FORGERIES[identity], tmp_path)
    plain = verdict(scene.run, scene.authority, None)
    assert verdict(scene.run, scene.authority, memory) == plain
    assert verdict(scene.run, scene.authority, memory) == plain


def test_an_identical_run_is_not_scanned_again(tmp_path: Path) -> None:
    first = put(SOUND, tmp_path / "a")
    second = put(SOUND, tmp_path / "b")
    memory, engine = Remembering("engine", None, shared=False), counting()
    verdict(first, None, memory, engine=engine)
    files = {path.relative_to(first).as_posix() for path in first.rglob("*") if path.is_file()}
    assert files <= set(engine.scanned)
    engine.scanned.clear()
    verdict(second, None, memory, engine=engine)
    assert not files & set(engine.scanned)
    (second / "backend/harness.log").write_bytes(b"another\n")
    engine.scanned.clear()
    verdict(second, None, memory, engine=engine)
    assert files & set(engine.scanned) == {"backend/harness.log"}


def big(run: Path, end: bytes = b"") -> None:
    """Put a log into the run that is too long to be held."""
    (run / "backend/long.log").write_bytes(b"2026-07-02 all quiet\n" * (SMALL // 20) + b"the end\n" + end)


def test_a_large_log_is_scanned_once_by_all_processes_and_nights(tmp_path: Path) -> None:
    url = str(tmp_path / "store.sqlite3")
    first, second = put(SOUND, tmp_path / "a"), put(SOUND, tmp_path / "b")
    for run in (first, second):
        big(run)
    plain = verdict(second, None, None)
    with (
        Store.open(url) as store,
        closing(Remembering("engine", url, shared=True)) as one,
        closing(Remembering("engine", url, shared=True)) as another,
        closing(Remembering("other rules", url, shared=True)) as stranger,
    ):
        engine = counting()
        verdict(first, None, one, engine=engine)
        store.memo_put(notes_of(one.take_learned(), "engine"))
        assert one.take_learned() == ()
        assert another.expects((second / "backend/long.log").stat().st_size)
        engine = counting()
        fed = 0

        class Fed(Scan):
            def feed(self, chunk: bytes) -> None:
                nonlocal fed
                fed += len(chunk)
                super().feed(chunk)

        engine.scan = lambda path: Fed(engine._sources, path)  # type: ignore[method-assign]
        assert verdict(second, None, another, engine=engine) == plain
        assert 0 < fed < SMALL
        big(second, b"more\n")
        changed = verdict(second, None, another, engine=engine)
        assert fed > SMALL
        assert changed == verdict(second, None, None) != plain
        assert not stranger.expects(SMALL)


def test_no_secret_is_remembered(tmp_path: Path) -> None:
    run = put(SOUND, tmp_path / "a")
    secret = planted_key()
    (run / "backend/harness.log").write_text(f"key {secret}\n")
    big(run, f"key {secret}\n".encode())
    memory = Remembering("engine", None, shared=False)
    before = verdict(run, None, memory)
    assert json.loads(before)["secrets"]
    assert memory.take_learned() == ()
    assert secret not in repr(memory._facts)
    assert all(known.path != "backend/harness.log" for known in memory._facts)
    assert verdict(run, None, memory) == before


def test_what_was_not_asked_for_the_longest_is_forgotten() -> None:
    memory = Remembering("engine", None, shared=False)
    half = BUDGET // 2
    for number in range(3):
        memory.keep(Known(str(number), "path", "kind"), Facts({}, {}), half - 600)
        memory.recall(Known("0", "path", "kind"))
    assert memory.recall(Known("0", "path", "kind")) is not None
    assert memory.recall(Known("1", "path", "kind")) is None
    assert memory.recall(Known("2", "path", "kind")) is not None
    memory.keep(Known("huge", "path", "kind"), Facts({}, {}), BUDGET)
    assert memory.recall(Known("huge", "path", "kind")) is None


def test_caps_cut_what_is_recalled_as_what_is_read(tmp_path: Path) -> None:
    tight = msgspec.structs.replace(POLICY, max_facts=7)
    memory = Remembering("engine", None, shared=False)
    run = put(SOUND, tmp_path / "a")
    shutil.copyfile(run / "trace.jsonl", run / "copy.jsonl")
    plain = emit(conclude(examine(run, tight), tight))
    for _ in range(2):
        assert emit(conclude(examine(run, tight, memory=memory), tight)) == plain
