"""Gate: a refused run ran nothing and says so; an admitted one was checked before it started."""

import posixpath

from auditor.applies import REFUSALS, refused, to_case, to_refused
from auditor.evidence import Evidence, Outcome, Shown, holds, noted, rule, unproven, violated
from auditor.facts import Artifact, visible
from auditor.origin import lies_in_copy
from auditor.policy import Policy

_CLAUSE = "Without an admitted provider/model pair the harness must block before it starts Case, and must say so."

_MARKER = "provider-model-not-admitted.txt"


@rule(
    "gate.marker-agrees",
    clause=_CLAUSE,
    remedy="Compare report.json with the gate's marker file: one of them was not written by this run.",
    needs=("document.report",),
    reads=("gate_marker", "report"),
    applies=to_case,
)
def marker_agrees(run: Evidence, policy: Policy) -> Outcome:
    """A refused run has the gate's marker with its status on the first line; an admitted run has none.

    Why: the marker is what later steps look for; one that is missing or contradicts the report hides a refusal.
    """
    status = run.report.text("case_model_admission_status")
    where = run.report.at("case_model_admission_status")
    markers = [*run.of_kind("gate_marker"), *astray(run)]
    if status not in (*REFUSALS, "admitted"):
        return unproven("the report states no admission status that the gate knows", [where])
    if status == "admitted":
        if markers:
            return violated("the report says admitted, but the gate left its marker of refusal", [*markers, where])
        return holds("the report says admitted, and there is no marker of refusal", [where])
    if not run.of_kind("gate_marker"):
        return unproven("the report says that the gate refused, but the gate's marker is missing", [where])
    stated = run["gate.marker"]
    if not stated:
        return unproven("the gate's marker is empty", markers)
    if stated[0].value != status:
        return violated(f"the marker says {visible(stated[0].value)}, the report says {status}", [*stated, where])
    return holds(f"marker and report both say {status}", [*stated, where])


def astray(run: Evidence) -> list[Artifact]:
    """Return files that bear the marker's name and lie elsewhere, but for those in the copy, which any agent may write."""
    others = [artifact for artifact in run.of_kind("other") if _names_marker(artifact.path)]
    return [artifact for artifact in others if not lies_in_copy(run, artifact.path)]


def _names_marker(path: str) -> bool:
    return posixpath.basename(path).lower() == _MARKER


@rule(
    "gate.refused-ran-nothing",
    clause=_CLAUSE,
    remedy="Treat this as an unadmitted run of a model: find out who started it, and with which credentials.",
    needs=("document.report",),
    reads=("trace", "gateway_log", "report", "case_stderr", "case_events"),
    applies=to_refused,
)
def refused_ran_nothing(run: Evidence, policy: Policy) -> Outcome:
    """After a refusal no Case process was started: no start, no output, no dispatch, no request, no exit code.

    Why: a refusal that is followed by a run is no refusal.
    """
    report = run.report
    signs: list[Shown] = []
    if report.boolean("case_process_started") is not False:
        signs.append(noted(report.at("case_process_started"), "not false"))
    if report.get("backend_exit_code") is not None:
        signs.append(noted(report.at("backend_exit_code"), "an exit code of a process that was not started"))
    for name in ("case_process_started", "case_process_exited"):
        signs += [noted(fact.where, name) for fact in run.events(name)]
    signs += run["dispatch"] + run["model.response"]
    signs += run.of_kind("case_stdout", "case_stderr", "case_events", "case_run_log", "argv", "env")
    before, after = run.document("fixture_before"), run.document("fixture_after")
    if before is not None and after is not None and before.data != after.data:
        signs.append(noted(after.at(), "the fixture copy was changed"))
    if signs:
        return violated("the gate refused, but there are signs that Case was started", signs)
    if not run.of_kind("trace"):
        return unproven("there is no trace to show that nothing was started")
    return holds("nothing in the report, the trace or the directory shows a start of Case", run.of_kind("trace"))


@rule(
    "gate.refusal-is-stated",
    clause="A blocked run names its blockers.",
    remedy="Do not use this run as a negative gate: it does not say soundly why it was refused.",
    needs=("document.report",),
    reads=("report", "trace"),
    applies=to_refused,
)
def refusal_is_stated(run: Evidence, policy: Policy) -> Outcome:
    """A refused run has status `blocked`, names its blockers, and the trace says the same.

    Why: a refusal without a reason cannot be acted on, and one that still claims a pass is a lie.
    """
    report = run.report
    if report.text("status") != "blocked":
        return violated("the gate refused, but the report's status is not blocked", [report.at("status")])
    blockers = report.texts("blockers")
    if not blockers:
        return violated("the gate refused, but the report names no blocker", [report.at("blockers")])
    checked = run.events("admission_checked")
    wrong = [f for f in checked if f.value.record.text("status") != report.text("case_model_admission_status")]
    if wrong:
        return violated("the trace's admission status is not the report's", wrong)
    stated = run.events("run_blocked")
    if not stated or not checked:
        return unproven("the trace does not show the check and the block", [report.at("blockers")])
    return holds("report and trace state the refusal and its reason", [report.at("blockers"), *stated, *checked])


@rule(
    "gate.checked-before-start",
    clause="The admission is checked before the Case process is started.",
    remedy="Do not claim this run: its trace does not show that the gate was asked first.",
    needs=("document.report",),
    reads=("trace",),
    applies=to_case,
)
def checked_before_start(run: Evidence, policy: Policy) -> Outcome:
    """The trace shows one admission check, with the reported status, before the one start of Case.

    Why: a check after the start admits what has already happened; a start that the authority does not admit was never
    gated at all.
    """
    checked = run.events("admission_checked")
    started = run.events("case_process_started")
    status = run.report.text("case_model_admission_status")
    if started and not refused(run) and status != "admitted":
        return violated(
            "Case was started, and no admission is reported", [run.report.at("case_model_admission_status")]
        )
    authority = run.authority is not None and not run.authority.inside_run
    if started and authority and run.judgement.status != "admitted":
        return violated(f"Case was started, and the authority gives {run.judgement.status}", started)
    if not checked:
        return unproven("the trace shows no admission check", started)
    if len(checked) > 1:
        return violated("the trace shows more than one admission check", checked)
    if checked[0].value.record.text("status") != status:
        return violated("the trace's admission status is not the report's", checked)
    for start in started:
        first, second = checked[0].value.sequence, start.value.sequence
        if first is None or second is None or first >= second or _later(checked[0].time, start.time):
            return violated("Case was started before the admission was checked", [*checked, start])
    return holds("the admission was checked first", [*checked, *started])


def _later(first: int | None, second: int | None) -> bool:
    return first is not None and second is not None and first > second
