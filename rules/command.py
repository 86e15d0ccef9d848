"""Command: Case was started in exactly the one allowed way, with nothing in its environment to turn it aside."""

import posixpath
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from auditor.applies import to_case, to_claimed_pass, to_started
from auditor.evidence import SAME, Evidence, Outcome, holds, not_applicable, noted, rule, unproven, violated
from auditor.facts import Exhibit, visible
from auditor.origin import inside, origin
from auditor.policy import Policy
from auditor.providers import is_loopback
from auditor.repeated import says_one_thing

_CLAUSE = "The only command shape is `ca run --task <file> --mode unattended`."
_OVERRIDES = frozenset({"CASE_MODEL_OVERRIDE", "CASE_PACKAGE_ROOT", "PI_CODING_AGENT_DIR"})
_BASE_URL = re.compile(r".*_(BASE_UR[LI]|API_BASE|API_URL)|AZURE_OPENAI_ENDPOINT", re.IGNORECASE)
_PROXY = re.compile(r"(.*_)?PROXY", re.IGNORECASE)
_NO_PROXY = re.compile(r"(.*_)?NO_?PROXY", re.IGNORECASE)
_LONGEST = 200
"""Characters of a status that are looked at."""
_REFUSAL = re.compile(
    r"(?:^|[\W_])(?:not|no|never|none|in(?:valid|admissible)|un\w+|dis\w+|mismatch\w*|missing|refus\w+|reject\w*|den(?:y|ied)"
    r"|block\w*|revok\w+|expire\w*|fail\w*|pending|false|null)(?:$|[\W_])",
    re.IGNORECASE,
)
"""What no admission is called. The contract names no words for the executable's; the model's are refusals here too."""


@rule(
    "command.exact-shape",
    clause=_CLAUSE,
    remedy="Start Case with exactly `ca run --task <file> --mode unattended`; any other flag changes what is tested.",
    missing=SAME,
    needs=("document.report",),
    reads=("argv", "report", "trace", "case_stderr"),
    applies=to_started,
)
def exact_shape(run: Evidence, policy: Policy) -> Outcome:
    """The command is ``ca run --task <file> --mode unattended``, the two options in any order, and nothing more.

    Why: ``--model`` overrides the admitted model, ``--dry-run`` completes without a model, another mode asks a person.
    """
    argv = run.report.texts("command")
    if argv is None:
        return unproven("the report states no command", [run.report.at("command")])
    fault = _shape_fault(argv)
    shown = [noted(run.report.at("command"), " ".join(visible(word) for word in argv[:12]))]
    if fault:
        return violated(f"the command {fault}", shown)
    if others := [fact for fact in run["case.mode"] if fact.value != "unattended"]:
        return violated(f"Case itself says that its mode is {visible(others[0].value)}", [*others, *shown])
    return holds("the command has exactly the allowed shape", shown)


def _shape_fault(argv: tuple[str, ...]) -> str:
    if not argv:
        return "is empty, though Case was started"
    program = argv[0]
    if program != "ca" and not (program.startswith("/") and posixpath.basename(program) == "ca"):
        return f"starts {visible(program)}, not ca"
    if argv[1:2] != ("run",):
        return "is not `ca run`"
    options = argv[2:]
    pairs = dict(zip(options[::2], options[1::2], strict=False))
    if len(options) != 4 or set(pairs) != {"--task", "--mode"}:
        strange = next((word for word in options[::2] if word not in ("--task", "--mode")), None)
        return f"has the option {visible(strange)}" if strange else "does not have --task and --mode once each"
    if pairs["--mode"] != "unattended":
        return f"has the mode {visible(pairs['--mode'])}, not unattended"
    if not pairs["--task"] or pairs["--task"].startswith("-"):
        return "names no task file"
    return ""


