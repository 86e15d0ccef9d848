"""The run directory against the manifest of its attestation: is every byte still the one that was judged?"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from auditor import reader
from auditor.attest.statement import AttestedVerdict, ManifestEntry, SpecialEntry
from auditor.emit.safe import utf8
from auditor.errors import OperatorError
from auditor.facts import Artifact
from auditor.walk import walk

_UNREAD = "unread"


class Found(msgspec.Struct, frozen=True):
    """What is in a run directory now. `unread` are entries that could not be read, with the reason."""

    name: str
    files: tuple[Artifact, ...]
    specials: tuple[SpecialEntry, ...]
    unread: tuple[SpecialEntry, ...]

    @property
    def root_sha256(self) -> str:
        """The root digest of all files that could be read."""
        from auditor.gather import root_digest  # noqa: PLC0415 - loads what understands evidence, only for a run directory

        return root_digest(list(self.files))


class _Nothing:
    """Takes bytes that are only digested."""

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk and forget it."""


def look(run_dir: Path) -> Found:
    """Digest every file of the directory, following no link. Raise `OperatorError` where it cannot be opened at all."""
    try:
        root = os.open(run_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise OperatorError(f"the run directory {run_dir} cannot be opened: {reason}", "check the path") from None
    files: list[Artifact] = []
    specials: list[SpecialEntry] = []
    unread: list[SpecialEntry] = []
    try:
        for entry in walk(root):
            if entry.what == "special":
                specials.append(SpecialEntry(entry.path, entry.note))
            elif entry.what == "file":
                reading = reader.read(entry.folder, entry.name, None, _Nothing())
                if reading.sha256 is None:
                    unread.append(SpecialEntry(entry.path, reading.fault))
                else:
                    files.append(Artifact(entry.path, _UNREAD, "harness", reading.bytes, reading.sha256))
            else:
                unread.append(SpecialEntry(entry.path, entry.note))
    finally:
        os.close(root)
    name = os.path.basename(os.path.realpath(run_dir))  # noqa: PTH119 - Path would lose undecodable bytes no less
    return Found(name, tuple(files), tuple(specials), tuple(unread))


def differences(found: Found, attested: AttestedVerdict) -> list[str]:
    """Return one sentence for each thing that is not as it was attested; an empty list where nothing changed.

    The root digest decides, the manifest names. Names are masked as the attestation's are, so a credential in a name
    is never shown, and not yet safe to print.
    """
    same = found.root_sha256 == attested.root_sha256
    if same and not found.unread and not found.specials and not attested.specials:
        return []
    files, specials, unread = _masked(found)
    there = dict(specials)
    told = [f"{path} cannot be read: {why}" for path, why in unread]
    told += _links(there, attested)
    if not same:
        told += _files(files, attested.manifest, set(there) | {path for path, _ in unread})
    if not same and not told:
        told.append(
            "the root digest is another one, though every name and content looks the same: a name differs in bytes"
        )
    return told


def _links(there: dict[str, str], attested: AttestedVerdict) -> list[str]:
    before = {entry.path: entry.what for entry in attested.specials}
    files = {entry.path for entry in attested.manifest}
    told: list[str] = []
    for path in sorted(there.keys() | before.keys()):
        now, then = there.get(path), before.get(path)
        if now == then:
            continue
        if now is None:
            told.append(f"{path} was removed: it was a {then}")
        elif path in files:
            told.append(f"{path} was linked or replaced: the file that was judged is now a {now}")
        else:
            told.append(f"{path} was added: it is a {now}")
    return told


def _files(now: Sequence[tuple[str, str]], manifest: Iterable[ManifestEntry], told_already: set[str]) -> list[str]:
    """Return what happened to the files; a file whose content is found under a new name alone was renamed."""
    before = {entry.path: entry.sha256 for entry in manifest}
    after = dict(now)
    gone = [path for path in before if path not in after and path not in told_already]
    new = [path for path in after if path not in before]
    origins: dict[str, list[str]] = defaultdict(list)
    for path in sorted(gone, reverse=True):
        origins[before[path]].append(path)
    told: dict[str, str] = {
        path: f"{path} was changed: its SHA-256 was {before[path]} and is {after[path]}"
        for path in before
        if path in after and before[path] != after[path]
    }
    for path in sorted(new):
        if origins.get(after[path]):
            origin = origins[after[path]].pop()
            gone.remove(origin)
            told[origin] = f"{origin} was renamed to {path}"
        else:
            told[path] = f"{path} was added"
    told |= {path: f"{path} was removed" for path in gone}
    return [told[path] for path in sorted(told)]


class _Names(msgspec.Struct, frozen=True):
    files: tuple[str, ...]
    specials: tuple[str, ...]
    unread: tuple[str, ...]


def _masked(found: Found) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]:
    """Return files with digests, special entries with their kind and unread ones with the reason, by masked name."""
    from auditor.engines import rules_engine  # noqa: PLC0415 - loads the secret engine, which no unchanged run needs
    from auditor.withhold import rewrite, withhold  # noqa: PLC0415

    names = _Names(
        tuple(each.path for each in found.files),
        tuple(each.path for each in found.specials),
        tuple(each.path for each in found.unread),
    )
    engine = rules_engine()
    hits = engine.scan_text("\n".join((*names.files, *names.specials, *names.unread)))
    safe = rewrite(withhold(names, engine, hits), utf8)
    return (
        list(zip(safe.files, (each.sha256 or "" for each in found.files), strict=True)),
        list(zip(safe.specials, (each.what for each in found.specials), strict=True)),
        list(zip(safe.unread, (each.what for each in found.unread), strict=True)),
    )
