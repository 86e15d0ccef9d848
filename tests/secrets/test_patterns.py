"""Every pattern finds its examples and leaves its counter-examples alone."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import pytest

from auditor.secrets import Engine
from auditor.secrets.patterns import Pattern, load_patterns
from tests.secrets.fakes import fill, pick

FOLDER = Path(__file__).parents[2] / "rules" / "secrets"
ENGINE = Engine.load(FOLDER)
PATTERNS = load_patterns(FOLDER, whole=True)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.id)
def test_examples_are_found(pattern: Pattern) -> None:
    assert len(pattern.table.examples) >= 2
    for seed in range(10):
        for example in pattern.table.examples:
            text = fill(example, random.Random(f"{pattern.id}{seed}"))
            found = {hit.detector for hit in ENGINE.scan_text(text)}
            assert pattern.id in found, text


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.id)
def test_counter_examples_are_left_alone(pattern: Pattern) -> None:
    assert len(pattern.table.counter_examples) >= 2
    for seed in range(10):
        for example in pattern.table.counter_examples:
            text = fill(example, random.Random(f"{pattern.id}{seed}"))
            assert [hit.detector for hit in ENGINE.scan_text(text)] == [], text


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.id)
def test_a_pattern_says_where_its_format_is_published(pattern: Pattern) -> None:
    assert pattern.table.reference.startswith("https://")
    assert pattern.table.title
    assert pattern.table.issuer


def test_the_lean_way_of_loading_leaves_out_only_what_people_read() -> None:
    people = {"title": "", "issuer": "", "examples": (), "counter_examples": (), "reference": ""}
    lean = [pattern.table for pattern in load_patterns(FOLDER)]
    assert lean == [msgspec.structs.replace(pattern.table, **people) for pattern in PATTERNS]


def test_a_text_over_several_lines_is_read_whole(tmp_path: Path) -> None:
    table = '[[pattern]]\nid = "x"\nanchors = ["abcd"]\nregex = "abcd"\nconfidence = "likely"\ntitle = """\na\nb"""\n'
    (tmp_path / "x.toml").write_text(table)
    assert [pattern.table.title for pattern in load_patterns(tmp_path)] == ["a\nb"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "x.toml"),
        ("[[pattern]]\nid = 1", "x.toml"),
        ("[[pattern]", "x.toml"),
    ],
)
def test_a_broken_table_is_refused_by_name(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(ValueError, match=fault):
        load_patterns(tmp_path)


def test_a_folder_without_patterns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no secret patterns"):
        Engine.load(tmp_path)


@pytest.mark.parametrize("start", ["pina_", "pinr_", "prod:quiet-otter-12|eyJ"])
def test_the_full_stop_of_a_sentence_is_no_part_of_a_value(start: str) -> None:
    token = start + pick("alnum", 40, random.Random(start))
    assert token in {hit.value for hit in ENGINE.scan_text(f"It is {token}. Keep it.")}


@pytest.mark.parametrize("prefix", ["cfut_", "cfat_", "cfk_"])
def test_a_value_that_only_one_alternative_names_is_the_whole_match_in_the_others(prefix: str) -> None:
    token = prefix + pick("alnum", 40, random.Random(prefix))
    assert (token, "cloudflare.token") in {(hit.value, hit.detector) for hit in ENGINE.scan_text(token)}
