"""The credentials that the operator knows, read from where they may stand: the environment, a file, a fingerprint file.

A value is never taken from an argument, which every process on the machine can read, and is never part of an error.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from auditor.errors import OperatorError

if TYPE_CHECKING:
    from auditor.secrets import Engine

MAX_VALUE_BYTES = 1 << 16
_MAX_FINGERPRINT_FILE_BYTES = 1 << 24

SecretEnv: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--known-secret-env", metavar="NAME", help="Look for this variable's value. May be repeated."),
]
SecretFile: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option("--known-secret-file", metavar="FILE", help="Look for this file's content. May be repeated."),
]
KnownFingerprint: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--known-fingerprint", metavar="FILE", help="Look for the values behind these fingerprints. May be repeated."
    ),
]


def engine(
    names: Sequence[str] | None, files: Sequence[Path] | None, fingerprints: Sequence[Path] | None, key: bytes | None
) -> Engine:
    """Return the rules' engine, which also looks for the credentials that the options name.

    `key` is the operator's fingerprint key, without which fingerprints that were made with it match nothing. Raise
    `OperatorError` where an option names nothing that can be looked for.
    """
    from auditor.places import rules_folder  # noqa: PLC0415
    from auditor.secrets import Engine, Fingerprints  # noqa: PLC0415

    if not (names or files or fingerprints):
        from auditor.engines import rules_engine  # noqa: PLC0415

        return rules_engine()
    plain = Engine.load(rules_folder() / "secrets")  # keeps nothing: what is made from a known secret tells of it
    known: list[Fingerprints] = []
    for path in fingerprints or ():
        content = read_bounded("--known-fingerprint", path, _MAX_FINGERPRINT_FILE_BYTES)
        try:
            known.append(Fingerprints(content, key or b""))
        except ValueError as error:
            hint = "make one with `cto-audit fingerprint`"
            raise OperatorError(f"--known-fingerprint {path} is no fingerprint file", hint) from error
    return plain.with_known(values(names, files), known)


def values(names: Sequence[str] | None, files: Sequence[Path] | None) -> list[bytes]:
    """Return the values of the variables and files, without surrounding whitespace. They are secrets: keep them short.

    Raise `OperatorError`, which names the variable or the file only, for a value that is absent, too short to be told
    from chance, or too long.
    """
    return [
        *(_usable(f"--known-secret-env {name}", _variable(name)) for name in names or ()),
        *(
            _usable(f"--known-secret-file {path}", read_bounded("--known-secret-file", path, MAX_VALUE_BYTES))
            for path in files or ()
        ),
    ]


def read_bounded(option: str, path: Path, limit: int) -> bytes:
    """Return the content of the file that an option names. Raise `OperatorError` where it cannot be read or is too long."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise OperatorError(f"{option} {path} cannot be read: {reason}", "name a readable file") from error
    if len(content) > limit:
        raise OperatorError(f"{option} {path} is longer than {limit} bytes", "name a file that holds one value alone")
    return content


def _variable(name: str) -> bytes:
    value = os.environb.get(os.fsencode(name))
    if value is None:
        raise OperatorError(f"--known-secret-env {name}: there is no such variable", "export it, or leave it out")
    return value


def _usable(what: str, content: bytes) -> bytes:
    from auditor.secrets.known import SHORTEST_KNOWN  # noqa: PLC0415

    value = content.strip()
    if len(value) < SHORTEST_KNOWN:
        raise OperatorError(
            f"{what} holds fewer than {SHORTEST_KNOWN} bytes, which occur by chance", "name one that holds a credential"
        )
    if len(value) > MAX_VALUE_BYTES:
        raise OperatorError(f"{what} is longer than {MAX_VALUE_BYTES} bytes", "name one that holds one value alone")
    return value
