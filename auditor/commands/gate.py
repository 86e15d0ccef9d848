"""``cto-audit gate WORK_ITEM… --key PUB``: may these Stage 2 pass claims be relied on, now?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from auditor.cli_admissions import admission_option, records
from auditor.cli_attest import PublicKeyFiles, duration, public_keys
from auditor.cli_output import complain, say
from auditor.emit.safe import safe
from auditor.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.workitems.gate import Gated
    from auditor.workitems.trust import Trust

EXIT_REFUSED = 1
EXIT_COULD_NOT = 3

_HEX = frozenset("0123456789abcdef")
_DIGITS = 64


class GateReason(msgspec.Struct, frozen=True):
    """Why a claim may not be relied on, and what to do about it."""

    reason: str
    hint: str


class GatedItem(msgspec.Struct, frozen=True):
    """The answer for one work item; `claims` are the lines of its Stage 2 pass claims, `entry` its place in the log."""

    path: str
    status: Literal["supported", "refused", "no_claim", "unreadable"]
    item: str | None
    claims: tuple[int, ...]
    reasons: tuple[GateReason, ...]
    run_id: str | None
    attestation_sha256: str | None
    judged: str | None
    caution: str
    entry: int | None


class GateAnswer(msgspec.Struct, frozen=True):
    """What the command prints with ``--json``. `open` is whether it exits 0."""

    schema: Literal["cto-audit-gate/v1"]
    open: bool
    items: tuple[GatedItem, ...]


MaxAge = Annotated[str | None, typer.Option(metavar="AGE", help="Refuse a verdict that is older, such as 30d or 12h.")]
PolicyDigest = Annotated[
    str | None, typer.Option(metavar="SHA256", help="Refuse what was judged by other rules or another policy.")
]
Require = Annotated[
    list[str] | None,
    typer.Option(metavar="LEVEL", help="A level that the verdict must state besides CTO_STAGE2_PASS; may be repeated."),
]
Authority = Annotated[
    Path | None,
    admission_option(
        "FILE|DIR", "The authority's admission record, or the folder of its records: it must be in force now."
    ),
]
LogFolder = Annotated[
    Path | None, typer.Option("--log", metavar="DIR", help="The transparency log: it must have the verdict, still.")
]
LogKeys = Annotated[
    list[Path] | None,
    typer.Option("--log-key", metavar="FILE", help="A public key of logs that count. Default: those of --key."),
]


def command(
    work_items: Annotated[
        list[Path], typer.Argument(metavar="WORK_ITEM", help="Markdown files with front matter.", show_default=False)
    ],
    key: PublicKeyFiles = None,
    admission: Authority = None,
    max_age: MaxAge = None,
    policy_digest: PolicyDigest = None,
    require: Require = None,
    log: LogFolder = None,
    log_key: LogKeys = None,
    allow_no_claim: Annotated[
        bool, typer.Option("--allow-no-claim", help="Let a work item through that claims no Stage 2 pass.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> int:
    """Ask whether each work item's Stage 2 pass claim rests on a verified, unexpired, passing attestation.

    The attestation must be signed under --key, be the newest beside the work item, agree with its block and front matter,
    and rest on an admission that is still in force; where a log is in use, the log must have it. With a folder as --admission,
    a later record that admits the pair no more takes it back. Without --admission the expiry that the attestation states
    decides, and a withdrawal cannot be seen.

    \b
    Examples:
      cto-audit gate work/CTO-WORK-020.md --key auditor.pub --admission admissions/
      cto-audit gate work/*.md --key auditor.pub --allow-no-claim --max-age 30d --log verdicts

    \b
    Exit codes: 0 every claim stands, 1 some claim may not be relied on, 2 usage error,
    3 some work item makes no claim or cannot be read.
    """
    trust = demands(key, max_age, policy_digest, require, log, log_key)
    from auditor.engines import rules_engine  # noqa: PLC0415 - the secret engine, which a wrong option need not wait for
    from auditor.withhold import withhold  # noqa: PLC0415
    from auditor.workitems.gate import gate  # noqa: PLC0415

    authority = records(admission)
    found = tuple(_shown(gate(path, trust, authority)) for path in work_items)
    code = _code([item.status for item in found], allow_no_claim=allow_no_claim)
    answer = withhold(GateAnswer("cto-audit-gate/v1", code == 0, found), rules_engine(), ())
    if json:
        from auditor.published_json import as_json  # noqa: PLC0415

        say(as_json(answer))
    else:
        _tell(answer)
    return code


def demands(
    key: Sequence[Path] | None,
    max_age: str | None,
    policy_digest: str | None,
    require: Sequence[str] | None,
    log: Path | None,
    log_key: Sequence[Path] | None,
) -> Trust:
    """Return what the options demand of a verdict. Raise `OperatorError` where one of them cannot be meant."""
    if not key:
        raise OperatorError(
            "without --key nobody can say whether a verdict is genuine", "give the signer's public key with --key"
        )
    if policy_digest is not None and not (len(policy_digest) == _DIGITS and set(policy_digest) <= _HEX):
        raise OperatorError("--policy-digest is no SHA-256 in lower-case hex", "copy it from `cto-audit verify --json`")
    age = None if max_age is None else duration(max_age, "--max-age")
    from auditor.attest import known_levels  # noqa: PLC0415 - loads the cryptography
    from auditor.workitems.gate import demanded  # noqa: PLC0415
    from auditor.workitems.trust import Trust  # noqa: PLC0415

    levels = [level.strip() for words in require or () for level in words.split(",") if level.strip()]
    for level in levels:
        if level not in known_levels():
            raise OperatorError(f"--require {level}: there is no such level", f"levels: {', '.join(known_levels())}")
    return Trust(
        keys=public_keys(key),
        max_age=age,
        policy_sha256=policy_digest,
        require=demanded(levels),
        log=log,
        log_keys=public_keys(log_key or ()),
    )


def _code(statuses: Sequence[str], *, allow_no_claim: bool) -> int:
    if "refused" in statuses:
        return EXIT_REFUSED
    stopping = {"unreadable"} if allow_no_claim else {"unreadable", "no_claim"}
    return EXIT_COULD_NOT if stopping & set(statuses) else 0


def _shown(gated: Gated) -> GatedItem:
    from auditor.instants import rfc3339  # noqa: PLC0415 - a wrong option need not wait for it

    standing = gated.standing
    return GatedItem(
        path=gated.path,
        status=gated.status,
        item=gated.item,
        claims=tuple(claim.line for claim in gated.claims),
        reasons=tuple(GateReason(each.text, each.hint) for each in gated.reasons),
        run_id=standing.run_id if standing else None,
        attestation_sha256=standing.sha256 if standing else None,
        judged=rfc3339(standing.judged) if standing else None,
        caution=gated.caution if gated.status == "supported" else "",
        entry=gated.entry,
    )


def _tell(answer: GateAnswer) -> None:
    """Print a line for each work item, and every reason why the gate stays shut."""
    for item in answer.items:
        name = f"{item.path} ({item.item})" if item.item else item.path
        if item.status == "supported":
            logged = "" if item.entry is None else f", entry {item.entry} of the log"
            say(f"{safe(f'SUPPORTED  {name}: run {item.run_id}, judged {item.judged}{logged}')}\n")
            if item.caution:
                complain(f"{item.path}: {item.caution}")
            continue
        say(f"{safe(f'{_WORDS[item.status]}  {name}')}\n")
        for each in item.reasons:
            say(f"  {safe(each.reason)}\n" + (f"    {safe(each.hint)}\n" if each.hint else ""))


_WORDS = {"refused": "REFUSED", "no_claim": "NO CLAIM", "unreadable": "UNREADABLE"}
