r"""Digest manifests: ``digests.json`` and coreutils' checksum files.

Format of the latter: https://www.gnu.org/software/coreutils/manual/html_node/cksum-output-modes.html — a digest, a
space, a space or ``*``, a name; a leading backslash says that ``\n``, ``\r`` and ``\\`` are escapes in the name; with
``--tag`` the line is ``SHA256 (name) = digest``.
"""

from __future__ import annotations

import re
from typing import Any

from auditor.records.collector import Notes
from auditor.records.json_text import pointer_step
from auditor.records.record import Record
from auditor.sources._listing import Listing

KINDS = ("digests",)
FACTS = frozenset({"document.digests", "digest.listed", "digest.unreadable-line"})

_PLAIN = re.compile(rb"(\\?)([0-9a-fA-F]{8,128}) [ *](.+)", re.DOTALL)
_TAGGED = re.compile(rb"(\\?)([A-Za-z0-9/-]{2,16}) \((.+)\) = ([0-9a-fA-F]{8,128})", re.DOTALL)
_ALGORITHM_OF_LENGTH = {32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512"}
_ESCAPES = {b"\\n": b"\n", b"\\r": b"\r", b"\\\\": b"\\"}


class Source:
    """Notes each file that the manifest lists."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def document(self, data: dict[str, Any]) -> None:
        """Read ``digests.json``."""
        record = Record(self._notes.path, None, data)
        self._notes.fact("document.digests", record)
        algorithm = (record.text("algorithm") or "unnamed").lower().replace("-", "")
        files = record.get("files")
        for path, digest in (files if isinstance(files, dict) else {}).items():
            listed = Listing(path, digest if isinstance(digest, str) else None, algorithm)
            self._notes.fact("digest.listed", listed, None, f"/files/{pointer_step(path)}")

    def plain(self, line: int, data: bytes) -> None:
        """Read one line of a checksum file."""
        data = data.removesuffix(b"\r")
        if not data.strip() or data.startswith(b"#"):
            return
        if match := _PLAIN.fullmatch(data):
            escaped, digest, name = match.groups()
            algorithm = _ALGORITHM_OF_LENGTH.get(len(digest), "unknown")
        elif match := _TAGGED.fullmatch(data):
            escaped, tag, name, digest = match.groups()
            algorithm = tag.decode().lower().replace("-", "")
        else:
            self._notes.fact("digest.unreadable-line", "", line)
            return
        if escaped:
            name = re.sub(rb"\\[nr\\]", lambda found: _ESCAPES[found.group()], name)
        path = name.decode("utf-8", "surrogateescape")
        self._notes.fact("digest.listed", Listing(path, digest.decode().lower(), algorithm), line)

    def close(self) -> None:
        """A checksum file has no end mark."""
