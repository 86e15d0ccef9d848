"""Forgeries of the fake baseline: absent, borrowed, broken, or not what the run says of it."""

from __future__ import annotations

import shutil
from typing import Any

from tests.forgeries.kit import (
    Row,
    Scene,
    add,
    drop_events,
    edit_json,
    forge,
    get_report,
    rows,
    set_event,
    set_report,
    swap,
    write_rows,
)
from tests.harness import seal

REPORT, TRACE = "baseline/report.json", "baseline/trace.jsonl"

FIELDS: dict[str, dict[str, Any]] = {
    "is-of-case": {"engine": "case"},
    "is-of-another-case": {"case_id": "r9-other"},
    "did-not-pass": {"status": "fail"},
    "was-blocked": {"status": "blocked"},
    "is-this-run": {"run_id": "20260702T081500Z-r2-tide-clock-41058"},
    "is-of-an-earlier-time": {"started_at": "2026-07-01T08:15:00.030Z", "finished_at": "2026-07-01T08:15:00.500Z"},
    "is-of-a-later-time": {"started_at": "2026-07-03T08:15:00.030Z", "finished_at": "2026-07-03T08:15:00.500Z"},
    "ends-before-it-starts": {"finished_at": "2026-07-02T08:15:00.010Z"},
    "broke-the-allowed-writes": {"allowed_writes_passed": False},
    "changed-something-else": {"changed_files": ["README.md"]},
}
for _name, _fields in FIELDS.items():

    def _change(scene: Scene, fields: dict[str, Any] = _fields) -> None:
        edit_json(scene.path(REPORT), lambda told: told | fields)

    add(_name, "baseline", _change)


@forge("baseline")
def is_of_another_fixture(scene: Scene) -> None:
    def edit(told: Row) -> None:
        told["fixture"]["sha256_before"] = "0" * 64

    edit_json(scene.path(REPORT), edit)


@forge("baseline", decision="blocked")
def is_absent(scene: Scene) -> None:
    shutil.rmtree(scene.path("baseline"))
    set_report(scene, fake_baseline=None)
    drop_events(scene, "baseline_compared")


@forge("baseline", decision="blocked")
def report_is_absent(scene: Scene) -> None:
    scene.path(REPORT).unlink()


@forge("baseline", decision="blocked")
def trace_is_absent(scene: Scene) -> None:
    scene.path(TRACE).unlink()


@forge("baseline", decision=("blocked", "fail"))
def report_is_not_json(scene: Scene) -> None:
    scene.path(REPORT).write_bytes(b"passed\n")


@forge("baseline", sealed=False)
def digest_is_another(scene: Scene) -> None:
    set_report(scene, fake_baseline=get_report(scene)["fake_baseline"] | {"sha256": "0" * 64})
    seal.write_digests(scene.run)


CLAIMS: dict[str, dict[str, Any]] = {
    "claimed-status-is-another": {"status": "fail"},
    "claimed-changes-are-others": {"changed_files": []},
    "claimed-run-is-another": {"run_id": "20260702T081500Z-r2-tide-clock-99999"},
    "claimed-report-is-outside": {"report": "../baseline/report.json"},
    "claimed-report-is-the-runs-own": {"report": "report.json"},
}
for _name, _fields in CLAIMS.items():

    def _claim(scene: Scene, fields: dict[str, Any] = _fields) -> None:
        set_report(scene, fake_baseline=get_report(scene)["fake_baseline"] | fields)

    add(_name, "baseline", _claim)


@forge("baseline", decision=("blocked", "fail"))
def was_never_compared(scene: Scene) -> None:
    drop_events(scene, "baseline_compared")


@forge("baseline")
def trace_compared_another(scene: Scene) -> None:
    set_event(scene, "baseline_compared", baseline_run_id="20260702T081500Z-r2-tide-clock-99999")


@forge("baseline")
def trace_says_it_failed(scene: Scene) -> None:
    set_event(scene, "baseline_compared", status="fail")


@forge("baseline")
def trace_says_it_changed_others(scene: Scene) -> None:
    set_event(scene, "baseline_compared", changed_files=["README.md"])


@forge("baseline|timeline")
def its_trace_is_of_another_run(scene: Scene) -> None:
    found = [row | {"run_id": "20260702T081500Z-r2-tide-clock-99999"} for row in rows(scene.path(TRACE))]
    write_rows(scene.path(TRACE), found)


@forge("baseline|timeline")
def its_trace_says_it_failed(scene: Scene) -> None:
    found = rows(scene.path(TRACE))
    found[-1]["status"] = "fail"
    write_rows(scene.path(TRACE), found)


@forge("baseline|timeline")
def its_trace_is_of_case(scene: Scene) -> None:
    found = rows(scene.path(TRACE))
    found[0]["engine"] = "case"
    write_rows(scene.path(TRACE), found)


@forge("baseline")
def its_report_repeats_a_key(scene: Scene) -> None:
    swap(scene.path(REPORT), '"status": "pass"', '"status": "fail",\n  "status": "pass"')


@forge("baseline|timeline")
def its_trace_repeats_a_key(scene: Scene) -> None:
    swap(scene.path(TRACE), '"status":"pass"', '"status":"fail","status":"pass"')
