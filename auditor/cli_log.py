"""What the commands of the transparency log share: their options, reading checkpoints, and how they answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from auditor.cli_output import complain, say
from auditor.errors import OperatorError

if TYPE_CHECKING:
    from auditor.attest import Signer
    from auditor.tlog.answer import LogAnswer

EXIT_REFUSED = 1

_MAX_NOTE_BYTES = 1 << 16

LogFolder: TypeAlias = Annotated[
    Path, typer.Option("--log", metavar="DIR", help="The folder of the log.", show_default=False)
]
LogSigningKey: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        help="The log's Ed25519 signing key (PEM, see keygen); else the PEM text in CTO_AUDIT_SIGNING_KEY.",
    ),
]
Since: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--since", metavar="FILE", help="A checkpoint seen earlier: a log that shrank or forked since is refused."
    ),
]
Origin: TypeAlias = Annotated[
    str | None, typer.Option("--origin", metavar="NAME", help="Refuse any log but the one of this name.")
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def log_signer(key: Path | None) -> Signer:
    """Return the log's signing key, from the file or the environment; warn if others can read it."""
    from auditor.attest import signing_key  # noqa: PLC0415 - loads the cryptography

    found = signing_key(key)
    if found is None:
        raise OperatorError(
            "there is no key to sign the log with",
            "make one with `cto-audit keygen`, and give it with --key or in CTO_AUDIT_SIGNING_KEY",
        )
    if found.caution:
        complain(f"warning: {found.caution}", "chmod 600 the file")
    return found.signer


def read_note(file: Path | None, option: str = "--since") -> bytes | None:
    """Return what is in a file of a checkpoint or a proof, None where none is named. A pipe will do."""
    if file is None:
        return None
    try:
        with file.open("rb") as stream:
            return stream.read(2 * _MAX_NOTE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise OperatorError(f"{option} {file} cannot be read: {reason}", "name a readable file") from error


def answer(
    action: str, work: Callable[[], LogAnswer], *, json: bool, shown: Callable[[LogAnswer], str | None] | None = None
) -> int:
    """Do the work, print its answer, and return the exit code; a refusal is an answer too, and exits 1.

    `shown` returns what is printed instead of the answer in words, if it returns anything.
    """
    from auditor.attest import Refused  # noqa: PLC0415 - loads the cryptography
    from auditor.published_json import as_json  # noqa: PLC0415
    from auditor.tlog.answer import as_text, code, refused  # noqa: PLC0415

    try:
        found = work()
    except Refused as refusal:
        found = refused(action, refusal.reasons)
    instead = shown(found) if shown else None
    say(as_json(found) if json else instead or as_text(found))
    return code(found)