@rule(
    "command.witnesses-agree",
    clause=_CLAUSE,
    remedy="Compare report.json, backend/argv.json and the trace's case_process_started.",
    missing=SAME,
    needs=("document.report",),
    reads=("argv", "report", "trace"),
    applies=to_started,
)
def witnesses_agree(run: Evidence, policy: Policy) -> Outcome:
    """Report, ``argv.json`` and trace name the same arguments and working directory, and that is in the copy.

    Why: the argument list is known to the harness three times over; a difference means that one was edited. So it is where
    the environment is recorded as a quiet one, which leaves stderr empty, and stderr shows dispatches.
    """
    argv = run.document("argv")
    started = run.events("case_process_started")
    if argv is None or not started:
        return unproven("argv.json or the trace's case_process_started is missing", started)
    reported = run.report.texts("command")
    if reported is None:
        return unproven("the report states no command", [run.report.at("command")])
    if argv.texts("argv") != reported:
        return violated("argv.json is not the report's command", [argv.at("argv"), run.report.at("command")])
    cwd = argv.text("cwd")
    if cwd is None:
        return unproven("argv.json names no working directory", [argv.at("cwd")])
    for start in started:
        record = start.value.record
        if record.texts("argv") != reported:
            return violated(
                "the trace's argv is not the report's command", [record.at("argv"), run.report.at("command")]
            )
        if record.text("cwd") != cwd:
            return violated(
                "trace and argv.json name different working directories", [record.at("cwd"), argv.at("cwd")]
            )
    env, spoken = run.document("env"), [fact for fact in run["dispatch"] if fact.witness == "case"]
    if env is not None and env.text("CASE_QUIET") == "1" and spoken:
        return violated(
            "the environment says CASE_QUIET=1, and stderr shows dispatches", [env.at("CASE_QUIET"), *spoken]
        )
    copy = run.report.text("fixture", "copy")
    if copy is not None and not inside(cwd, copy):
        return violated("Case was started outside the fixture copy", [argv.at("cwd"), run.report.at("fixture", "copy")])
    return holds("report, argv.json and trace agree on the command", [argv.at("argv"), *started])


@rule(
    "command.no-override-variables",
    clause="No variable may turn Case to another model, package, agent directory or endpoint.",
    remedy="Start Case with a clean environment; only the run's own loopback gateway may be a proxy.",
    needs=("document.report",),
    reads=("env",),
    applies=to_started,
)
def no_override_variables(run: Evidence, policy: Policy) -> Outcome:
    """The environment sets no override variable, no base URL, and no proxy but the run's own gateway.

    Why: ``CASE_MODEL_OVERRIDE`` changes model and provider whatever the configuration says; a base URL or a proxy sends
    the request to a host that answers in the provider's name.
    """
    env = run.document("env")
    if env is None:
        return unproven("the recorded environment is missing or unreadable", run.of_kind("env"))
    turned = list(_turned(env.data.items(), gateway=bool(run.of_kind("gateway_log"))))
    if turned:
        shown = [noted(env.at(name), why) for name, why in turned]
        return violated(f"the environment sets {visible(turned[0][0])}: {turned[0][1]}", shown)
    return holds("the environment turns Case aside in no known way", [env.at()])


def _turned(variables: Iterable[tuple[str, object]], *, gateway: bool) -> Iterable[tuple[str, str]]:
    for name, value in variables:
        if name.upper() in _OVERRIDES:
            yield name, "an override variable"
        elif value in ("", None):
            continue
        elif _BASE_URL.fullmatch(name):
            yield name, "another endpoint than the provider's"
        elif _NO_PROXY.fullmatch(name):
            hosts = [host.strip() for host in str(value).split(",")]
            if not all(is_loopback(host.rsplit(":", 1)[0] if host.count(":") == 1 else host) for host in hosts if host):
                yield name, "requests that go past the gateway"
        elif _PROXY.fullmatch(name) and not (gateway and _own_gateway(value)):
            yield name, "a proxy that is not the run's own gateway"


