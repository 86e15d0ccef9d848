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
from auditor.secrets.weak import is_counted_out, is_spoken, is_test_token

EFFORT = 40
"""Units that looking for one value's name costs."""

_REACH = 240
"""Bytes before a value in which its name is looked for."""
_GAP = expression(
    rb"(?:(?:eulav|ydob|tluafed|gnirts|rtSterceS|gnirtSterceS|si|ot|saw|sa|b|v)?(?>[nrt]?\\+|\s+|[^\w\\\s])){1,24}+"
)
"""What may stand between a name and its value, read from the value backwards: signs, quotes, blanks, words as ``is``.

Read so, there is one place to begin at, and no more to try than the bytes that are there.
"""
_NAME = expression(rb"[\w.-]{3,80}+(?P<after>\\?)")
_BARE = expression(rb"api_?key", re.IGNORECASE)
_OWNER = expression(
    rb"[^(){}\[\]]{0,150}?(?:[({]|\{[^(){}\[\]]{0,9}\(|n\\|\n)\s{0,2}:?\s{0,2}\]?(?:[\"']\\*)?(?P<owner>[A-Za-z0-9_-]{3,40}+)"
)
"""Who takes or has a key that is called so and nothing else, backwards: a constructor, a section or a field of JSON."""
_HUMP = expression(rb"(?<=[a-z0-9])(?=[A-Z])")
_NO_LETTERS = b"0123456789_.-"
_SIGNS = bytes.maketrans(b".- ", b"___")
_MOST_JOINTS = 10
_SHORTEST = 16
_WORDS = expression(rb"(?<![A-Za-z0-9])(?=[a-z]*[aeiouy])[a-z]{3,15}(?![A-Za-z0-9])")
_FEWEST_WORDS = 3
"""Words in small letters between signs, so many of which make a value a name."""
_WRITTEN = expression(rb"[A-Za-z0-9_.~+/=:|$-]+\Z")
"""What keys are written with; code has other signs."""
_SETTING = expression(
    rb"[A-Z]{2}[A-Z0-9]*(?:_[A-Z0-9]+)+(?:=.*)?\Z|[a-z_]{2,20}(?:\.[A-Za-z_]\w{1,40})+\Z|"
    rb"[a-z]{2,20}(?:[A-Z][a-z]{1,20}){2,8}[0-9]{0,2}\Z"
)
"""The name of another variable, given to this one or standing next to it."""
_RELEASE = expression(
    rb"(?=[a-z0-9.:-]*(?<![a-z])(?=[a-z]{0,2}[aeiou])[a-z]{3})[a-z]{2,12}[0-9]{0,2}"
    rb"(?:[-.:](?:[a-z]{2,12}[0-9]{0,2}|[0-9]{1,8}[a-z]{0,2})){2,8}\Z"
)
"""A model's name or a version, as stands beside the variable in a table: words and numbers, each by itself."""
_SHOWN = expression(rb"(?:phc|pk_live|pk_test|pk-lf|sb_publishable)[_-]")
"""How keys begin that are shown to anybody."""
_ENDS = expression(rb"[A-Za-z0-9=]\Z")
_NO_SECRETS = (
    b"public",
    b"issue",
    b"publishable",
    b"cache",
    b"commit",
    b"hash",
    b"digest",
    b"page",
    b"index",
    b"csrf",
    b"count",
)
_LAST = (
    r"(?:api_?key|access_?key|secret_?key|key|token|secret|password|pat|sk|ak|credential|api)s?"
    r"(?:_(?:value|live|test|prod|dev|staging|v?[0-9]{1,2}))?"
)
_SHAPES = expression(
    rb"[0-9a-f]{32}\.(?=[a-z0-9_-]{0,23}[A-Z])(?:[A-Za-z0-9]{16}|[A-Za-z0-9_-]{24})|"
    rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9a-f]{32}|"
    rb"(?:1/[0-9]{10,20}|2/[0-9]{10,20}/[0-9]{10,20}):[0-9a-f]{32}|"
    rb"0\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9]{30}:[A-Za-z0-9+/]{22}=="
)
"""Forms that one issuer's values have and nothing else, but in which no piece is always the same: those of Z.ai,
Ollama, fal, Asana and Bitwarden."""


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
        if is_test_token(value) or is_spoken(value) or is_counted_out(value):
            return False
        if _WRITTEN.match(value) is None or any(kind.match(value) for kind in (_SETTING, _RELEASE, _SHOWN)):
            return False
        before = bytes(data[max(0, start - _REACH) : start])[::-1]
        gap = _GAP.match(before)
        name = _NAME.match(before, gap.end()) if gap is not None else None
        if name is None:
            return False
        first = name.end() - len(name["after"])
        word = before[name.start() : first][::-1]
        word = word[1:] if name["after"] and word[:1] in (b"n", b"r", b"t") else word  # the letter is an escape's
        if _BARE.fullmatch(word) is None:
            return self._names_one(word.lstrip(_NO_LETTERS))
        owner = _OWNER.match(before, first)
        return owner is not None and self._owned.search(_words(owner["owner"][::-1])) is not None

    @cached_property
    def _owned(self) -> re.Pattern[bytes]:
        own = "|".join(map(re.escape, self._names.own))
        return re.compile(rf"(?:\A|_)(?:{own})(?:_|ai(?:_|\Z)|\Z)".encode())

    def _names_one(self, name: bytes) -> bool:
        words = _words(name)
        if words.count(b"_") > _MOST_JOINTS or any(map(words.__contains__, _NO_SECRETS)):
            return False
        return self._named.fullmatch(words) is not None


def _words(name: bytes) -> bytes:
    """A name as a variable of the environment is spelled, in small letters."""
    return _HUMP.sub(b"_", name).lower().translate(_SIGNS)
