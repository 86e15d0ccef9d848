"""How a zip archive is opened: by no more members than were asked for, because its directory is loaded whole."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zipfile import ZipFile

_ENTRY = b"PK\x01\x02"
"""Begins every entry of an archive's directory. Stored archives inside hold it too, so counting it may count too many."""


class TooManyMembersError(Exception):
    """The archive may have more members than its reader can hold."""


def open_zip(whole: bytes, most: int) -> ZipFile:
    """Return the archive. Raise `TooManyMembersError` where it may have more than `most` members.

    They are counted before anything is loaded: a directory of a million empty members takes 50 megabytes of a file, and
    most of a gigabyte of memory. Raise what `zipfile` raises for an archive that is not sound.
    """
    if whole.count(_ENTRY) > most:
        raise TooManyMembersError
    from zipfile import ZipFile  # noqa: PLC0415 - rarely needed

    return ZipFile(io.BytesIO(whole))
