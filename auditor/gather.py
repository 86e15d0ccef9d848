"""Gather the evidence of one run directory: walk it, read each file once, and keep facts."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import msgspec

from auditor import layout as layouts
from auditor import reader
from auditor.evidence import Special
from auditor.facts import Artifact, Gap
from auditor.layout import ArtifactKind, Layout
from auditor.places import rules_folder
from auditor.policy import Policy
from auditor.reader import Reading
from auditor.records.archives import GzipStream, ZipArchive
from auditor.records.collector import Collector, Notes
from auditor.records.documents import Document
from auditor.records.json_lines import JsonLines
from auditor.records.lines import LineReader
from auditor.records.packed import PackedDocument, inner_format
from auditor.records.text_lines import TextLines
from auditor.remembered import SMALL, Facts, Held, Known, Memory, Nowhere, size_of
from auditor.secrets import Engine, Hit
from auditor.sources import open_source
from auditor.tree import Place, Tree, open_tree
from auditor.walk import Entry


class Gathered(msgspec.Struct):
    """What one reading of a run directory gave.

    `hits` still know their values; they are sealed when the root digest, their fingerprint key, is known. `inodes` are
    the files' devices and inodes.
    """

    name: str
    artifacts: list[Artifact]
    collector: Collector
    hits: list[Hit]
    inodes: set[tuple[int, int]]

    @property
    def root_sha256(self) -> str | None:
        """The root digest, None if any regular file could not be read whole."""
        if any(artifact.sha256 is None for artifact in self.artifacts):
            return None
        return root_digest(self.artifacts)


def root_digest(artifacts: list[Artifact]) -> str:
    """Return SHA-256 of the sorted lines ``<sha256>  <path>`` of the artifacts that were read."""
    lines = sorted(
        f"{artifact.sha256}  ".encode() + os.fsencode(artifact.path) + b"\n"
        for artifact in artifacts
        if artifact.sha256
    )
    return hashlib.sha256(b"".join(lines)).hexdigest()


def gather(
    place: Place, policy: Policy, engine: Engine, *, chunk: int = reader.CHUNK, memory: Memory | None = None
) -> Gathered:
    """Read the run directory at `place` once. Raise `OperatorError` where it is no directory that can be opened.

    `memory` remembers artifacts of other runs; it changes how long it takes, and nothing else.
    """
    with open_tree(place) as tree:
        gathering = _Gathering(policy, engine, tree, chunk, memory)
        for entry in tree.entries():
            gathering.take(entry)
        gathering.scan_names()
        return Gathered(tree.name, gathering.artifacts, gathering.collector, gathering.hits, gathering.inodes)


def recognised(place: Place) -> Layout:
    """Return the first layout whose marks are in the run directory at `place`, else the first layout of all."""
    with open_tree(place) as tree:
        return layout_of(tree)


def layout_of(tree: Tree) -> Layout:
    """Return the layout of an open run directory."""
    known = _layouts()
    for layout in known:
        if any(tree.matches(mark) for mark in layout.marks):
            return layout
    return known[0]


@cache
def _layouts() -> tuple[Layout, ...]:
    """Return the rules' layouts; read once a process."""
    return layouts.load(rules_folder() / "layouts")


