"""What a manifest says of one file."""

from __future__ import annotations

import msgspec


class Listing(msgspec.Struct, frozen=True):
    """One entry of a digest manifest (fact kind `digest.listed`).

    `path` or `digest` is None where the entry does not give it as text. `algorithm` is as the manifest names it,
    lower case. With `sized`, the manifest's format also gives the file's size, in bytes.
    """

    path: str | None
    digest: str | None
    algorithm: str
    bytes: int | None = None
    sized: bool = False
