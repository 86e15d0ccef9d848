"""What a run's report says of the admission it asked for, read before the run is judged, to pick its authority by."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence

from auditor.evidence import Evidence
from auditor.layout import Layout
from auditor.records.json_text import JsonFault, parse
from auditor.records.record import Record
from auditor.sweep.admissions import Request

_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


def read_request(run_dir: str, layouts: Sequence[Layout], limit: int) -> Request:
    """Return the request of the run in `run_dir`; one that says nothing where no report of at most `limit` bytes is.

    The report, and the copy of a record, are looked for where any of the `layouts` has them.

    Nothing is judged here: whatever is wrong with the report, the rules say it of the bytes that they read themselves.
    """
    report = _object(run_dir, layouts, limit)
    has_copy = any(os.path.lexists(f"{run_dir}/{path}") for path in _paths(layouts, "admission_copy"))
    return Request(
        pair=Evidence.pair_of(report, "case_model_provider", "case_model"),
        started=report.time("started_at"),
        status=report.text("case_model_admission_status"),
        admission_sha256=report.text("admission_sha256"),
        has_copy=has_copy,
    )


def _object(run_dir: str, layouts: Sequence[Layout], limit: int) -> Record:
    for path in _paths(layouts, "report"):
        try:
            value = parse(_content(f"{run_dir}/{path}", limit))
        except (OSError, JsonFault):  # the audit reads it again, and says so
            continue
        if isinstance(value, dict):
            return Record(path, None, value)
    return Record("", None, {})


def _content(path: str, limit: int) -> bytes:
    descriptor = os.open(path, _OPEN_FILE)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
            return b""
        return file.read(limit)


def _paths(layouts: Sequence[Layout], kind: str) -> list[str]:
    kinds = [one for layout in layouts for one in layout.kinds if one.kind == kind]
    return list(dict.fromkeys(path for one in kinds for path in one.paths if "*" not in path))
