"""The characters after an anchor that the prefilter asks for are all that its expression allows there."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from auditor.secrets import Engine
from auditor.secrets.marks import Role
from auditor.secrets.patterns import Pattern, load_patterns
from tests.secrets.fakes import fill

FOLDER = Path(__file__).parents[2] / "rules" / "secrets"
PATTERNS = load_patterns(FOLDER, whole=True)
FOLLOWED = [pattern for pattern in PATTERNS if pattern.then[1]]
ENGINE = Engine.load(FOLDER)

_GIVEN = re.compile(r"""["']?(?P<name>[A-Za-z][\w-]{2,40})["']?\s?(?:=|:)\s?["']?(?P<value>[^\s"']+)["']?""")
SUBSCRIPTS = (
    '{name}["{key}"] = "{value}"',
    "{name}['{key}'] = '{value}'",
    "{name}['{key}']=\"{value}\"",
    '{name}["{key}"]="{value}"',
    '{name}.set("{key}", "{value}")',
    "{name}('{key}') = '{value}'",
    "(defvar {key}) {value}",
    '{name}[:{key}] = "{value}"',
)


def dresses(text: str) -> set[str]:
    """Return `text`, what it gives to a name given in other ways, and all of it in JSON and in JSON within JSON."""
    plain = {text}
    if given := _GIVEN.fullmatch(text):
        plain |= {form.format(name="os.environ", key=given["name"], value=given["value"]) for form in SUBSCRIPTS}
    inner = {json.dumps({"output": line}) for line in plain}
    return plain | inner | {json.dumps({"output": line}) for line in inner}


def loose(pattern: Pattern, text: bytes) -> list[int]:
    """Return where an anchor of `pattern` stands in `text` and its expression matches there."""
    looked = text.lower() if pattern.table.caseless else text
    ends: list[int] = []
    for anchor in pattern.anchors:
        for found in re.finditer(re.escape(anchor), looked):
            at = max(0, found.start() - pattern.table.before)
            match = pattern.regex.search(text, at, found.end() + pattern.table.reach)
            if match is not None and match.start() <= found.start() and match.end() > found.end():
                ends.append(found.end())
    return ends


@pytest.mark.parametrize("pattern", FOLLOWED, ids=lambda pattern: pattern.id)
def test_what_must_follow_an_anchor_is_no_narrower_than_the_expression(pattern: Pattern) -> None:
    characters, count = pattern.then
    following = re.compile(f"{characters}{{{count}}}".encode())
    for seed in range(5):
        for example in pattern.table.examples:
            for text in dresses(fill(example, random.Random(f"{pattern.id}{seed}"))):
                ends = loose(pattern, text.encode())
                assert not ends or any(following.match(text.encode(), end) for end in ends), text


def test_a_class_may_hold_a_bracket(tmp_path: Path) -> None:
    table = "[[pattern]]\nid = 'x'\nanchors = ['abcd']\nregex = 'abcd.x'\nconfidence = 'likely'\nthen = '[\\])]{1}'\n"
    (tmp_path / "x.toml").write_text(table)
    (pattern,) = load_patterns(tmp_path)
    assert pattern.then == (r"[\])]", 1)
    assert Role(5, pattern=pattern).pattern is pattern


NAMES = ("ACME_API_KEY", "ACME_SECRET", "ACME_TOKEN", "X-API-Key", "X-Auth-Token", "api_key", "JWT_SECRET_KEY")
OBJECTS = ("os.environ", "process.env", "ENV", "app.config", "$config", "headers", "st.secrets", "h")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("thing", OBJECTS)
def test_a_value_given_to_a_subscript_is_found(thing: str, name: str) -> None:
    for value in (fill("<<hex:32>>", random.Random(name)), fill("<<alnum:40>>", random.Random(thing))):
        for form in SUBSCRIPTS[:4]:
            text = form.format(name=thing, key=name, value=value)
            once = json.dumps({"output": text})
            for dress in (text, once, json.dumps({"line": once})):
                assert value in {hit.value for hit in ENGINE.scan_text(dress + "\n")}, dress


@pytest.mark.parametrize("form", SUBSCRIPTS[:4])
def test_a_subscript_s_name_is_as_telling_as_any(form: str) -> None:
    value = fill("<<secret40:40>>", random.Random(7))
    text = form.format(name="os.environ", key="AWS_SECRET_ACCESS_KEY", value=value)
    for dress in (text, json.dumps({"output": text})):
        assert {(hit.value, hit.confidence) for hit in ENGINE.scan_text(dress + "\n")} == {(value, "likely")}
    key = fill("<<alnum:40>>", random.Random(8))
    found = ENGINE.scan_text(json.dumps({"output": form.format(name="env", key="FINNHUB_TOKEN", value=key)}) + "\n")
    assert {(hit.value, hit.confidence) for hit in found} == {(key, "likely")}


BARELY_QUOTED = {
    *("ansible.vault-text", "kubernetes.secret-data-first", "password.dashes", "password.signs", "assignment.bare-key"),
    "assignment.signs",
}
"""Tables of possible findings whose expression reads line ends or bare quotes, which JSON writes otherwise."""


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.id)
def test_what_is_found_in_a_text_is_found_in_a_record_that_holds_it(pattern: Pattern) -> None:
    if pattern.id in BARELY_QUOTED:
        pytest.skip("found by its line ends or its bare quotes")
    for example in pattern.table.examples:
        text = fill(example, random.Random(pattern.id))
        plain = {hit.value.replace("\n", "") for hit in ENGINE.scan_text(text + "\n")}
        held = {hit.value.replace("\n", "") for hit in ENGINE.scan_text(json.dumps({"output": text}) + "\n")}
        assert all(any(value in other or other in value for other in held) for value in plain), text
