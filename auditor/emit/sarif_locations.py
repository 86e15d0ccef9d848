"""Where something is, as SARIF writes it: URIs that lead nowhere else, lines, and JSON pointers as logical locations."""

from __future__ import annotations

from typing import Any, Protocol
from urllib.parse import quote

from auditor.emit.safe import safe, short

BASE = "RUN"
"""The id of the base that the addresses in the log of one run are relative to: the run directory."""

_NOWHERE = "report.json"
"""What a finding is laid at that names no file: viewers refuse a result without a location."""

_POINTER = 400


class Located(Protocol):
    """What has a place: an exhibit, a secret, a gap, a fact's `Where`."""

    @property
    def path(self) -> str:
        """The artifact, relative to the run directory."""

    @property
    def line(self) -> int | None:
        """The line of the artifact, from 1."""


def location(place: Located, base: str | None) -> dict[str, Any]:
    """Return a SARIF location. `base` is the URI of the run directory, None to be relative to `BASE`."""
    physical: dict[str, Any] = {"artifactLocation": artifact_location(place.path, base)}
    if place.line is not None:
        physical["region"] = {"startLine": max(1, place.line)}
    found: dict[str, Any] = {"physicalLocation": physical}
    pointer = getattr(place, "pointer", None)
    if pointer:
        found["logicalLocations"] = [{"fullyQualifiedName": short(pointer, _POINTER)}]
    if note := getattr(place, "note", ""):
        found["message"] = {"text": plain(short(note))}
    return found


def artifact_location(path: str, base: str | None) -> dict[str, Any]:
    """Return the SARIF location of an artifact."""
    return {"uri": uri(path), "uriBaseId": BASE} if base is None else {"uri": f"{base}/{uri(path)}"}


def uri(path: str) -> str:
    """Return the relative URI reference of an artifact's path: it names no scheme, no host and nothing above the run."""
    steps = (path or _NOWHERE).split("/")
    quoted = ["%2E" * len(step) if step in {".", ".."} else quote(_bytes(step), safe="") for step in steps]
    return "%2F".join(quoted) if not all(quoted) else "/".join(quoted)


def base_uri(place: str) -> str:
    """Return the URI of a run directory: a path as a ``file`` URI, an address as it is but for what a URI cannot hold."""
    scheme, colon, rest = place.partition("://")
    if colon and scheme.isascii() and scheme.isalnum():
        return f"{scheme}://{quote(_bytes(rest), safe='/:@?&=+,;~.-_%')}".rstrip("/")
    return f"file://{quote(_bytes(place if place.startswith('/') else f'/{place}'))}".rstrip("/")


def plain(text: str) -> str:
    """Return one line of text as a SARIF message in which a viewer finds neither a link nor a placeholder."""
    text = safe(text).replace("{", "{{").replace("}", "}}") if "{" in text else safe(text)
    return text.replace("[", "\\[").replace("]", "\\]") if "](" in text else text


def _bytes(text: str) -> bytes:
    """Return the bytes of a file name; those that are not UTF-8 are carried as surrogates."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a lone surrogate that stands for no byte
        return text.encode("utf-8", "backslashreplace")
