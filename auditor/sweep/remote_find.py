"""Find run directories below a URL, by the same rule as on disk: what is a run is the layouts' to say.

Folders are listed one at a time, so that memory does not grow with the number of objects. A folder that is called like a run
is one, and is not listed here: with an object store, where each listing is a request, that is most of the work saved.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from typing import Any

from auditor.errors import OperatorError
from auditor.facts import visible
from auditor.layout import Layout
from auditor.remote import bare, without_password
from auditor.sweep.find import MAX_DEPTH, Found, Recogniser, Sight, Trouble

_CACHES = ("simplecache", "filecache", "blockcache", "cached")
"""Links of a chained URL that name no folder themselves: what is below is named by the link that follows."""


def distinct_urls(urls: Sequence[str]) -> list[str]:
    """Return the URLs of roots without those that are another or lie below one.

    Raise `OperatorError` for one that cannot be listed, which tells its password to nobody.
    """
    plain = list(dict.fromkeys(url.rstrip("/") if not url.endswith("://") else url for url in urls))
    kept = [url for url in plain if not any(other != url and _below(url, other) for other in plain)]
    for url in kept:
        try:
            system, root = opened(url)
            system.ls(root, detail=False)
        except OperatorError:
            raise
        except Exception as error:
            # The libraries behind fsspec raise what they like; an operator needs to know what, and for which URL.
            shown = without_password(url)
            reason = visible(str(error))[:200].replace(visible(url), shown)
            hint = "install what it names" if isinstance(error, ImportError) else "check the URL and your credentials"
            raise OperatorError(f"the root {shown} cannot be swept: {type(error).__name__}: {reason}", hint) from error
    return kept


def find_remote(url: str, layouts: Sequence[Layout]) -> Iterator[Sight]:
    """Yield every run directory below `url`, or that is it, by its own URL, and every trouble met on the way.

    Folders are taken in the reverse order of their names, which for the harness's run ids is newest first.
    """
    system, root = opened(url)
    yield from _Finder(url, system, layouts).look("", root, 0)


def opened(url: str) -> tuple[Any, str]:
    """Return the file system behind a URL, and the path in it. Raise `OperatorError` where fsspec is not installed."""
    try:
        import fsspec  # noqa: PLC0415 - an optional library, slow to load
    except ImportError:
        raise OperatorError("to sweep below a URL fsspec is needed", "install `cto-audit[storage]`") from None
    # What an instance has listed before it would not ask for again.
    system, root = fsspec.core.url_to_fs(url, skip_instance_cache=True)
    return system, root.rstrip("/")


def joined(url: str, relative: str) -> str:
    """Return the URL of what lies below `url`, in the link of a chained URL that names the folder, before any query."""
    links = url.split("::")
    at = next((number for number, link in enumerate(links) if link.partition("://")[0] not in _CACHES), 0)
    path, mark, query = links[at].partition("?")
    path = path if "://" in path else f"{path}://"
    links[at] = path + ("" if path.endswith("/") else "/") + relative + mark + query
    return "::".join(links)


def _below(url: str, other: str) -> bool:
    """Tell whether `url` is what `joined` makes of `other` and some folder."""
    rest = without_password(url).removeprefix(without_password(other))
    return "::" not in url and url.startswith(other) and rest.startswith("/")


class _Finder:
    def __init__(self, url: str, system: Any, layouts: Sequence[Layout]) -> None:
        self._url = url
        self._system = system
        self._recogniser = Recogniser(layouts, self._there, self._matched)

    def look(self, relative: str, place: str, depth: int) -> Iterator[Sight]:
        """Look at one folder, which the file system calls `place`, and at those below it."""
        url = joined(self._url, relative) if relative else self._url
        if relative and self._recogniser.is_named(posixpath.basename(relative)):
            yield self._named(relative, place)
            return
        try:
            entries = self._listed(place)
        except Exception as error:  # noqa: BLE001 - the libraries behind fsspec raise what they like; it is reported
            yield Trouble(without_password(url), f"the folder cannot be listed: {type(error).__name__}")
            return
        names = frozenset(entries)
        folders = sorted((name for name, folder in entries.items() if folder), key=_bytes, reverse=True)
        marked = self._recogniser.is_marked(names, place)
        if self._recogniser.is_run(names, place) and not self._recogniser.holds_runs(folders, place):
            yield self._named(relative, place, marked=marked)
            return
        if marked:
            reason = "the folder has a run's marks, and holds runs of its own: those are judged, it is not"
            yield Trouble(without_password(url), reason)
        if depth >= MAX_DEPTH and folders:
            yield Trouble(without_password(url), f"folders are nested deeper than {MAX_DEPTH}")
            return
        for name in folders:
            if not self._is_path(name, entries[name], place):
                yield Trouble(without_password(url), "an object's name is no path")
            else:
                yield from self.look(f"{relative}/{name}" if relative else name, entries[name], depth + 1)

    def _listed(self, place: str) -> dict[str, str]:
        """Return the names in a folder, and what the file system calls those of them that are folders."""
        names = {
            str(info["name"]).rstrip("/"): info["type"] == "directory" for info in self._system.ls(place, detail=True)
        }
        return {posixpath.basename(name): name if folder else "" for name, folder in names.items() if name != place}

    def _is_path(self, name: str, own: str, place: str) -> bool:
        """Tell whether a folder's name leads from the folder it is in to it, and nowhere else."""
        within = name not in {"", ".", ".."} and posixpath.dirname(own).strip("/") == place.strip("/")
        return within and self._system._strip_protocol(own) == own

    def _named(self, relative: str, place: str, *, marked: bool = True) -> Sight:
        """Return a run, if its URL leads back to it and to no other: a name may hold what a URL means otherwise."""
        url = joined(self._url, relative) if relative else self._url
        try:
            same = opened(url)[1].strip("/") == place.strip("/")
        except Exception:  # noqa: BLE001 - as above
            same = False
        if same and (not relative or bare(url) == joined(bare(self._url), relative)):
            return Found(url, marked)
        return Trouble(without_password(url), "the run's name cannot be written in a URL")

    def _there(self, path: str) -> bool:
        return bool(self._system.exists(path))

    def _matched(self, place: str, pattern: str) -> bool:
        return bool(self._system.glob(f"{place}/{pattern}"))


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")
