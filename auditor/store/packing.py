"""Documents as the store keeps them: compressed, and unpacked with suspicion."""

from __future__ import annotations

import zlib

MAX_DOCUMENT_BYTES = 1 << 30
"""Longest document that is unpacked; far beyond any verdict, and short of what exhausts a machine."""

_LEVEL = 3
"""Takes half as long as the usual 6, for a tenth more bytes: of a small run, packing is what costs most after judging."""


class DamagedDocumentError(ValueError):
    """A stored document cannot be unpacked."""


def pack(document: bytes) -> bytes:
    """Return the document compressed (zlib, RFC 1950): about an eighth of a verdict's JSON."""
    return zlib.compress(document, _LEVEL)


def unpack(packed: bytes) -> bytes:
    """Return what was packed. Raise `DamagedDocumentError` if it is not a whole document or longer than any can be."""
    if not isinstance(packed, bytes):  # a store is a file that anybody may have changed
        raise DamagedDocumentError("it is no bytes")
    expander = zlib.decompressobj()
    try:
        document = expander.decompress(packed, MAX_DOCUMENT_BYTES)
    except zlib.error as error:
        raise DamagedDocumentError("it is not compressed as the store compresses") from error
    if not expander.eof:
        raise DamagedDocumentError("it is cut short, or longer than any document")
    return document
