"""Timeline: one run's identity everywhere, nothing missing, repeated, torn or out of order."""

import re

from auditor.accounts import of_another_day, omission
from auditor.applies import to_claimed_pass, to_started
from auditor.evidence import SAME, Evidence, Outcome, Shown, holds, noted, rule, unproven, violated
from auditor.facts import Exhibit, Fact, visible
from auditor.instants import SECOND
from auditor.policy import Policy
from auditor.repeated import says_one_thing
from auditor.run_names import run_name

_EVENTS_FILE = re.compile(r"(?:^|/)run-([^/]+)\.jsonl$")
_ORDER = ("case_process_started", "case_process_exited")


@rule(
    "timeline.one-run-id",
    clause="The run id is the same everywhere and is the directory's name.",
    remedy="Find out which run the named file belongs to; do not rename run directories.",
    needs=("document.report",),
    reads=("report", "trace"),
)
def one_run_id(run: Evidence, policy: Policy) -> Outcome:
    """Report, every trace line and the directory have one run id, which names the case and the start time.

    Why: evidence of two runs put together proves neither.
    """
    report = run.report
    run_id = report.text("run_id")
    if run_id is None:
        return unproven("the report states no run id", [report.at("run_id")])
    where = report.at("run_id")
    if run_id != run.name:
        return violated(f"the directory is {visible(run.name)}, the report's run id {visible(run_id)}", [where])
    others = [fact for fact in run["stream.run-id"] if fact.value != run_id and not _baseline(run, fact)]
    if others:
        return violated(f"a line has the run id {visible(others[0].value)}", others)
    named = run_name(run_id)
    if named is None:
        return violated("the run id is not <time>-<case id>-<pid>", [where])
    if named.case_id != report.text("case_id"):
        return violated("the run id names another case than the report", [where, report.at("case_id")])
    if run.started is not None and not 0 <= run.started - named.at <= SECOND + policy.skew:
        return violated("the run id names another start time than the report", [where, report.at("started_at")])
    return holds("one run id everywhere", [where, *run["stream.run-id"]])


def _baseline(run: Evidence, fact: Fact) -> bool:
    artifact = run.artifact(fact.where.path)
    return artifact is not None and artifact.kind == "baseline_trace"


@rule(
    "timeline.sequence-unbroken",
    clause="Sequences have no gap and no repeat.",
    remedy="A line was removed, added or moved: look at the lines around the named one.",
    reads=("trace", "gateway_log", "case_events", "baseline_trace"),
)
def sequence_unbroken(run: Evidence, policy: Policy) -> Outcome:
    """Trace and gateway log count 1, 2, 3 … in order; Case's events count without gap once they are sorted.

    Why: a number that is missing is a line that somebody did not want to be read.
    """
    faults = run["stream.sequence-fault"]
    if faults:
        return violated(f"{faults[0].where.path}: {faults[0].value}", faults)
    traces = [fact for fact in run["stream"] if fact.value.kind == "trace"]
    if not traces or not traces[0].value.records:
        return unproven("there is no trace, or it is empty", run.of_kind("trace"))
    return holds("no gap and no repeat", run["stream"])


@rule(
    "timeline.records-well-formed",
    clause="Every line of the logs has the fields of its event, with their types.",
    remedy="Look at the named line: the harness does not write such a one.",
    reads=("trace", "gateway_log", "case_events", "baseline_trace"),
)
def records_well_formed(run: Evidence, policy: Policy) -> Outcome:
    """Each line has a time, and each known event its fields, typed; nothing is coerced.

    Why: a line that lacks what its event needs was written by somebody who does not know the format.
    """
    faults = run["stream.malformed"]
    if faults:
        return violated(f"{faults[0].where.path}: {visible(faults[0].value)}", faults)
    if not run["stream"]:
        return unproven("there is no log")
    return holds("every line has its fields", run["stream"])


@rule(
    "timeline.times-ordered",
    clause="Times are ordered and lie inside the run.",
    remedy="Find out which clock wrote the named line, or who moved it.",
    needs=("document.report",),
    reads=("report", "trace", "gateway_log", "case_events", "case_stderr"),
)
def times_ordered(run: Evidence, policy: Policy) -> Outcome:
    """The trace's times do not go back, and every log lies between the run's start and its finish.

    Why: lines from another time are lines from another run.
    """
    report = run.report
    start, finish = report.time("started_at"), report.time("finished_at")
    if start is None or finish is None:
        return unproven("the report does not say when the run started and finished", [report.at("started_at")])
    if finish < start:
        return violated("the run finished before it started", [report.at("started_at"), report.at("finished_at")])
    faults = run["stream.time-fault"]
    if faults:
        return violated(f"{faults[0].where.path}: {faults[0].value}", faults)
    for fact in run["stream"]:
        stream = fact.value
        skew = 0 if stream.kind in ("trace", "baseline_trace") else policy.skew
        early = stream.first_time is not None and stream.first_time < start - skew
        late = stream.last_time is not None and stream.last_time > finish + skew
        if early or late:
            side = "before the run started" if early else "after the run finished"
            return violated(f"{fact.where.path} has lines from {side}", [fact, report.at("started_at")])
    for fact in run["backend.exited"]:
        if fact.time is not None and not start - policy.skew <= fact.time <= finish + policy.skew:
            return violated(f"{fact.where.path} has lines from outside the run", [fact])
    if not any(fact.value.kind == "trace" and fact.value.records for fact in run["stream"]):
        return unproven("there is no trace, or it is empty")
    return holds("all times are ordered and inside the run", run["stream"])