class _Gathering:
    def __init__(self, policy: Policy, engine: Engine, tree: Tree, chunk: int, memory: Memory | None) -> None:
        self._policy = policy
        self._engine = engine
        self._classify = layout_of(tree).classifier()
        self._tree = tree
        self._chunk = chunk
        self._memory = memory
        self.artifacts: list[Artifact] = []
        self.collector = Collector(policy.max_facts)
        self.hits: list[Hit] = []
        self._all = _Understood(self.collector, self.hits)
        self.inodes: set[tuple[int, int]] = set()
        self._names: list[str] = []

    def take(self, entry: Entry) -> None:
        """Take one entry of the walk."""
        if entry.what == "file":
            self._names.append(entry.path)
            self._file(entry)
        elif entry.what == "special":
            self._names.append(entry.path)
            notes = self.collector.notes(entry.path, "special", "harness")
            notes.fact("entry.special", Special(entry.path, entry.note))
        else:
            self.collector.gaps.append(Gap(entry.path, entry.note))

    def scan_names(self) -> None:
        """Scan the names of all entries: a name can hold a credential as well as a file can."""
        if not self._engine.scan_text("\n".join(self._names)):
            return
        for name in self._names:
            self.hits += self._engine.scan_text(name, name)

    def _file(self, entry: Entry) -> None:
        kind = self._classify(entry.path)
        if self._memory is None:
            reading = self._understand(entry, kind, partial(self._tree.read, entry, chunk=self._chunk), self._all)
        else:
            reading = self._remembering(entry, kind, self._memory)
        if reading.identity is not None:
            self.inodes.add(reading.identity)
        self.artifacts.append(Artifact(entry.path, kind.kind, kind.witness, reading.bytes, reading.sha256))

    def _remembering(self, entry: Entry, kind: ArtifactKind, memory: Memory) -> Reading:
        """Read a file, or only digest it where one like it is remembered."""
        read = partial(self._tree.read, entry, chunk=self._chunk)
        size = size_of(entry)
        if size is None:
            return self._understand(entry, kind, read, self._all)
        if size > SMALL:
            return self._large(entry, kind, memory, size)
        held = Held()
        reading = read(None, held)
        known = Known(reading.sha256 or "", entry.path, f"{kind.kind}/{kind.format}/{kind.witness}")
        recalled = None if reading.fault else memory.recall(known)
        if recalled is not None and self.collector.adopt(recalled.facts, recalled.kept):
            return reading
        replay = partial(held.replay, reading)
        alone = _Understood(Collector(self._policy.max_facts), [])
        self._understand(entry, kind, replay, alone)
        found = alone.collector
        if not self.collector.adopt(found.facts, found.kept):
            return self._understand(entry, kind, replay, self._all)
        self.collector.gaps += found.gaps
        self.hits += alone.hits
        if not found.gaps and not alone.hits:
            memory.keep(known, Facts(found.facts, found.kept), reading.bytes)
        return reading

    def _large(self, entry: Entry, kind: ArtifactKind, memory: Memory, size: int) -> Reading:
        """Read a large file, without a scan where its content is known to be clean."""
        read = partial(self._tree.read, entry, chunk=self._chunk)
        if memory.expects(size):
            sha256 = read(None, Nowhere()).sha256
            if sha256 is not None and memory.is_clean(sha256):
                alone = _Understood(Collector(self._policy.max_facts), [])
                reading = self._understand(entry, kind, lambda records, _: read(records, Nowhere()), alone)
                found = alone.collector
                if reading.sha256 == sha256 and not found.gaps and self.collector.adopt(found.facts, found.kept):
                    return reading
        gaps, hits = len(self.collector.gaps), len(self.hits)
        reading = self._understand(entry, kind, read, self._all)
        if reading.sha256 is not None and (gaps, hits) == (len(self.collector.gaps), len(self.hits)):
            memory.keep_clean(reading.sha256, size)
        return reading

    def _understand(
        self,
        entry: Entry,
        kind: ArtifactKind,
        read: Callable[[Any | None, Any], Reading],
        into: _Understood,
    ) -> Reading:
        """Let `read` feed what turns the file's bytes into facts and what looks for secrets in them."""
        notes = into.collector.notes(entry.path, kind.kind, kind.witness)
        records = self._records(kind, notes)
        scan = self._engine.scan(entry.path)
        reading = read(records, scan)
        hits, gaps = scan.close()
        into.hits += hits
        into.collector.gaps += gaps
        if reading.fault:
            notes.gap(reading.fault)
        if records is not None and (reading.bytes or not reading.fault):
            records.close()
        notes.settle()
        return reading

    def _records(self, kind: ArtifactKind, notes: Notes) -> Any | None:
        """Return what turns this artifact's bytes into facts, None if nothing is to be understood in it."""
        if kind.format == "zip":
            return ZipArchive(notes, self._member, self._policy.max_document_bytes)
        source = open_source(kind.kind, notes)
        if source is None:
            return None
        if hasattr(source, "feed"):
            return source
        if kind.format == "gzip":
            return GzipStream(self._packed(source, inner_format(notes.path), notes, promised=False), notes)
        if kind.format == "json":
            return Document(source, notes, self._policy.max_document_bytes, evidence=kind.kind != "other")
        if kind.format == "bytes":
            return None
        sink: Any = TextLines(source, notes) if kind.format == "text" else None
        sink = sink or JsonLines(source, notes, mixed=kind.format == "mixed")
        return _Lines(LineReader(sink, self._policy.max_line_bytes), source)

    def _member(self, name: str, notes: Notes) -> Any | None:
        """Return what reads a member of an archive, None if nothing is to be understood in it."""
        form, source = inner_format(name), open_source(notes.kind, notes)
        return self._packed(source, form, notes, promised=True) if form and source else None

    def _packed(self, source: Any, form: str | None, notes: Notes, *, promised: bool) -> Any:
        """Return what reads one unpacked text; `promised` tells that its name says for certain what it holds."""
        if form == "json":
            return PackedDocument(source, notes, self._policy.max_document_bytes, promised=promised)
        return _Lines(LineReader(JsonLines(source, notes, mixed=True), self._policy.max_line_bytes), source)


class _Understood(msgspec.Struct):
    """Where the facts, the gaps and the findings of an artifact go."""

    collector: Collector
    hits: list[Hit]


class _Lines:
    """A line reader and its source, closed together."""

    def __init__(self, reader: LineReader, source: Any) -> None:
        self._reader = reader
        self._source = source
        self.feed = reader.feed

    def close(self) -> None:
        """Deliver the last line, then let the source sum up."""
        self._reader.close()
        self._source.close()
