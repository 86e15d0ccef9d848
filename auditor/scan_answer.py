"""The answer of a scan: what ``cto-audit scan --json`` publishes, schema ``cto-audit-scan/v1``, and its text for people."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from auditor.emit.arrange import plural
from auditor.emit.safe import safe, short
from auditor.emit.tables import table
from auditor.facts import Gap, Secret, Suppressed
from auditor.scanning import Findings
from auditor.secrets import AllowList


class Unread(msgspec.Struct, frozen=True):
    """Something that could not be read, and why."""

    path: str
    reason: str


class Answer(msgspec.Struct, frozen=True):
    """What was found. The secrets are as in a verdict: masked, with a keyed fingerprint."""

    schema: Literal["cto-audit-scan/v1"]
    secrets: tuple[Secret, ...]
    gaps: tuple[Unread, ...]
    root_sha256: Annotated[
        str | None,
        Meta(
            description="SHA-256 of the sorted lines '<sha256>  <path>' of all that was scanned; null if any is unread."
        ),
    ]


class Result(msgspec.Struct, frozen=True):
    """What a scan came to: the published answer, and the findings that an allow-list took out of it."""

    answer: Answer
    allowed: tuple[Suppressed, ...] = ()


def result(findings: Findings, key: bytes | None, allow: AllowList) -> Result:
    """Return what a scan came to; `key` is the operator's fingerprint key, if any."""
    used = findings.key if key is None else key
    hits, allowed = allow.split(findings.hits, used)
    answer = Answer(
        schema="cto-audit-scan/v1",
        secrets=tuple(sorted((hit.seal(used) for hit in hits), key=_place)),
        gaps=tuple(map(_unread, findings.gaps)),
        root_sha256=findings.root_sha256,
    )
    return Result(answer, tuple(sorted(allowed, key=_place)))


def _place(found: Secret) -> tuple[str, int, str]:
    return found.path, found.line or 0, found.detector


def _unread(gap: Gap) -> Unread:
    return Unread(gap.path, gap.reason if gap.line is None else f"line {gap.line}: {gap.reason}")


def as_text(found: Result, findings: Findings, failing: int) -> str:
    """Return the answer for a terminal. `failing` is the number of findings that fail a scan; secrets are masked already."""
    shown = found.answer
    suspects = len(shown.secrets) - failing
    counts = [plural(failing, "credential")] if failing else []
    counts += [plural(suspects, "suspicion")] if suspects else []
    looked = findings.artifacts or findings.commits or found.allowed or shown.gaps
    nothing = "NOTHING FOUND" if looked else "NOTHING TO LOOK AT: no file was read"
    headline = f"FOUND {' and '.join(counts)}" if counts else nothing
    headline += f"; {plural(len(found.allowed), 'finding')} allowed" if found.allowed else ""
    rows = [
        [
            secret.confidence,
            safe(secret.detector),
            short(secret.masked, 40),
            secret.fingerprint[:12],
            safe(secret.view),
            safe(secret.path if secret.line is None else f"{secret.path}:{secret.line}"),
        ]
        for secret in shown.secrets
    ]
    allowed = [
        [
            each.confidence,
            safe(each.detector),
            short(each.reason.strip(), 80),
            each.fingerprint,
            safe(each.path if each.line is None else f"{each.path}:{each.line}"),
        ]
        for each in found.allowed
    ]
    unread = [[safe(gap.path), short(gap.reason)] for gap in shown.gaps]
    sections = [
        [headline + (f"; {plural(len(unread), 'place')} could not be read" if unread else "")],
        table(rows, ["confidence", "detector", "masked", "fingerprint", "view", "where"]),
        table(allowed, ["allowed", "detector", "reason", "fingerprint", "where"]),
        table(unread, ["not read", "why"]),
        _footer(shown, findings),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _footer(shown: Answer, findings: Findings) -> list[str]:
    size = sum(artifact.bytes for artifact in findings.artifacts)
    left = f"{plural(findings.stored, 'file')} of git's object store left out: scan commits with --git"
    count = (
        f"{plural(findings.commits, 'commit')}, {len(findings.artifacts):,} messages, blobs and tags"
        if findings.commits
        else plural(len(findings.artifacts), "file")
    )
    return [
        f"{count}, {plural(size, 'byte')}",
        *([left] if findings.stored else []),
        f"root sha256 {shown.root_sha256 or 'unknown: not everything could be read'}",
    ]