@rule(
    "timeline.start-dispatch-exit",
    clause="The run starts, Case starts, dispatches, exits, and the run finishes, in this order.",
    remedy="Look at the named lines: what they tell cannot have happened in this order.",
    needs=("document.report",),
    reads=("trace",),
)
def start_dispatch_exit(run: Evidence, policy: Policy) -> Outcome:
    """The trace begins with `run_started`, ends with `run_finished`, each once; Case's life lies between its start and
    exit, and nothing is dispatched, answered or called outside it.

    Why: a dispatch before the start or after the exit was not Case's.
    """
    begun, finished = run.events("run_started"), run.events("run_finished")
    streams = [fact.value for fact in run["stream"] if fact.value.kind == "trace"]
    if not begun or not finished or not streams:
        return unproven("the trace does not show the run's start and finish", [*begun, *finished])
    if len(begun) > 1 or len(finished) > 1:
        return violated("the trace starts or finishes the run more than once", [*begun, *finished])
    if begun[0].value.sequence != streams[0].first_sequence:
        return violated("the trace does not begin with run_started", begun)
    if finished[0].value.sequence != streams[0].last_sequence:
        return violated("the trace goes on after run_finished", finished)
    started, exited = run.events(_ORDER[0]), run.events(_ORDER[1])
    if len(started) > 1 or len(exited) > 1:
        return violated("Case was started or exited more than once", [*started, *exited])
    active = [(fact, fact.value.sequence) for fact in run.events("model_dispatched")]
    active += [(f, f.value.sequence) for f in run["model.response"] if f.value.shape == "trace.model_response"]
    if run.claim.engine != "fake":
        active += [(fact, fact.value) for fact in run["trace.activity"]]
    first = started[0].value.sequence if started else None
    last = exited[0].value.sequence if exited else None
    if exited and not started:
        return violated("Case exited, and was not started", exited)
    outside: list[Shown] = [
        fact
        for fact, number in active
        if first is None or (number or 0) < first or (last is not None and (number or 0) > last)
    ]
    if outside:
        return violated(
            "a dispatch, response, tool call or request lies outside the life of Case", [*outside, *started, *exited]
        )
    if first is not None and last is not None and last < first:
        return violated("Case exited before it started", [*started, *exited])
    early = [f for f in run.events("fixture_compared") if last is not None and (f.value.sequence or 0) < last]
    if early:
        return violated("the fixture was compared before Case exited", [*early, *exited])
    late = [f for f in run.events("fixture_copied") if first is not None and (f.value.sequence or 0) > first]
    if late:
        return violated("the fixture was copied after Case started", [*late, *started])
    return holds("start, dispatch, exit and finish come in order", [*begun, *started, *exited, *finished])


@rule(
    "timeline.case-inside-its-process",
    clause="Times are ordered and lie inside the run.",
    remedy="Find out when Case's files were really written.",
    needs=("document.report",),
    reads=("trace", "case_events", "case_stderr", "case_run_log", "gateway_log"),
    applies=to_started,
)
def case_inside_its_process(run: Evidence, policy: Policy) -> Outcome:
    """Case's events and stderr, and the gateway's rows, lie between the start and the exit of the Case process.

    Why: files of another Case run can be put in place of the run's own.
    """
    started, exited = run.events(_ORDER[0]), run.events(_ORDER[1])
    if not started or started[0].time is None:
        return unproven("the trace does not say when Case was started", started)
    first = started[0].time - policy.skew
    last = exited[0].time + policy.skew if exited and exited[0].time is not None else None
    for fact in run["stream"]:
        stream = fact.value
        if stream.kind not in ("case_events", "case_stderr", "gateway_log"):
            continue
        early = stream.first_time is not None and stream.first_time < first
        late = stream.last_time is not None and last is not None and stream.last_time > last
        if early or late:
            return violated(f"{fact.where.path} was written outside the life of Case", [fact, *started, *exited])
    if astray := of_another_day(run):
        return violated("Case's run log is of another day", astray)
    return holds("Case's files were written while Case ran", [*started, *exited])


