"""SARIF logs are valid by the standard's own schema, point at real places, and keep their fingerprints."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import jsonschema
import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.emit import Style, formats
from auditor.emit.rulebook import rulebook
from auditor.emit.sarif import FINGERPRINT, MAX_NOTIFICATIONS, log
from auditor.emit.sarif_locations import base_uri, plain, uri
from auditor.facts import Exhibit, Gap, Ruling, Secret, Verdict
from tests.emit.official import sarif_schema
from tests.emit.verdicts import broken, scrawled, sound

EVERYTHING = Style(verbose=True)
TEXTS = st.text(st.characters(), max_size=30)


def run_of(verdict: Verdict, style: Style = EVERYTHING) -> Any:
    """Return the one SARIF run of a verdict's log, which must be valid."""
    document = json.loads(formats()["sarif"].emit(verdict, style))
    check(document)
    assert len(document["runs"]) == 1
    return document["runs"][0]


def check(document: Any) -> None:
    """Check a log against the schema."""
    jsonschema.Draft7Validator(sarif_schema()).validate(document)


def result(run: Any, rule: str) -> Any:
    """Return the result of a rule."""
    return next(each for each in run["results"] if each["ruleId"] == rule)


@pytest.mark.parametrize("style", [Style(), EVERYTHING])
@pytest.mark.parametrize("verdict", [sound(), broken()])
def test_a_log_is_valid(verdict: Verdict, style: Style) -> None:
    run = run_of(verdict, style)
    rules = run["tool"]["driver"]["rules"]
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        assert each["locations"] and each["partialFingerprints"][FINGERPRINT]
        assert each["kind"] == "fail" or each["level"] == "none"


@settings(max_examples=30)
@given(TEXTS)
@example("../../etc/passwd")
@example("/etc/passwd")
@example("//host/x")
@example("a:b?c#d%2e")
@example("{0} [x](1)")
@example("\udcff")
@example("")
def test_any_name_makes_a_valid_log(scrawl: str) -> None:
    run_of(scrawled(scrawl))
    check(json.loads("".join(log([(scrawl, scrawled(scrawl))], "1"))))


def test_each_status_has_its_kind_and_each_effect_its_level() -> None:
    run = run_of(broken())
    told = {each["ruleId"]: (each["kind"], each["level"]) for each in run["results"]}
    assert told == {
        "secret.entropy": ("fail", "note"),
        "timeline.nothing-torn": ("open", "none"),
        "model.only-the-admitted": ("fail", "error"),
        "gate.refusal-is-whole": ("notApplicable", "none"),
        "digest.all-match": ("pass", "none"),
        "secret/rules.openrouter": ("fail", "error"),
    }


def test_what_is_no_finding_is_left_out_unless_asked_for() -> None:
    assert [each["ruleId"] for each in run_of(broken(), Style())["results"]] == [
        "secret.entropy", "timeline.nothing-torn", "model.only-the-admitted", "secret/rules.openrouter",
    ]  # fmt: skip
    assert run_of(sound(), Style())["results"] == []


def test_a_secret_that_is_only_possible_is_for_review() -> None:
    doubtful = Secret("a", 1, "entropy", "raw", "x***", "0" * 32, "possible")
    run = run_of(msgspec.structs.replace(sound(), secrets=(doubtful,)))
    found = result(run, "secret/entropy")
    assert (found["kind"], found["level"], found["properties"]["fingerprint"]) == ("review", "none", "0" * 32)


def test_a_result_says_where_and_why() -> None:
    found = result(run_of(broken()), "model.only-the-admitted")
    place = found["locations"][0]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "trace.jsonl", "uriBaseId": "RUN"},
        "region": {"startLine": 22},
    }
    assert place["logicalLocations"] == [{"fullyQualifiedName": "/model"}]
    assert place["message"]["text"] == "served claude-haiku-4-5"
    assert found["message"]["text"].startswith("anthropic/claude-haiku-4-5 is not the admitted")


def test_artifacts_have_their_digests_and_gaps_are_told() -> None:
    run = run_of(broken())
    assert run["artifacts"][0]["hashes"] == {"sha-256": "a" * 64}
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert [(each["message"]["text"], each["level"]) for each in told] == [
        ("permission denied", "warning"), ("the line is torn", "warning"),
    ]  # fmt: skip
    assert told[1]["locations"][0]["physicalLocation"]["region"] == {"startLine": 40}
    assert run["invocations"][0]["exitCode"] == 1 and run["properties"]["decision"] == "fail"


