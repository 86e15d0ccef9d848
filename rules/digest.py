"""Digest: every file of the run is listed with its SHA-256, and is what was listed."""

from auditor.contract import DIGESTS_SCHEMA
from auditor.evidence import SAME, Evidence, Outcome, holds, noted, rule, unproven, violated
from auditor.facts import Where, visible
from auditor.policy import Policy
from auditor.repeated import says_one_thing

_CLAUSE = "Every artifact digest must be right."


@rule(
    "digest.listed-files-match",
    clause=_CLAUSE,
    remedy="Treat the named files as changed after the run. Do not recompute digests; find out who wrote.",
    reads=("digests", "report"),
)
def listed_files_match(run: Evidence, policy: Policy) -> Outcome:
    """Everything that any manifest lists is there, is a regular file of the run, and has that SHA-256 and size.

    Why: a digest that does not match means that the file is not the one the harness saw.
    """
    faults = run.manifest.faults
    if faults:
        return violated(faults[0].because, [noted(fault.fact.where, fault.because) for fault in faults])
    if not run.manifest.manifests:
        return unproven("no manifest lists any file with a SHA-256 (weaker algorithms prove nothing)")
    if run.manifest.unread:
        return unproven("a listed file could not be read", [Where(path) for path in run.manifest.unread])
    listed = sum(1 for word in run.manifest.status.values() if word == "match")
    return holds(f"{listed} listed files match", [Where(path) for path in run.manifest.manifests])


@rule(
    "digest.all-files-listed",
    clause=_CLAUSE,
    remedy="Find out who put the named files there: no manifest of the run knows them.",
    reads=("digests", "report"),
)
def all_files_listed(run: Evidence, policy: Policy) -> Outcome:
    """Every file of the run, but the manifest itself, is listed by some manifest with a SHA-256.

    Why: a file that nobody listed may have been added later, or have been left out so that it could be changed.
    """
    if not run.manifest.manifests:
        return unproven("no manifest lists any file with a SHA-256 (weaker algorithms prove nothing)")
    weak = [path for path in run.manifest.unlisted if path in run.manifest.weakly]
    strangers = [path for path in run.manifest.unlisted if path not in run.manifest.weakly]
    if strangers:
        shown = [noted(Where(path), "in no manifest") for path in strangers]
        return violated(f"{len(strangers)} files are in no manifest, among them {visible(strangers[0])}", shown)
    if weak:
        return unproven("files are listed only with an algorithm that proves nothing", [Where(path) for path in weak])
    return holds("every file is listed", [Where(path) for path in run.manifest.manifests])


@rule(
    "digest.manifests-readable",
    clause=_CLAUSE,
    remedy="Write digests.json or SHA256SUMS with SHA-256 only, in the contract's form.",
    missing=SAME,
    reads=("digests",),
)
def manifests_readable(run: Evidence, policy: Policy) -> Outcome:
    """The manifests are in their format, say which algorithm they use, and that is SHA-256.

    Why: md5 and sha1 can be forged, and a line that cannot be read lists nothing.
    """
    unreadable = run["digest.unreadable-line"]
    if unreadable:
        return violated("a manifest has a line that is no digest line", unreadable)
    document = run.document("digests")
    if document is not None:
        if document.text("schema") != DIGESTS_SCHEMA:
            return violated(f"digests.json does not have the schema {DIGESTS_SCHEMA}", [document.at("schema")])
        if not isinstance(document.get("files"), dict):
            return violated("digests.json lists no files", [document.at("files")])
        if document.text("algorithm") != "sha256":
            return unproven("digests.json does not use sha256: it proves nothing", [document.at("algorithm")])
    if run.manifest.weakly:
        return unproven("a manifest uses an algorithm that proves nothing", run["digest.listed"][:1])
    if not run["digest.listed"]:
        return unproven("the run has no manifest")
    return holds("the manifests are SHA-256 throughout", [Where(path) for path in run.manifest.manifests])


@rule(
    "digest.no-links-or-specials",
    clause="Linked, special and escaping entries are findings.",
    remedy="Remove the entry, and find out who made it: a harness writes regular files.",
)
def no_links_or_specials(run: Evidence, policy: Policy) -> Outcome:
    """The run directory holds regular files and folders only: no link, pipe, socket or device.

    Why: a link shows other content at another time, and a pipe shows each reader something else.
    """
    if run["entry.special"]:
        shown = [noted(fact.where, fact.value.what) for fact in run["entry.special"]]
        return violated(f"{visible(shown[0].path)} is a {shown[0].note}", shown)
    if not run.artifacts:
        return unproven("the directory holds no file")
    return holds(f"{len(run.artifacts)} regular files, nothing else", [])


no_repeated_keys = says_one_thing(
    "digest.no-repeated-keys",
    "No manifest lists a file twice in one object.",
    "digests",
)
