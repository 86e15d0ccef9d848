"""Addresses that carry their own permission for a short time, as a server prints them where it redirects to a download.

What such an address holds is a signature for one object and a short time, and the names of keys, not the keys.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote_to_bytes

from auditor.expressions import expression
from auditor.secrets.decode import Buffer

_SHORT = timedelta(hours=24)
"""A signature that holds no longer is worth nothing by the time its record is read."""
_REACH = 1024
"""How far an address may go on to either side of the value."""

_ACCESS_KEY = expression(rb"Credential(?:=|%3[dD])\Z")
_OLDER_ACCESS_KEY = expression(rb"AWSAccessKeyId(?:=|%3[dD])\Z")
_SCOPE = expression(rb"(?:%2[fF]|\\*/)20[0-9]{6}")
_WHOLE_SCOPE = expression(rb"(?:%2[fF]|\\*/)20[0-9]{6}(?:%2[fF]|\\*/)[a-z]{2}-[a-z-]{4,16}[0-9](?:%2[fF]|\\*/)")
"""A day and a region behind a key's id are a signature's, also in the form by which a browser uploads one object."""
_KEY_ID = expression(rb"[A-Z0-9]{16,32}\Z")
_NAME = expression(
    rb"(?:\A|[?&;\s\"'(<]|amp;|u0026)(?P<name>X-Amz-Security-Token|sig|jwt)(?:=|%3[dD])\Z", re.IGNORECASE
)
_ENDS = expression(rb"[\s\"'`<>(){}]")
_ESCAPED = expression(rb"\\+u0026|&amp;|\\+/")
_FIELD = expression(rb"[?&\s]([A-Za-z-]{2,24})=([^&\s]*)")


def is_presigned(data: Buffer, start: int, end: int) -> bool:
    """Say whether ``data[start:end]`` is the part of an address that permits one thing, and only for a short time.

    That is an access key's id in the scope of a signature, a session's token beside one, a signature by a key that its
    user was lent or that ends within a day of its start, or the token that goes with it. A shared access signature for
    a whole account and for years is none.
    """
    before = bytes(data[max(0, start - 32) : start])
    if _OLDER_ACCESS_KEY.search(before):
        return {b"expires", b"signature"} <= _query(data, start, end).keys()
    if _WHOLE_SCOPE.match(data, end):
        return _KEY_ID.match(bytes(data[start:end])) is not None
    if _ACCESS_KEY.search(before):
        return _SCOPE.match(data, end) is not None
    named = _NAME.search(before)
    if named is None:
        return False
    fields = _query(data, start, end)
    if named["name"].lower() == b"x-amz-security-token":
        return bool(fields.keys() & {b"x-amz-expires", b"x-amz-signature"})
    if named["name"].lower() == b"jwt":
        return b"sig" in fields
    if {b"skoid", b"ske"} <= fields.keys():
        return True
    ends, begins = _instant(fields.get(b"se")), _instant(fields.get(b"st") or fields.get(b"skt"))
    return ends is not None and begins is not None and timedelta(0) <= ends - begins <= _SHORT


def _query(data: Buffer, start: int, end: int) -> dict[bytes, bytes]:
    """The fields of the address around a value, in lower case, with their values as they stand."""
    behind = _ENDS.split(data[max(0, start - _REACH) : start])[-1]
    ahead = _ENDS.split(data[end : end + _REACH], maxsplit=1)[0]
    text = _ESCAPED.sub(b"&", bytes(behind + data[start:end] + ahead))
    return {name.lower(): value for name, value in _FIELD.findall(b"?" + text)}


def _instant(text: bytes | None) -> datetime | None:
    """Read a time in one of the forms that an address may have it in; without a zone it is UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(unquote_to_bytes(text).decode())
    except ValueError:  # also what is no UTF-8
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
