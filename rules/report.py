"""Report: complete, typed, said once, and in agreement with its Markdown twin, the trace and Case's own outcome."""

from posixpath import basename
from typing import Any, get_type_hints

import msgspec

from auditor.accounts import failure
from auditor.applies import to_claimed_pass, to_started
from auditor.contract import Report
from auditor.evidence import SAME, Evidence, Outcome, Shown, holds, not_applicable, noted, rule, unproven, violated
from auditor.facts import Exhibit, Fact, visible
from auditor.phases import executed
from auditor.policy import Policy
from auditor.providers import is_loopback
from auditor.repeated import says_one_thing

_CLAUSE = "The report names every required field, and agrees with the run's other evidence."
_FIELDS: dict[str, Any] = get_type_hints(Report)
_STATED = (
    "run_id",
    "engine",
    "stage",
    "status",
    "case_model_provider",
    "case_model",
    "case_model_admission_status",
    "case_process_started",
    "backend_exit_code",
)


@rule(
    "report.fields-complete",
    clause=_CLAUSE,
    remedy="Let the harness write every field of the schema (`cto-audit schema report`) with its type.",
    missing=SAME,
    reads=("report",),
)
def fields_complete(run: Evidence, policy: Policy) -> Outcome:
    """Every required field of the report is there and has its type; nothing is coerced.

    Why: a field that is missing, or that is text where a truth value belongs, is read by each reader as it likes.
    """
    if not run["document.report"]:
        return unproven("there is no readable report", run.of_kind("report"))
    report = run.report
    faults: list[Exhibit] = []
    for name, kind in _FIELDS.items():
        if name not in report.data:
            faults.append(noted(report.at(name), "missing"))
            continue
        try:
            msgspec.convert(report.data[name], kind, strict=True)
        except msgspec.ValidationError:
            faults.append(noted(report.at(name), "wrong type or unknown value"))
    times = [name for name in ("started_at", "finished_at") if report.text(name) is not None]
    faults += [noted(report.at(name), "no RFC 3339 time") for name in times if report.time(name) is None]
    if faults:
        first = faults[0]
        return violated(f"the field {visible((first.pointer or '').lstrip('/'))} is {first.note}", faults)
    return holds(f"all {len(_FIELDS)} fields are there and typed", [report.at()])


@rule(
    "report.markdown-agrees",
    clause="report.md carries the same claims as report.json, and states nothing twice.",
    remedy="Compare the two reports: one of them was written or edited by somebody else.",
    needs=("document.report",),
    reads=("report", "report_md"),
)
def markdown_agrees(run: Evidence, policy: Policy) -> Outcome:
    """Every claim in ``report.md`` is stated once and equals the one in ``report.json``, in whatever dress it stands.

    Why: people read the Markdown, programs the JSON.
    """
    stated = run["markdown.stated"]
    if not run.of_kind("report_md"):
        return unproven("there is no report.md")
    seen: dict[str, Fact] = {}
    for fact in stated:
        key = fact.value.key
        if key in seen and not fact.value.aside:
            return violated(f"report.md states {visible(key)} twice", [seen[key], fact])
        if not fact.value.aside:
            seen[key] = fact
        if key not in run.report.data:
            if key in _STATED:
                return violated(f"report.md states {visible(key)}, report.json does not", [fact])
            continue
        if not fact.value.agrees(run.report.data[key]):
            return violated(f"report.md and report.json disagree on {visible(key)}", [fact, run.report.at(key)])
    missing = [key for key in _STATED if key not in seen]
    if missing:
        return unproven(f"report.md does not state {', '.join(missing)}", stated[:1])
    return holds("report.md states the same", stated)


