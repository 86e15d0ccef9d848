"""Options about attestations that commands share: the signing key, the verifier's keys, durations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from auditor.cli_output import complain, destination
from auditor.errors import OperatorError
from auditor.instants import SECOND

if TYPE_CHECKING:
    from auditor.attest import PublicKey, SigningKey
    from auditor.audit import Examined
    from auditor.facts import Verdict

AttestFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--attest", metavar="FILE", help="Write the verdict there as a signed attestation (DSSE, in-toto)."),
]
SigningKeyFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        help="The Ed25519 key that signs it (PEM, see keygen); else the PEM text in CTO_AUDIT_SIGNING_KEY.",
    ),
]
Unsigned: TypeAlias = Annotated[
    bool, typer.Option("--unsigned", help="Attest without a signature: anyone could have written such a file.")
]
PublicKeyFiles: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--key", metavar="FILE", help="A public key that you trust (PEM); may be repeated, one must have signed."
    ),
]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_DURATION = re.compile(r"([0-9]{1,9})([smhdw])")


def duration(text: str, option: str) -> int:
    """Return a duration such as ``30d``, ``12h``, ``90m``, ``45s`` or ``2w`` in microseconds."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise OperatorError(f"{option} {text!r} is no duration", "write a number and s, m, h, d or w, such as 30d")
    return int(match[1]) * _UNITS[match[2]] * SECOND


def public_keys(files: Iterable[Path], run_dir: Path | None = None) -> list[PublicKey]:
    """Return the public keys in the files. Raise `OperatorError` for a file that is none, or lies in the run directory."""
    from auditor.attest import public_key  # noqa: PLC0415 - loads the cryptography

    found = []
    for file in files:
        _refuse_inside(file, run_dir, "the public key")
        found.append(public_key(file))
    return found


@contextmanager
def attesting(
    file: Path | None, key: Path | None, run_dir: Path | None, others: Sequence[Path], *, unsigned: bool
) -> Iterator[Callable[[Examined, Verdict], None]]:
    """Yield what writes the attestation of a verdict to `file`, whole or not at all; it does nothing where `file` is None.

    Every option is checked, and the key loaded, before any work is done. `others` are the files that the command reads or
    writes besides.
    """
    if file is None:
        if key is not None or unsigned:
            raise OperatorError(
                f"{'--key' if key else '--unsigned'} is given without --attest", "name a file with --attest"
            )
        yield lambda examined, verdict: None
        return
    if str(file) == "-":
        raise OperatorError("--attest - is no file, and the verdict goes to standard output", "name a file")
    if any(file.resolve() == other.resolve() for other in others):
        raise OperatorError(f"--attest {file} is also another file of this audit", "name another file")
    signing = _signing(key, run_dir, unsigned=unsigned)
    from auditor.attest import attest, basis, judged_at  # noqa: PLC0415 - loads the cryptography

    time = judged_at()
    inputs = [*others, *([key] if key else [])]
    with destination(file, run_dir, inputs, "--attest") as write:

        def seal(examined: Examined, verdict: Verdict) -> None:
            if verdict.root_sha256 is None:
                complain(
                    "no attestation was written: some file could not be read, so no digest binds the verdict to the run",
                    f"see the gaps in the verdict; what {file} held before, if anything, is not of this verdict",
                )
                return
            signer = signing.signer if signing else None
            write(attest(verdict, basis(examined), time=time, signer=signer).decode())
            _tell(file, signing)

        yield seal


def _tell(file: Path, signing: SigningKey | None) -> None:
    if signing is None:
        complain(f"the attestation {file} is NOT SIGNED: anyone could have written it", "give --key to sign it")
    else:
        complain(f"attestation written to {file}, signed under key id {signing.key_id}")


def _signing(key: Path | None, run_dir: Path | None, *, unsigned: bool) -> SigningKey | None:
    """Return the key to sign with, None where the operator asked for no signature."""
    if unsigned:
        if key is not None:
            raise OperatorError("--key and --unsigned contradict each other", "give one of them")
        return None
    from auditor.attest import signing_key  # noqa: PLC0415 - loads the cryptography

    if key is not None:
        _refuse_inside(key, run_dir, "the signing key")
    found = signing_key(key)
    if found is None:
        raise OperatorError(
            "there is no key to sign the attestation with",
            "make one with `cto-audit keygen`, and give it with --key or in CTO_AUDIT_SIGNING_KEY; or ask for --unsigned",
        )
    if found.caution:
        complain(f"warning: {found.caution}", "chmod 600 the file")
    return found


def _refuse_inside(key: Path, run_dir: Path | None, what: str) -> None:
    """Refuse a key that the run could have written itself."""
    if run_dir is not None and key.resolve().is_relative_to(run_dir.resolve()):
        raise OperatorError(f"{what} {key} lies inside the run directory", "keep keys outside of what they judge")
