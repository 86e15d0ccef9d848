"""The answer of a scan: what ``cto-audit scan --json`` publishes, schema ``cto-audit-scan/v1``, and its text for people."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from auditor.emit.arrange import plural
from auditor.emit.safe import safe, short
from auditor.emit.tables import table
from auditor.facts import Gap, Secret
from auditor.scanning import Findings


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


def answer(findings: Findings, key: bytes | None) -> Answer:
    """Return the published form of what a scan found; `key` is the operator's fingerprint key, if any."""
    sealed = (hit.seal(findings.key if key is None else key) for hit in findings.hits)
    return Answer(
        schema="cto-audit-scan/v1",
        secrets=tuple(sorted(sealed, key=lambda secret: (secret.path, secret.line or 0, secret.detector))),
        gaps=tuple(map(_unread, findings.gaps)),
        root_sha256=findings.root_sha256,
    )


def _unread(gap: Gap) -> Unread:
    return Unread(gap.path, gap.reason if gap.line is None else f"line {gap.line}: {gap.reason}")


def as_text(shown: Answer, findings: Findings, failing: int) -> str:
    """Return the answer for a terminal. `failing` is the number of findings that fail a scan; secrets are masked already."""
    suspects = len(shown.secrets) - failing
    found = [plural(failing, "credential")] if failing else []
    found += [plural(suspects, "suspicion")] if suspects else []
    headline = f"FOUND {' and '.join(found)}" if found else "NOTHING FOUND"
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
    unread = [[safe(gap.path), short(gap.reason)] for gap in shown.gaps]
    sections = [
        [headline + (f"; {plural(len(unread), 'place')} could not be read" if unread else "")],
        table(rows, ["confidence", "detector", "masked", "fingerprint", "view", "where"]),
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
