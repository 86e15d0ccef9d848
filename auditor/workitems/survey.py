"""Walk documents and work items: every claim and whether it is supported, every decision record, every item in waiting."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from auditor.attest import Refused
from auditor.attest.envelope import MAX_BYTES as MAX_ATTESTATION_BYTES
from auditor.errors import OperatorError
from auditor.facts import Gap
from auditor.walk import walk
from auditor.workitems.admissions import Given
from auditor.workitems.block import find_block
from auditor.workitems.claim_text import Claimed, claims_of
from auditor.workitems.decisions import decisions_of
from auditor.workitems.document import MAX_BYTES, read_document
from auditor.workitems.folder import opened
from auditor.workitems.item import item_id
from auditor.workitems.stored import ENDING
from auditor.workitems.support import Answer, Found, Judge, Stored
from auditor.workitems.trust import Trust

MARKDOWN = (".md", ".markdown", ".mdown", ".mkd")


class Surveyed(msgspec.Struct):
    """All that was found: `documents` are the Markdown files, `found` those that could be read, `gaps` what could not.

    `judged` has every claim with its answer, `arrived` every blocked work item whose support is there.
    """

    documents: list[Path] = msgspec.field(default_factory=list)
    found: list[Found] = msgspec.field(default_factory=list)
    judged: list[tuple[Found, Claimed, Answer]] = msgspec.field(default_factory=list)
    arrived: list[tuple[Found, Answer]] = msgspec.field(default_factory=list)
    gaps: list[Gap] = msgspec.field(default_factory=list)


def survey(paths: Sequence[Path], trust: Trust | None, admissions: Sequence[Given] | None) -> Surveyed:
    """Read every Markdown document at or below the paths, and judge what they claim.

    `trust` says which attestations count; without it no claim can be more than `unchecked`. No link below a path is
    followed. Raise `OperatorError` where a path does not exist.
    """
    result = Surveyed()
    attestations: list[Path] = []
    for path in dict.fromkeys(paths):
        if not os.path.lexists(path):
            raise OperatorError(f"there is no file or folder {path}", "name documents, or folders of documents")
        for each in _files(path, result):
            if each.name.endswith(ENDING):
                attestations.append(each)
            elif each.name.lower().endswith(MARKDOWN) or each == path:
                result.documents.append(each)
    result.documents = list(dict.fromkeys(result.documents))
    for each in result.documents:
        _read(each, result)
    verdicts = [] if trust is None else [*_verified(dict.fromkeys(attestations), trust)]
    judge = Judge(result.found, verdicts, trust, admissions)
    for found in result.found:
        result.judged += [(found, claim, judge.support(found, claim)) for claim in found.claims]
        arrived = judge.arrived(found)
        if arrived is not None:
            result.arrived.append((found, arrived))
    return result


def _files(path: Path, result: Surveyed) -> Iterator[Path]:
    """Yield the regular files at or below a path, in order; what else is called like a document is a gap."""
    if not path.is_dir():
        yield path
        return
    try:
        root = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        result.gaps.append(Gap(os.fspath(path), f"the folder cannot be opened: {error.strerror}"))
        return
    try:
        for entry in walk(root):
            if ".git" in entry.path.split("/")[:-1]:
                continue
            if entry.what == "file":
                yield path / entry.path
            elif entry.what == "gap":
                result.gaps.append(Gap(os.fspath(path / entry.path), entry.note))
            elif entry.path.lower().endswith(MARKDOWN):
                result.gaps.append(Gap(os.fspath(path / entry.path), f"a {entry.note} is not read"))
    finally:
        os.close(root)


def _read(path: Path, result: Surveyed) -> None:
    shown = os.fspath(path)
    try:
        real = path.resolve(strict=True)
        with opened(real.parent) as folder:
            document = read_document(folder.required(real.name, MAX_BYTES).data)
        block = find_block(document)
    except OperatorError as error:
        result.gaps.append(Gap(shown, error.sentence))
        return
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, in older Pythons
        reason = getattr(error, "strerror", None) or "a loop of links"
        result.gaps.append(Gap(shown, f"the file cannot be opened: {reason}"))
        return
    if document.front is None and document.fault_line > 1:  # there is one, and what it claims cannot be read
        result.gaps.append(Gap(shown, document.fault, document.fault_line))
    identity = item_id(document.front, path.name) if document.front else None
    claims = tuple(claims_of(document, block))
    result.found.append(Found(path, document, block, identity, claims, tuple(decisions_of(document))))


def _verified(attestations: Iterator[Path] | dict[Path, None], trust: Trust) -> Iterator[Stored]:
    """Yield the attestations that verify. The others support nothing, and whoever relies on one is told so by the gate."""
    for path in attestations:
        try:
            with opened(path.parent) as folder:
                yield Stored(path, trust.authentic(folder.required(path.name, MAX_ATTESTATION_BYTES).data))
        except (OperatorError, Refused):
            continue