@rule(
    "report.trace-agrees",
    clause=_CLAUSE,
    remedy="Compare report.json with the trace line that is named.",
    needs=("document.report",),
    reads=("report", "trace", "backend_log"),
)
def trace_agrees(run: Evidence, policy: Policy) -> Outcome:
    """Status, exit code, start of Case, case id, engine and stage are the same in report and trace.

    Why: the report is written last and by hand of the harness alone; the trace was written as things happened.
    """
    report = run.report
    checks = (
        ("run_started", "case_id", "case_id"),
        ("run_started", "engine", "engine"),
        ("run_started", "stage", "stage"),
        ("run_finished", "status", "status"),
        ("case_process_exited", "exit_code", "backend_exit_code"),
        ("run_blocked", "blockers", "blockers"),
    )
    shown: list[Shown] = []
    for event, field, key in checks:
        for fact in run.events(event):
            record = fact.value.record
            if type(record.get(field)) is not type(report.get(key)) or record.get(field) != report.get(key):
                return violated(f"trace and report disagree on {key}", [record.at(field), report.at(key)])
            shown.append(fact)
    code = report.get("backend_exit_code")
    signalled = code is None and any(f.value.record.get("signal") for f in run.events("case_process_exited"))
    for fact in run["backend.exited"]:
        if fact.value != report.get("backend_exit_code") and not (signalled and (fact.value < 0 or fact.value > 128)):
            return violated(
                "the backend's log states another exit code than the report", [fact, report.at("backend_exit_code")]
            )
    started = run.events("case_process_started")
    if bool(started) != (report.boolean("case_process_started") is True):
        return violated(
            "trace and report disagree on whether Case was started", [report.at("case_process_started"), *started]
        )
    for needed in ("run_started", "run_finished"):
        if not run.events(needed):
            return unproven(f"the trace shows no {needed}", run.of_kind("trace"))
    if started and not run.events("case_process_exited") and to_claimed_pass(run) is None:
        return unproven("the trace does not show that Case exited", started)
    return holds("trace and report agree", shown)


@rule(
    "report.status-supported",
    clause="Exit code, outcome and status agree; blockers are empty for a pass and not for a block.",
    remedy="Correct the claim: the run's own exit code or blockers contradict its status.",
    needs=("document.report",),
    reads=("report", "trace"),
)
def status_supported(run: Evidence, policy: Policy) -> Outcome:
    """A pass has no blockers, a started Case and exit code 0; a block names its blockers.

    Why: Case exits 0 when it falls back, so 0 proves nothing; but another code contradicts a pass.
    """
    report = run.report
    status, blockers = report.text("status"), report.texts("blockers")
    code, started = report.get("backend_exit_code"), report.boolean("case_process_started")
    if status is None or blockers is None:
        return unproven("the report states no status, or no list of blockers", [report.at("status")])
    where = [report.at("status")]
    if status == "blocked":
        if not blockers:
            return violated("the run says blocked, and names no blocker", [report.at("blockers"), *where])
        return holds("the run says blocked, and why", [report.at("blockers"), *where])
    if status == "fail":
        return holds("the run says fail", where)
    if blockers:
        return violated("the run says pass, and names blockers", [report.at("blockers"), *where])
    if run.events("run_blocked"):
        return violated(
            "the run says pass, and its trace says that it was blocked", [*run.events("run_blocked"), *where]
        )
    if code is None and run.claim.engine != "fake":
        return violated("the run says pass, and Case gave no exit code", [report.at("backend_exit_code"), *where])
    if code is not None and (code != 0 or type(code) is not int):
        return violated(
            "the run says pass, and the backend's exit code is not 0", [report.at("backend_exit_code"), *where]
        )
    if run.claim.engine != "fake" and started is not True:
        return violated("the run says pass, and Case was not started", [report.at("case_process_started"), *where])
    if run.claim.engine == "fake" and started is not False:
        return violated("a fake run says that Case was started", [report.at("case_process_started"), *where])
    if signalled := [f for f in run.events("case_process_exited") if f.value.record.get("signal") is not None]:
        return violated("the run says pass, and Case was ended by a signal", [*signalled, *where])
    return holds("no blocker, exit code 0", where)


@rule(
    "report.case-outcome",
    clause="Case's own outcome supports the claim.",
    remedy="Do not claim this run: exit code 0 is not success. Read how the pipeline ended.",
    needs=("document.report",),
    reads=("case_events", "case_run_log", "case_stderr", "case_stdout"),
    applies=to_claimed_pass,
)
def case_outcome(run: Evidence, policy: Policy) -> Outcome:
    """Events, run log, stderr and stdout all say that the pipeline completed, and each executed phase did.

    Why: Case exits 0 also when its pipeline failed; only a crash exits 1.
    """
    if contradicted := failure(run):
        return contradicted
    outcomes, phases = run["case.outcome"], executed(run["case.event"])
    if open_ := [phase.start for phase in phases if phase.end is None]:
        return unproven("a phase was started, and nothing says how it ended", open_)
    silent = [
        shape
        for shape in ("events", "run log", "stderr", "stdout")
        if not any(f.value.shape == shape for f in outcomes)
    ]
    if silent:
        return unproven(f"how the pipeline ended is not said in Case's {' and '.join(silent)}", outcomes)
    if not any(phase.name == "implement" for phase in phases):
        return unproven(
            "no implement phase was executed in this run: the work was done elsewhere, or not at all", outcomes
        )
    return holds("every file of Case says completed", outcomes)


