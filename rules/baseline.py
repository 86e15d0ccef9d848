"""Baseline: the same run carries a passing fake baseline of the same case, compared in its trace."""

from auditor.applies import to_case, to_stage2
from auditor.contract import Report
from auditor.evidence import SAME, Evidence, Outcome, holds, noted, rule, unproven, violated
from auditor.facts import Where, visible
from auditor.fixture import forbidden, relative
from auditor.instants import SECOND
from auditor.origin import inside
from auditor.policy import Policy
from auditor.records.record import Record
from auditor.repeated import says_one_thing
from auditor.run_names import run_name

_CLAUSE = "A Stage 2 pass needs a same-run fake baseline of the same case that passed and was compared."

_FAKE_EVENTS = frozenset({"run_started", "admission_checked", "fixture_copied", "fixture_compared", "run_finished"})


def _applies(run: Evidence) -> str | None:
    """A claimed pass needs a baseline; any other run is judged by the one it names."""
    if reason := to_stage2(run):
        return reason
    named = run.report.get("fake_baseline") is not None or bool(run.of_kind("baseline_report", "baseline_trace"))
    if run.claim.status in ("blocked", "fail") and not named:
        return "the run claims no pass and names no baseline"
    return None


@rule(
    "baseline.present-and-digested",
    clause=_CLAUSE,
    remedy="Run the fake backend in the same run, and keep its report and trace under baseline/.",
    missing=SAME,
    needs=("document.report",),
    reads=("report", "baseline_report"),
    applies=_applies,
)
def present_and_digested(run: Evidence, policy: Policy) -> Outcome:
    """The baseline's report is in the run directory where the report says, with the digest that it says.

    Why: a baseline from elsewhere can be chosen to agree.
    """
    report = run.report
    path, digest = report.text("fake_baseline", "report"), report.text("fake_baseline", "sha256")
    if path is None or digest is None:
        return unproven("the report names no fake baseline", [report.at("fake_baseline")])
    artifact = run.artifact(path)
    if not relative(path) or (artifact is not None and artifact.kind != "baseline_report"):
        return violated(f"{visible(path)} is no baseline report of this run", [report.at("fake_baseline", "report")])
    if artifact is None:
        return unproven(
            f"the baseline report {visible(path)} is not in the run directory", [report.at("fake_baseline", "report")]
        )
    if artifact.sha256 is None:
        return unproven("the baseline report could not be read whole", [artifact])
    if artifact.sha256 != digest:
        return violated(
            "the baseline report is not the one that was compared: its digest differs",
            [
                report.at("fake_baseline", "sha256"),
                artifact,
            ],
        )
    return holds("the baseline report is in evidence with its digest", [report.at("fake_baseline"), artifact])


