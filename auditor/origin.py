"""Absolute paths in evidence are those of the harness's machine: where the run lay when it ran.

The run's original root is the part of such a path up to and including the run id; a run directory may have been moved
since.
"""

from __future__ import annotations

import posixpath

from auditor.evidence import Evidence


def origin(run: Evidence) -> str | None:
    """Return the run's original root, None where no absolute path in evidence holds the run id."""
    run_id = run.report.text("run_id") or run.name
    env = run.document("env")
    argv = run.document("argv")
    candidates = [
        run.report.text("fixture", "copy"),
        argv.text("cwd") if argv else None,
        env.text("CASE_DATA_DIR") if env else None,
    ]
    for path in candidates:
        if path is None or not path.startswith("/"):
            continue
        parts = posixpath.normpath(path).lstrip("/").split("/")
        if run_id in parts:
            return "/" + "/".join(parts[: parts.index(run_id) + 1])
    return None


def inside(path: str, folder: str) -> bool:
    """Tell whether an absolute path is the folder or lies in it, component by component, after normalisation."""
    if not path.startswith("/") or not folder.startswith("/") or "\0" in path:
        return False
    below = posixpath.normpath("/" + path.lstrip("/")).split("/")
    above = posixpath.normpath("/" + folder.lstrip("/")).split("/")
    if above[-1] == "":
        above.pop()
    return below[: len(above)] == above


def names_of(run: Evidence, path: str) -> set[str]:
    """Return the names that evidence may give a file of the run: relative, and absolute on the harness's machine."""
    root = origin(run)
    return {path} if root is None else {path, posixpath.join(root, path)}


def lies_in_copy(run: Evidence, path: str) -> bool:
    """Tell whether a file of the run lies in the fixture copy, where any agent may write; no where the place is unknown."""
    root, copy = origin(run), run.report.text("fixture", "copy")
    if root is None or copy is None or inside(root, copy):
        return False
    return inside(posixpath.join(root, path), copy)
