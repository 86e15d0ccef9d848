"""Model: the admitted provider/model pair, and no other, did the work, by every witness that can speak of it."""

from auditor.applies import to_case, to_claimed_pass, to_started
from auditor.evidence import SAME, Evidence, Outcome, Shown, holds, not_applicable, noted, rule, unproven, violated
from auditor.facts import GRADES, Exhibit, Fact, Pair, visible
from auditor.grading import agent_grades, agents, answered, effective, model_grade
from auditor.joins import crossed, disagreement, repeated_ids, tallies, undispatched, unmatched, without_dispatch
from auditor.origin import names_of
from auditor.phases import executed
from auditor.policy import Policy
from auditor.repeated import says_one_thing
from auditor.substitution import HARD_DEFAULT, WITNESS_SHAPES, kind_of_substitution, named_pair, names_pair

_CLAUSE = "Real Case Stage 2 cannot pass unless the run's evidence proves that the admitted provider/model was used."


@rule(
    "model.only-the-admitted",
    clause=_CLAUSE,
    remedy="Find the line that names the other model: a fallback, an override, or a provider that answered with another.",
    needs=("model.named",),
    reads=("report", "case_config", "case_stderr", "trace", "gateway_log"),
    applies=to_case,
)
def only_the_admitted(run: Evidence, policy: Policy) -> Outcome:
    """Every model that any witness names is the admitted one, exactly.

    Why: Case falls back silently to a hard default and still exits 0. Names are compared byte for byte: a look-alike or
    a dated snapshot is another model, unless the authority lists it among `served_model_ids`.
    """
    pair = effective(run)
    if pair is None:
        return unproven("it is not known which pair was admitted or requested", run["model.named"])
    if strangers := [fact for fact in run["model.named"] if not names_pair(run, fact, pair)]:
        first = strangers[0]
        return violated(f"{kind_of_substitution(first)} names {named_pair(first)}, not {pair}", strangers)
    return holds(f"every witness names {pair}", run["model.named"])


@rule(
    "model.every-witness-names-it",
    clause="Model evidence must be read from actual run artifacts, not assumed from docs.",
    remedy="Run again with a Case that logs its dispatches (no CASE_QUIET) and a harness that keeps every artifact.",
    missing=SAME,
    needs=("document.report",),
    reads=("report", "case_config", "case_stderr", "trace", "gateway_log"),
    applies=to_claimed_pass,
)
def every_witness_names_it(run: Evidence, policy: Policy) -> Outcome:
    """Report, generated configuration, Case's stderr and trace each name the pair, and the gateway where there is one.

    Why: a witness that says nothing may have seen another model. A quiet Case leaves stderr empty, which proves nothing.
    """
    pair = effective(run)
    if pair is None:
        return unproven("the report names no pair", [run.report.at("case_model")])
    wanted = dict(WITNESS_SHAPES)
    if not run.of_kind("gateway_log"):
        del wanted["the gateway"]
    witnesses: list[Fact] = []
    silent: list[str] = []
    for who, shapes in wanted.items():
        spoken = [fact for fact in run["model.named"] if fact.value.shape in shapes]
        found = [fact for fact in spoken if names_pair(run, fact, pair)]
        witnesses += found[:1]
        if spoken and not found:
            return violated(f"{who} names a model, but never {pair}", spoken)
        if not found:
            silent.append(who)
    if silent:
        return unproven(f"{', '.join(silent)} does not name {pair}", witnesses)
    return holds(f"every witness names {pair}", witnesses)


@rule(
    "model.configured-default",
    clause="Case must not fall back to a provider or model that was not admitted.",
    remedy="Generate config.json with models.default set to exactly the admitted pair, and nothing else under models.",
    missing=SAME,
    reads=("case_config",),
    needs=("document.report",),
    applies=to_started,
)
def configured_default(run: Evidence, policy: Policy) -> Outcome:
    """The generated configuration sets ``models.default`` to the pair; no role is overridden.

    Why: where the configuration is missing, lacks `models`, has a misspelt key or is not JSON, Case takes its hard
    default silently. Even when that happens to be the admitted pair, it was a fallback that chose it.
    """
    config = run.document("case_config")
    pair = effective(run)
    if config is None:
        return unproven(
            "the generated configuration is missing or unreadable: Case would take its hard default silently"
        )
    provider, model = config.text("models", "default", "provider"), config.text("models", "default", "model")
    default = Pair(provider, model) if provider and model else None
    if default is None:
        return violated(
            f"models.default names no pair, so Case silently took its hard default {HARD_DEFAULT}",
            [noted(config.at("models", "default"), "silent default")],
        )
    if run["config.override"]:
        roles = ", ".join(visible(fact.value) for fact in run["config.override"])
        return violated(f"the configuration overrides the model of {roles}", run["config.override"])
    if pair is not None and default != pair:
        return violated(f"models.default is {default}, not {pair}", [config.at("models", "default")])
    return holds(f"models.default is {default}, and no role is overridden", [config.at("models", "default")])