@rule(
    "baseline.same-case-and-fixture",
    clause=_CLAUSE,
    remedy="Compare the run with a fake baseline of the same case over the same fixture, and no other.",
    needs=("document.report", "document.baseline_report"),
    reads=("report", "baseline_report"),
    applies=_applies,
)
def same_case_and_fixture(run: Evidence, policy: Policy) -> Outcome:
    """The baseline is a fake run of its own run id, with the same case id and fixture digest, and it passed.

    Why: a baseline of another case or fixture compares nothing; a real run as baseline would need an admission.
    """
    report, base = run.report, run.document("baseline_report")
    if base is None:
        return unproven("the baseline report is missing, repeated or unreadable")
    checks = (
        (base.text("engine") == "fake", "is no fake run", ("engine",)),
        (base.text("case_id") == report.text("case_id") is not None, "is of another case", ("case_id",)),
        (base.text("status") == "pass", "did not pass", ("status",)),
        (base.text("run_id") is not None, "has no run id", ("run_id",)),
        (base.text("run_id") != report.text("run_id"), "has the run's own run id", ("run_id",)),
        (base.text("run_id") == report.text("fake_baseline", "run_id"), "has another run id than named", ("run_id",)),
        (base.text("status") == report.text("fake_baseline", "status"), "has another status than named", ("status",)),
        (
            _set(base.texts("changed_files")) == _set(report.texts("fake_baseline", "changed_files")),
            "has other changed files than named",
            ("changed_files",),
        ),
        (
            base.text("fixture", "sha256_before") == report.text("fixture", "sha256_before") is not None,
            "started from another fixture",
            ("fixture", "sha256_before"),
        ),
        (base.boolean("case_process_started") is False, "started Case", ("case_process_started",)),
        (base.get("case_model") is None and base.get("case_model_provider") is None, "names a model", ("case_model",)),
        (
            base.boolean("allowed_writes_passed") is True,
            "did not stay within allowed writes",
            ("allowed_writes_passed",),
        ),
        (base.texts("blockers") == (), "names blockers", ("blockers",)),
        (base.get("backend_exit_code") in (0, None), "ended with another exit code than 0", ("backend_exit_code",)),
        (base.get("command") == [], "has a command", ("command",)),
        (
            base.text("case_model_admission_status") == "missing_admission" and base.get("admission_sha256") is None,
            "claims an admission, which a fake run has none of",
            ("case_model_admission_status",),
        ),
        (not set(Report.__struct_fields__) - set(base.data), "lacks a required field", ()),
        (_named_for(report, base, policy), "has a run id that is not of its case and of this run's time", ("run_id",)),
        (not _forbidden(base), "wrote a file that its allowed writes leave out", ("changed_files",)),
        (_changed(base) is not False, "has digests that do not fit its changed files", ("fixture",)),
        (_own_copy(report, base), "worked in the run's own copy", ("fixture", "copy")),
        (base.text("schema") == report.text("schema"), "has another schema", ("schema",)),
    )
    for fine, what, keys in checks:
        if not fine:
            return violated(f"the baseline {what}", [base.at(*keys)])
    return holds("the baseline is a passing fake run of the same case and fixture", [base.at("run_id")])


def _named_for(report: Record, base: Record, policy: Policy) -> bool:
    """Tell whether the baseline's run id is ``<time>-<case id>-<pid>`` of its case, of a time between both starts.

    A harness may give both ids out when the run begins, and start the baseline later.
    """
    name = run_name(base.text("run_id") or "")
    if name is None or name.case_id != base.text("case_id"):
        return False
    begun, started = report.time("started_at"), base.time("started_at")
    early = begun is not None and name.at < begun - SECOND - policy.skew
    return not early and (started is None or name.at <= started + policy.skew)


def _forbidden(base: Record) -> list[str]:
    """Return the files that the baseline changed and its own allowed writes do not cover; a flag alone is a claim."""
    return forbidden(base.texts("changed_files") or (), base.texts("allowed_writes") or ())


def _changed(base: Record) -> bool | None:
    """Tell whether the fixture's digests differ exactly if files were changed; None where one of the three is missing."""
    before, after = base.text("fixture", "sha256_before"), base.text("fixture", "sha256_after")
    files = base.texts("changed_files")
    return None if None in (before, after, files) else (before != after) == bool(files)


def _own_copy(report: Record, base: Record) -> bool:
    """Tell whether run and baseline worked in copies that are apart: one that the other changed proves nothing."""
    mine, its = report.text("fixture", "copy"), base.text("fixture", "copy")
    return mine is None or its is None or not (inside(mine, its) or inside(its, mine))


def _set(paths: tuple[str, ...] | None) -> frozenset[str] | None:
    return frozenset(paths) if paths is not None else None


