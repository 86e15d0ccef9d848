"""A record's getters coerce nothing, and its places are RFC 6901 pointers."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.facts import Where
from auditor.records.record import Record


def record(**data: Any) -> Record:
    return Record("a.json", 4, data)


@pytest.mark.parametrize("value", [None, True, 1, 0, 2.0, "", "2", [], {}, ["a"], [1]])
def test_each_getter_takes_its_own_type_only(value: Any) -> None:
    item = record(k=value)
    assert item.text("k") == (value if isinstance(value, str) else None)
    assert item.boolean("k") is (value if isinstance(value, bool) else None)
    assert item.integer("k") == (value if type(value) is int else None)
    assert item.texts("k") == (tuple(value) if value in ([], ["a"]) else None)
    assert item.time("k") is None
    assert item.get("k") is value


def test_true_is_no_integer_and_one_no_boolean() -> None:
    assert record(k=True).integer("k") is None
    assert record(k=1).boolean("k") is None


def test_keys_go_from_the_outside_in() -> None:
    item = record(a={"b": {"c": "x"}}, s="text", n=None)
    assert item.text("a", "b", "c") == "x"
    assert item.get("a", "x", "c") is None
    assert item.get("s", "b") is None
    assert (item.has("n"), item.has("x"), item.has("a", "b"), item.has("s", "b")) == (True, False, True, False)


def test_places_are_pointers() -> None:
    assert record().at() == Where("a.json", 4, None)
    assert record().at("a/b", 0, "c~d", "").pointer == "/a~1b/0/c~0d/"
