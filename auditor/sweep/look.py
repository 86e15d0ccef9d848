"""What is asked of a run before it is judged, wherever it lies: on disk, or behind a URL."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.layout import Layout
from auditor.sweep import incremental, request
from auditor.sweep.admissions import Request
from auditor.sweep.incremental import Stamp
from auditor.tree import is_url


def stamp(place: str, authority: tuple[int, int] | None = None) -> Stamp:
    """Return the stamp of a run; `authority` is the device and inode of its admission record.

    Raise `OSError` where a directory cannot be opened, `OperatorError` where a URL cannot be listed.
    """
    if is_url(place):
        from auditor.sweep import remote_run  # noqa: PLC0415 - few sweeps need it

        return remote_run.stamp(place)
    return incremental.stamp(place, authority)


def content(place: str) -> str | None:
    """Return the root digest of a run, read anew; None where it could not be read whole. For errors see `stamp`."""
    if is_url(place):
        from auditor.sweep import remote_run  # noqa: PLC0415 - as above

        return remote_run.content(place)
    return incremental.content(place)


def read_request(place: str, layouts: Sequence[Layout], limit: int) -> Request:
    """Return what a run's report, of at most `limit` bytes, says of the admission it asked for."""
    if is_url(place):
        from auditor.sweep import remote_run  # noqa: PLC0415 - as above

        return remote_run.read_request(place, layouts, limit)
    return request.read_request(place, layouts, limit)
