"""What an operator has looked at and allows: by fingerprint, with a reason, counted and shown, never silent.

``allow.toml`` holds ``[[allow]]`` tables with a keyed `fingerprint` and a `reason`; a detect-secrets baseline names the
file, the type and the SHA-1 of each secret that was reviewed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Container, Iterable
from pathlib import Path

import msgspec
import tomli

from auditor.facts import Suppressed
from auditor.secrets.hit import FINGERPRINT_DIGITS, Hit, fingerprint

MAX_LIST_BYTES = 1 << 24
"""A longer list is no list that anybody has reviewed, and is refused."""

_FINGERPRINT = re.compile(f"[0-9a-f]{{{FINGERPRINT_DIGITS}}}")


class Allowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One allowed value: its fingerprint under the site's key, why it is allowed, and where, if not everywhere."""

    fingerprint: str
    reason: str
    path: str | None = None
    detector: str | None = None


class _AllowFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    allow: tuple[Allowed, ...] = ()


class _Reviewed(msgspec.Struct, frozen=True):
    hashed_secret: str
    type: str = ""
    is_secret: bool | None = None


class _Baseline(msgspec.Struct, frozen=True):
    results: dict[str, tuple[_Reviewed, ...]]
    version: str = ""


class AllowList:
    """Decides which findings are allowed."""

    def __init__(self, allowed: Iterable[Allowed] = (), baseline: _Baseline | None = None) -> None:
        self._allowed: dict[str, list[Allowed]] = {}
        for entry in allowed:
            self._allowed.setdefault(entry.fingerprint, []).append(entry)
        self._reviewed = {
            (path, entry.hashed_secret): f"reviewed in the detect-secrets baseline as {entry.type or 'a secret'}"
            for path, entries in (baseline.results if baseline else {}).items()
            for entry in entries
            if entry.is_secret is not True
        }
        self._files: tuple[_File, ...] = ()

    @classmethod
    def load(cls, allow: Path | None = None, baseline: Path | None = None) -> AllowList:
        """Read an ``allow.toml``, a ``.secrets.baseline``, both or none.

        Raises ValueError, naming the file, for one that is not well formed or gives no reason, and OSError for one that
        cannot be read: a list that was asked for and is not there must not pass for an empty one.
        """
        files = [_File(path) for path in (allow, baseline) if path is not None]
        entries = () if allow is None else _entries(files[0].content, allow.name)
        loaded = cls(entries, None if baseline is None else _reviews(files[-1].content, baseline.name))
        loaded._files = tuple(files)
        return loaded

    def __or__(self, other: AllowList) -> AllowList:
        """Return the list that allows what either allows; where both do, this one's reason is given."""
        both = AllowList()
        for each in (self, other):
            for print_, entries in each._allowed.items():
                both._allowed.setdefault(print_, []).extend(entries)
        both._reviewed = other._reviewed | self._reviewed
        both._files = self._files + other._files
        return both

    def lies_in(self, folder: Path, inodes: Container[tuple[int, int]] = ()) -> bool:
        """Tell whether any of the files that were read is inside `folder`, links followed on both sides.

        `inodes` are the files known to be inside, as (device, inode), by which another hard link to one shows.
        """
        inside = folder.resolve()
        return any(file.path.is_relative_to(inside) or file.identity in inodes for file in self._files)

    def split(self, hits: Iterable[Hit], key: bytes) -> tuple[list[Hit], list[Suppressed]]:
        """The hits that count, and those that are allowed, each with its reason. `key` is the fingerprints' key."""
        counted: list[Hit] = []
        suppressed: list[Suppressed] = []
        for hit in hits:
            value = hit.value.encode("utf-8", "surrogateescape")
            print_ = fingerprint(key, value)
            reason = self._reason(hit, print_, value)
            if reason is None:
                counted.append(hit)
            else:
                suppressed.append(Suppressed(**msgspec.structs.asdict(hit.seal(key)), reason=reason))
        return counted, suppressed

    def _reason(self, hit: Hit, print_: str, value: bytes) -> str | None:
        for entry in self._allowed.get(print_, ()):
            if entry.path in {None, hit.path} and entry.detector in {None, hit.detector}:
                return entry.reason
        # A baseline names secrets by their SHA-1: that is its format, and proves nothing here but sameness.
        sha1 = hashlib.sha1(value, usedforsecurity=False).hexdigest()
        return self._reviewed.get((hit.path, sha1))


class _File:
    """A list as it was read: its content, and what tells where it came from."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            self.content = file.read(MAX_LIST_BYTES + 1)
        if len(self.content) > MAX_LIST_BYTES:
            raise ValueError(f"{path.name}: longer than {MAX_LIST_BYTES} bytes")
        self.identity = (status.st_dev, status.st_ino)
        self.path = path.resolve()


def _entries(content: bytes, name: str) -> tuple[Allowed, ...]:
    try:
        entries = msgspec.convert(tomli.loads(content.decode("utf-8")), _AllowFile, strict=False).allow
    except (ValueError, msgspec.ValidationError, RecursionError) as error:
        raise ValueError(f"{name}: {error}") from error
    for number, entry in enumerate(entries, 1):
        if not _FINGERPRINT.fullmatch(entry.fingerprint):
            # Not quoted: whoever mistakes the field for the value's place has written the secret here.
            raise ValueError(f"{name}: entry {number} has no fingerprint of {FINGERPRINT_DIGITS} hex digits")
        if not entry.reason.strip():
            raise ValueError(f"{name}: entry {number} gives no reason")
    return entries


def _reviews(content: bytes, name: str) -> _Baseline:
    try:
        return msgspec.json.decode(content, type=_Baseline)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"{name}: {error}") from error
