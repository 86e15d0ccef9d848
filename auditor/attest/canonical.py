"""Canonical JSON: every value has exactly one text, and every text that is read is checked to be that one.

Keys sorted, no white space, no floating-point numbers, UTF-8, and the escapes that JSON demands. What is read is encoded
again and compared: repeated keys, other spellings of a string, trailing text or white space cannot hide a second reading.
"""

from __future__ import annotations

from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(order="sorted")


class NotCanonical(ValueError):  # noqa: N818 - what the text is, as in `JsonFault`
    """The text is no JSON, or not the canonical text of its value. The message holds no part of the text."""


def encode(value: Any) -> bytes:
    """Return the canonical JSON of a value: dicts, lists, structs, texts, whole numbers, true, false and null."""
    return _ENCODER.encode(value)


def decode(text: bytes) -> Any:
    """Return the value of a canonical JSON text. Raise `NotCanonical` for any other text."""
    try:
        value = _DECODER.decode(text)
        again = _ENCODER.encode(value)
    except RecursionError:
        raise NotCanonical("is nested too deep") from None
    except (msgspec.MsgspecError, UnicodeError, ValueError):
        raise NotCanonical("is not JSON as this program writes it") from None
    if again != text:
        raise NotCanonical("is JSON, but not in its one canonical form: two programs could read it differently")
    return value


def _no_float(_: str) -> Any:
    raise NotCanonical("holds a floating-point number")


_DECODER = msgspec.json.Decoder(float_hook=_no_float)
