"""From a verdict to a row: what is taken out of it, and what must never be written down."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from auditor.anomalies import find
from auditor.audit import audit, examine
from auditor.engines import rules_engine
from auditor.facts import Gap, Response, Where
from auditor.instants import instant
from auditor.policy import load
from auditor.store import Basis, Judged, Store
from auditor.store.display import restore
from auditor.store.judged import judged_from, unjudged
from auditor.store.packing import DamagedDocumentError, unpack
from auditor.store.traits import response_hashes, traits_of
from tests.harness.samples import planted_key
from tests.pieces import document, evidence, response
from tests.store.kit import BASIS, NIGHT, NOW, sample


def judge(run: Path) -> Judged:
    """Return what is recorded of the run directory."""
    verdict, examined = audit(run), examine(run, load())
    basis = Basis(verdict.tool.version, verdict.tool.ruleset_sha256, verdict.tool.policy_sha256)
    return judged_from(verdict, examined, place=str(run), basis=basis, judged_at=NOW, seconds=0.5)


def test_a_place_whose_name_holds_a_credential_is_stored_masked(tmp_path: Path) -> None:
    key = planted_key()
    run = tmp_path / f"20260702T081500Z-{key}-7"
    shutil.copytree(sample("fake-baseline-only")[1].place, run)
    path = tmp_path / "s.sqlite3"
    with Store.open(str(path)) as store:
        sweep = store.begin_sweep([str(tmp_path)], started=NOW)
        store.record(judge(run))
        store.record(unjudged(f"{run}-crashed", "it crashed", engine=rules_engine(), basis=BASIS, judged_at=NOW))
        store.end_sweep(sweep, ended=NOW, counts={}, interrupted=False)
        row, crashed = store.latest_of(str(run)), store.latest_of(f"{run}-crashed")
        assert row is not None and row.masked and key not in row.place and key not in row.run_id
        assert crashed is not None and crashed.masked and key not in crashed.place + crashed.run_id
        assert not crashed.whole and crashed.decision == "blocked"
        store.begin_sweep([str(tmp_path)], started=NOW)
        assert not [each for each in find(store, now=NOW) if each.kind == "gone"]
    assert b"".join(each.read_bytes() for each in tmp_path.iterdir() if each.is_file()).find(key.encode()) < 0


def test_what_is_recorded_of_a_run(tmp_path: Path) -> None:
    run = tmp_path / Path(sample("stage2-pass-gateway")[1].place).name
    shutil.copytree(sample("stage2-pass-gateway")[1].place, run)
    made = judge(run)
    report = (run / "report.json").stat()
    assert made.traits.report_mtime == report.st_mtime_ns // 1000
    assert made.traits.started_at == instant("2026-07-02T08:15:00.000Z")
    assert made.files == sum(path.is_file() for path in run.rglob("*"))
    assert made.total_bytes == sum(path.stat().st_size for path in run.rglob("*") if path.is_file())
    assert (made.shown, made.traits.gate, made.traits.baseline, made.decision) == ("", "admitted", "sound", "blocked")
    assert len(made.traits.responses) > 3
    (run / "report.json").unlink()
    without = judge(run)
    assert (without.traits.report_mtime, without.traits.started_at, without.traits.gate) == (None, None, None)


def test_a_refusal_with_anything_left_open_is_not_sound() -> None:
    verdict, made = sample("refused-mismatch")
    assert made.traits.refusal_sound
    found = evidence(document("report", {"case_model_admission_status": "mismatch"}))
    assert traits_of(found, verdict).refusal_sound
    spoiled = [
        msgspec.structs.replace(verdict, decision="fail"),
        msgspec.structs.replace(verdict, gaps=(Gap("trace.jsonl", "torn"),)),
        msgspec.structs.replace(verdict, claim=msgspec.structs.replace(verdict.claim, status="pass")),
        msgspec.structs.replace(verdict, rulings=()),
    ]
    for number, ruling in enumerate(verdict.rulings):
        if ruling.status != "holds":
            continue
        rulings = list(verdict.rulings)
        rulings[number] = msgspec.structs.replace(ruling, status="unproven")
        spoiled.append(msgspec.structs.replace(verdict, rulings=tuple(rulings)))
    open_ = [each for each in spoiled if traits_of(found, each).refusal_sound]
    assert all(ruling.effect == "warn" for each in open_ for ruling in each.rulings if ruling.status == "unproven")
    assert len(open_) < len(spoiled) // 10
    for status in ("admitted", "nonsense", None):
        other = evidence(document("report", {"case_model_admission_status": status}))
        assert not traits_of(other, verdict).refusal_sound


def test_a_fake_run_has_no_gate() -> None:
    verdict, made = sample("fake-baseline-only")
    assert (made.traits.gate, made.traits.refusal_sound, made.traits.baseline) == (None, False, "none")
    assert verdict.decision == "pass"


def test_responses_are_recognised_and_not_told() -> None:
    facts = (response("a", "resp_0000001"), response("a", "resp_0000002", witness="gateway"), response("a", None))
    assert isinstance(facts[0].value, Response)
    made = traits_of(evidence(*facts), sample("killed-case")[0])
    assert (
        made.responses == response_hashes(["resp_0000002", "resp_0000001", "resp_0000001"]) and len(made.responses) == 2
    )
    assert all(-(1 << 63) <= each < 1 << 63 for each in made.responses)


def test_a_gap_comes_back_with_its_line() -> None:
    verdict, made = sample("killed-case")
    assert made.document is not None and made.display is not None
    restored = restore(unpack(made.document), unpack(made.display))
    assert restored.gaps == verdict.gaps and any(gap.line for gap in verdict.gaps)
    assert [(each.value, each.where) for each in restored.namings] == [(f.value, f.where) for f in verdict.namings]
    assert Where("x") not in [each.where for each in restored.namings]


@pytest.mark.parametrize("wrong", [b"", b"{}", b"[]", b"\xff", b'{"schema":"cto-audit-verdict/v2"}'])
def test_what_is_no_verdict_is_not_restored(wrong: bytes) -> None:
    made = sample("killed-case")[1]
    assert made.document is not None
    with pytest.raises(DamagedDocumentError):
        restore(wrong, None)
    if wrong in {b"[]", b"\xff"}:
        with pytest.raises(DamagedDocumentError):
            restore(unpack(made.document), wrong)


def test_a_judgement_survives_the_way_between_processes() -> None:
    made = sample("stage2-pass-gateway")[1]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(made), type=Judged) == made
    assert made.judged_at < NOW + NIGHT
