"""A sweep judges what is new, keeps what is current, survives what runs do to it, and never loses a run."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import msgspec
import pytest

from auditor import policy as policies
from auditor.audit import audit
from auditor.emit.json_ import emit
from auditor.errors import OperatorError
from auditor.instants import instant, now
from auditor.store import Judged, Store
from auditor.sweep import admissions, incremental
from auditor.sweep.drive import sweep
from auditor.sweep.summary import as_text
from auditor.sweep.worker import Job, prepare
from tests.harness.samples import planted_key
from tests.sweep.kit import SAMPLES, Log, Tree, put, removing, trap, trapped, writing

SOUND = "stage2-pass-no-gateway"
GATEWAY = "stage2-pass-gateway"
REFUSALS = ("refused-missing-admission", "refused-invalid-admission", "refused-not-admitted", "refused-mismatch")
SOME = (SOUND, GATEWAY, "forbidden-write", *REFUSALS)
ALL = sorted(path.parent.name for path in SAMPLES.glob("*/expected.json"))


def names(tree: Tree) -> dict[str, str]:
    """Return the samples' names by run id."""
    return {run.name: sample for sample, run in tree.run.items()}


def test_every_sample_gets_the_decision_it_deserves(tmp_path: Path) -> None:
    tree = Tree(tmp_path, *ALL)
    summary, log = tree.sweep()
    told = {names(tree)[run]: row.decision for run, row in log.rows.items()}
    expected = {name: json.loads((SAMPLES / name / "expected.json").read_bytes())["decision"] for name in ALL}
    assert told == expected
    assert (summary.found, summary.judged, summary.unchanged) == (len(ALL), len(ALL), 0)
    assert summary.refused == len(REFUSALS)
    assert summary.exit_code(everything=False) == 1


def test_one_record_for_all_gives_the_very_verdict_of_a_single_audit(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND, "leaked-key", "silent-fallback")
    record = tree.records / f"{SOUND}.json"
    for other in tree.records.iterdir():
        if other != record:
            other.unlink()
    _, log = tree.sweep(authorities=admissions.load(record))
    with Store.open(str(tree.store)) as store:
        for run in tree.run.values():
            row = store.latest_of(str(run))
            assert row is not None
            document = store.verdict(row.id)
            assert document is not None
            assert document.decode() == emit(audit(run, admission=record)).rstrip("\n")
            assert log.rows[run.name].decision == row.decision


@pytest.mark.parametrize("trust_stat", [False, True])
def test_nothing_new_is_judged_again(tmp_path: Path, trust_stat: bool) -> None:
    tree = Tree(tmp_path, SOUND, "forbidden-write", *REFUSALS)
    before = set(tree.runs.rglob("*"))
    age()
    first, _ = tree.sweep()
    again, log = tree.sweep(trust_stat=trust_stat)
    assert (again.judged, again.unchanged, log.rows) == (0, 6, {})
    assert again.standing == first.standing == first.new
    assert (again.exit_code(everything=False), again.exit_code(everything=True)) == (0, 1)
    assert again.trust == ("stat" if trust_stat else "content")
    with Store.open(str(tree.store)) as store:
        assert {row.trust for row in store.latest()} == {again.trust}
    assert before == set(tree.runs.rglob("*"))


def age() -> None:
    """Let the clock's last ticks pass for the stamps: what was written only now is not trusted."""
    time.sleep(incremental.RACY_NS / 1e9)


def test_changed_content_is_judged_again_whatever_its_times_say(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND, GATEWAY)
    tree.sweep()
    trace = tree.run[SOUND] / "trace.jsonl"
    times = trace.stat()
    trace.write_bytes(trace.read_bytes().replace(b"anthropic", b"anthropoc"))
    os.utime(trace, ns=(times.st_atime_ns, times.st_mtime_ns))
    summary, log = tree.sweep()
    assert list(log.rows) == [tree.run[SOUND].name]
    assert (summary.judged, summary.unchanged, summary.new.fail) == (1, 1, 1)


