"""Credentials the operator knows: searched for exactly, by any sixteen characters of them, or by fingerprint alone.

This is the surest test: no format has to be guessed. Values come as bytes, live in the engine only, and are never part
of an error. Where the auditor's machine must not hold a value, a fingerprint file stands in for it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Iterable, Sequence

import msgspec

from auditor.secrets.collector import Found
from auditor.secrets.decode import Buffer
from auditor.secrets.patterns import Pattern, Table

PART = 16
"""A part of a known value that is this long is a leak of it."""
SHORTEST_KNOWN = 6
"""Shorter values occur by chance and are refused."""
_GRAM = 8
_STRIDE = 9
SCHEMA = "cto-audit-fingerprints/v1"

_TOKEN = re.compile(rb"[^\s\"'`\\,;<>(){}\[\]|]{6,4096}")
_SPLIT = re.compile(rb"[=:@/&?#]+")


def _pattern(identifier: str, title: str) -> Pattern:
    return Pattern(
        Table(
            id=identifier,
            title=title,
            issuer="the operator",
            anchors=("\0",),
            regex="",
            confidence="confirmed",
            examples=(),
            counter_examples=(),
            reference="",
        )
    )


WHOLE = _pattern("known.credential", "A credential the operator named")
PARTIAL = _pattern("known.part", "A part of a credential the operator named")


class Known:
    """One known value and the short pieces by which it, or enough of it, is met."""

    __slots__ = ("_value", "grams")

    def __init__(self, value: bytes) -> None:
        """Take a value. Raises ValueError, without it, for one too short to be told from chance."""
        if len(value) < SHORTEST_KNOWN:
            raise ValueError(f"a known credential needs at least {SHORTEST_KNOWN} bytes to be told from chance")
        self._value = value
        size = min(_GRAM, len(value))
        starts = [*range(0, len(value) - size + 1, _STRIDE)]
        self.grams = {value[at : at + size]: at for at in reversed(starts)}
        """Pieces so placed that any sixteen bytes in a row of the value contain one; with their offsets."""

    def __repr__(self) -> str:
        return f"<Known value of {len(self._value)} bytes>"

    def match(self, data: Buffer, start: int, gram: bytes) -> Found | None:
        """The longest stretch of the value around `gram` at `start`, if it is all of the value or enough of it."""
        at = self.grams[gram]
        low, high = 0, len(gram)
        while at + low > 0 and start + low > 0 and data[start + low - 1] == self._value[at + low - 1]:
            low -= 1
        while at + high < len(self._value) and start + high < len(data):
            if data[start + high] != self._value[at + high]:
                break
            high += 1
        whole = high - low == len(self._value)
        if not whole and high - low < PART:
            return None
        pattern = WHOLE if whole else PARTIAL
        return Found(start + low, start + high, bytes(data[start + low : start + high]), pattern, "confirmed")


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fingerprinted value: its length in bytes and its keyed digest (64 hex digits)."""

    length: int
    digest: str


class FingerprintFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``cto-audit fingerprint`` writes: a random salt (hex), mixed with the operator's key, and the entries."""

    schema: str
    salt: str
    entries: tuple[Entry, ...]


def fingerprint_file(values: Iterable[bytes], key: bytes = b"") -> bytes:
    """The fingerprint file of `values`, as JSON. With `key`, only who has the key can test a guess."""
    salt = os.urandom(16)
    entries = tuple(Entry(len(value), _digest(salt, key, value)) for value in values)
    return msgspec.json.format(msgspec.json.encode(FingerprintFile(SCHEMA, salt.hex(), entries))) + b"\n"


def _digest(salt: bytes, key: bytes, value: bytes) -> str:
    return hmac.new(salt + key, value, hashlib.sha256).hexdigest()


class Fingerprints:
    """Values known by fingerprint only: every word of the right length is tried."""

    def __init__(self, content: bytes, key: bytes = b"") -> None:
        """Read a fingerprint file. Raises ValueError for one that is not well formed."""
        try:
            document = msgspec.json.decode(content, type=FingerprintFile)
            self._salt = bytes.fromhex(document.salt)
        except (msgspec.DecodeError, ValueError) as error:
            raise ValueError(f"not a fingerprint file: {error}") from error
        if document.schema != SCHEMA:
            raise ValueError(f"not a fingerprint file of schema {SCHEMA}")
        self._key = key
        self._lengths = frozenset(entry.length for entry in document.entries)
        self._digests = frozenset(entry.digest for entry in document.entries)

    def find(self, data: Buffer) -> list[Found]:
        """The fingerprinted values among the words of `data`, and among the parts of words between ``= : @ / & ?``."""
        found = []
        shortest = min(self._lengths, default=0)
        for match in _TOKEN.finditer(data):
            if match.end() - match.start() >= shortest:
                found += [
                    Found(start, start + len(word), word, WHOLE, "confirmed")
                    for start, word in _words(match[0], match.start())
                    if len(word) in self._lengths and _digest(self._salt, self._key, word) in self._digests
                ]
        return found


def _words(token: bytes, offset: int) -> list[tuple[int, bytes]]:
    words, last = [(offset, token)], 0
    for split in _SPLIT.finditer(token):
        words += [(offset + last, token[last : split.start()]), (offset + split.end(), token[split.end() :])]
        last = split.end()
    if last:
        words.append((offset + last, token[last:]))
    stripped = token.rstrip(b".!:")
    return [*words, (offset, stripped)]


def distinct(values: Sequence[Known]) -> list[tuple[bytes, Known]]:
    """Every gram of every value, with its value."""
    return [(gram, known) for known in values for gram in known.grams]
