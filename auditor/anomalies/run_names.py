"""What the name of a run directory says: when the run began, of which case it was, and its number in a series."""

from __future__ import annotations

import re

import msgspec

from auditor.instants import instant

_RUN_ID = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(.+)-(\d+)", re.ASCII | re.DOTALL)
_LEADING = re.compile(r"([A-Za-z]+)(\d{1,6})(?:[-_.].*)?", re.ASCII | re.DOTALL)
_TRAILING = re.compile(r"(.*\D)(\d{1,6})", re.ASCII | re.DOTALL)


class RunName(msgspec.Struct, frozen=True):
    """A run id ``<YYYYMMDD>T<HHMMSS>Z-<case-id>-<pid>`` in its parts; `at` is microseconds since the epoch."""

    at: int
    case_id: str


class Series(msgspec.Struct, frozen=True):
    """A case id as one of a numbered series: what the numbers belong to, and the number."""

    name: str
    number: int


def run_name(run_id: str) -> RunName | None:
    """Return the parts of a run id, None if it has not the shape of one."""
    match = _RUN_ID.fullmatch(run_id)
    if match is None:
        return None
    year, month, day, hour, minute, second, case_id, _ = match.groups()
    at = instant(f"{year}-{month}-{day}T{hour}:{minute}:{second}Z")
    return None if at is None else RunName(at, case_id)


def series(case_id: str) -> Series | None:
    """Return the place of a case id in a series, such as ``r2-string-slugify`` or ``slugify-2``; None if it has none."""
    leading = _LEADING.fullmatch(case_id)
    if leading is not None:
        return Series(f"{leading[1]}#", int(leading[2]))
    trailing = _TRAILING.fullmatch(case_id)
    return None if trailing is None else Series(f"{trailing[1]}#", int(trailing[2]))