@rule(
    "baseline.inside-this-run",
    clause="The baseline belongs to the same run.",
    remedy="Run the baseline anew in each run; do not carry one over.",
    missing=SAME,
    needs=("document.report", "document.baseline_report"),
    reads=("report", "baseline_report", "baseline_trace"),
    applies=_applies,
)
def inside_this_run(run: Evidence, policy: Policy) -> Outcome:
    """The baseline started and finished inside this run's time, and its own trace agrees with its report.

    Why: an old baseline that is carried over says nothing about the fixture and the harness of today.
    """
    report, base = run.report, run.document("baseline_report")
    if base is None:
        return unproven("the baseline report is missing, repeated or unreadable")
    times = [report.time("started_at"), base.time("started_at"), base.time("finished_at"), report.time("finished_at")]
    known = [time for time in times if time is not None]
    if len(known) < len(times):
        return unproven("a start or finish time of the run or its baseline is missing", [base.at("started_at")])
    if known != sorted(known):
        return violated(
            "the baseline did not run inside this run's time", [base.at("started_at"), report.at("started_at")]
        )
    kind = "baseline_trace.event"
    if not run.of_kind("baseline_trace"):
        return unproven("the baseline's trace is missing")
    finished = run.events("run_finished", kind)
    begun = run.events("run_started", kind)
    if not finished or not begun:
        return unproven("the baseline's trace does not show its start and finish", run[kind])
    real = [fact for fact in run[kind] if fact.value.name not in _FAKE_EVENTS]
    if real:
        return violated(f"the baseline's trace shows {visible(real[0].value.name)}: a fake run has none", real)
    for fact in (*begun, *finished, *run.events("fixture_compared", kind), *run.events("fixture_copied", kind)):
        record = fact.value.record
        wrong = (
            record.text("run_id") != base.text("run_id")
            or (record.has("status") and record.get("status") != base.get("status"))
            or (record.has("engine") and record.get("engine") != base.get("engine"))
            or (record.has("case_id") and record.get("case_id") != base.get("case_id"))
            or (
                record.has("changed_files") and _set(record.texts("changed_files")) != _set(base.texts("changed_files"))
            )
            or (record.has("allowed_writes_passed") and record.get("allowed_writes_passed") is not True)
            or (record.has("sha256") and record.get("sha256") != base.get("fixture", "sha256_before"))
            or (fact.time is not None and not known[1] <= fact.time <= known[2])
        )
        if wrong:
            return violated("the baseline's trace does not agree with its report", [fact])
    return holds("the baseline ran inside this run, and its trace agrees", [base.at("started_at"), *begun, *finished])


@rule(
    "baseline.compared-in-trace",
    clause=_CLAUSE,
    remedy="Let the harness compare with the baseline and record it as baseline_compared.",
    missing=SAME,
    needs=("document.report",),
    reads=("trace", "report"),
    applies=_applies,
)
def compared_in_trace(run: Evidence, policy: Policy) -> Outcome:
    """The trace shows that this baseline was compared, with the status and files that the report names.

    Why: a baseline that nobody compared with is decoration.
    """
    compared = run.events("baseline_compared")
    report = run.report
    if not compared:
        return unproven("the trace does not show that a baseline was compared", [report.at("fake_baseline")])
    for fact in compared:
        record = fact.value.record
        named = (report.text("fake_baseline", "run_id"), report.text("fake_baseline", "status"))
        if (record.text("baseline_run_id"), record.text("status")) != named:
            return violated(
                "the trace compared another baseline than the report names", [noted(fact.where, "compared")]
            )
        if _set(record.texts("changed_files")) != _set(report.texts("fake_baseline", "changed_files")):
            return violated("trace and report disagree on the baseline's changed files", [record.at("changed_files")])
    base = run.document("baseline_report")
    ended = base.time("finished_at") if base else None
    early = [fact for fact in compared if fact.time is not None and ended is not None and fact.time < ended]
    if early:
        return violated("the baseline was compared before it had finished", early)
    if len(compared) > 1:
        return violated("the trace compares more than one baseline", compared)
    return holds("the baseline that the report names was compared", compared)


no_repeated_keys = says_one_thing(
    "baseline.no-repeated-keys",
    "Neither the baseline's report nor its trace repeats a key.",
    "baseline_report",
    "baseline_trace",
    applies=to_case,
)


@rule(
    "baseline.same-allowance",
    clause="The baseline is judged by the same allowed writes.",
    remedy="Give the fake and the real lane the same allowed_writes; see whether the run's were widened afterwards.",
    needs=("document.report", "document.baseline_report"),
    applies=_applies,
)
def same_allowance(run: Evidence, policy: Policy) -> Outcome:
    """The baseline allowed the same writes as the run.

    Why: a run that may write more than its baseline is compared with something else, and a list that was widened to
    cover a forbidden write shows here.
    """
    base = run.document("baseline_report")
    if base is None or base.texts("allowed_writes") is None:
        return unproven("the baseline does not say what it allowed")
    if _set(base.texts("allowed_writes")) != _set(run.report.texts("allowed_writes")):
        return violated(
            "run and baseline allow different writes", [run.report.at("allowed_writes"), base.at("allowed_writes")]
        )
    return holds("run and baseline allow the same writes", [Where(base.path, None, "/allowed_writes")])
