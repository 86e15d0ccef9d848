"""Writes: only allowed files of the copy were changed, and nothing outside the copy was read or written."""

import posixpath

from auditor import fixture
from auditor.applies import to_claimed_stage2_pass, to_started
from auditor.evidence import SAME, Evidence, Outcome, Shown, holds, noted, rule, unproven, violated
from auditor.facts import Artifact, Exhibit, visible
from auditor.origin import inside, origin
from auditor.policy import Policy
from auditor.records.record import Record
from auditor.repeated import says_one_thing
from auditor.shell import outside, references

_CLAUSE = "No forbidden write: all changes are within allowed_writes, inside the copy."
_DOCUMENTS = ("fixture_before", "fixture_after")
_CASES_OWN = ".case"
_LEFT_OUT = frozenset({".git", _CASES_OWN})
"""Folders of the copy that the manifests leave out."""


def _manifests(run: Evidence) -> tuple[Record, Record] | None:
    before, after = (run.document(kind) for kind in _DOCUMENTS)
    return (before, after) if before is not None and after is not None else None


def _to_compared(run: Evidence) -> str | None:
    """Stage 2 needs the manifests; another run is judged by them where it has them."""
    if any(run.of_kind(kind) for kind in _DOCUMENTS):
        return None
    if run.claim.engine == "fake" or run.claim.stage not in (2, None):
        return "the run has no fixture manifests, and needs none"
    return None


def _to_calls(run: Evidence) -> str | None:
    """A run of Case needs an account of its tool calls; a fake run is judged by the calls it shows."""
    if run.claim.engine == "fake":
        return None if run["tool.call"] else "the fake run shows no tool call that could leave the copy"
    return to_started(run)


@rule(
    "writes.changed-files-recomputed",
    clause=_CLAUSE,
    remedy="Trust the manifests, not the list: find out which write the report leaves out or makes up.",
    needs=("document.report",),
    reads=("fixture_before", "fixture_after", "report", "trace"),
    applies=_to_compared,
)
def changed_files_recomputed(run: Evidence, policy: Policy) -> Outcome:
    """`changed_files` in report and trace is the difference of the fixture manifests.

    Why: a write that is left out of the list is a write that nobody checked.
    """
    manifests = _manifests(run)
    if manifests is None:
        return unproven("a fixture manifest is missing or unreadable", run.of_kind(*_DOCUMENTS))
    for manifest in manifests:
        if reason := fixture.fault(manifest):
            return violated(f"{manifest.path} {reason}", [manifest.at()])
    changed = fixture.difference(*manifests)
    reported = run.report.texts("changed_files")
    if reported is None:
        return unproven("the report lists no changed files", [run.report.at("changed_files")])
    if set(reported) != changed or len(reported) != len(changed):
        return violated(
            f"the report lists {_names(reported)}; the manifests differ in {_names(sorted(changed))}",
            [run.report.at("changed_files"), *(manifest.at() for manifest in manifests)],
        )
    for event in run.events("fixture_compared"):
        listed = event.value.record.texts("changed_files")
        if listed is None or set(listed) != changed:
            return violated("the trace's changed files are not the manifests' difference", [event])
    if not run.events("fixture_compared") and to_started(run) is None:
        return unproven("the trace does not show that the fixture was compared")
    return holds(f"the manifests differ in {_names(sorted(changed))}", [run.report.at("changed_files")])


