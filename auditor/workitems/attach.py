"""Attach a verdict to a work item: the attestation beside it, the block and the front-matter keys in it.

All of it happens or none of it: what would be written is computed, read back and compared first, the attestation is on the
disk before the work item refers to it, and the work item is exchanged at one stroke.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from auditor.errors import OperatorError
from auditor.instants import rfc3339
from auditor.workitems.block import Block, Files, find_block, place_block, render
from auditor.workitems.document import MAX_BYTES, Document, read_document
from auditor.workitems.folder import Folder, Found, opened
from auditor.workitems.item import Item, read_item, real_path
from auditor.workitems.splice import set_keys
from auditor.workitems.standing import KEYS, STAGE2_PASS, Believe, Standing
from auditor.workitems.stored import believed, beside, is_stored_name, names_for

_BY_HAND = "keep what a person wrote there elsewhere, then attach again with --force, which rewrites it"
_HEX_DIGITS = 64


class Verdict(msgspec.Struct, frozen=True):
    """What is attached: what the attestation says, its bytes, and the proof that a log has it, where one is in use."""

    standing: Standing
    attestation: bytes
    proof: bytes | None = None


class Attached(msgspec.Struct, frozen=True):
    """What came of it for one work item. `changed` is false where everything was there already."""

    path: str
    item: str
    changed: bool
    attestation: str
    proof: str | None


def attach(path: Path, verdict: Verdict, believe: Believe, *, force: bool = False, dry_run: bool = False) -> Attached:
    """Attach a verified verdict to the work item `path`; doing so twice changes nothing.

    `believe` verifies the attestations that lie beside the work item already, so that none that is newer is replaced.
    With `force`, what was edited by hand in the block or the keys is rewritten. With `dry_run` nothing is written.

    Raise `OperatorError` where the file is no work item that can be edited without loss, where it carries a newer
    verdict, where a person edited what `attach` wrote, or where something cannot be written. Then nothing has changed.
    """
    _require_stage2(verdict.standing)
    target = real_path(path)
    with opened(target.parent, exclusive=not dry_run) as folder:
        found = _read(folder, target.name)
        document = read_document(found.data)
        item = read_item(document, target.name)
        if not force:
            _refuse_edits(item)
        _refuse_older(folder, target.name, item, verdict.standing, believe)
        files = _files(folder, target.name, item, verdict)
        changed = _edited(document, item, verdict.standing, files)
        is_new = changed != found.data
        if not dry_run:
            is_new = _write(folder, target.name, files, verdict, found, changed) or is_new
    return Attached(os.fspath(path), item.id, is_new, files.attestation, files.proof)


def _require_stage2(standing: Standing) -> None:
    if standing.decision == "pass" and not standing.passes:
        raise OperatorError(
            f"the attested run passes, but not as Stage 2 (no {STAGE2_PASS}), so it says nothing of a Stage 2 claim",
            "attach the verdict of a real Case Stage 2 run; `--as comment` prints this one",
        )


def _read(folder: Folder, name: str) -> Found:
    found = folder.required(name, MAX_BYTES)
    if found.status.st_nlink > 1:
        raise OperatorError(
            f"it is one of {found.status.st_nlink} hard links to a file, and the others would keep the old content",
            "make it a file of its own: copy it, and move the copy into its place",
        )
    if not found.status.st_mode & 0o222:
        raise OperatorError("it is read-only", "make it writable if it is meant to be edited")
    return found


def _refuse_edits(item: Item) -> None:
    """Refuse to overwrite what somebody else wrote where only `attach` writes."""
    block = item.block
    if block is None:
        stated = item.front.text(KEYS[2]) or ""
        if len(stated) == _HEX_DIGITS:
            raise OperatorError(
                f"its front matter states a verdict ({KEYS[2]}), but the block with its history is gone", _BY_HAND
            )
        return
    if not block.intact or not block.history:
        raise OperatorError(f"the verdict block on line {block.line} was edited by hand", _BY_HAND)
    for key, written in ((KEYS[0], block.history[0].decision), (KEYS[2], block.history[0].sha256)):
        if item.front.text(key) != written:
            raise OperatorError(f"its front matter's {key} is not that of its verdict block", _BY_HAND)


def _refuse_older(folder: Folder, name: str, item: Item, standing: Standing, believe: Believe) -> None:
    """Refuse to replace a newer verdict, whether the block tells of it or its attestation lies beside the work item."""
    known = {past.sha256: past.judged for past in (item.block.history if item.block else ())}
    known |= {each.sha256: each.judged for _, each in believed(folder, beside(folder, name, item.block), believe)}
    newer = {sha256: judged for sha256, judged in known.items() if judged > standing.judged}
    newer.pop(standing.sha256, None)
    if newer:
        sha256, judged = max(newer.items(), key=lambda each: each[1])
        raise OperatorError(
            f"it has a newer verdict, of {rfc3339(judged)} (attestation sha256 {sha256}); this one is of"
            f" {rfc3339(standing.judged)}",
            "judge the run again if this is the one that counts, and attach that verdict",
        )


def _files(folder: Folder, name: str, item: Item, verdict: Verdict) -> Files:
    """Return the names to store under: those that the block has already, if it is about this very attestation."""
    planned = names_for(name, verdict.standing, proof=verdict.proof is not None)
    block = item.block
    if block is None or not block.history or block.history[0].sha256 != verdict.standing.sha256:
        return planned
    attestation, proof = planned.attestation, planned.proof
    if _is_stored(folder, block.attestation, verdict.attestation):
        attestation = block.attestation or attestation
    if proof is None and block.proof is not None and is_stored_name(block.proof) and folder.read(block.proof, 0):
        proof = block.proof
    return Files(attestation, proof)


def _is_stored(folder: Folder, name: str | None, data: bytes) -> bool:
    """Tell whether the file that a block links to holds this very content."""
    if name is None or not is_stored_name(name):
        return False
    there = folder.read(name, len(data))
    return there is not None and there.data == data


def _edited(document: Document, item: Item, standing: Standing, files: Files) -> bytes:
    """Return the work item's new content, read back and compared: the block and the keys are there, all else is as it was."""
    lines = render(standing, item.id, files, item.block.history if item.block else ())
    placed = read_document(place_block(document, item.block, lines).encode())
    changed = set_keys(placed, standing.front_matter)
    block = _standing_alone(changed)
    if block is None or list(block.lines) != lines[1:-1] or not block.intact:
        raise OperatorError(
            "the verdict block would not stand on its own: the document ends inside a code fence, a comment or other HTML",
            "close what is open at the end of the document",
        )
    reference = set_keys(document, standing.front_matter)
    if _without_block(changed, block) != _without_block(reference, _standing_alone(reference)):
        raise OperatorError("the edit would change more than the verdict", "mend the front matter by hand")
    return changed.text.encode()


def _standing_alone(document: Document) -> Block | None:
    """Return the block of a document that was edited, None where it would be part of something else."""
    try:
        return find_block(document)
    except OperatorError:
        return None


def _without_block(document: Document, block: Block | None) -> str:
    """Return the document's text without its block and the line ends around it."""
    text = document.text
    if block is None:
        return text.rstrip("\r\n")
    return (text[: block.start] + text[block.end :]).rstrip("\r\n")


def _write(folder: Folder, name: str, files: Files, verdict: Verdict, found: Found, changed: bytes) -> bool:
    """Store the attestation and its proof, then exchange the work item; return whether anything was stored.

    Where that fails, what was not there before is removed again.
    """
    contents = [(files.attestation, verdict.attestation)]
    if files.proof is not None and verdict.proof is not None:
        contents.append((files.proof, verdict.proof))
    fresh: list[str] = []
    stored = False
    try:
        for each, data in contents:
            there = folder.read(each, len(data))
            if there is None or there.data != data:
                fresh += [each] if there is None else []
                folder.write(each, data)
                stored = True
        if stored:
            folder.sync()
        if changed != found.data:
            folder.write(name, changed, found)
    except BaseException:
        for each in fresh:
            folder.remove(each)
        raise
    folder.sync()
    return stored