@rule(
    "report.exit-recorded",
    clause=_CLAUSE,
    remedy="Record the exit code of the process that was started.",
    missing=SAME,
    needs=("document.report",),
    reads=("report", "trace"),
    applies=to_started,
)
def exit_recorded(run: Evidence, policy: Policy) -> Outcome:
    """A run in which Case was started says so, and records how it ended.

    Why: output of Case in a run that says it was not started was produced by somebody.
    """
    report = run.report
    if report.boolean("case_process_started") is not True:
        shown: list[Shown] = [*run.of_kind("case_stdout", "case_stderr", "case_events")]
        shown += run.events("case_process_started")
        if shown:
            return violated("there is output of Case, and the report says that it was not started", shown)
        return unproven("the report does not say that Case was started", [report.at("case_process_started")])
    exited = run.events("case_process_exited")
    if not exited:
        return unproven("the trace does not show that Case exited", [report.at("backend_exit_code")])
    return holds("the end of Case is recorded", exited)


@rule(
    "report.fake-uses-no-model",
    clause="A fake run has no model, no admission and no command.",
    remedy="Find out which backend really ran: a fake run that names a model is none.",
    needs=("document.report",),
    reads=("report", "trace"),
)
def fake_uses_no_model(run: Evidence, policy: Policy) -> Outcome:
    """A run of the scripted backend names no model, started no Case and shows no dispatch or response.

    Why: the fake lane needs no admission; a real run must not slip through as one.
    """
    if run.claim.engine != "fake":
        return not_applicable("the run is no fake run")
    report = run.report
    named = ("case_model_provider", "case_model", "admission_sha256")
    signs: list[Shown] = [noted(report.at(key), "not null") for key in named if report.get(key) is not None]
    if report.text("case_model_admission_status") != "missing_admission":
        signs.append(noted(report.at("case_model_admission_status"), "not missing_admission"))
    if report.get("command") != []:
        signs.append(noted(report.at("command"), "not empty"))
    signs += run["dispatch"] + run["model.response"] + run["model.named"]
    signs += run.events("case_process_started")
    signs += [f for f in run.events("admission_checked") if f.value.record.text("status") == "admitted"]
    argv = run.document("argv")
    if argv is not None and basename(next(iter(argv.texts("argv") or ()), "")) == "ca":
        signs.append(noted(argv.at("argv"), "a command of Case"))
    signs += [fact for fact in run["host.contacted"] if not is_loopback(fact.value.host)]
    signs += run.of_kind("gate_marker", "case_stdout", "case_stderr", "case_events", "case_run_log", "gateway_log")
    if signs:
        return violated("a fake run shows signs of a real one", signs)
    if not run.of_kind("trace"):
        return unproven("there is no trace to show what the fake run did")
    return holds("nothing shows a model", [report.at("engine")])


no_repeated_keys = says_one_thing(
    "report.no-repeated-keys",
    "Neither report nor task file repeats a key, nor a record in other logs that names a model, a host or an exit.",
    "report",
    "task",
    "other",
    "backend_log",
)


@rule(
    "report.claim-known",
    clause="A pass of the real Case is defined for Stage 2.",
    remedy="Let the harness say which engine ran (case or fake) and which stage; only a Stage 2 pass of Case is defined.",
    missing=SAME,
    needs=("document.report",),
    reads=("report",),
)
def claim_known(run: Evidence, policy: Policy) -> Outcome:
    """The report claims something that these rules can judge: a fake run, or a run of the real Case in Stage 2.

    Why: what an unknown engine did, or what another stage needs for a pass, is written nowhere.
    """
    claim, report = run.claim, run.report
    if claim.engine is None or claim.stage is None:
        return unproven("the report names no engine or no stage", [report.at("engine"), report.at("stage")])
    if claim.engine not in ("case", "fake"):
        return violated(f"the engine {visible(claim.engine)} is not known", [report.at("engine")])
    if claim.engine == "case" and claim.stage != 2 and claim.status == "pass":
        return unproven(f"what a pass of Case in stage {claim.stage} needs is not defined", [report.at("stage")])
    return holds("the claim is of a kind that can be judged", [report.at("engine"), report.at("stage")])
