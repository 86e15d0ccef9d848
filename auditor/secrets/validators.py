"""Offline checks of a candidate's value: reject it, or say that its checksum or structure confirms it.

Each validator takes the value's bytes and answers with an `Opinion`.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import zlib
from collections import Counter
from collections.abc import Callable
from typing import TypeAlias

from auditor.secrets.claims import jwt
from auditor.secrets.naming import identifier
from auditor.secrets.opinion import Opinion
from auditor.secrets.pem import pem
from auditor.secrets.placeholders import (
    is_full_of_signs,
    is_key_value,
    is_option_password,
    is_password_word,
    is_placeholder,
    is_plain_password,
    is_quoted_password,
    is_random_value,
)
from auditor.secrets.sequences import is_sequential
from auditor.secrets.weak import is_weak_password

Validator: TypeAlias = Callable[[bytes], Opinion]

_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def entropy(value: bytes) -> float:
    """Shannon entropy of `value` in bits per byte; 0.0 for an empty one."""
    size = len(value)
    return -sum(n / size * math.log2(n / size) for n in Counter(value).values()) if size else 0.0


def base62(number: int, width: int) -> bytes:
    """`number` in base 62 (digits, upper case, lower case), zero-padded to `width`."""
    digits = bytearray()
    while number:
        number, rest = divmod(number, 62)
        digits.append(_BASE62[rest])
    return bytes(reversed(digits)).rjust(width, b"0")


def crc32_base62(value: bytes) -> Opinion:
    """GitHub's and npm's checksum: the last six characters are the CRC-32 of the thirty before them, in base 62."""
    body = value.rsplit(b"_", 1)[-1]
    return "confirmed" if base62(zlib.crc32(body[:-6]), 6) == body[-6:] else "unknown"


def github_fine_grained(value: bytes) -> Opinion:
    """A fine-grained GitHub token ends in the CRC-32 of what stands before it, in base 62."""
    return "confirmed" if base62(zlib.crc32(value[:-6]), 6) == value[-6:] else "unknown"


def basic(value: bytes) -> Opinion:
    """The credentials of a Basic header: base64 of ``user:password``, both printable; weak ones are doubtful.

    Nothing proves that they open anything, so they are never confirmed.
    """
    try:
        pair = base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except (ValueError, binascii.Error):
        return "rejected"
    user, colon, password = pair.partition(b":")
    if not (colon and user + password and pair.isascii() and pair.decode().isprintable()) or _dull(password):
        return "rejected"
    if is_placeholder(password) or is_sequential(password) or is_weak_password(password, user):
        return "doubtful"
    return "unknown" if len(password) >= _LONG_PASSWORD or not password.isalpha() else "doubtful"


_LONG_PASSWORD = 12
"""Characters from which on a password of letters only may be a good one."""


def basic_secret(value: bytes) -> bytes | None:
    """The password of a Basic header's credentials, or the user name where that alone is given."""
    pair = base64.b64decode(value + b"=" * (-len(value) % 4))
    user, _, word = pair.partition(b":")
    return word or user or None


def anthropic(value: bytes) -> Opinion:
    """Anthropic's keys have ninety-five characters after their prefix, the last two of them ``AA``."""
    return "confirmed" if len(value.split(b"-", 3)[-1]) == 95 and value.endswith(b"AA") else "unknown"


def _dull(value: bytes) -> bool:
    return len(value) < 4 or value.lower() in {b"password", b"pass", b"secret", b"token"}


def varied(value: bytes) -> Opinion:
    """A random-looking value: digits and letters both, and about as many different characters as chance gives."""
    letters = re.search(rb"[A-Za-z]", value)
    digits = re.search(rb"[0-9]", value)
    return "unknown" if letters and digits and entropy(value) >= 2.5 else "rejected"


def openai_mark(value: bytes) -> Opinion:
    """OpenAI's keys carry the base64 of the vendor's name in the middle."""
    return "confirmed" if b"T3BlbkFJ" in value else "unknown"


def mixed_case(value: bytes) -> Opinion:
    """Forty characters of base64 that are no digest: both cases and a digit, as chance all but always gives."""
    every = all(re.search(kind, value) for kind in (rb"[a-z]", rb"[A-Z]", rb"[0-9]"))
    return "unknown" if every and entropy(value) >= 3.5 else "rejected"


def mixed_case3(value: bytes) -> Opinion:
    """As `mixed_case`, for values too short to show much entropy."""
    every = all(re.search(kind, value) for kind in (rb"[a-z]", rb"[A-Z]", rb"[0-9]"))
    return "unknown" if every and entropy(value) >= 3.0 else "rejected"


def password(value: bytes) -> Opinion:
    """A password that a person or a generator chose, not a word that stands for one."""
    return "unknown" if is_plain_password(value) else "rejected"


def assigned(value: bytes) -> Opinion:
    """A value that looks like chance, not like code, a path, an id or a digest."""
    return "unknown" if is_random_value(value) else "rejected"


def keyed(value: bytes) -> Opinion:
    """As `assigned`, of a name that speaks of a key: a run of hex digits or a UUID may be its value."""
    return "unknown" if is_key_value(value) else "rejected"


def quoted_password(value: bytes) -> Opinion:
    """A password by its place alone: it must hold a digit or a sign, and be no name or expression."""
    return "unknown" if is_quoted_password(value) else "rejected"


def option_password(value: bytes) -> Opinion:
    """As `quoted_password`, of an option that takes a password: random letters need no digit."""
    return "unknown" if is_option_password(value) else "rejected"


def password_word(value: bytes) -> Opinion:
    """As `quoted_password`, where a plain word is a password too."""
    return "unknown" if is_password_word(value) else "rejected"


def signs(value: bytes) -> Opinion:
    """A value with signs of many kinds that is no expression."""
    return "unknown" if is_full_of_signs(value) else "rejected"


def with_lines(value: bytes) -> bytes | None:
    """A value of several lines with its escaped line breaks undone, so that it is the same in JSON as in a file."""
    return re.sub(rb"(?:\\+r)?\\+n|\r\n", b"\n", value)


INNER: dict[str, Callable[[bytes], bytes | None]] = {"basic": basic_secret, "lines": with_lines}

VALIDATORS: dict[str, Validator] = {
    "anthropic": anthropic,
    "assigned": assigned,
    "basic": basic,
    "crc32_base62": crc32_base62,
    "github_fine_grained": github_fine_grained,
    "identifier": identifier,
    "jwt": jwt,
    "keyed": keyed,
    "mixed_case": mixed_case,
    "mixed_case3": mixed_case3,
    "openai_mark": openai_mark,
    "option_password": option_password,
    "password": password,
    "password_word": password_word,
    "pem": pem,
    "quoted_password": quoted_password,
    "signs": signs,
    "varied": varied,
}

PROVING: frozenset[Validator] = frozenset({anthropic, crc32_base62, github_fine_grained, jwt, openai_mark, pem})
"""Those that can say `confirmed`."""
