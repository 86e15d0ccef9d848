"""JUnit XML stays XML whatever a run is called, and counts what it says."""

from __future__ import annotations

from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.emit import formats
from auditor.emit.junit import suites
from auditor.facts import Exhibit, Gap, Ruling, Verdict
from tests.emit.verdicts import RUN_ID, broken, scrawled, sound

Element = ElementTree.Element


def suite(verdict: Verdict) -> Element:
    """Return the one suite of a verdict, its counts checked."""
    root = ElementTree.fromstring(formats()["junit"].emit(verdict))
    (found,) = root.findall("testsuite")
    return counted(found)


def counted(found: Element) -> Element:
    """Check that a suite's counts are those of its cases."""
    cases = found.findall("testcase")
    told = [len(cases), *(len(found.findall(f"testcase/{kind}")) for kind in ("failure", "error", "skipped"))]
    assert [int(found.attrib[name]) for name in ("tests", "failures", "errors", "skipped")] == told
    assert all(len([child for child in case if child.tag != "system-out"]) <= 1 for case in cases)
    return found


def case(found: Element, name: str) -> Element:
    """Return the test case of this name."""
    return next(each for each in found.findall("testcase") if each.attrib["name"] == name)


def test_each_status_is_what_a_build_server_takes_it_for() -> None:
    found = suite(broken())
    told = {each.attrib["name"]: [child.tag for child in each] for each in found.findall("testcase")}
    assert told == {
        "decision": ["failure"],
        "entropy": ["system-out"],
        "nothing-torn": ["error"],
        "only-the-admitted": ["failure"],
        "refusal-is-whole": ["skipped"],
        "all-match": [],
    }
    assert case(found, "all-match").attrib["classname"] == f"{RUN_ID}.digest"


def test_a_failure_says_why_where_and_what_to_do() -> None:
    failure = case(suite(broken()), "only-the-admitted")[0]
    assert failure.attrib["type"] == "violated"
    lines = (failure.text or "").split("\n")
    assert lines[1:3] == [
        "at trace.jsonl:22:/model served claude-haiku-4-5",
        "do Find out why another model answered, and run again with the admitted one.",
    ]
    assert lines[3].startswith("for Real Case Stage 2 cannot pass")


def test_gaps_and_secrets_are_output_of_the_suite() -> None:
    output = suite(broken()).findtext("system-out") or ""
    assert "not read: trace.jsonl:40: the line is torn" in output
    assert "secret: backend/case.stdout:7: rules.openrouter (likely) sk-o****" in output


def blocked(*rulings: Ruling, gaps: tuple[Gap, ...] = ()) -> Verdict:
    """Return a verdict that blocks."""
    return msgspec.structs.replace(sound(), decision="blocked", reason="why", rulings=rulings, gaps=gaps)


def test_a_sound_refusal_is_skipped_and_any_other_block_is_an_error() -> None:
    held = Ruling("gate.a", "holds", "fail", "x")
    warned = Ruling("gate.b", "violated", "warn", "x")
    open_ = Ruling("gate.c", "unproven", "fail", "x")
    assert case(suite(blocked(held, warned)), "decision")[0].tag == "skipped"
    assert case(suite(blocked(held, open_)), "decision")[0].tag == "error"
    assert case(suite(blocked(held, gaps=(Gap("p", "no"),))), "decision")[0].tag == "error"
    assert case(suite(sound()), "decision").findtext("system-out") == f"pass: {sound().reason}"


def test_many_places_are_counted() -> None:
    many = Ruling("a.b", "violated", "fail", "x", evidence=tuple(Exhibit("p", n + 1) for n in range(40)))
    assert "at 15 more" in (case(suite(blocked(many)), "b")[0].text or "")


@given(st.text(st.characters(), max_size=40))
@example("]]><x/>&amp;\"'\0\x0b\ufffe\uffff\ud800\U0001ffff")
def test_any_name_is_only_text(scrawl: str) -> None:
    plain, hostile = suite(scrawled("x")), suite(scrawled(scrawl))
    tags = [[each.tag for each in found.iter()] for found in (plain, hostile)]
    assert tags[0] == tags[1] or not scrawl


@pytest.mark.parametrize("count", [0, 3])
def test_a_sweep_is_one_document_with_a_suite_a_run(count: int) -> None:
    pieces = list(suites((f"/runs/{number}", broken()) for number in range(count)))
    root = ElementTree.fromstring("".join(pieces))
    found = root.findall("testsuite")
    assert len(found) == count and len(pieces) == count + 2
    places = [counted(each).find("properties/property[@name='place']") for each in found]
    assert [each.attrib["value"] for each in places if each is not None] == [f"/runs/{n}" for n in range(count)]
