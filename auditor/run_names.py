"""What a run id says: when the run began, and of which case it was."""

from __future__ import annotations

import re

import msgspec

from auditor.instants import instant

_RUN_ID = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(.+)-(\d+)", re.ASCII | re.DOTALL)


class RunName(msgspec.Struct, frozen=True):
    """A run id ``<YYYYMMDD>T<HHMMSS>Z-<case-id>-<pid>`` in its parts; `at` is microseconds since the epoch."""

    at: int
    case_id: str


def run_name(run_id: str) -> RunName | None:
    """Return the parts of a run id, None if it has not the shape of one."""
    match = _RUN_ID.fullmatch(run_id)
    if match is None:
        return None
    year, month, day, hour, minute, second, case_id, _ = match.groups()
    at = instant(f"{year}-{month}-{day}T{hour}:{minute}:{second}Z")
    return None if at is None else RunName(at, case_id)
