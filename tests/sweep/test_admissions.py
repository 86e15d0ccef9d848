"""Each run gets the record in force for it, always the same one, and never one that lies in a run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.admission import judge
from auditor.errors import OperatorError
from auditor.facts import Pair
from auditor.instants import instant
from auditor.sweep.admissions import Authorities, Request, load
from tests.harness.admission import record
from tests.harness.scenario import HOSTED, LOCAL
from tests.sweep.kit import LAYOUTS, put

JULY = instant("2026-07-02T08:15:00Z")
OTHER = Pair("anthropic", "claude-opus-4-5")
WANTED = Pair(*HOSTED)


def records(folder: Path, **contents: Any) -> Authorities:
    """Write records by name and load the folder."""
    for name, content in contents.items():
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        (folder / f"{name}.json").write_bytes(data)
    return load(folder, LAYOUTS)


def chosen(authorities: Authorities, **request: Any) -> str | None:
    """Return the name of the record that is chosen, None for none."""
    choice = authorities.choose(Request(**({"pair": WANTED, "started": JULY, "status": "admitted"} | request)))
    return Path(choice.authority.path).stem if choice.authority else None


def test_the_record_that_admits_the_pair_at_the_start(tmp_path: Path) -> None:
    known = records(
        tmp_path,
        a_expired=record(HOSTED, expires_at="2026-07-01T00:00:00Z"),
        b_other=record(LOCAL),
        c_right=record(HOSTED),
        d_future=record(HOSTED, admitted_at="2026-08-01T00:00:00Z"),
        e_broken=b"{",
    )
    assert chosen(known) == "c_right"
    assert chosen(known, pair=Pair(*LOCAL)) == "b_other"
    assert chosen(known, started=instant("2026-06-25T00:00:00Z")) in {"a_expired", "c_right"}
    assert chosen(known, pair=OTHER, status="mismatch") in {"b_other", "c_right"}
    assert chosen(known, started=None) in {"a_expired", "c_right", "d_future"}


def test_of_several_the_one_admitted_last_and_it_is_said(tmp_path: Path) -> None:
    known = records(
        tmp_path, a=record(HOSTED), b=record(HOSTED, admitted_at="2026-06-25T00:00:00Z"), c=record(HOSTED, effect="x")
    )
    choice = known.choose(Request(WANTED, JULY, "admitted"))
    assert choice.authority is not None
    assert (Path(choice.authority.path).stem, choice.note[:9]) == ("b", "3 records")
    named = known.records[0].sha256
    assert chosen(known, admission_sha256=named) == "a"


def test_two_copies_of_one_record_are_one(tmp_path: Path) -> None:
    known = records(tmp_path, a=record(HOSTED), b=record(HOSTED))
    assert known.choose(Request(WANTED, JULY, "admitted")).note == ""


def test_a_refused_run_is_judged_by_what_it_was_refused_under(tmp_path: Path) -> None:
    known = records(
        tmp_path, right=record(HOSTED), undecided=record(HOSTED, decision_status="not_decided"), broken=b"[]"
    )
    by = {Path(one.path).stem: one.sha256 for one in known.records}
    assert chosen(known, status="not_admitted", admission_sha256=by["undecided"]) == "undecided"
    assert chosen(known, status="invalid_admission", admission_sha256=by["broken"], has_copy=True) == "broken"
    assert chosen(known, status="missing_admission") is None
    assert chosen(known, status="missing_admission", has_copy=True) == "right"
    assert chosen(known, status="missing_admission", admission_sha256=by["undecided"]) == "undecided"


@given(
    status=st.sampled_from(
        ["admitted", "missing_admission", "not_admitted", "mismatch", "invalid_admission", None, "x"]
    ),
    named=st.integers(0, 4),
    has_copy=st.booleans(),
    pair=st.sampled_from([WANTED, OTHER, Pair(*LOCAL), None]),
    started=st.sampled_from([JULY, None, 0, instant("9999-12-31T00:00:00Z")]),
)
def test_what_a_run_says_never_admits_it(
    tmp_path_factory: pytest.TempPathFactory,
    status: str | None,
    named: int,
    has_copy: bool,
    pair: Pair | None,
    started: int | None,
) -> None:
    folder = tmp_path_factory.mktemp("records")
    known = records(
        folder,
        a=record(HOSTED),
        b=record(HOSTED, decision_status="not_decided"),
        c=record(LOCAL),
        d=record(HOSTED, expires_at="2026-07-01T00:00:00Z"),
    )
    digest = known.records[named].sha256 if named < 4 else "0" * 64
    request = Request(pair, started, status, digest, has_copy)
    choice = known.choose(request)
    assert choice == known.choose(request)
    judged = {Path(one.path).stem: judge(Path(one.path).read_bytes(), pair, started).status for one in known.records}
    if choice.authority is not None and judged[Path(choice.authority.path).stem] == "admitted":
        assert "admitted" in judged.values()
    if status == "admitted" and "admitted" in judged.values():
        assert choice.authority is not None
        assert judged[Path(choice.authority.path).stem] == "admitted"


def test_one_file_is_for_all(tmp_path: Path) -> None:
    path = tmp_path / "record"
    path.write_bytes(b"{")
    known = load(path)
    assert chosen(known, status="missing_admission") == "record"
    assert load(None).choose(Request()).authority is None


def test_a_copy_in_a_run_is_no_authority(tmp_path: Path) -> None:
    put("stage2-pass-no-gateway", tmp_path / "runs")
    known = load(tmp_path, LAYOUTS)
    assert [Path(one.path).parent.name for one in known.records] == ["records"]


@pytest.mark.parametrize("how", ["file", "link", "folder", "linked"])
def test_an_authority_in_a_run_is_refused(tmp_path: Path, how: str) -> None:
    run = put("stage2-pass-no-gateway", tmp_path / "runs")
    given = {"file": run / "admission.json", "folder": run / "backend"}.get(how, tmp_path / "authority.json")
    if how == "link":
        given.symlink_to(run / "admission.json")
    elif how == "folder":
        (given / "record.json").write_bytes((run / "admission.json").read_bytes())
    elif how == "linked":
        given = tmp_path / "records"
        (given / "copy.json").symlink_to(run / "admission.json")
    with pytest.raises(OperatorError, match="lies inside a run directory"):
        load(given, LAYOUTS)


def test_what_cannot_be_an_authority_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="holds no admission record"):
        load(tmp_path, LAYOUTS)
    with pytest.raises(OperatorError, match="cannot be opened"):
        load(tmp_path / "nothing")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OperatorError, match="no regular file"):
        load(tmp_path / "pipe")
    (tmp_path / "gone.json").symlink_to(tmp_path / "nothing")
    with pytest.raises(OperatorError, match="cannot be read"):
        load(tmp_path, LAYOUTS)