def _names(paths: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(visible(path) for path in paths[:5])
    return (shown + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")) or "nothing"


@rule(
    "writes.within-allowed",
    clause=_CLAUSE,
    remedy="Do not claim this run. Look at the forbidden file in the copy, and at the tool call that wrote it.",
    needs=("document.report",),
    reads=("fixture_before", "fixture_after", "report", "trace"),
    applies=_to_compared,
)
def within_allowed(run: Evidence, policy: Policy) -> Outcome:
    """Every changed file matches a glob of `allowed_writes`, and `allowed_writes_passed` says what is recomputed.

    Why: the flag is a claim; the globs and the manifests are enough to compute it again.
    """
    report = run.report
    manifests = _manifests(run)
    allowed = report.texts("allowed_writes")
    if manifests is None or allowed is None:
        return unproven("a fixture manifest or allowed_writes is missing", [report.at("allowed_writes")])
    broad = [pattern for pattern in allowed if pattern.startswith(("/", "~")) or ".." in pattern.split("/")]
    if broad:
        return violated(f"allowed_writes leads out of the copy: {visible(broad[0])}", [report.at("allowed_writes")])
    listed = report.texts("changed_files") or ()
    changed = fixture.difference(*manifests) | set(listed)
    escaping = sorted(path for path in changed if not fixture.relative(path))
    if escaping:
        return violated(f"a changed file lies outside the copy: {visible(escaping[0])}", [report.at("changed_files")])
    bad = fixture.forbidden(changed, allowed)
    stated: list[tuple[object, Exhibit]] = [
        (report.get("allowed_writes_passed"), noted(report.at("allowed_writes_passed"), "report"))
    ]
    stated += [
        (e.value.record.get("allowed_writes_passed"), noted(e.value.record.at("allowed_writes_passed"), "trace"))
        for e in run.events("fixture_compared")
    ]
    if bad:
        return violated(f"forbidden write: {_names(bad)}", [manifests[1].at(path) for path in bad])
    # Nothing was compared where Case did not run or the run ended early: null is then the honest value.
    early = run.claim.engine != "fake" and (run.claim.status in ("blocked", "fail") or not run.case_ran())
    wrong = [where for value, where in stated if value is not True and not (value is None and early)]
    if wrong:
        return violated("allowed_writes_passed is not what the manifests give", wrong)
    return holds("all changed files are allowed", [report.at("changed_files"), report.at("allowed_writes")])


@rule(
    "writes.fixture-digests",
    clause="The fixture's digests before and after agree with its manifests.",
    remedy="Recompute the root digest of the fixture manifests; find out which of the two was edited.",
    needs=("document.report",),
    reads=("fixture_before", "fixture_after", "report", "trace"),
    applies=_to_compared,
)
def fixture_digests(run: Evidence, policy: Policy) -> Outcome:
    """`fixture.sha256_before` and `sha256_after` are the root digests of the manifests; the trace agrees on the copy.

    Where the run kept the copy, its files are those of the manifest after the run.

    Why: the digest binds the manifest to what the harness saw when it copied and when it compared.
    """
    manifests = _manifests(run)
    report = run.report
    if manifests is None:
        return unproven("a fixture manifest is missing or unreadable", run.of_kind(*_DOCUMENTS))
    for manifest, key in zip(manifests, ("sha256_before", "sha256_after"), strict=True):
        stated = report.text("fixture", key)
        if stated is None:
            return unproven(f"the report states no fixture.{key}", [report.at("fixture", key)])
        if fixture.fault(manifest) is None and stated != fixture.root_sha256(manifest):
            return violated(
                f"fixture.{key} is not the digest of {manifest.path}", [report.at("fixture", key), manifest.at()]
            )
    copied = run.events("fixture_copied")
    for event in copied:
        record = event.value.record
        for field, key in (("sha256", "sha256_before"), ("source", "source"), ("copy", "copy")):
            if record.get(field) != report.text("fixture", key):
                return violated(
                    f"the trace's fixture_copied does not agree with the report on {key}", [record.at(field)]
                )
    if not copied:
        return unproven("the trace does not show that the fixture was copied")
    other = _not_as_listed(run, manifests[1])
    if other:
        return violated(
            f"the copy in the run is not as {manifests[1].path} says: {_names([shown.path for shown in other])}", other
        )
    return holds("the digests are those of the manifests", [report.at("fixture"), *copied])


def _not_as_listed(run: Evidence, after: Record) -> list[Artifact]:
    """Return the files of the fixture copy, where the run kept it, of which the manifest has another digest or none."""
    root, copy = origin(run), run.report.text("fixture", "copy")
    if root is None or copy is None or not inside(copy, root) or inside(root, copy):
        return []
    folder = posixpath.relpath(posixpath.normpath(copy), root) + "/"
    kept = ((artifact, artifact.path.removeprefix(folder)) for artifact in run.artifacts)
    return [
        artifact
        for artifact, name in kept
        if name != artifact.path and artifact.sha256 is not None and not _LEFT_OUT & set(name.split("/"))
        if artifact.sha256 != after.get(name)
    ]


@rule(
    "writes.copy-inside-run",
    clause="The fixture copy lies inside the run.",
    remedy="Let the harness work on a copy inside the run directory only.",
    missing=SAME,
    needs=("document.report",),
    reads=("report", "case_stderr"),
    applies=to_started,
)
def copy_inside_run(run: Evidence, policy: Policy) -> Outcome:
    """`fixture.copy` is an absolute path below the run's original root, apart from the source, and agents start in it.

    Why: a copy that lies elsewhere may be the target itself.
    """
    copy, source = run.report.text("fixture", "copy"), run.report.text("fixture", "source")
    where = [run.report.at("fixture", "copy")]
    if copy is None or source is None:
        return unproven("the report does not say where the fixture and its copy lay", where)
    root = origin(run)
    run_id = run.report.text("run_id") or run.name
    if root is None or run_id not in copy.split("/") or not inside(copy, root) or ".." in copy.split("/"):
        return violated("the fixture copy does not lie inside the run", where)
    if inside(copy, source) or inside(source, copy):
        return violated("the fixture's source and its copy are not apart", where)
    env = run.document("env")
    evidence = (posixpath.join(root, artifact.path) for artifact in run.artifacts if artifact.kind != "other")
    # Case keeps its task, its events and its run log in the repository that it works on, and the contract lets them lie.
    kept = [path for path in evidence if _CASES_OWN not in posixpath.relpath(path, copy).split("/")]
    kept += [env.text(name) or "" for name in ("HOME", "CASE_DATA_DIR")] if env else []
    if any(inside(path, copy) for path in kept):
        return violated("the copy holds the run's own evidence or home: it is no copy of the fixture", where)
    elsewhere = [fact for fact in run["dispatch"] if fact.value.cwd is not None and not inside(fact.value.cwd, copy)]
    if elsewhere:
        return violated("an agent was started outside the fixture copy", [*elsewhere, *where])
    return holds("the copy lies inside the run", where)


@rule(
    "writes.stays-in-copy",
    clause="No look at the target: no tool call reads or writes anything outside the fixture copy.",
    remedy="Look at the tool call. A run that saw anything but its copy proves nothing about the copy.",
    needs=("document.report",),
    reads=("trace", "case_events", "report"),
    applies=_to_calls,
)
def stays_in_copy(run: Evidence, policy: Policy) -> Outcome:
    """No tool call names a path outside `fixture.copy`: as an argument, in a shell command, or by redirection.

    Why: an agent that reads the target or the expected result can produce the right change without doing the work.
    """
    copy = run.report.text("fixture", "copy")
    if copy is None:
        return unproven("the report does not say where the copy lay", [run.report.at("fixture", "copy")])
    left: list[Shown] = []
    for fact in run["tool.call"]:
        call = fact.value
        if call.path is not None:
            found = outside(call.path, cwd=copy, copy=copy)
            if found is not None:
                left.append(noted(fact.where, f"{visible(call.tool)} {visible(call.path)}"))
        elif call.command is not None:
            refs = references(call.command, cwd=copy, copy=copy)
            if refs:
                left.append(noted(fact.where, f"{visible(call.tool)}: {visible(refs[0].raw)}"))
    if left:
        first = left[0]
        note = first.note if isinstance(first, Exhibit) else ""
        return violated(f"a tool call leaves the copy ({note})", left)
    calls = run["tool.calls"]
    if not calls:
        return unproven("neither trace nor events were read for tool calls")
    return holds(f"{sum(fact.value for fact in calls)} tool calls stay inside the copy", [])


@rule(
    "writes.something-changed",
    clause="A pass that changed nothing is worth a look.",
    remedy="See whether the task was already done in the fixture, or the agent did nothing.",
    effect="warn",
    needs=("document.report",),
    reads=("fixture_before", "fixture_after"),
    applies=to_claimed_stage2_pass,
)
def something_changed(run: Evidence, policy: Policy) -> Outcome:
    """The run changed at least one file of the copy.

    Why: an empty change can be right, but nobody should find out later.
    """
    manifests = _manifests(run)
    if manifests is None:
        return unproven("a fixture manifest is missing or unreadable")
    changed = fixture.difference(*manifests)
    if not changed:
        return violated("the run changed nothing", [manifest.at() for manifest in manifests])
    return holds(f"the run changed {_names(sorted(changed))}", [manifests[1].at()])


no_repeated_keys = says_one_thing(
    "writes.no-repeated-keys",
    "Neither fixture manifest lists a path twice.",
    *_DOCUMENTS,
    applies=_to_compared,
)
