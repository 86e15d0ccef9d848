"""The place of a case in a numbered series, as its name tells."""

from __future__ import annotations

import re

import msgspec

_LEADING = re.compile(r"([A-Za-z]+)(\d{1,6})(?:[-_.].*)?", re.ASCII | re.DOTALL)
_TRAILING = re.compile(r"(.*\D)(\d{1,6})", re.ASCII | re.DOTALL)


class Series(msgspec.Struct, frozen=True):
    """A case id as one of a numbered series: what the numbers belong to, and the number."""

    name: str
    number: int


def series(case_id: str) -> Series | None:
    """Return the place of a case id in a series, such as ``r2-string-slugify`` or ``slugify-2``; None if it has none."""
    leading = _LEADING.fullmatch(case_id)
    if leading is not None:
        return Series(f"{leading[1]}#", int(leading[2]))
    trailing = _TRAILING.fullmatch(case_id)
    return None if trailing is None else Series(f"{trailing[1]}#", int(trailing[2]))
