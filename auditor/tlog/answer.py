"""What the commands of the log say: one JSON object for programs, a few lines for people."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator

import msgspec

from auditor.attest.keys import PublicKey
from auditor.attest.refused import Reason
from auditor.emit.safe import safe, short, utf8
from auditor.tlog.check import Checked
from auditor.tlog.checkpoint import Checkpoint
from auditor.tlog.notes import note_key

SCHEMA = "cto-audit-log/v1"
OK, REFUSED, UNSIGNED = "ok", "refused", "unsigned"

_SHOWN = 50
_COLUMN = 14


class Head(msgspec.Struct, frozen=True):
    """The head of the log: its name, how many entries it has, and their root hash in base64, as in its checkpoint."""

    origin: str
    size: int
    root_hash: str


class Logged(msgspec.Struct, frozen=True):
    """An attestation in the log. `already` is true where it had been there before, null where nothing was added."""

    attestation: str
    run_id: str
    decision: str
    index: int
    already: bool | None = None


class LogAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one command.

    `result` is ``ok``, ``refused`` or, of a check alone, ``unsigned``: the log stands, but has files that its checkpoint
    does not cover. `reasons` say why it is refused. `log` is the head that was made or verified. `verifier_key` is the key
    as other tools take it, where one was given. `earlier` is the head seen before that the log was found to agree with;
    `decisions` counts the entries. `proof` is the text of the proof.
    """

    schema: str = SCHEMA
    action: str
    result: str = OK
    reasons: tuple[Reason, ...] = ()
    log: Head | None = None
    verifier_key: str | None = None
    entries: tuple[Logged, ...] = ()
    earlier: Head | None = None
    decisions: dict[str, int] | None = None
    unsigned: tuple[str, ...] = ()
    proof: str | None = None


def refused(action: str, reasons: Iterable[Reason]) -> LogAnswer:
    """Return the answer that something does not stand."""
    told = tuple(Reason(utf8(reason.text), utf8(reason.hint)) for reason in reasons)
    return LogAnswer(action=action, result=REFUSED, reasons=told)


def checked(found: Checked) -> LogAnswer:
    """Return what checking the whole log found."""
    hint = "bring the log back from a copy that stands, and find out who changed it"
    return LogAnswer(
        action="check",
        result=REFUSED if found.problems else UNSIGNED if found.unsigned else OK,
        reasons=tuple(Reason(problem, hint) for problem in found.problems),
        log=head(found.checkpoint),
        earlier=None if found.since is None or found.problems else head(found.since),
        decisions=found.decisions,
        unsigned=tuple(map(utf8, found.unsigned)),
    )


def head(checkpoint: Checkpoint) -> Head:
    """Return a checkpoint as it is shown."""
    return Head(utf8(checkpoint.origin), checkpoint.size, b64encode(checkpoint.root).decode())


def verifier_key(origin: str, key: PublicKey) -> str:
    """Return the log's key as other tools for signed notes take it."""
    return note_key(origin, key).text


def code(answer: LogAnswer) -> int:
    """Return the exit code: 0 all is well, 1 refused, 3 cannot be told."""
    return {OK: 0, REFUSED: 1, UNSIGNED: 3}[answer.result]


def as_text(answer: LogAnswer) -> str:
    """Return the answer for people; nothing in it acts on a terminal."""
    return "\n".join(_lines(answer)) + "\n"


def _lines(answer: LogAnswer) -> Iterator[str]:
    if answer.result == REFUSED:
        yield from _refusal(answer.reasons)
        return
    if answer.result == UNSIGNED:
        yield "UNSETTLED: there are files that the checkpoint does not cover"
        yield from (f"  - {safe(path)}" for path in answer.unsigned[:_SHOWN])
        if len(answer.unsigned) > _SHOWN:
            yield f"  and {len(answer.unsigned) - _SHOWN} more; --json has them all"
        yield "    do: if a newer checkpoint was replaced by this one, put it back; else repeat the append that was"
        yield "        interrupted, or take them away with `cto-audit log append --discard-unsigned`"
    for each in answer.entries:
        what = "" if each.already is None else ", had been there" if each.already else ", added"
        yield f"entry {each.index}{what}: {each.decision.upper()} {safe(each.run_id)} ({safe(each.attestation)})"
    yield from _facts(answer)


def _facts(answer: LogAnswer) -> Iterator[str]:
    log, earlier = answer.log, answer.earlier
    counted = ", ".join(f"{count} {word}" for word, count in (answer.decisions or {}).items())
    rows = (
        ("log", safe(log.origin) if log else ""),
        ("entries", f"{log.size}{f' ({counted})' if counted else ''}" if log else ""),
        ("root hash", log.root_hash if log else ""),
        ("since", f"agrees with the checkpoint at size {earlier.size}" if earlier else ""),
        ("verifier key", safe(answer.verifier_key or "")),
    )
    for name, value in rows:
        if value:
            yield f"{name:<{_COLUMN}} {value}"


def _refusal(reasons: tuple[Reason, ...]) -> Iterator[str]:
    yield f"REFUSED, for {'1 reason' if len(reasons) == 1 else f'{len(reasons)} reasons'}"
    hint = ""
    for reason in reasons[:_SHOWN]:
        if hint and reason.hint != hint:
            yield f"    do: {safe(hint)}"
        yield f"  - {short(reason.text)}"
        hint = reason.hint
    if hint:
        yield f"    do: {safe(hint)}"
    if len(reasons) > _SHOWN:
        yield f"  and {len(reasons) - _SHOWN} more; --json has them all"
