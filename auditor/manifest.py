"""Manifests against what is there: which listed file matches, which file nobody listed.

Only SHA-256 proves anything; weaker algorithms neither cover a file nor contradict one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

import msgspec

from auditor.facts import Artifact, Fact, visible
from auditor.sources._listing import Listing

STRONG = "sha256"
_HEX = re.compile(r"[0-9a-f]{64}")


class Fault(msgspec.Struct, frozen=True):
    """One manifest entry that does not agree with what is there; `fact` is the entry."""

    fact: Fact
    because: str


class Comparison(msgspec.Struct, frozen=True):
    """All manifests of a run compared with its files.

    `manifests` are the paths of those that list anything strong. `faults` are contradictions, `unlisted` regular files
    that nothing strong lists, `unread` listed files that could not be digested, `weakly` what only weak entries list.
    `status` gives each artifact's `digest` word (see `Artifact`).
    """

    manifests: tuple[str, ...]
    faults: tuple[Fault, ...]
    unlisted: tuple[str, ...]
    unread: tuple[str, ...]
    weakly: frozenset[str]
    status: Mapping[str, str]


def compare(listed: Collection[Fact], artifacts: Iterable[Artifact], specials: Mapping[str, str]) -> Comparison:
    """Compare. `listed` are `digest.listed` facts, `specials` the entries that are no regular file, by path."""
    files = {artifact.path: artifact for artifact in artifacts}
    faults: list[Fault] = []
    manifests: dict[str, None] = {}
    unread: dict[str, None] = {}
    said: dict[str, str] = {}
    status: dict[str, str] = {}
    weak: set[str] = set()
    for fact in listed:
        entry: Listing = fact.value
        if entry.algorithm != STRONG:
            weak.add((entry.path or "").removeprefix("./"))
            continue
        manifests[fact.where.path] = None
        path, fault = _place(entry)
        if path is None:
            faults.append(Fault(fact, fault))
            continue
        file = files.get(path)
        fault = _fault(entry, path, file, specials, said)
        if fault:
            faults.append(Fault(fact, fault))
            status[path] = "mismatch"
        elif file is not None and file.sha256 is None:
            unread[path] = None
        else:
            status.setdefault(path, "match")
    exempt = _exempt(files.values(), {fact.where.path for fact in listed})
    for path, file in files.items():
        if file.sha256 is None:
            status[path] = "unread"
        else:
            status.setdefault(path, "exempt" if path in exempt else "unlisted")
    unlisted = tuple(path for path, word in status.items() if word == "unlisted")
    return Comparison(tuple(manifests), tuple(faults), unlisted, tuple(unread), frozenset(weak), status)


def _place(entry: Listing) -> tuple[str | None, str]:
    """Return the normal form of the listed path, or None and what is wrong with it."""
    if entry.path is None or entry.path == "":
        return None, "the entry names no file"
    path = entry.path
    if path.startswith("/"):
        return None, f"{visible(path)} is absolute: a manifest lists files of its own run"
    parts = path.split("/")
    if ".." in parts or "\0" in path:
        return None, f"{visible(path)} leads out of the run directory"
    return "/".join(part for part in parts if part not in ("", ".")), ""


def _fault(entry: Listing, path: str, file: Artifact | None, specials: Mapping[str, str], said: dict[str, str]) -> str:
    digest = (entry.digest or "").lower()
    shown = visible(path)
    if path in specials:
        return f"{shown} is listed, but is a {specials[path]}"
    if not _HEX.fullmatch(digest):
        return f"{shown} is listed without a SHA-256"
    if said.setdefault(path, digest) != digest:
        return f"{shown} is listed with two different digests"
    if file is None:
        return f"{shown} is listed, but is not there"
    if file.sha256 is not None and file.sha256 != digest:
        return f"{shown} is not what was listed: its digest differs"
    if entry.sized and entry.bytes is None:
        return f"{shown} is listed without its size"
    if entry.sized and file.sha256 is not None and entry.bytes != file.bytes:
        return f"{shown} has {file.bytes} bytes, and {entry.bytes} are listed"
    return ""


def _exempt(files: Collection[Artifact], listing: set[str]) -> set[str]:
    """Return what need not be listed: manifest files, and the report where its own list is the only manifest.

    A file that only bears a manifest's name, and lists nothing, is one more file.
    """
    manifests = {file.path for file in files if file.kind == "digests" and file.path in listing}
    return manifests or {file.path for file in files if file.kind == "report"}
