"""Which service a value opens: told by the name that its documentation gives the variable, or by a form of its own.

A name that ends in key may be anybody's, and what stands beside it a key of a table. ``MISTRAL_API_KEY`` is a service's,
however it is joined to its value: by a sign, a blank, a field of JSON or an option of a command.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

import msgspec
import tomli

from auditor.expressions import expression
from auditor.secrets.decode import Buffer
from auditor.secrets.weak import is_spoken, is_test_token

EFFORT = 40
"""Units that looking for one value's name costs."""

_REACH = 240
"""Bytes before a value in which its name is looked for."""
_JOINED = expression(
    rb"(?P<escaped>\\[nrt])?(?P<name>[A-Za-z][\w.-]{2,79}?)"
    rb"(?:(?>\\+[nrt]?|\s+|[^\w\\\s])(?:(?:value|body|default|string-value|secret-string|string|is|to|was|as|b|v)(?!\w))?){1,24}\Z"
)
"""A name, and what may stand between it and its value: signs, quotes, blanks and the words that introduce a value."""
_HUMP = expression(rb"(?<=[a-z0-9])(?=[A-Z])")
_SIGNS = bytes.maketrans(b".- ", b"___")
_SHORTEST = 16
_WORDS = expression(rb"(?<![A-Za-z0-9])(?=[a-z]*[aeiouy])[a-z]{3,15}(?![A-Za-z0-9])")
_FEWEST_WORDS = 3
"""Words in small letters between signs, so many of which make a value a name."""
_ENDS = expression(rb"[A-Za-z0-9=]\Z")
_NO_SECRETS = (b"public", b"publishable", b"cache", b"commit", b"hash", b"digest", b"page", b"index", b"csrf", b"count")
_LAST = (
    r"(?:api_?key|apikey|access_key|secret_key|key|token|secret|password|pat|sk|ak|credential|api)s?"
    r"(?:_(?:value|live|test|prod|dev|staging|v?[0-9]{1,2}))?"
)
_SHAPES = expression(
    rb"[0-9a-f]{32}\.(?=[A-Za-z0-9]{0,15}[A-Z])[A-Za-z0-9]{16}|"
    rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9a-f]{32}|"
    rb"(?:1/[0-9]{10,20}|2/[0-9]{10,20}/[0-9]{10,20}):[0-9a-f]{32}|"
    rb"0\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9]{30}:[A-Za-z0-9+/]{22}=="
)
"""Forms that one issuer's values have and nothing else, but in which no piece is always the same: those of Z.ai, fal,
Asana and Bitwarden."""


class _Names(msgspec.Struct, forbid_unknown_fields=True):
    own: list[str]
    spoken: list[str]


class Services:
    """The names of one rules folder."""

    def __init__(self, path: Path) -> None:
        """Read them. Raises ValueError, naming the file, for one that is not well formed."""
        try:
            self._names = msgspec.convert(tomli.loads(path.read_text("utf-8")), _Names)
        except (tomli.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
            raise ValueError(f"{path.name}: {error}") from error

    @cached_property
    def _named(self) -> re.Pattern[bytes]:
        own, spoken = ("|".join(map(re.escape, words)) for words in (self._names.own, self._names.spoken))
        return re.compile(
            rf"(?:[a-z0-9]+_){{0,4}}(?:(?:{own})(?:_[a-z0-9]+){{0,4}}?_"
            rf"|(?:{spoken})_(?:ai_|cloud_|search_|admin_)?(?=api|access|auth|secret|service|bearer)"
            rf"(?:[a-z0-9]+_){{0,2}}){_LAST}".encode()
        )

    def opened_by(self, data: Buffer, start: int, value: bytes) -> bool:
        """Say whether `value`, given at `start` to a name that speaks of a credential, is known to open a service."""
        if _SHAPES.fullmatch(value):
            return True
        if len(value) < _SHORTEST or not _ENDS.search(value) or len(_WORDS.findall(value)) >= _FEWEST_WORDS:
            return False
        if is_test_token(value) or is_spoken(value):
            return False
        joined = _JOINED.search(bytes(data[max(0, start - _REACH) : start]))
        return joined is not None and self._names_one(joined["name"])

    def _names_one(self, name: bytes) -> bool:
        words = _HUMP.sub(b"_", name).lower().translate(_SIGNS)
        return self._named.fullmatch(words) is not None and not any(map(words.__contains__, _NO_SECRETS))
