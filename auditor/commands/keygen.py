"""``cto-audit keygen PREFIX``: a key pair to sign attestations with, and to verify them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from auditor.cli_output import say
from auditor.emit.safe import safe


class KeyPairMade(msgspec.Struct, frozen=True):
    """What the command prints with ``--json``: the two files and the key's id."""

    schema: str
    private: str
    public: str
    key_id: str


def command(
    prefix: Annotated[
        Path, typer.Argument(metavar="PREFIX", help="Where to write: PREFIX.key and PREFIX.pub.", show_default=False)
    ],
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> int:
    """Make an Ed25519 key pair: PREFIX.key to sign with, which only you can read, and PREFIX.pub to give away.

    Nothing is ever overwritten. Keep the private key away from the machine that runs the agents, or in a secret store
    whose content a job gets in the variable CTO_AUDIT_SIGNING_KEY.

    \b
    Example:
      cto-audit keygen auditor
      cto-audit RUN_DIR --attest verdict.json --key auditor.key
      cto-audit verify verdict.json RUN_DIR --key auditor.pub

    \b
    Exit codes: 0 made, 2 usage error: a file of that name exists, or cannot be written.
    """
    from auditor.attest import generate  # noqa: PLC0415 - loads the cryptography

    pair = generate(prefix)
    if json:
        from auditor.published_json import as_json  # noqa: PLC0415

        say(as_json(KeyPairMade("cto-audit-key/v1", str(pair.private), str(pair.public), pair.key_id)))
    else:
        say(
            f"private key  {safe(str(pair.private))}  (keep it: whoever has it can sign as you)\n"
            f"public key   {safe(str(pair.public))}  (give it to everyone who verifies)\n"
            f"key id       {pair.key_id}\n"
        )
    return 0
