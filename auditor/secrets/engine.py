"""The patterns of one rules folder, ready to scan any number of artifacts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from auditor.secrets.fingerprints import Fingerprints
from auditor.secrets.hit import Hit
from auditor.secrets.known import Known
from auditor.secrets.marks import build
from auditor.secrets.patterns import Pattern, load_patterns
from auditor.secrets.prefilter import Prefilter
from auditor.secrets.scan import Scan, Sources


class Engine:
    """All patterns and their prefilter. Scans of one engine may run in several threads."""

    def __init__(
        self,
        patterns: tuple[Pattern, ...],
        *,
        vector: bool = True,
        keep: bool = False,
        known: tuple[Known, ...] = (),
        fingerprints: tuple[Fingerprints, ...] = (),
    ) -> None:
        self.patterns = patterns
        self._vector = vector
        self._known = known
        marks = build(patterns, known)
        self._sources = Sources(marks, Prefilter(marks.literals, vector=vector, keep=keep), fingerprints)

    @classmethod
    def load(cls, folder: Path, *, vector: bool = True, keep: bool = False) -> Engine:
        """Read the patterns in `folder`. With `vector` false, vectorscan is not used even where it is installed.

        With `keep`, what is compiled for vectorscan is kept for later processes; see `auditor.secrets.compiled`.
        Raises ValueError for a folder without patterns or with a table that is not well formed.
        """
        return cls(load_patterns(folder), vector=vector, keep=keep)

    def with_known(self, values: Iterable[bytes], fingerprints: Iterable[Fingerprints] = ()) -> Engine:
        """An engine that also looks for these values, and for any sixteen characters of them, in every view.

        Raises ValueError, without the value, for one too short to be told from chance.
        """
        known = (*self._known, *(Known(value) for value in values))
        every = (*self._sources.fingerprints, *fingerprints)
        return Engine(self.patterns, vector=self._vector, known=known, fingerprints=every)

    @property
    def accelerated(self) -> bool | None:
        """Whether vectorscan is in use: None before there was enough to scan to ask for it."""
        return self._sources.prefilter.vectorised

    def accelerate(self) -> None:
        """Compile vectorscan's database now, for a process that will scan a lot. What is found stays the same."""
        self._sources.prefilter.accelerate()

    def prepare(self) -> None:
        """As `accelerate`, in a thread: for a process that has something else to do until there is enough to scan."""
        self._sources.prefilter.prepare()

    def scan(self, path: str) -> Scan:
        """Begin one artifact; `path` is the name its findings carry."""
        return Scan(self._sources, path)

    def scan_text(self, text: str, path: str = "") -> list[Hit]:
        """The findings in a short text, such as a file name or a line of output, in all views. They have no line."""
        scan = Scan(self._sources, path, lines=False)
        scan.feed(text.encode("utf-8", "surrogateescape"))
        hits, _ = scan.close()
        return hits
