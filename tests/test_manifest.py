"""Manifests against files: what matches, what contradicts, what nobody listed, and what proves nothing."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts import Artifact, Fact, Where
from auditor.manifest import Comparison, compare
from auditor.records.collector import Collector
from auditor.sources._listing import Listing
from auditor.sources.manifests import Source
from tests.sources.reading import noted

A, B = hashlib.sha256(b"a").hexdigest(), hashlib.sha256(b"b").hexdigest()
MD5 = "0" * 32


def file(path: str, digest: str | None = A, kind: str = "other", size: int = 1) -> Artifact:
    return Artifact(path, kind, "harness", size, digest)


SUMS, REPORT = file("SHA256SUMS", B, "digests"), file("report.json", B, "report")


def sums(text: str | bytes) -> list[Fact]:
    """Read a checksum file as the auditor does."""
    collector = noted("digests", text, form="text", path="SHA256SUMS")
    assert "digest.unreadable-line" not in collector.facts
    return collector.facts.get("digest.listed", [])


def document(content: dict[str, Any]) -> list[Fact]:
    collector = Collector(1000)
    Source(collector.notes("digests.json", "digests", "harness")).document(content)
    return collector.facts.get("digest.listed", [])


def faults(found: Comparison) -> list[str]:
    return [fault.because for fault in found.faults]


@pytest.mark.parametrize(
    "line",
    [
        f"{A}  x",
        f"{A} *x",
        f"{A}  ./x",
        f"{A} *./x",
        f"{A}  .//./x",
        f"{A.upper()}  x",
        f"{A}  x\r",
        f"SHA256 (x) = {A}",
        f"SHA256 (./x) = {A}",
        f"# a comment\n\n{A}  x",
    ],
)
def test_every_form_of_a_right_line_covers_its_file(line: str) -> None:
    found = compare(sums(line + "\n"), [SUMS, file("x")], {})
    assert (faults(found), found.unlisted) == ([], ())
    assert found.status == {"x": "match", "SHA256SUMS": "exempt"}
    assert found.manifests == ("SHA256SUMS",)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("two\nlines", "two\\nlines"),
        ("back\\slash", "back\\\\slash"),
        ("c\rr", "c\\rr"),
        ("\\n", "\\\\n"),
        ("a\\\n\\nb", "a\\\\\\n\\\\nb"),
    ],
)
def test_escaped_names_are_those_of_coreutils(name: str, written: str) -> None:
    for line in (f"\\{A}  {written}\n", f"\\SHA256 ({written}) = {A}\n"):
        assert compare(sums(line), [SUMS, file(name)], {}).status[name] == "match"


def test_without_the_leading_backslash_nothing_is_an_escape() -> None:
    found = compare(sums(f"{A}  a\\nb\n"), [SUMS, file("a\\nb")], {})
    assert found.status["a\\nb"] == "match"


def test_undecodable_names_are_matched_as_the_walk_names_them() -> None:
    assert compare(sums(f"{A}  ".encode() + b"\xff\n"), [SUMS, file("\udcff")], {}).status["\udcff"] == "match"


def test_names_with_spaces_and_brackets_are_whole() -> None:
    names = ["a  b", " lead", "trail ", "x) = y", "*star"]
    text = "".join(f"{A}  {name}\n" for name in names) + f"SHA256 (q) = r) = {A}\n"
    found = compare(sums(text), [SUMS, *map(file, names), file("q) = r")], {})
    assert (faults(found), found.unlisted) == ([], ())


@pytest.mark.parametrize(
    ("line", "because"),
    [
        (f"{B}  x", "x is not what was listed: its digest differs"),
        (f"{A}  gone", "gone is listed, but is not there"),
        (f"{A}  link", "link is listed, but is a symbolic link"),
        (f"{A}  ../x", "../x leads out of the run directory"),
        (f"{A}  a/../x", "a/../x leads out of the run directory"),
        (f"{A}  /x", "/x is absolute: a manifest lists files of its own run"),
        (f"{A}  .", " is listed, but is not there"),
        (f"{A}  x\n{B}  ./x", "x is listed with two different digests"),
        (f"{A}  X", "X is listed, but is not there"),
        (f"{A}  x/", None),
    ],
)
def test_what_contradicts_is_a_fault(line: str, because: str | None) -> None:
    found = compare(sums(line + "\n"), [SUMS, file("x")], {"link": "symbolic link"})
    assert faults(found) == ([because] if because else [])


def test_a_mismatch_is_not_mended_by_another_entry() -> None:
    for text in (f"{A}  x\n{B}  x\n", f"{B}  x\n{A}  x\n"):
        found = compare(sums(text), [SUMS, file("x")], {})
        assert found.status["x"] == "mismatch"
        assert faults(found)


def test_the_same_entry_twice_is_no_contradiction() -> None:
    assert faults(compare(sums(f"{A}  x\n{A} *./x\n"), [SUMS, file("x")], {})) == []


@pytest.mark.parametrize("digest", [None, 1, "", A[:-1], A + "0", "z" * 64, [A]])
def test_an_entry_without_a_digest_is_a_fault(digest: object) -> None:
    listed = document({"algorithm": "sha256", "files": {"x": digest}})
    assert faults(compare(listed, [file("digests.json", B, "digests"), file("x")], {})) == [
        "x is listed without a SHA-256"
    ]


@pytest.mark.parametrize("line", [f"{MD5}  x", f"{'0' * 40}  x", f"MD5 (x) = {MD5}", f"{'0' * 128}  x"])
def test_weaker_algorithms_neither_cover_nor_contradict(line: str) -> None:
    found = compare(sums(line + "\n"), [SUMS, file("x")], {})
    assert (faults(found), found.manifests, found.unlisted) == ([], (), ("x",))
    assert found.weakly == {"x"}


def test_an_unnamed_algorithm_proves_nothing() -> None:
    found = compare(document({"files": {"x": A}}), [file("x")], {})
    assert (found.manifests, found.unlisted) == ((), ("x",))


def test_what_nobody_listed_is_unlisted_and_a_manifest_is_exempt() -> None:
    found = compare(sums(f"{A}  x\n"), [SUMS, REPORT, file("x"), file("y")], {})
    assert found.unlisted == ("report.json", "y")


def report_lists(*entries: Listing) -> list[Fact]:
    return [Fact("digest.listed", entry, "harness", Where("report.json")) for entry in entries]


def test_the_report_is_exempt_only_where_its_own_list_is_the_manifest() -> None:
    listed = report_lists(Listing("x", A, "sha256", 1, sized=True))
    assert compare(listed, [REPORT, file("x")], {}).unlisted == ()
    with_sums = [*listed, *sums(f"{A}  x\n")]
    assert compare(with_sums, [REPORT, SUMS, file("x")], {}).unlisted == ("report.json",)


def test_a_file_that_bears_a_manifests_name_and_lists_nothing_is_one_more_file() -> None:
    listed = report_lists(Listing("x", A, "sha256", 1, sized=True))
    assert compare(listed, [REPORT, SUMS, file("x")], {}).unlisted == ("SHA256SUMS",)


@pytest.mark.parametrize(("size", "fault"), [(1, False), (2, True), (None, True), (-1, True)])
def test_a_size_that_the_format_gives_must_be_right(size: int | None, fault: bool) -> None:
    found = compare(report_lists(Listing("x", A, "sha256", size, sized=True)), [REPORT, file("x")], {})
    assert bool(found.faults) is fault


@pytest.mark.parametrize("path", [None, ""])
def test_an_entry_that_names_no_file_is_a_fault(path: str | None) -> None:
    assert faults(compare(report_lists(Listing(path, A, "sha256")), [REPORT], {})) == ["the entry names no file"]


def test_a_file_that_could_not_be_read_is_neither_right_nor_wrong() -> None:
    found = compare(sums(f"{A}  x\n"), [SUMS, file("x", None)], {})
    assert (faults(found), found.unread, found.status["x"]) == ([], ("x",), "unread")


PATHS = ["a", "b", "c/d"]


@given(
    listed=st.lists(st.tuples(st.sampled_from([*PATHS, "ghost"]), st.sampled_from([A, B]))),
    there=st.dictionaries(st.sampled_from(PATHS), st.sampled_from([A, B])),
)
def test_all_is_well_only_if_every_file_is_listed_rightly_and_nothing_else_is(
    listed: list[tuple[str, str]], there: dict[str, str]
) -> None:
    text = "".join(f"{digest}  {path}\n" for path, digest in listed)
    found = compare(sums(text), [SUMS, *(file(path, digest) for path, digest in there.items())], {})
    assert (not found.faults) == (set(listed) <= set(there.items()))
    unlisted = there.keys() - {path for path, _ in listed}
    assert set(found.unlisted) == (unlisted if listed else unlisted | {SUMS.path})


def test_lines_that_are_no_digest_lines_are_noted() -> None:
    collector = Collector(100)
    source = Source(collector.notes("SHA256SUMS", "digests", "harness"))
    for number, line in enumerate([b"prose", A.encode(), f"{A} x".encode(), f"{A}  ".encode(), b"\xff"], 1):
        source.plain(number, line)
    assert [fact.where.line for fact in collector.facts["digest.unreadable-line"]] == [1, 2, 3, 4, 5]
