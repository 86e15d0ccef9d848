"""What an operator has looked at and allows: by fingerprint, with a reason, counted and shown, never silent.

``allow.toml`` holds ``[[allow]]`` tables with a keyed `fingerprint` and a `reason`; a detect-secrets baseline names the
file, the type and the SHA-1 of each secret that was reviewed.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from auditor.secrets.hit import Hit, fingerprint


class Allowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One allowed value: its fingerprint under the site's key, why it is allowed, and where, if not everywhere."""

    fingerprint: str
    reason: str
    path: str | None = None
    detector: str | None = None


class Suppressed(msgspec.Struct, frozen=True):
    """A finding that an allow-list took out of the count, by fingerprint, and the reason it gave."""

    path: str
    line: int | None
    detector: str
    fingerprint: str
    reason: str


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

    @classmethod
    def load(cls, allow: Path | None = None, baseline: Path | None = None) -> AllowList:
        """Read an ``allow.toml``, a ``.secrets.baseline``, both or none; a file that is not there allows nothing.

        Raises ValueError, naming the file, for one that is not well formed or gives no reason.
        """
        entries: tuple[Allowed, ...] = ()
        reviewed = None
        if allow is not None and allow.exists():
            try:
                entries = msgspec.convert(tomllib.loads(allow.read_text("utf-8")), _AllowFile, strict=False).allow
            except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
                raise ValueError(f"{allow.name}: {error}") from error
            if not all(entry.reason.strip() for entry in entries):
                raise ValueError(f"{allow.name}: every allowed value needs a reason")
        if baseline is not None and baseline.exists():
            try:
                reviewed = msgspec.json.decode(baseline.read_bytes(), type=_Baseline)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise ValueError(f"{baseline.name}: {error}") from error
        return cls(entries, reviewed)

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
                suppressed.append(Suppressed(hit.path, hit.line, hit.detector, print_, reason))
        return counted, suppressed

    def _reason(self, hit: Hit, print_: str, value: bytes) -> str | None:
        for entry in self._allowed.get(print_, ()):
            if entry.path in {None, hit.path} and entry.detector in {None, hit.detector}:
                return entry.reason
        # A baseline names secrets by their SHA-1: that is its format, and proves nothing here but sameness.
        sha1 = hashlib.sha1(value, usedforsecurity=False).hexdigest()
        return self._reviewed.get((hit.path, sha1))
