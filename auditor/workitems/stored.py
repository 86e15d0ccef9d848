"""The attestations that lie beside a work item, where `attach` put them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from auditor.attest import Refused
from auditor.attest.envelope import MAX_BYTES
from auditor.errors import OperatorError
from auditor.workitems.block import Block, Files
from auditor.workitems.folder import Folder
from auditor.workitems.standing import Believe, Standing

ENDING = ".intoto.jsonl"
PROOF_ENDING = ".tlog-proof"
_WORK_ITEM_ENDINGS = (".md", ".markdown", ".mdown", ".mkd")
_DIGEST_DIGITS = 12
_MAX_NAME = 240
_LONGEST_RUN_ID = 80
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


def names_for(item_name: str, standing: Standing, *, proof: bool) -> Files:
    """Return what an attestation and its proof are called beside the work item with the file name `item_name`.

    Named by work item, run and digest: two verdicts on one run are two files, and no file is ever two verdicts.
    """
    stem = _stem(item_name)
    run = _UNSAFE.sub("_", standing.run_id)[:_LONGEST_RUN_ID]
    rest = f".{run}.{standing.sha256[:_DIGEST_DIGITS]}"
    while len(os.fsencode(stem + rest + ENDING)) > _MAX_NAME:
        stem = stem[:-1]
    return Files(stem + rest + ENDING, stem + rest + PROOF_ENDING if proof else None)


def proof_name(attestation: str) -> str:
    """Return what the inclusion proof of the attestation with this file name is called, where it has one."""
    return attestation.removesuffix(ENDING) + PROOF_ENDING


def is_stored_name(name: str) -> bool:
    """Tell whether a file that a block links to has a name that `attach` could have given: in the same folder, no other."""
    return "/" not in name and "\0" not in name and not name.startswith(".") and name.endswith((ENDING, PROOF_ENDING))


def beside(folder: Folder, item_name: str, block: Block | None) -> Iterator[str]:
    """Yield the names of the attestations that belong to a work item: those named after it, and the one it links to.

    Where another work item's name goes on where this one's ends (``A.md`` and ``A.draft.md``), what is named after that
    one is not this one's.
    """
    prefix = _stem(item_name) + "."
    names = folder.names()
    others = tuple(
        f"{_stem(name)}." for name in names if name.startswith(prefix) and name.lower().endswith(_WORK_ITEM_ENDINGS)
    )
    longer = tuple(other for other in others if len(other) > len(prefix))
    for name in names:
        own = name.startswith(prefix) and not (longer and name.startswith(longer))
        if name.endswith(ENDING) and (own or (block and name == block.attestation)):
            yield name


def believed(folder: Folder, names: Iterator[str], believe: Believe) -> Iterator[tuple[str, Standing]]:
    """Yield the named attestations that verify, with what they say.

    One that does not verify, or cannot be read, says nothing: anybody can put a file there.
    """
    for name in names:
        try:
            found = folder.read(name, MAX_BYTES)
            if found is not None:
                yield name, believe(found.data)
        except (OperatorError, Refused):
            continue


def _stem(item_name: str) -> str:
    return os.path.splitext(item_name)[0]  # noqa: PTH122 - a name, not a path
