"""An archive is opened only where its directory can be held."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest

from auditor.zips import TooManyMembersError, open_zip


def packed(count: int) -> bytes:
    """Return an archive of so many empty members."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}", b"")
    return whole.getvalue()


def test_an_archive_is_opened_up_to_a_number_of_members() -> None:
    whole = packed(3)
    with open_zip(whole, 3) as archive:
        assert archive.namelist() == ["0", "1", "2"]
    with pytest.raises(TooManyMembersError):
        open_zip(whole, 2)


def test_a_directory_that_is_too_long_is_not_loaded() -> None:
    whole = packed(5000)
    tracemalloc.start()
    with pytest.raises(TooManyMembersError):
        open_zip(whole, 4999)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(whole)
