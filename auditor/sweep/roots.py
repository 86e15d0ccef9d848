"""The roots of a sweep, on disk and behind URLs, and the runs below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from auditor.layout import Layout
from auditor.sweep.find import Sight, distinct, find
from auditor.tree import Place, is_url


def distinct_roots(roots: Sequence[Place]) -> list[str]:
    """Return the roots, paths made absolute, without those that lie in another. Raise `OperatorError` for one that is none."""
    urls = [root for root in roots if isinstance(root, str) and is_url(root)]
    local = distinct([Path(root) for root in roots if not is_url(root)])
    if not urls:
        return local
    from auditor.sweep.remote_find import distinct_urls  # noqa: PLC0415 - few sweeps need it

    return [*local, *distinct_urls(urls)]


def sights(roots: Sequence[str], layouts: Sequence[Layout]) -> Iterator[Sight]:
    """Yield every run directory below the roots, and every trouble met on the way; for both see `find`."""
    yield from find([Path(root) for root in roots if not is_url(root)], layouts)
    for root in roots:
        if is_url(root):
            from auditor.sweep.remote_find import find_remote  # noqa: PLC0415 - as above

            yield from find_remote(root, layouts)


def recorded(place: str) -> str:
    """Return a place as the store knows it: a URL without the password and query that may stand in it."""
    if not is_url(place):
        return place
    from auditor.remote import bare  # noqa: PLC0415 - as above

    return bare(place)
