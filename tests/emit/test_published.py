"""The published verdict is exactly the contract's object, and its schema describes it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.emit import formats
from auditor.emit.published import Published, publish
from tests.emit.verdicts import broken, scrawled, sound

FIELDS = {
    "": "schema run_id decision reason claim supports_stage2_pass admitted model_grade rulings secrets artifacts gaps"
    " root_sha256 tool",
    "claim": "engine stage status",
    "admitted": "provider model",
    "rulings": "rule status effect because clause evidence",
    "rulings.evidence": "path line pointer note",
    "secrets": "path line detector view masked fingerprint confidence",
    "artifacts": "path kind witness bytes sha256 digest",
    "gaps": "path reason",
    "tool": "version ruleset_sha256 policy_sha256",
}


def emitted(verdict: Any) -> Any:
    """Return what ``--json`` prints, parsed by another parser than the one that wrote it."""
    text = formats()["json"].emit(verdict)
    assert text.endswith("}\n") and text.count("\n") == 1
    return json.loads(text)


@pytest.mark.parametrize("verdict", [sound(), broken(), scrawled("\udcff\x1b\u202e")])
def test_every_object_has_the_contract_s_fields_and_no_other(verdict: Any) -> None:
    document = emitted(verdict)
    for place, names in FIELDS.items():
        objects: list[Any] = [document]
        for key in filter(None, place.split(".")):
            found = [each[key] for each in objects]
            objects = [item for value in found for item in (value if isinstance(value, list) else [value])]
        assert all(list(each) == names.split() for each in objects), place


def test_the_values_are_the_verdict_s() -> None:
    document = emitted(broken())
    assert document["schema"] == "cto-audit-verdict/v1"
    assert document["claim"] == {"engine": "case", "stage": 2, "status": "pass"}
    assert document["admitted"] == {"provider": "anthropic", "model": "claude-sonnet-4-6"}
    assert document["root_sha256"] is None
    assert document["gaps"][1] == {"path": "trace.jsonl", "reason": "line 40: the line is torn"}
    assert document["rulings"][2]["evidence"] == [
        {"path": "trace.jsonl", "line": 22, "pointer": "/model", "note": "served claude-haiku-4-5"}
    ]


def test_nothing_is_null_by_accident() -> None:
    bare = msgspec.structs.replace(sound(), admitted=None, model_grade=None)
    document = emitted(bare)
    assert document["admitted"] is None and document["model_grade"] is None


def test_an_undecodable_file_name_is_written_as_bytes() -> None:
    assert emitted(scrawled("a\udcffb"))["artifacts"][0]["path"] == r"a\xffb"


@given(st.text(st.characters(), max_size=40))
def test_what_is_printed_decodes_as_what_was_published(scrawl: str) -> None:
    verdict = scrawled(scrawl)
    text = formats()["json"].emit(verdict)
    assert msgspec.json.decode(text.encode(), type=Published) == publish(verdict)


def test_the_schema_requires_every_field() -> None:
    schema = msgspec.json.schema(Published)
    for name, definition in schema["$defs"].items():
        assert definition["required"] == list(definition["properties"]), name
        assert definition["description"], name
