"""A value given in base64 because its place asks for it, as in a Kubernetes Secret: what opens something is the text.

Chance does not decode to letters, digits and the few signs of tokens: one random byte in four would, sixteen never do.
"""

from __future__ import annotations

import base64
import binascii

from auditor.expressions import expression

_BASE64 = expression(rb"(?:[A-Za-z0-9+/]{4}){5,400}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z")
_TOKEN = expression(rb"[A-Za-z0-9_.~+/=:;|$-]{16,}\n?\Z")


def encoded_text(value: bytes) -> bytes | None:
    """The text that `value` is the base64 of, if it is one that could be a credential; else None."""
    if len(value) % 4 or _BASE64.match(value) is None:
        return None
    try:
        text = base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        return None
    return text.removesuffix(b"\n") if _TOKEN.match(text) else None