@rule(
    "model.config-as-written",
    clause="The generated configuration is the one that Case was given.",
    remedy="Treat the configuration as changed during the run: Case reads it again for each agent.",
    needs=("document.report",),
    reads=("case_config", "trace"),
    applies=to_started,
)
def config_as_written(run: Evidence, policy: Policy) -> Outcome:
    """The configuration's digest is the one that the trace recorded when the harness wrote it, before Case started.

    Why: Case reads its configuration again for each agent, and the agent runs in between.
    """
    written = run.events("config_written")
    configs = run.of_kind("case_config")
    if not written or not configs:
        return unproven("the configuration, or the trace's record of writing it, is missing", [*written, *configs])
    digests = {artifact.sha256 for artifact in configs}
    places = {name for artifact in configs for name in names_of(run, artifact.path)}
    if astray := [fact for fact in written if fact.value.record.text("path") not in places]:
        return violated("the trace wrote another configuration than the one in evidence", [*astray, *configs])
    if wrong := [fact for fact in written if fact.value.record.text("sha256") not in digests]:
        return violated("the configuration is not the one that the harness wrote", [*wrong, *configs])
    last = written[-1].value.sequence or 0
    late = [start for start in run.events("case_process_started") if (start.value.sequence or 0) < last]
    if late:
        return violated("the configuration was written after Case was started", late)
    return holds("the configuration is as the harness wrote it", written)


@rule(
    "model.phases-dispatched",
    clause=_CLAUSE,
    remedy="Look at the phase, dispatch and trace lines side by side: one of them was added, removed or never written.",
    needs=("document.report",),
    reads=("case_events", "case_stderr", "trace"),
    applies=to_claimed_pass,
)
def phases_dispatched(run: Evidence, policy: Policy) -> Outcome:
    """Every executed phase has its dispatch in stderr and in the trace, and no dispatch is left unexplained.

    Why: the three are written apart, so a line that is removed from or added to one of them shows in the join.
    """
    phases = executed(run["case.event"])
    if not phases:
        return unproven("Case's events show no executed phase", run.of_kind("case_events"))
    stderr = [fact for fact in run["dispatch"] if fact.witness == "case"]
    trace = [fact for fact in run["dispatch"] if fact.witness == "harness"]
    for who, facts in (("Case's stderr", stderr), ("the trace", trace)):
        left = unmatched(phases, facts, policy.skew)
        starts = [phase.start for phase in left]
        if left and not facts:
            return unproven(f"{who} shows no dispatch at all", starts)
        if left:
            return violated(f"{who} has no dispatch for the phase {left[0]}", starts)
    if uneven := [tally for tally in tallies(run, phases) if not tally.agrees]:
        shown = [fact for fact in (*stderr, *trace) if fact.value.agent == uneven[0].agent]
        return violated(f"the dispatches do not agree: {uneven[0]}", shown)
    return holds(f"{len(stderr)} dispatches explain {len(phases)} executed phases", [phase.start for phase in phases])


@rule(
    "model.responses-join",
    clause="Where the harness proxies the provider, the gateway's log corroborates every response.",
    remedy="Compare the trace's model_response lines with the gateway's rows by response id.",
    needs=("document.report",),
    reads=("trace", "gateway_log"),
    applies=to_started,
)
def responses_join(run: Evidence, policy: Policy) -> Outcome:
    """Each response in the trace has its gateway row, and each answered gateway row its response, with equal content.

    Why: a row that no response explains is somebody else's request; a response without a row is not the provider's.
    """
    trace = [f for f in run["model.response"] if f.value.shape == "trace.model_response" and answered(f)]
    gateway = [f for f in run["model.response"] if f.witness == "gateway" and answered(f)]
    if repeats := repeated_ids(trace) or repeated_ids(gateway):
        return violated(f"the response id {visible(repeats[0].value.response_id)} is used twice", repeats)
    if not run.of_kind("gateway_log"):
        return not_applicable("the harness ran no gateway")
    if not gateway and not trace:
        return unproven("neither the gateway nor the trace shows an answered request", run.of_kind("gateway_log"))
    rows = {fact.value.response_id: fact for fact in gateway}
    seen = {fact.value.response_id: fact for fact in trace}
    if nameless := [fact for fact in (*trace, *gateway) if not fact.value.response_id]:
        return unproven("an answered request has no response id to join it by", nameless)
    if alone := [fact for fact in trace if fact.value.response_id not in rows]:
        return violated(f"{len(alone)} responses in the trace have no row at the gateway", alone)
    unexplained = [fact for fact in gateway if fact.value.response_id not in seen]
    if unexplained:
        return violated(f"the gateway saw {len(unexplained)} answered requests that no response explains", unexplained)
    for fact in trace:
        row = rows[fact.value.response_id]
        if differs := disagreement(fact, row, policy.skew):
            return violated(f"gateway and trace disagree on {differs} of a response", [fact, row])
    if swapped := crossed(((fact, rows[fact.value.response_id]) for fact in trace), policy.skew):
        return violated("gateway and trace tell the responses in another order", swapped)
    return holds(f"{len(trace)} responses are seen by trace and gateway alike", trace)