@rule(
    "timeline.nothing-torn",
    clause="Nothing is torn.",
    remedy="The writer was killed in the middle of a line, or the file was cut. Run again.",
    missing=SAME,
    reads=("trace", "gateway_log"),
)
def nothing_torn(run: Evidence, policy: Policy) -> Outcome:
    """No log ends in the middle of a line; Case's own may, where the run says that it did not pass.

    Why: what came after the tear is not known. A killed Case leaves a torn line, and an honest harness then does not
    claim a pass.
    """
    torn = run["json.torn"]
    if to_claimed_pass(run) is not None:
        torn = [fact for fact in torn if fact.witness != "case"]
    if torn:
        return violated(f"{torn[0].where.path} ends in the middle of a line", torn)
    if not run.of_kind("trace"):
        return unproven("there is no trace")
    return holds("every log ends with a whole line", run.of_kind("trace"))


@rule(
    "timeline.one-case-identity",
    clause="One run's identity in all files of Case.",
    remedy="Find out which Case run the named file belongs to.",
    needs=("document.report",),
    reads=("case_events", "case_stderr", "case_run_log"),
    applies=to_started,
)
def one_case_identity(run: Evidence, policy: Policy) -> Outcome:
    """Events, file name, plan, stderr and run log state one Case run id and one task.

    Why: two ids are two runs; a resumed run has another id than the one it goes on with.
    """
    stated = run["case.identity"]
    if not stated:
        return unproven("no file of Case states its run id")
    ids = {fact.value.run_id for fact in stated if fact.value.run_id is not None}
    tasks = {fact.value.task for fact in stated if fact.value.task is not None}
    shown: list[Exhibit] = []
    for artifact in run.of_kind("case_events"):
        if match := _EVENTS_FILE.search(artifact.path):
            ids.add(match.group(1))
            shown.append(Exhibit(artifact.path, note=f"named {visible(match.group(1))}"))
    task = run.document("task")
    if task is not None and task.text("id") is not None:
        tasks.add(task.text("id") or "")
        shown.append(noted(task.at("id"), f"task {visible(task.text('id') or '')}"))
    if len(ids) > 1:
        return violated(f"Case's files name {len(ids)} run ids", [*stated, *shown])
    if len(tasks) > 1:
        return violated(f"Case's files name {len(tasks)} tasks", [*stated, *shown])
    nameless = [fact for fact in stated if fact.value.run_id is None]
    if nameless or not ids:
        return unproven("a file of Case does not state its run id", nameless)
    return holds(f"one Case run id: {visible(next(iter(ids)))}", [*stated, *shown])


@rule(
    "timeline.case-log-whole",
    clause="Nothing of Case's own account is missing.",
    remedy="Claim only runs whose events begin with pipeline_start and end with pipeline_end, in one file.",
    missing=SAME,
    needs=("document.report",),
    reads=("case_events", "case_run_log", "case_stdout", "case_stderr"),
    applies=to_claimed_pass,
)
def case_log_whole(run: Evidence, policy: Policy) -> Outcome:
    """Case's files are all there, and its events go from `pipeline_start` to `pipeline_end` and leave out no phase.

    Why: a resumed run's file starts later and says nothing of what went before; a killed run's just ends. A phase that is
    taken out of the events still stands in the plan, the run log and Case's output.
    """
    wanted = ("case_stdout", "case_stderr", "case_events", "case_run_log")
    missing = [kind for kind in wanted if not run.of_kind(kind)]
    if missing:
        return unproven(f"there is no {', '.join(missing)}")
    events = run["case.event"]
    names = [fact.value.name for fact in events]
    if len({artifact.sha256 for artifact in run.of_kind("case_events")}) > 1:
        return unproven("there is more than one events file: the run was resumed", run.of_kind("case_events"))
    if "pipeline_start" not in names or "pipeline_end" not in names:
        return unproven("the events do not begin with pipeline_start and end with pipeline_end", events[:1])
    if names.count("pipeline_start") > 1 or names.count("pipeline_end") > 1:
        return violated("the events start or end the pipeline more than once", events)
    if names[0] != "pipeline_start" or names[-1] != "pipeline_end" or events[0].value.sequence != 1:
        return violated("there are events outside the pipeline", [events[0], events[-1]])
    return omission(run) or holds("the events run from pipeline_start to pipeline_end", [events[0], events[-1]])


no_repeated_keys = says_one_thing(
    "timeline.no-repeated-keys",
    "No line of the trace or of Case's events and run log repeats a key.",
    "trace",
    "case_events",
    "case_run_log",
)
