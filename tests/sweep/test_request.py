"""What a run asked for is read from its report without trust: whatever is odd reads as not said."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from auditor.facts import Pair
from auditor.instants import instant
from auditor.sweep.admissions import Request
from auditor.sweep.request import read_request
from tests.sweep.kit import LAYOUTS, put

LIMIT = 1 << 20


def asked(folder: Path, content: bytes, limit: int = LIMIT) -> Request:
    """Return the request of a run with this report."""
    (folder / "report.json").write_bytes(content)
    return read_request(str(folder), LAYOUTS, limit)


def test_a_sample_says_what_it_asked_for(tmp_path: Path) -> None:
    run = put("stage2-pass-no-gateway", tmp_path / "runs")
    report = json.loads((run / "report.json").read_bytes())
    request = read_request(str(run), LAYOUTS, LIMIT)
    assert request == Request(
        Pair("anthropic", "claude-sonnet-4-6"),
        instant(report["started_at"]),
        "admitted",
        report["admission_sha256"],
        has_copy=True,
    )


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"case_model": "\xff"}', b'{"a": 1e999999}'],
    ids=["empty", "torn", "list", "null", "no text", "deep", "no utf-8", "number"],
)
def test_no_report_says_nothing(tmp_path: Path, content: bytes) -> None:
    assert asked(tmp_path, content) == Request()


def test_a_field_of_the_wrong_type_says_nothing(tmp_path: Path) -> None:
    fields = dict.fromkeys(("case_model_provider", "case_model", "started_at", "admission_sha256"), 7)
    assert asked(tmp_path, json.dumps(fields).encode()) == Request()
    assert asked(tmp_path, b'{"case_model_provider": "anthropic"}').pair is None


def test_a_report_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    content = b'{"admission_sha256": "x"}'
    assert asked(tmp_path, content).admission_sha256 == "x"
    assert asked(tmp_path, content, limit=10) == Request()


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_is_not_opened(tmp_path: Path, make: object) -> None:
    make(tmp_path / "report.json")  # type: ignore[operator]
    assert read_request(str(tmp_path), LAYOUTS, LIMIT) == Request()