@rule(
    "model.responses-follow-dispatch",
    clause=_CLAUSE,
    remedy="Find who made the request: no dispatch of that agent stands before it.",
    needs=("document.report",),
    reads=("trace", "case_stderr"),
    applies=to_started,
)
def responses_follow_dispatch(run: Evidence, policy: Policy) -> Outcome:
    """Each response in the trace belongs to an agent that was dispatched before, each tool call to one that was at all.

    Why: a response without a dispatch is a request that Case did not make; a tool is called because a model asked for it.
    """
    responses = [fact for fact in run["model.response"] if fact.value.shape == "trace.model_response"]
    if strangers := undispatched(run):
        return violated(f"{visible(strangers[0].value)} calls tools and was never dispatched", strangers)
    if not responses:
        return not_applicable("the trace shows no response")
    if unled := without_dispatch(run, responses):
        return violated(f"a response to {visible(unled[0].value.agent or '')} comes before any dispatch of it", unled)
    return holds(f"{len(responses)} responses follow the dispatch of their agent", responses)


@rule(
    "model.phases-answered",
    clause="Where the harness proxies the provider, the gateway's log corroborates every response.",
    remedy="Find out what answered the phase: its requests did not go through the gateway, or were taken out of both logs.",
    needs=("document.report",),
    reads=("case_events", "trace", "gateway_log"),
    applies=to_claimed_pass,
)
def phases_answered(run: Evidence, policy: Policy) -> Outcome:
    """With a gateway, every executed phase has at least one answered request in its time.

    Why: fewer requests than phases means a phase that was done by something else than the admitted model.
    """
    phases = executed(run["case.event"])
    if not run.of_kind("gateway_log"):
        return not_applicable("the harness ran no gateway")
    answers = [f for f in run["model.response"] if f.value.shape == "trace.model_response" and answered(f)]
    if not phases or not answers:
        return unproven("no executed phase or no answered request is shown", run.of_kind("gateway_log"))
    left = unmatched(phases, answers, policy.skew)
    if left:
        return violated(f"no answered request explains the phase {left[0]}", [phase.start for phase in left])
    return holds(f"{len(answers)} answers explain {len(phases)} phases", [phase.start for phase in phases])


@rule(
    "model.grade-floor",
    clause=_CLAUSE,
    remedy="Keep stronger evidence: responses in the trace (served), or a gateway log (corroborated).",
    missing=SAME,
    needs=("document.report",),
    applies=to_claimed_pass,
)
def grade_floor(run: Evidence, policy: Policy) -> Outcome:
    """The model evidence is at least as strong as the policy demands, for every agent that was executed.

    Why: a claim is worth what its weakest link proves.
    """
    grade, grades = model_grade(run), agent_grades(run)
    place = run.report.at("case_model")
    shown: list[Exhibit] = [noted(place, f"{visible(a)}: {found or 'another model'}") for a, found in grades.items()]
    other = [agent for agent, found in grades.items() if found is None]
    if other and effective(run) is not None:
        return violated(f"the evidence for {visible(other[0])} shows another model", shown)
    if grade is None:
        return unproven(
            f"no dispatch is shown for every executed agent, and {policy.model_grade_floor} is demanded", shown
        )
    if GRADES.index(grade) < GRADES.index(policy.model_grade_floor):
        return unproven(f"the model is {grade}, and {policy.model_grade_floor} is demanded", shown)
    return holds(f"the model is {grade}, and {policy.model_grade_floor} is demanded", shown)


@rule(
    "model.inference-confirmed",
    clause=_CLAUSE,
    remedy="Record responses in the trace, or proxy the provider, so that an answer by the model is shown.",
    missing=SAME,
    effect="warn",
    needs=("document.report",),
    applies=to_claimed_pass,
)
def inference_confirmed(run: Evidence, policy: Policy) -> Outcome:
    """For each agent something shows that a model answered, not only that one was to be called.

    Why: a dispatch is intent. Without a key there are dispatch lines and no request at all.
    """
    heard = {fact.value.agent for fact in run["model.response"] if answered(fact)}
    silent = sorted(agents(run) - heard)
    failed = [fact for fact in run["case.agent-done"] if fact.value.status == "failed" and fact.value.agent in silent]
    if failed:
        return violated(f"{visible(failed[0].value.agent)} was dispatched and failed, and no model answered it", failed)
    if silent or not agents(run):
        names = ", ".join(visible(agent) for agent in silent) or "any agent"
        return unproven(f"nothing shows that a model answered {names}")
    shown: list[Shown] = [f for f in run["model.response"] if answered(f)]
    return holds("every executed agent was answered", shown)


no_repeated_keys = says_one_thing(
    "model.no-repeated-keys",
    "No record that names a model repeats a key.",
    "case_config",
    "case_stderr",
    "gateway_log",
    applies=to_case,
)
