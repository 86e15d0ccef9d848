"""``cto-audit attach ATTESTATION WORK_ITEM…``: put a verified verdict where the claim is made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from auditor.cli_attest import PublicKeyFiles, public_keys
from auditor.cli_output import complain, say
from auditor.emit.safe import safe
from auditor.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.workitems.attach import Verdict
    from auditor.workitems.trust import Trust

EXIT_REFUSED = 1
EXIT_COULD_NOT = 3

_COMMENTS = ("comment", "jira")


class AttachedItem(msgspec.Struct, frozen=True):
    """What came of one work item. `refused` says why nothing was done, and `hint` what to do; null where it was."""

    path: str
    item: str | None = None
    changed: bool = False
    attestation: str | None = None
    proof: str | None = None
    refused: str | None = None
    hint: str | None = None


class Note(msgspec.Struct, frozen=True):
    """The git note. `commit` is null where it could not be written."""

    ref: str
    commit: str | None = None
    changed: bool = False
    refused: str | None = None
    hint: str | None = None


class AttachAnswer(msgspec.Struct, frozen=True):
    """What the command prints with ``--json``; `comment` is the text that ``--as`` asks for."""

    schema: Literal["cto-audit-attach/v1"]
    run_id: str
    decision: Literal["pass", "blocked", "fail"]
    sha256: str
    items: tuple[AttachedItem, ...] = ()
    note: Note | None = None
    comment: str | None = None


def command(
    attestation: Annotated[
        Path, typer.Argument(metavar="ATTESTATION", help="The file that --attest wrote.", show_default=False)
    ],
    work_items: Annotated[
        list[Path] | None,
        typer.Argument(metavar="WORK_ITEM", help="Markdown files with front matter.", show_default=False),
    ] = None,
    key: PublicKeyFiles = None,
    as_: Annotated[
        str,
        typer.Option(
            "--as", metavar="FORM", help="Print a comment: comment (GitHub, GitLab) or jira.", show_default=False
        ),
    ] = "",
    git_note: Annotated[
        str | None, typer.Option("--git-note", metavar="COMMIT", help="Write a git note on this commit, such as HEAD.")
    ] = None,
    repository: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The repository of the git note. Default: the current folder.")
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            "--log", metavar="DIR", help="The transparency log that has the verdict: attach its proof as well."
        ),
    ] = None,
    log_key: Annotated[
        list[Path] | None,
        typer.Option("--log-key", metavar="FILE", help="A public key of the log. Default: those of --key."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Rewrite what was edited by hand in our block and keys.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> int:
    """Attach a verdict to work items: a block for people, three front-matter keys, and the attestation beside it.

    Nothing is attached that does not verify under --key. Every other byte of a work item stays; attaching twice changes
    nothing; a newer verdict is never replaced, and what a person wrote into our block stops it.

    \b
    Examples:
      cto-audit attach run.attestation work/CTO-WORK-020.md --key auditor.pub
      cto-audit attach run.attestation work/*.md --key auditor.pub --log verdicts
      cto-audit attach run.attestation --key auditor.pub --as comment | gh pr comment 12 -F -
      cto-audit attach run.attestation --key auditor.pub --git-note HEAD

    \b
    Files, beside each work item:
      NAME.RUN-ID.DIGEST.intoto.jsonl  the attestation
      NAME.RUN-ID.DIGEST.tlog-proof    its inclusion proof, with --log

    \b
    Exit codes: 0 all is attached, 1 the attestation or its place in the log does not verify,
    2 usage error, 3 some work item or the note could not be written; the others are.
    """
    items = list(work_items or ())
    _check(items, key, as_, git_note, repository)
    if log_key and log is None:
        raise OperatorError("--log-key is given without --log", "name the log with --log")
    from auditor.attest import Refused, read_envelope  # noqa: PLC0415 - loads the cryptography
    from auditor.engines import rules_engine  # noqa: PLC0415 - the secret engine, which a wrong option need not wait for
    from auditor.withhold import withhold  # noqa: PLC0415
    from auditor.workitems.attach import Verdict  # noqa: PLC0415
    from auditor.workitems.trust import Trust  # noqa: PLC0415

    trust = Trust(public_keys(key or ()), log=log, log_keys=public_keys(log_key or ()))
    envelope = read_envelope(attestation)
    try:
        verdict = Verdict(trust.authentic(envelope), envelope, trust.proof(envelope) if log else None)
    except Refused as refused:
        for reason in refused.reasons:
            complain(f"{attestation} is not attached: {reason.text}", reason.hint)
        return EXIT_REFUSED
    standing = verdict.standing
    answer = AttachAnswer(
        schema="cto-audit-attach/v1",
        run_id=standing.run_id,
        decision=standing.decision,
        sha256=standing.sha256,
        items=tuple(_attached(path, verdict, trust, force=force, dry_run=dry_run) for path in items),
        note=None if git_note is None else _noted(git_note, repository or Path(), verdict, dry_run=dry_run),
        comment=_comment(as_, verdict),
    )
    answer = withhold(answer, rules_engine(), ())
    _tell(answer, json=json)
    refused_any = any(item.refused for item in answer.items) or (answer.note and answer.note.refused)
    return EXIT_COULD_NOT if refused_any else 0


def _check(
    items: Sequence[Path], key: Sequence[Path] | None, as_: str, git_note: str | None, repository: Path | None
) -> None:
    """Refuse a command line that asks for nothing, or for what cannot be."""
    if as_ and as_ not in _COMMENTS:
        raise OperatorError(f"there is no comment form {as_!r}", f"forms: {', '.join(_COMMENTS)}")
    if not (items or as_ or git_note is not None):
        raise OperatorError(
            "nothing is named to attach the verdict to", "name work items, or give --as comment, or --git-note COMMIT"
        )
    if not key:
        raise OperatorError(
            "without --key nobody can say whether the attestation is genuine", "give the signer's public key with --key"
        )
    if repository is not None and git_note is None:
        raise OperatorError("--repository is given without --git-note", "name the commit with --git-note")


def _attached(path: Path, verdict: Verdict, trust: Trust, *, force: bool, dry_run: bool) -> AttachedItem:
    from auditor.workitems.attach import attach  # noqa: PLC0415 - loads the cryptography

    try:
        done = attach(path, verdict, trust.authentic, force=force, dry_run=dry_run)
    except OperatorError as error:
        return AttachedItem(str(path), refused=error.sentence, hint=error.hint)
    return AttachedItem(str(path), done.item, done.changed, done.attestation, done.proof)


def _noted(revision: str, repository: Path, verdict: Verdict, *, dry_run: bool) -> Note:
    from auditor.workitems.git_note import REF, add_note  # noqa: PLC0415 - loads what runs git
    from auditor.workitems.render import comment  # noqa: PLC0415

    try:
        noted = add_note(repository, revision, comment(verdict.standing), dry_run=dry_run)
    except OperatorError as error:
        return Note(REF, refused=error.sentence, hint=error.hint)
    return Note(REF, noted.commit, noted.changed)


def _comment(form: str, verdict: Verdict) -> str | None:
    from auditor.workitems.render import comment, jira  # noqa: PLC0415 - a wrong option need not wait for it

    forms = {"comment": comment, "jira": jira}
    return forms[form](verdict.standing) if form else None


def _tell(answer: AttachAnswer, *, json: bool) -> None:
    """Print the answer. With a comment, standard output is the comment alone, so that it can be piped."""
    if json:
        from auditor.published_json import as_json  # noqa: PLC0415

        say(as_json(answer))
    elif answer.comment is not None:
        say(answer.comment)
    lines = [_line(item) for item in answer.items if item.refused is None]
    if answer.note is not None and answer.note.refused is None:
        lines.append(f"{'noted' if answer.note.changed else 'unchanged'}  {answer.note.ref} on {answer.note.commit}")
    if lines and not json and answer.comment is None:
        headline = f"{answer.decision.upper()} of run {answer.run_id}, attestation sha256 {answer.sha256}"
        say("".join(f"{safe(line)}\n" for line in (headline, *lines)))
    if not json:
        for item in answer.items:
            if item.refused:
                complain(f"{item.path}: {item.refused}", item.hint or "")
        if answer.note is not None and answer.note.refused:
            complain(f"no git note: {answer.note.refused}", answer.note.hint or "")


def _line(item: AttachedItem) -> str:
    return f"{'attached' if item.changed else 'unchanged'}  {item.path} ({item.item}): {item.attestation}"
