"""Admission: an authority from outside the run admitted exactly the requested pair before the run started."""

from auditor.applies import refused, to_case
from auditor.evidence import Evidence, Outcome, holds, not_applicable, noted, rule, unproven, violated
from auditor.facts import Exhibit, Where, visible
from auditor.policy import Policy

_CLAUSE = (
    "Real Case Stage 2 may run only with a provider/model pair that a valid admission record, from outside the run, "
    "admits exactly and that is in force when the run starts."
)
_PROVIDER, _MODEL = "CTO_HARNESS_CASE_MODEL_PROVIDER", "CTO_HARNESS_CASE_MODEL"


def _status(run: Evidence) -> tuple[str, Where]:
    return run.report.text("case_model_admission_status") or "", run.report.at("case_model_admission_status")


@rule(
    "admission.status-recomputed",
    clause=_CLAUSE,
    remedy="Give the record that was in force with --admission, from a place the run cannot write to; then see why the "
    "gate judged otherwise: the record, the requested pair, or the clock.",
    missing="Give the record that was in force with --admission, from a place the run cannot write to.",
    needs=("document.report",),
    reads=("report", "admission_copy"),
    applies=to_case,
)
def status_recomputed(run: Evidence, policy: Policy) -> Outcome:
    """The reported admission status is the one that the record really gives for the requested pair at the run's start.

    Why: the status in the report is a claim. The gate is a pure function, so it can be computed again. A claimed
    admission is proven only by an authority from outside: the copy in the run directory is written by the party that is
    judged, and an authority that leads into the run directory, by a link of either sort, is that copy again. A run that
    was refused for want of a record needs no authority; one that claims a record's refusal is checked against its copy.
    """
    status, where = _status(run)
    outside = run.authority is not None and not run.authority.inside_run
    judgement = run.judgement if outside else run.copy_judgement
    shown = [
        noted(where, f"reported: {visible(status)}"),
        noted(_authority_place(run), f"recomputed: {judgement.because}"),
    ]
    if not status:
        return unproven("the report states no admission status", [where])
    if status == "missing_admission" and run.report.get("admission_sha256") is None and not run["admission.copy"]:
        return holds("the run says that it had no admission record, and shows none", [where])
    if status == "admitted" and not outside:
        if run.authority is not None:
            return unproven("the authority leads into the run directory, so it is the run's own word", shown)
        return unproven("the run claims to be admitted, and no authority from outside was given (--admission)", shown)
    if judgement.status == status:
        return holds(f"the record gives {status}: {judgement.because}", shown)
    if run.requested is None or (run.started is None and judgement.status == "not_admitted"):
        return unproven("the report does not say which pair was requested, or when the run started", [where])
    return violated(
        f"the report says {visible(status)}, but the record gives {judgement.status}: {judgement.because}", shown
    )


def _authority_place(run: Evidence) -> Where:
    copies = run["admission.copy"]
    return copies[0].where if copies else run.report.at("admission_sha256")


@rule(
    "admission.copy-equals-authority",
    clause="The admission record in the run directory is a copy of the authority, bound by its digest.",
    remedy="Do not claim this run: the harness read another record than the one that was given as the authority.",
    missing="Give the record that was in force with --admission, from a place the run cannot write to.",
    needs=("document.report",),
    reads=("report", "trace", "admission_copy"),
    applies=to_case,
)
def copy_equals_authority(run: Evidence, policy: Policy) -> Outcome:
    """The digest of the authority, of the copy, in the report and in the trace are one and the same.

    Why: a run that was gated by one record must not be judged by another.
    """
    copies = run.of_kind("admission_copy")
    reported = run.report.get("admission_sha256")
    checked = run.events("admission_checked")
    said: list[tuple[str, Exhibit]] = []
    if isinstance(reported, str):
        said.append((reported, noted(run.report.at("admission_sha256"), "admission_sha256 of the report")))
    said += [(copy.sha256, noted(Where(copy.path), "digest of the copy")) for copy in copies if copy.sha256]
    for fact in checked:
        stated = fact.value.record.text("admission_sha256")
        if stated is not None:
            said.append((stated, noted(fact.value.record.at("admission_sha256"), "admission_sha256 in the trace")))
    if not said:
        if run.report.text("case_model_admission_status") == "admitted":
            return unproven(
                "the run claims an admission, and shows no record of it", [run.report.at("admission_sha256")]
            )
        return not_applicable("the run read no admission record")
    shown = [exhibit for _, exhibit in said]
    outside = run.authority is not None and not run.authority.inside_run
    reference = run.authority.sha256 if outside and run.authority else said[0][0]
    strangers = [exhibit for digest, exhibit in said if digest != reference]
    if strangers:
        return violated("the admission records that the run names are not one and the same", strangers)
    missing = [
        name
        for name, there in (
            ("the copy", bool(copies)),
            ("the report's admission_sha256", isinstance(reported, str)),
            ("the trace's admission_checked", bool(checked) and len(said) > len(copies)),
        )
        if not there
    ]
    if missing:
        return unproven(f"a record was read, but {' and '.join(missing)} is missing", shown)
    if not outside and not refused(run):
        return unproven("no authority was given to compare the copy with", shown)
    return holds("the copy, the report and the trace name the authority's record", shown)


@rule(
    "admission.requested-pair",
    clause="The environment names a requested pair and is no authority; the requested pair is the report's.",
    remedy="Find out which pair the harness was asked for: the report, the trace and the environment disagree.",
    needs=("document.report",),
    reads=("report", "env", "trace"),
    applies=to_case,
)
def requested_pair(run: Evidence, policy: Policy) -> Outcome:
    """The pair in the report is the one that the trace says was checked and that the environment recorded.

    Why: a record that admits one pair must not be shown for a run that asked for another.
    """
    requested = run.requested
    if requested is None:
        if refused(run):
            return not_applicable("the refused run names no whole pair")
        return unproven("the report names no provider and model", [run.report.at("case_model_provider")])
    shown = [noted(run.report.at("case_model"), f"requested: {requested}")]
    env = run.document("env")
    for key, wanted in ((_PROVIDER, requested.provider), (_MODEL, requested.model)):
        if env is not None and env.has(key) and env.get(key) != wanted:
            return violated(
                f"the environment requested {visible(str(env.get(key)))}, the report names {requested}",
                [env.at(key), *shown],
            )
    for fact in run.events("admission_checked"):
        record = fact.value.record
        for key, wanted in (("provider", requested.provider), ("model", requested.model)):
            if record.get(key) != wanted:
                return violated(
                    f"the gate checked {visible(str(record.get(key)))}, the report names {requested}",
                    [record.at(key), *shown],
                )
    if not run.events("admission_checked"):
        return unproven("the trace does not say which pair the gate checked", shown)
    return holds(f"every witness says that {requested} was requested", shown)