def test_every_rule_in_force_explains_itself() -> None:
    rules = {each["id"]: each for each in run_of(sound())["tool"]["driver"]["rules"]}
    for name, text in rulebook().items():
        told = rules[name]["help"]
        assert text.why in told["text"] and text.remedy in told["text"] and text.remedy in told["markdown"]
        assert f"If it is unproven: {text.missing}" in told["text"]


def moved(verdict: Verdict, by: int) -> Verdict:
    """Return the verdict with every line moved."""

    def move(ruling: Ruling) -> Ruling:
        places = tuple(msgspec.structs.replace(e, line=e.line and e.line + by) for e in ruling.evidence)
        return msgspec.structs.replace(ruling, evidence=places)

    secrets = tuple(msgspec.structs.replace(s, line=(s.line or 0) + by, fingerprint="1" * 32) for s in verdict.secrets)
    return msgspec.structs.replace(verdict, rulings=tuple(map(move, verdict.rulings)), secrets=secrets)


def fingerprints(verdict: Verdict) -> list[str]:
    """Return the fingerprints of all results."""
    return [each["partialFingerprints"][FINGERPRINT] for each in run_of(verdict)["results"]]


def test_fingerprints_outlast_a_line_shift_and_differ_between_results() -> None:
    same = Secret("a", 1, "d", "raw", "m***", "0" * 32, "likely")
    many = msgspec.structs.replace(broken(), secrets=(*broken().secrets, same, same))
    assert fingerprints(many) == fingerprints(moved(many, 17))
    assert len(set(fingerprints(many))) == len(fingerprints(many))
    other = msgspec.structs.replace(many, run_id="another")
    assert not set(fingerprints(many)) & set(fingerprints(other))


@given(st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=40))
@example("..")
@example("a/../../b")
@example("//host/share")
@example("C:/x")
@example("javascript:alert(1)")
def test_an_address_stays_inside_the_run_and_loses_nothing(path: str) -> None:
    address = uri(path)
    assert address.isascii()
    base = "file:///runs/one/"
    joined = urlsplit(urljoin(base, address))
    assert (joined.scheme, joined.netloc, joined.query, joined.fragment) == ("file", "", "", "")
    assert joined.path.startswith("/runs/one/")
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return
    assert unquote_to_bytes(address) == raw


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("/srv/runs/a b", "file:///srv/runs/a%20b"),
        ("/srv/\udcff/", "file:///srv/%FF"),
        ("s3://bucket/runs/x", "s3://bucket/runs/x"),
        ("weird", "file:///weird"),
    ],
)
def test_the_base_is_the_run_directory(place: str, expected: str) -> None:
    assert base_uri(place) == expected


def test_a_message_holds_neither_link_nor_placeholder() -> None:
    assert plain("see [here](https://e.org) and {0}") == "see \\[here\\](https://e.org) and {{0}}"
    assert plain("a [1] b") == "a [1] b"


def test_the_log_of_a_sweep_is_one_run_that_names_each_directory() -> None:
    document = json.loads("".join(log([("/r/a", broken()), ("/r/b", sound()), ("s3://b/c", broken())], "9.9")))
    check(document)
    (run,) = document["runs"]
    assert run["properties"] == {"runDirectories": 3} and run["tool"]["driver"]["version"] == "9.9"
    assert len(run["results"]) == 8
    addresses = {
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].rpartition("/")[0]
        for each in run["results"]
    }
    assert {"file:///r/a", "s3://b/c"} <= addresses
    assert {each["properties"]["decision"] for each in run["results"]} == {"fail"}
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 4


def test_the_log_of_nothing_is_valid() -> None:
    check(json.loads("".join(log([], "1"))))


def test_the_gaps_of_a_sweep_are_counted_where_they_are_too_many() -> None:
    gaps = tuple(Gap(f"f{number}", "no") for number in range(700))
    many = msgspec.structs.replace(
        sound(), gaps=gaps, rulings=(Ruling("a.b", "violated", "fail", "x", evidence=(Exhibit("p", 0),)),)
    )
    document = json.loads("".join(log([("/a", many), ("/b", many)], "1")))
    check(document)
    told = document["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert len(told) == MAX_NOTIFICATIONS + 1
    assert told[-1]["message"]["text"].startswith("400 more")
