"""The patterns of one rules folder, ready to scan any number of artifacts."""

from __future__ import annotations

from pathlib import Path

from auditor.secrets.hit import Hit
from auditor.secrets.marks import Marks, build
from auditor.secrets.patterns import Pattern, load_patterns
from auditor.secrets.prefilter import Prefilter
from auditor.secrets.scan import Scan


class Engine:
    """All patterns and their prefilter. Scans of one engine may run in several threads."""

    def __init__(self, patterns: tuple[Pattern, ...], *, vector: bool = True) -> None:
        self.patterns = patterns
        self._marks: Marks = build(patterns)
        self._prefilter = Prefilter(self._marks.literals, vector=vector)

    @classmethod
    def load(cls, folder: Path, *, vector: bool = True) -> Engine:
        """Read the patterns in `folder`. With `vector` false, vectorscan is not used even where it is installed.

        Raises ValueError for a folder without patterns or with a table that is not well formed.
        """
        return cls(load_patterns(folder), vector=vector)

    def scan(self, path: str) -> Scan:
        """Begin one artifact; `path` is the name its findings carry."""
        return Scan(self._marks, self._prefilter, path)

    def scan_text(self, text: str, path: str = "") -> list[Hit]:
        """The findings in a short text, such as a file name or a line of output, in all views. They have no line."""
        scan = Scan(self._marks, self._prefilter, path, lines=False)
        scan.feed(text.encode("utf-8", "surrogateescape"))
        hits, _ = scan.close()
        return hits