def _own_gateway(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        host = urlsplit(value if "//" in value else f"//{value}").hostname
    except ValueError:
        return False
    return host is not None and is_loopback(host)


@rule(
    "command.data-directory-inside",
    clause="Case reads its configuration from the run's own CASE_DATA_DIR.",
    remedy="Set CASE_DATA_DIR to the run's own data folder, the one that is kept as evidence.",
    missing=SAME,
    needs=("document.report",),
    reads=("env",),
    applies=to_started,
)
def data_directory_inside(run: Evidence, policy: Policy) -> Outcome:
    """``CASE_DATA_DIR`` lies inside the run and is the folder of the configuration that is in evidence.

    Why: with another folder Case reads another configuration, or none and takes its hard default, and the one in
    evidence says nothing.
    """
    env = run.document("env")
    if env is None:
        return unproven("the recorded environment is missing or unreadable", run.of_kind("env"))
    folder = env.text("CASE_DATA_DIR")
    if not folder:
        return unproven(
            "CASE_DATA_DIR is not set: Case would read the user's own configuration", [env.at("CASE_DATA_DIR")]
        )
    root = origin(run)
    where = [env.at("CASE_DATA_DIR")]
    if root is None:
        return unproven("the run's original root is not known", where)
    if not inside(folder, root) or posixpath.normpath(folder) == root:
        return violated("CASE_DATA_DIR leads out of the run", where)
    for config in run.of_kind("case_config"):
        if posixpath.join(root, posixpath.dirname(config.path)) != posixpath.normpath(folder):
            return violated(
                "CASE_DATA_DIR is not the folder of the configuration in evidence", [*where, Exhibit(config.path)]
            )
    return holds("CASE_DATA_DIR is the run's own", where)


@rule(
    "command.executable-admission",
    clause="The executable's admission is recorded on its own and never stands in for the model's.",
    remedy="Record the digest and the admission status of the Case executable apart from the model's.",
    missing=SAME,
    needs=("document.report",),
    reads=("report",),
    applies=to_claimed_pass,
)
def executable_admission(run: Evidence, policy: Policy) -> Outcome:
    """The report gives the Case executable's SHA-256 and its own admission status, which is no refusal.

    Why: an admitted program with an unadmitted model is not an admitted run, and the other way round.
    """
    report = run.report
    digest = report.text("case_bin_sha256")
    status = report.text("case_executable_admission_status")
    if not digest or not status:
        return unproven("the executable's digest or admission status is not recorded", [report.at("case_bin_sha256")])
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        return violated("the executable's digest is no SHA-256", [report.at("case_bin_sha256")])
    if _REFUSAL.search(status[:_LONGEST]):
        return violated(
            f"the executable's admission status is {visible(status)}", [report.at("case_executable_admission_status")]
        )
    return holds("the executable's admission is recorded on its own", [report.at("case_executable_admission_status")])


@rule(
    "command.task-in-evidence",
    clause="The task file that Case was given is part of the evidence.",
    remedy="Keep a copy of the task file under task/, and start Case with that task.",
    missing=SAME,
    needs=("document.report",),
    applies=to_started,
)
def task_in_evidence(run: Evidence, policy: Policy) -> Outcome:
    """The task file that the command names is the one kept in the run directory, by its name.

    Why: without it nobody can say what the agent was asked to do; with another in its place one would say it wrongly.
    """
    argv = run.report.texts("command") or ()
    named = next((argv[i + 1] for i, word in enumerate(argv[:-1]) if word == "--task"), None)
    if named is None:
        return not_applicable("the command names no task file")
    ending = posixpath.basename(named).partition(".")[2]
    kept = [task for task in run.of_kind("task") if posixpath.basename(task.path).partition(".")[2] == ending]
    if not kept:
        return unproven("the task file of the command is not in evidence", [run.report.at("command")])
    same = [task for task in kept if posixpath.basename(task.path) == posixpath.basename(named)]
    if not same:
        return violated("the task files in evidence are not the one of the command", [run.report.at("command"), *kept])
    return holds("the task file is in evidence", same)


no_repeated_keys = says_one_thing(
    "command.no-repeated-keys",
    "Neither the recorded arguments nor the recorded environment repeat a key.",
    "argv",
    "env",
    applies=to_case,
)