def test_touched_content_is_not(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    tree.sweep()
    for path in tree.run[SOUND].rglob("*"):
        os.utime(path)
    summary, _ = tree.sweep()
    assert (summary.judged, summary.unchanged) == (0, 1)


@pytest.mark.parametrize("trust_stat", [False, True])
@pytest.mark.parametrize("make", [lambda path: path.symlink_to("/etc/passwd"), os.mkfifo], ids=["link", "pipe"])
def test_what_is_no_file_counts_as_content(tmp_path: Path, make: object, trust_stat: bool) -> None:
    tree = Tree(tmp_path, SOUND)
    age()
    tree.sweep()
    odd = tree.run[SOUND] / "odd"
    make(odd)  # type: ignore[operator]
    summary, _ = tree.sweep(trust_stat=trust_stat)
    assert (summary.judged, summary.new.fail) == (1, 1)
    assert tree.sweep(trust_stat=trust_stat)[0].unchanged == 1
    odd.unlink()
    summary, _ = tree.sweep(trust_stat=trust_stat)
    assert (summary.judged, summary.new.passed) == (1, 1)


def test_metadata_are_trusted_only_when_asked(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    age()
    tree.sweep(trust_stat=True)
    log_file = tree.run[SOUND] / "backend/harness.log"
    log_file.write_bytes(log_file.read_bytes()[::-1])
    assert tree.sweep(trust_stat=True)[0].judged == 1


def test_another_policy_or_another_record_judges_again(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND, "fake-baseline-only")
    tree.sweep()
    tree.policy = policies.load(None, "strict")
    summary, log = tree.sweep()
    assert summary.judged == 2
    assert log.rows[tree.run[SOUND].name].decision != "pass"
    record = tree.records / f"{SOUND}.json"
    record.write_bytes(record.read_bytes() + b"\n")
    summary, log = tree.sweep()
    assert list(log.rows) == [tree.run[SOUND].name]
    assert tree.sweep()[0].unchanged == 2


def test_a_record_that_has_lapsed_since_judges_again_once(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    expires = instant(json.loads((tree.records / f"{SOUND}.json").read_bytes())["expires_at"])
    assert expires is not None
    day = 86_400_000_000
    basis = tree.sweep()[1].rows[tree.run[SOUND].name].basis
    assert basis.admission_expires == expires
    with Store.open(str(tree.store)) as store:
        before = store.latest_of(str(tree.run[SOUND]))
    assert before is not None
    stamp = incremental.stamp(str(tree.run[SOUND]))

    def stands(judged_at: int, at: int) -> bool:
        earlier = msgspec.structs.replace(incremental.standing(before), judged_at=judged_at)
        return incremental.stands(earlier, basis, at, stamp, lambda: before.root_sha256, trust_stat=False)

    assert stands(expires - 2 * day, expires - day)
    assert not stands(expires - 2 * day, expires)
    assert not stands(expires - 1, expires + day)
    assert stands(expires, expires + day)


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("killed", "killed by signal SIGKILL"),
        ("exit", "exit code 9"),
        ("forever", "longer than the limit of 2 seconds"),
        ("defect", "internal error (RuntimeError)"),
    ],
)
def test_a_run_that_ends_its_worker_is_blocked_and_the_rest_goes_on(tmp_path: Path, what: str, reason: str) -> None:
    tree = Tree(tmp_path, *SOME)
    trap(tree.run[SOUND], what)
    summary, log = tree.sweep(engine=trapped, timeout=2)
    row = log.rows[tree.run[SOUND].name]
    assert (row.decision, row.document) == ("blocked", None)
    assert reason in row.reason
    assert (summary.judged, summary.unjudged) == (len(SOME), 1)
    assert summary.failures_left_out == 0
    assert any(failure.run_id == row.run_id for failure in summary.failures)
    again, _ = tree.sweep()
    assert (again.judged, again.unjudged, again.new.fail) == (1, 0, 1)


def test_a_run_that_is_removed_or_written_while_it_is_judged_is_blocked(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND, GATEWAY)
    trap(tree.run[SOUND], "and gone")
    _, log = tree.sweep(engine=removing(tree.run[SOUND]))
    assert "removed while it was judged" in log.rows[tree.run[SOUND].name].reason
    assert log.rows[tree.run[GATEWAY].name].decision == "pass"
    trap(tree.run[GATEWAY], "and written")
    _, log = tree.sweep(engine=writing(tree.run[GATEWAY]))
    assert "still being written" in log.rows[tree.run[GATEWAY].name].reason


def test_a_run_that_is_gone_when_its_turn_comes_is_blocked(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    judge = prepare(tree.plan().setup)
    outcome = judge(Job(str(tree.runs / "nowhere")))
    assert outcome.judged is not None
    assert (outcome.judged.decision, outcome.judged.document) == ("blocked", None)


def test_a_run_without_its_report_does_not_vanish(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    tree.sweep()
    (tree.run[SOUND] / "report.json").unlink()
    (tree.run[SOUND] / "trace.jsonl").unlink()
    summary, log = tree.sweep()
    assert summary.found == 1
    assert log.rows[tree.run[SOUND].name].decision in {"blocked", "fail"}
    shutil.rmtree(tree.run[SOUND])
    tree.run[SOUND].mkdir()
    summary, log = tree.sweep()
    assert log.rows[tree.run[SOUND].name].decision in {"blocked", "fail"}


def test_since_passes_over_what_was_not_written(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND, GATEWAY)
    for path in tree.run[SOUND].rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    summary, log = tree.sweep(since=1_500_000_000 * 10**9)
    assert (summary.judged, summary.older, list(log.rows)) == (1, 1, [tree.run[GATEWAY].name])


def test_hostile_names_are_judged_and_told_of_safely(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    for name in ("line\nbreak", "\x1b[2Jclear", os.fsdecode(b"\xff\xfe")):
        put(GATEWAY, tree.runs / name / "deep").rename(tree.runs / name / name)
        shutil.rmtree(tree.runs / name / "records", ignore_errors=True)
    summary, _ = tree.sweep()
    assert summary.found == summary.judged == 4
    assert summary.unjudged == 0
    assert tree.sweep()[0].unchanged == 4


def test_a_credential_in_a_place_is_written_down_masked(tmp_path: Path) -> None:
    secret = planted_key()
    tree = Tree(tmp_path)
    (tree.runs / f"key-{secret}").mkdir()
    put(SOUND, tree.runs / f"key-{secret}")
    (tree.runs / f"key-{secret}" / "records").mkdir(exist_ok=True)
    trap(tree.runs / f"key-{secret}" / "20260702T081500Z-r2-tide-clock-41058", "exit")
    summary, log = tree.sweep(engine=trapped)
    assert summary.judged == 1
    (row,) = log.rows.values()
    assert secret in row.place
    assert secret not in row.shown
    assert secret not in repr(summary)
    for path in tmp_path.glob("store*"):
        assert secret.encode() not in path.read_bytes()


def test_a_sweep_that_was_killed_leaves_a_store_that_goes_on(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND, GATEWAY)
    with Store.open(str(tree.store)) as store:
        store.begin_sweep([str(tree.runs)], started=now())
    summary, _ = tree.sweep()
    assert (summary.sweep, summary.judged) == (2, 2)


def test_a_store_in_a_run_directory_is_refused(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    before = set(tree.runs.rglob("*"))
    for inside in ("store.sqlite3", "backend/store.sqlite3", "new/store.sqlite3"):
        tree.store = tree.run[SOUND] / inside
        with pytest.raises(OperatorError, match="lies inside a run directory"):
            tree.sweep()
    assert set(tree.runs.rglob("*")) == before
    tree.store = tree.runs / "store.sqlite3"
    assert tree.sweep()[0].judged == 1


def test_a_sweep_into_a_server(tmp_path: Path, database: str) -> None:
    tree = Tree(tmp_path, *SOME)
    long = tree.run[SOUND] / "backend/long.log"
    long.write_bytes(b"2026-07-02 all quiet\n" * 60_000)
    first, _ = tree.sweep(url=database)
    assert (first.judged, first.unjudged) == (len(SOME), 0)
    again, _ = tree.sweep(url=database)
    assert (again.judged, again.unchanged) == (0, len(SOME))
    with Store.open(database) as store:
        assert len(list(store.latest())) == len(SOME)


@pytest.mark.parametrize("spoilt", ["file", "strange", "unmakeable", "in-run"])
def test_a_folder_that_no_site_can_be_written_to_is_refused_before_the_sweep(tmp_path: Path, spoilt: str) -> None:
    tree = Tree(tmp_path, SOUND)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "strange").mkdir()
    (tmp_path / "strange/notes.txt").write_text("mine")
    run = next(path.parent for path in tree.runs.rglob("report.json"))
    site = {"unmakeable": tmp_path / "file/site", "in-run": run / "site"}.get(spoilt, tmp_path / spoilt)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OperatorError):
        sweep(msgspec.structs.replace(tree.plan(), site=site), Log())
    assert [path for path in sorted(tmp_path.rglob("*")) if tree.runs in path.parents] == [
        path for path in before if tree.runs in path.parents
    ]
    with Store.open(str(tree.store)) as store:
        assert list(store.sweeps(limit=1)) == []


def test_a_site_that_fails_on_the_way_is_told_as_that_and_blocks_no_run(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    site = tmp_path / "site"

    class Spoiler(Log):
        def judged(self, judged: Judged, note: str) -> None:
            super().judged(judged, note)
            (site / "index.html").mkdir()

    summary = sweep(msgspec.structs.replace(tree.plan(), site=site), Spoiler())
    assert summary.exit_code(everything=False) == 3
    headline = as_text(summary, 100).splitlines()[0]
    assert headline.startswith("INCOMPLETE 1 run: 1 judged") and "the site could not be written" in headline


def test_a_blocked_run_is_told_before_what_was_not_done(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND, REFUSALS[0])
    put(SOUND, tmp_path / "elsewhere")
    (tree.runs / "moved").symlink_to(tmp_path / "elsewhere")
    summary, _ = tree.sweep()
    headline = as_text(summary, 100).splitlines()[0]
    assert headline.startswith("BLOCKED 2 runs: 2 judged") and "; not all was done: " in headline


def test_the_page_of_the_morning_tells_what_could_not_be_looked_into(tmp_path: Path) -> None:
    tree = Tree(tmp_path, SOUND)
    put(SOUND, tmp_path / "elsewhere")
    (tree.runs / "moved").symlink_to(tmp_path / "elsewhere")
    summary = sweep(msgspec.structs.replace(tree.plan(), site=tmp_path / "site"), Log())
    assert summary.exit_code(everything=False) == 3
    headline = as_text(summary, 100).splitlines()[0]
    assert headline.startswith("INCOMPLETE 1 run: 1 judged")
    assert f"; not all was done: {tree.runs}/moved: it is a link" in headline
    page = (tmp_path / "site/index.html").read_text("utf-8")
    assert f"{tree.runs}/moved: it is a link to a folder with runs outside of the roots" in page
