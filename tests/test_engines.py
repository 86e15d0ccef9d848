"""The rules' engine is made ready ahead of time for a large run, and for no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor import engines
from auditor.secrets import Engine


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[Engine]:
    """The engines that were told to prepare."""
    told: list[Engine] = []

    def prepare(engine: Engine) -> None:
        told.append(engine)

    monkeypatch.setattr(Engine, "prepare", prepare)
    return told


def sized(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def test_a_large_file_in_the_directory_is_worth_it(tmp_path: Path, prepared: list[Engine]) -> None:
    sized(tmp_path / "trace.jsonl", 9 << 20)
    engines.prepare_for([str(tmp_path)])
    assert prepared == [engines.rules_engine()]


def test_small_files_links_and_folders_are_not(tmp_path: Path, prepared: list[Engine]) -> None:
    sized(tmp_path / "trace.jsonl", 1 << 20)
    (tmp_path / "deeper").mkdir()
    sized(tmp_path / "deeper" / "large", 9 << 20)
    (tmp_path / "link").symlink_to("deeper/large")
    engines.prepare_for([str(tmp_path)])
    assert prepared == []


def test_a_directory_that_cannot_be_read_is_somebody_elses_to_tell(tmp_path: Path, prepared: list[Engine]) -> None:
    engines.prepare_for([str(tmp_path / "absent"), "", "--json", "a\0b"])
    assert prepared == []


def test_a_command_that_makes_its_own_engine_is_not_helped_by_another(tmp_path: Path, prepared: list[Engine]) -> None:
    sized(tmp_path / "trace.jsonl", 9 << 20)
    engines.prepare_for([str(tmp_path), "--known-secret-env", "KEY"])
    assert prepared == []


def test_faulty_rules_are_told_by_who_needs_them(
    tmp_path: Path, prepared: list[Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    sized(tmp_path / "trace.jsonl", 9 << 20)
    monkeypatch.setattr(engines, "rules_folder", lambda: tmp_path / "nowhere")
    engines.rules_engine.cache_clear()
    engines.prepare_for([str(tmp_path)])
    assert prepared == []
    with pytest.raises((OSError, ValueError)):
        engines.rules_engine()
