"""Paths become artifacts by data alone, globs mean what the contract says, and a bad layout refuses to load."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import OperatorError
from auditor.globs import glob
from auditor.layout import load
from auditor.places import rules_folder

(HARNESS,) = load(rules_folder() / "layouts")


@pytest.mark.parametrize(
    ("path", "kind", "witness"),
    [
        ("report.json", "report", "harness"),
        ("nested/report.json", "other", "harness"),
        ("report.json/x", "other", "harness"),
        ("REPORT.JSON", "other", "harness"),
        ("baseline/report.json", "baseline_report", "harness"),
        ("SHA256SUMS", "digests", "harness"),
        ("backend/provider-requests.jsonl", "gateway_log", "gateway"),
        ("backend/deep/provider-requests.jsonl", "other", "harness"),
        ("backend/case.stderr", "case_stderr", "case"),
        ("backend/case-events/run-1.jsonl", "case_events", "case"),
        ("backend/case-events/deep/run-1.jsonl", "other", "harness"),
        (".case/events/run-1.jsonl", "case_events", "case"),
        ("work/repo/.case/a/b/events/run-1.jsonl", "case_events", "case"),
        ("work/x.case/events/run-1.jsonl", "other", "harness"),
        (".case/run-log.jsonl", "case_run_log", "case"),
        ("work/.case/run-log.jsonl", "case_run_log", "case"),
        ("backend/fake.log", "backend_log", "harness"),
        ("task/a.md", "task", "harness"),
        ("task/a/b.md", "other", "harness"),
        ("deep/down/a.task.json", "task", "harness"),
        ("task/two\nlines", "task", "harness"),
        ("anything", "other", "harness"),
    ],
)
def test_the_harness_layout_is_the_contracts(path: str, kind: str, witness: str) -> None:
    found = HARNESS.classify(path)
    assert (found.kind, found.witness) == (kind, witness)


def test_a_task_document_is_json_and_its_text_is_bytes() -> None:
    assert [HARNESS.classify(path).format for path in ("task/a.task.json", "task/a.md")] == ["json", "bytes"]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("trace.1.jsonl", "mixed"),
        ("trace.jsonl.1", "mixed"),
        ("trace.jsonl.old", "mixed"),
        ("trace.jsonl~", "mixed"),
        ("deep/trace.jsonl-20260702", "mixed"),
        ("backend/case.stderr.1", "mixed"),
        ("backend/case.stdout.2", "mixed"),
        ("backend/case.stderr-2026-07-02T08:15:00Z", "mixed"),
        ("backend/tee.log.3.gz", "gzip"),
        ("backend/case.stderr.gz", "gzip"),
        ("report.json.bak", "json"),
        ("work/repo/notes.md.old", "bytes"),
        ("work/repo/libfoo.so.1", "bytes"),
        ("work/repo/v1.2", "bytes"),
    ],
)
def test_a_log_that_was_set_aside_is_other_and_read_as_what_it_was(path: str, form: str) -> None:
    found = HARNESS.classify(path)
    assert (found.kind, found.format, found.witness) == ("other", form, "harness")


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*", ["a", "a.b", "", "\n"], ["a/b", "/"]),
        ("**", ["a", "a/b/c", "", "/"], []),
        ("src/*.py", ["src/a.py", "src/.py"], ["src/a/b.py", "src/a.pyc", "xsrc/a.py"]),
        ("src/**", ["src/a", "src/a/b", "src/"], ["src", "lib/src/a"]),
        ("src/**/*.py", ["src/a.py", "src/a/b/c.py"], ["src/a.txt", "a.py"]),
        ("**/x", ["x", "a/x", "a/b/x"], ["ax", "a/xb"]),
        ("a?c", ["abc", "a.c"], ["ac", "a/c", "abbc"]),
        ("a.b", ["a.b"], ["axb"]),
        ("[ab]+(c)", ["[ab]+(c)"], ["a", "ac"]),
        ("", [""], ["a"]),
        ("ä*", ["äx"], ["a\u0308x"]),
    ],
)
def test_globs(pattern: str, yes: list[str], no: list[str]) -> None:
    compiled = glob(pattern)
    assert [path for path in yes if not compiled.fullmatch(path)] == []
    assert [path for path in no if compiled.fullmatch(path)] == []


def reference(pattern: str, path: str) -> bool:
    """Match by the definition, one character at a time."""
    if not pattern:
        return not path
    if pattern.startswith("**/"):
        rest = pattern[3:]
        return reference(rest, path) or any(
            path[at] == "/" and reference(rest, path[at + 1 :]) for at in range(len(path))
        )
    if pattern.startswith("**"):
        return any(reference(pattern[2:], path[at:]) for at in range(len(path) + 1))
    if pattern[0] == "*":
        ends = path.find("/") if "/" in path else len(path)
        return any(reference(pattern[1:], path[at:]) for at in range(ends + 1))
    same = bool(path) and (path[0] != "/" if pattern[0] == "?" else path[0] == pattern[0])
    return same and reference(pattern[1:], path[1:])


@given(pattern=st.text(st.sampled_from("ab/*?."), max_size=7), path=st.text(st.sampled_from("ab/."), max_size=7))
def test_globs_mean_their_definition(pattern: str, path: str) -> None:
    assert (glob(pattern).fullmatch(path) is not None) == reference(pattern, path)


GOOD = """
name = "other"
marks = ["run.json"]
[[kinds]]
kind = "report"
paths = ["run.json"]
format = "json"
witness = "harness"
"""


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace('witness = "harness"', 'witness = "somebody"'),
        GOOD.replace('format = "json"', 'format = "yaml"'),
        GOOD.replace('name = "other"', ""),
        GOOD + "colour = 1\n",
        GOOD.replace('paths = ["run.json"]', 'paths = "run.json"'),
        "not toml",
        "",
    ],
)
def test_a_bad_layout_refuses_to_load(text: str, tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(GOOD)
    assert [layout.name for layout in load(tmp_path)] == ["other"]
    (tmp_path / "worse.toml").write_text(text)
    with pytest.raises(OperatorError, match=r"worse\.toml"):
        load(tmp_path)


def test_no_layout_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no layout"):
        load(tmp_path)


def test_undecodable_layouts_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(OperatorError):
        load(tmp_path)
