"""The name that a value was given to: does it speak of a credential, or only of the service?

A commit, a digest and a request's id are hex digits or a UUID, and so are many services' keys. Where a service's name
alone tells a key from a digest, the rest of the name has to say that it is one: ``WANDB_API_KEY`` does,
``wandb_commit`` and a bare ``wandb`` do not.
"""

from __future__ import annotations

import re

from auditor.expressions import expression
from auditor.secrets.decode import Buffer
from auditor.secrets.opinion import Opinion

SIGN = (
    r"""(?:\\*["'`\])>])*"""
    r"""(?:\s{0,5}+(?::{0,3}=|[?+.|<]=|=>|->|<-|[:,(>|])|\s{1,6}+)"""
    r"""(?:\s|\\+[nrt]|[=|>]){0,8}+(?:\\*["'`(\[{])*"""
)
"""What may stand between a name and its value: quotes and a sign of assignment.

The signs are those of code, configuration, markup and shells: ``=``, ``:=``, ``::=``, ``?=``, ``=>``, ``<-``, ``:``, the
``>`` that ends an element's name, and the ``|`` or ``>`` of a block in YAML, with the line break after it. Blanks are
taken possessively: there would be thousands of ways to share a long gap among the parts.
"""
ASSIGN = rf"(?P<rest>[\w.\- ]{{0,40}}?)(?P<sign>{SIGN})"
"""The rest of a name, and what may stand between it and the value."""

_NO_SECRETS = (
    "public",
    "publishable",
    "cache",
    "commit",
    "hash",
    "sort",
    "page",
    "object",
    "index",
    "trace",
    "partition",
)
"""What stands before the word key where it opens nothing."""
_CREDENTIAL = (
    "".join(rf"(?<!{word})(?<!{word}[_.\- ])" for word in _NO_SECRETS)
    + r"(?:(?<!mon)key|(?<=[_-])pat|token|secret|passw(?:or)?d|passwd|pwd|passphrase|auth|credentials?|login|crumb|reporter_id)s?"
    r"(?:[_.\- ]?(?:is|was|value|string|header|live|test|prod|production|dev|staging|v?[0-9]{1,2})){0,2}"
)
"""The end of a name that speaks of a credential, with what tells one such from another."""
_SPEAKS = expression(rf"(?:{_CREDENTIAL})[ .]?\Z".encode(), re.IGNORECASE)
_TELLS = expression(
    rb"(?<!key)(?<!access)(?<!token)(?:[_.\- ](?:id|hash|sha[0-9]*|md5|digest|checksum|etag|commit|revision|rev|trace|version)|"
    rb"(?-i:(?<=[a-z])(?:Id|ID|Hash|Sha|Digest|Checksum|Etag|Commit|Revision|Version)))\Z",
    re.IGNORECASE,
)
"""The end of a name that says what else a value is, whatever its form."""
_BELOW = expression(rb"(?:\s|\\+[nrt])*(?:\n|\\+n)(?:\s|\\+[nrt])*")
"""Nothing but the end of the line: of a long encoded text, the next one would be the value."""
_CALL = expression(rb"\(\\*[\"'`]")
_TAKES_ONE = expression(rb"(?:\A|client|api|init|configure|connect)\Z", re.IGNORECASE)
"""A constructor or a method whose argument is a key."""
_NAMED = expression(
    rf"(?:\bbearer\s|authorization{SIGN}(?:[a-z]{{1,9}}\s)?|\bapi:|(?:{_CREDENTIAL}){SIGN})\Z".encode(), re.IGNORECASE
)
_NAME = 96
"""Bytes before a value in which its name is looked for."""

_PLAIN = expression(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]+", re.IGNORECASE)
_DIGESTS = frozenset({32, 36, 40, 56, 64, 96, 128})
"""Lengths of the usual digests in hex, and of a UUID."""
_WORD = expression(rb"(?!sdk-|mob-)[A-Za-z_]+[-_:]")
_PIECES = expression(rb"[_.-]+")
_PIECE = expression(rb"[a-z]{1,15}[0-9]{0,4}|[0-9]{1,4}[a-z]{0,2}")
_SPOKEN = expression(rb"(?=[a-z]*[aeiouy])[a-z]{3,}")
_FEWEST, _FEWEST_SPOKEN = 4, 2


def only_service_named(match: re.Match[bytes], _data: Buffer) -> bool:
    """A value under a name that tells of a service, not of a credential (for tables with ``%ASSIGN%``).

    A digest or a UUID needs a name that says credential; any other value, one that does not say something else.
    """
    value, rest = match["v"], match["rest"]
    if rest is None or value is None:
        return False
    if _BELOW.fullmatch(match["sign"]):
        return _SPEAKS.search(match.string, match.start(), match.end("rest")) is None
    if len(value) not in _DIGESTS or _PLAIN.fullmatch(value) is None:
        return _TELLS.search(rest) is not None
    if _CALL.match(match["sign"]):
        return _TAKES_ONE.search(rest) is None
    return _SPEAKS.search(match.string, match.start(), match.end("rest")) is None


def unnamed_digest(match: re.Match[bytes], data: Buffer) -> bool:
    """Hex digits or a UUID behind a plain word, given to no name that speaks of a credential: ``secret-<digest>``."""
    value = match["v"] if "v" in match.re.groupindex and match["v"] is not None else match[0]
    word = _WORD.match(value)
    if word is None or _PLAIN.fullmatch(value, word.end()) is None:
        return False
    return _NAMED.search(data, max(0, match.start() - _NAME), match.start()) is None


def identifier(value: bytes) -> Opinion:
    """Words in small letters, joined as code joins them, are a name, though one may begin as a token does."""
    pieces = _PIECES.split(value)
    if len(pieces) < _FEWEST or not all(map(_PIECE.fullmatch, pieces)):
        return "unknown"
    return "rejected" if sum(map(bool, map(_SPOKEN.fullmatch, pieces))) >= _FEWEST_SPOKEN else "unknown"
