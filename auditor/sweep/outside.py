"""What must lie outside of every run directory: the store, because runs stay as they are, and the authority's record."""

from __future__ import annotations

import os
from pathlib import Path

from auditor.errors import OperatorError
from auditor.store.connect import default_path
from auditor.sweep.find import Recogniser


def refuse_in_run(url: str | None, recogniser: Recogniser) -> None:
    """Refuse a store in a run directory, which a sweep must leave as it is. Raise `OperatorError`."""
    path = _file_of(url)
    if path is not None and lies_in_run(path, recogniser):
        raise OperatorError(
            f"the verdict store {path} lies inside a run directory, and the auditor writes nothing there",
            "name a file outside of every run with --store",
        )


def lies_in_run(path: Path, recogniser: Recogniser) -> bool:
    """Tell whether a path, links followed, lies inside a directory with a run's marks."""
    for folder in Path(os.path.realpath(path)).parents:
        try:
            names = frozenset(entry.name for entry in folder.iterdir())
        except OSError:  # what cannot be listed is entered by no sweep either; or it is not there yet
            continue
        if recogniser.is_marked(names, str(folder)) and not recogniser.holds_runs(sorted(names), str(folder)):
            return True
    return False


def _file_of(url: str | None) -> Path | None:
    """Return the SQLite file that names a store, None for a server."""
    if url is None:
        return default_path()
    plain = url.removeprefix("sqlite:///")
    return None if "://" in plain else Path(plain)
