"""Layouts: which path is which artifact, in which format, written by which witness.

A layout is data (``rules/layouts/*.toml``), so that another harness's files are one data file away.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec
import tomli

from auditor.errors import OperatorError
from auditor.facts import Witness
from auditor.globs import glob

Format = Literal["json", "jsonl", "mixed", "text", "bytes", "zip", "gzip"]

_PACKED = ("zip", "gzip")


class ArtifactKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of artifact: the globs of its paths, how it is written and by whom.

    In a glob `*` does not cross ``/``, `**` does. `format` is `json` (one document), `jsonl` (one object a line),
    `mixed` (JSON lines among plain ones), `text` (lines), `bytes`, `zip` (an archive of such files) or `gzip` (one such
    file, packed; its name without ``.gz`` says in which format). Only kind `other` may be packed: what the harness
    writes by contract lies open.
    """

    kind: str
    paths: tuple[str, ...]
    format: Format
    witness: Witness

    def __post_init__(self) -> None:
        """Refuse a packed kind that rules read. Raise `ValueError`."""
        if self.format in _PACKED and self.kind != "other":
            raise ValueError(f"format {self.format} is for kind other only, not for {self.kind}")


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One harness's files. The first kind with a matching glob decides; what none matches is `other`.

    `marks` are globs of which one must match for the directory to be recognised as a run of this layout. `run_names` is a
    regular expression of the names that the harness gives to its run directories: whoever looks for runs must not pass
    over a directory of such a name because its marks are gone. `set_aside` is one of what a file's name ends with once it
    was rotated or set aside: such a file is `other`, and is written as the one that it was.
    """

    name: str
    marks: tuple[str, ...]
    kinds: tuple[ArtifactKind, ...]
    run_names: str = ""
    set_aside: str = ""

    def __post_init__(self) -> None:
        """Refuse names that are no regular expression. Raise `ValueError`."""
        for name in ("run_names", "set_aside"):
            try:
                re.compile(getattr(self, name))
            except re.error as error:
                raise ValueError(f"{name} is no regular expression: {error}") from error

    def classify(self, path: str) -> ArtifactKind:
        """Return the kind of the artifact at `path`."""
        return self.classifier()(path)

    def classifier(self) -> Callable[[str], ArtifactKind]:
        """Return what tells the kind of the artifact at a path, for many paths."""
        patterns = [(glob(path).fullmatch, kind) for kind in self.kinds for path in kind.paths]

        def named(path: str) -> ArtifactKind:
            for matches, kind in patterns:
                if matches(path):
                    return kind
            return OTHER

        def classify(path: str) -> ArtifactKind:
            kind = named(path)
            if kind is OTHER and self.set_aside and (ending := re.search(self.set_aside, path)):
                earlier = named(path[: ending.start()] + path[ending.end() :])
                form: Format = "mixed" if earlier.format in ("jsonl", "text") else earlier.format
                return ArtifactKind("other", (), form, OTHER.witness)
            return kind

        return classify


OTHER = ArtifactKind("other", (), "bytes", "harness")
"""What no glob matches: digested and scanned like all else, and read for model evidence in known shapes."""


def load(folder: Path) -> tuple[Layout, ...]:
    """Load every layout in `folder`, sorted by file name. Raise `OperatorError` where one is not readable."""
    layouts = tuple(_load_one(path) for path in sorted(folder.glob("*.toml")))
    if not layouts:
        raise OperatorError(f"no layout in {folder}", "reinstall cto-audit: its rules folder is incomplete")
    return layouts


def _load_one(path: Path) -> Layout:
    try:
        data: dict[str, Any] = tomli.loads(path.read_text("utf-8"))
        return msgspec.convert(data, Layout, strict=True)
    except (OSError, tomli.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise OperatorError(f"layout {path.name} cannot be used: {error}", "mend the file or remove it") from error
