"""One run directory to one verdict: the whole story on one page.

walk -> read each byte once (digest, secrets, records) -> facts -> rules -> verdict. Nothing is written anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable
from functools import cache
from pathlib import Path

import msgspec

from auditor import __version__, manifest, ruleset
from auditor import policy as policies
from auditor.admission import Judgement, judge, read_authority
from auditor.course import course
from auditor.echoes import without_echoes
from auditor.engines import rules_engine
from auditor.errors import OperatorError
from auditor.evidence import Authority, Evidence
from auditor.facts import Decision, Pair, Secret, Suppressed, Tool, Verdict, visible
from auditor.gather import Gathered, gather, root_digest
from auditor.grading import model_grade
from auditor.places import rules_folder
from auditor.policy import Policy
from auditor.reader import CHUNK
from auditor.remembered import Memory
from auditor.secrets import AllowList, Engine, Hit
from auditor.tree import Place, is_url
from auditor.withhold import withhold


def audit(
    run_dir: Place,
    *,
    admission: Path | None = None,
    policy: Policy | None = None,
    fingerprint_key: bytes | None = None,
    engine: Engine | None = None,
    allow: AllowList | None = None,
    chunk: int = CHUNK,
) -> Verdict:
    """Judge the run directory `run_dir`: a path, or a URL that fsspec knows.

    `admission` is the file of the authority, from outside the run directory; without it no claimed admission is proven.
    `fingerprint_key` is the HMAC key of secret fingerprints (default: the run's root digest in hex). `engine` is what
    looks for secrets (default: the rules' own), such as one that knows the operator's credentials. `allow` is the
    operator's allow-list, from outside the run directory, and adds to the rules' own. `chunk` is the read size in bytes;
    it never changes the verdict. Raise `OperatorError` where the directory, the authority or the allow-list cannot be
    used at all; everything else that goes wrong is in the verdict.
    """
    in_force = policy or policies.load()
    examined = examine(
        run_dir,
        in_force,
        admission=admission,
        fingerprint_key=fingerprint_key,
        engine=engine,
        allow=allow,
        chunk=chunk,
    )
    return conclude(examined, in_force)


def conclude(examined: Examined, policy: Policy) -> Verdict:
    """Ask every rule of what was examined and return the verdict, with every credential in it masked."""
    rules = ruleset.load()
    evidence = examined.evidence
    rulings = ruleset.evaluate(rules, evidence, policy)
    decision, reason = ruleset.decide(rulings, evidence.gaps, evidence.claim.status)
    verdict = Verdict(
        run_id=evidence.report.text("run_id") or evidence.name,
        decision=decision,
        reason=reason + _allowed(evidence.secrets),
        claim=evidence.claim,
        supports_stage2_pass=_supports(evidence, decision),
        admitted=evidence.admitted,
        model_grade=model_grade(evidence),
        rulings=rulings,
        secrets=tuple(secret for secret in evidence.secrets if not isinstance(secret, Suppressed)),
        artifacts=evidence.artifacts,
        gaps=evidence.gaps,
        root_sha256=examined.root_sha256,
        tool=Tool(__version__, rules.sha256, policy.sha256),
        namings=tuple(evidence["model.named"]),
        moments=course(evidence),
    )
    return withhold(verdict, examined.engine, examined.hits)


class Examined(msgspec.Struct, frozen=True):
    """All that was found in a run directory, before anybody judges it.

    `engine` and `hits` are what it takes to mask every credential in whatever is made of it (`withhold`).
    """

    evidence: Evidence
    root_sha256: str | None
    engine: Engine
    hits: tuple[Hit, ...]


def examine(
    run_dir: Place,
    policy: Policy,
    *,
    admission: Path | None = None,
    fingerprint_key: bytes | None = None,
    engine: Engine | None = None,
    allow: AllowList | None = None,
    chunk: int = CHUNK,
    memory: Memory | None = None,
) -> Examined:
    """Read the run directory once and return its evidence; for the arguments and errors see `audit`.

    `memory` remembers artifacts of other runs that were examined with the same engine and policy. It never changes what is
    found.
    """
    engine = engine or rules_engine()
    _refuse_inside(allow, run_dir)
    given = None if admission is None else read_authority(admission)
    gathered = gather(run_dir, policy, engine, chunk=chunk, memory=memory)
    _refuse_inside(allow, run_dir, gathered.inodes)
    authority = None
    if admission is not None and given is not None:
        inside = given.identity in gathered.inodes or _lies_in(admission, run_dir)
        authority = Authority(hashlib.sha256(given.data).hexdigest(), inside)
    evidence = assemble(gathered, authority, given.data if given else None, engine, fingerprint_key, allow)
    return Examined(evidence, gathered.root_sha256, engine, tuple(gathered.hits))


def assemble(
    gathered: Gathered,
    authority: Authority | None,
    record: bytes | None,
    engine: Engine,
    fingerprint_key: bytes | None,
    allow: AllowList | None = None,
) -> Evidence:
    """Bring what was gathered and the authority's record together as evidence; `allow` adds to the rules' own list."""
    key = fingerprint_key if fingerprint_key is not None else root_digest(gathered.artifacts).encode()
    allowances = rules_allow() if allow is None else rules_allow() | allow
    hits, suppressed = allowances.split(gathered.hits, key)
    secrets = [*(hit.seal(key) for hit in hits), *suppressed]
    facts = gathered.collector.facts
    specials = {fact.value.path: fact.value.what for fact in facts.get("entry.special", [])}
    comparison = manifest.compare(facts.get("digest.listed", []), gathered.artifacts, specials)
    artifacts = tuple(
        msgspec.structs.replace(artifact, digest=comparison.status[artifact.path]) for artifact in gathered.artifacts
    )
    nothing = Judgement("missing_admission", "there is no admission record")
    evidence = Evidence(
        name=gathered.name,
        facts=facts,
        artifacts=artifacts,
        gaps=tuple(gathered.collector.gaps),
        secrets=tuple(sorted(secrets, key=_place)),
        manifest=comparison,
        authority=authority,
        judgement=nothing,
        copy_judgement=nothing,
    )
    evidence = without_echoes(evidence)

    def judged(data: bytes | None, requested: Pair | None) -> Judgement:
        return judge(data, requested, evidence.started, holds_credential=lambda text: holds_credential(engine, text))

    copies = evidence["admission.copy"]
    usable = record if authority is not None and not authority.inside_run else None
    return msgspec.structs.replace(
        evidence,
        judgement=judged(usable, evidence.requested),
        copy_judgement=judged(copies[0].value if copies else None, evidence.requested),
    )


def holds_credential(engine: Engine, data: bytes) -> bool:
    """Tell whether a document holds a credential of a known format."""
    scan = engine.scan("")
    scan.feed(data)
    hits, _ = scan.close()
    return any(hit.confidence != "possible" for hit in hits)


@cache
def rules_allow() -> AllowList:
    """Return the rules' own allow-list."""
    return AllowList.load(rules_folder() / "secrets" / "allow.toml")


def _lies_in(path: Path, run_dir: Place) -> bool:
    return not is_url(run_dir) and path.resolve().is_relative_to(Path(run_dir).resolve())


def _refuse_inside(allow: AllowList | None, run_dir: Place, inodes: Container[tuple[int, int]] = ()) -> None:
    """Refuse an allow-list that the run could have written itself: it would be a pardon by the accused."""
    if allow is not None and not is_url(run_dir) and allow.lies_in(Path(run_dir), inodes):
        raise OperatorError(
            "the allow-list lies inside the run directory, which must not excuse itself",
            "keep it outside the run directory",
        )


def _allowed(secrets: Iterable[Secret]) -> str:
    """Return what the reason adds where findings were allowed, so that no format and no brevity hides them."""
    allowed = [secret for secret in secrets if isinstance(secret, Suppressed)]
    if not allowed:
        return ""
    first = allowed[0]
    what = "finding is" if len(allowed) == 1 else "findings are"
    each = "" if len(allowed) == 1 else "first "
    return f"; {len(allowed)} secret {what} allowed ({each}{first.fingerprint}: {visible(first.reason.strip())})"


def _place(secret: Secret) -> tuple[str, int, str]:
    return secret.path, secret.line or 0, secret.detector


def _supports(run: Evidence, decision: Decision) -> bool:
    claim = run.claim
    return decision == "pass" and (claim.engine, claim.stage, claim.status) == ("case", 2, "pass")
