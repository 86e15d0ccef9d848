"""Known credentials without their values: salted, keyed digests of the whole and of every sixteen characters of it.

What such a file tells whoever has it: each value's length, which of two sets of characters it is written in, and how
many parts of it are digested. Without the operator's key it also lets them test guesses, as fast as they can hash. A
guess of a part has to get sixteen characters right at once, which for a random value is out of reach (95 bits of letters
and digits, 64 of hex); but who already knows fifteen characters in a row can try the sixteenth, and so on. Therefore a
format's public prefix is in no part, but for a few parts that hold eleven secret characters. A value that holds other
text that can be guessed is safe only with a key that the file's readers do not have; and whoever may search for parts of
a value, key in hand, can test guesses of them too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Iterable, Iterator
from itertools import compress

import msgspec

from auditor.secrets.collector import Found
from auditor.secrets.decode import Buffer
from auditor.secrets.effort import Effort
from auditor.secrets.known import PART, PARTIAL, WHOLE

SCHEMA = "cto-audit-fingerprints/v1"

_DIGEST_BYTES = 8
"""Bytes of a part's digest: a chance match would take 10^17 bytes of text."""
_WORD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
_ALPHABETS = {
    "token": _WORD + b"+/=.",
    "any": bytes(code for code in range(0x21, 0x100) if code not in b"\"'`\\,;<>(){}[]|\x7f"),
}
_TABLES = {name: bytes(code if code in letters else 32 for code in range(256)) for name, letters in _ALPHABETS.items()}
_BASE64 = bytes(code if code in _WORD + b"+/" else 32 for code in range(256))
_URLSAFE = bytes.maketrans(b"-_", b"+/")
_HEX = frozenset(b"0123456789abcdef")
_DIGITS = re.compile(rb"[0-9a-fA-F]{32,}")

_NAMES = re.compile(rb"(?:[a-z]{2,12}[0-9]{0,2}[-_.:]{1,2})*")
_UNKNOWN = 11
"""Characters of a part that nobody can guess: 65 bits, where they are letters and digits."""

_SPLIT = re.compile(rb"[=:@/&?#]+")
_FOLD = re.compile(rb"\\+[rn]|[\r\n]")
_LEAST_BASE64 = PART * 4 // 3
_DEEP = 2
"""How many encodings deep a value is looked for where no known character tells that there is one."""
_READ_AGAIN, _BYTES_A_UNIT = 15, 4
"""Units of effort that a word costs which is read in other ways, and the bytes that cost one more."""
_MOST_KEPT = 1 << 16
_MOST_KEPT_BYTES = 256


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fingerprinted value: its length in bytes, its keyed digest, and those of its parts (hex digits all).

    `alphabet` names the set of characters in which the parts are written.
    """

    length: int
    digest: str
    alphabet: str = ""
    parts: tuple[str, ...] = ()


class FingerprintFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``cto-audit fingerprint`` writes: a random salt (hex), mixed with the operator's key, and the entries."""

    schema: str
    salt: str
    entries: tuple[Entry, ...]


def fingerprint_file(values: Iterable[bytes], key: bytes = b"", prefixes: Iterable[bytes] = ()) -> bytes:
    """The fingerprint file of `values`, as JSON. With `key`, only who has the key can test a guess.

    `prefixes` are the public beginnings of credentials, which are left out of the parts.
    """
    salt = os.urandom(16)
    public = sorted(prefixes, key=len, reverse=True)
    entries = tuple(_entry(value, salt, key, public) for value in values)
    return msgspec.json.format(msgspec.json.encode(FingerprintFile(SCHEMA, salt.hex(), entries))) + b"\n"


def _entry(value: bytes, salt: bytes, key: bytes, public: list[bytes]) -> Entry:
    value = value.replace(b"\r\n", b"").replace(b"\n", b"")  # folds are passed over, and so are the value's own breaks
    body = value[_guessable(value, public) :]
    fitting = (name for name, letters in _ALPHABETS.items() if not body.translate(None, letters + b" \t"))
    alphabet = next(fitting, "any")
    within = _part_key(salt, key)
    parts = {_part(within, part) for run in body.translate(_TABLES[alphabet]).split() for part in _windows(run)}
    return Entry(len(value), _digest(salt, key, value), alphabet if parts else "", tuple(sorted(map(bytes.hex, parts))))


def _guessable(value: bytes, public: list[bytes]) -> int:
    """How many bytes at the beginning are in no part: the public prefix, but for what leaves a guess out of reach."""
    prefix = len(next((prefix for prefix in public if value.startswith(prefix)), b""))
    names = _NAMES.match(value, prefix)
    prefix = names.end() if names else prefix
    return prefix if _HEX.issuperset(value[prefix:].lower()) else max(0, prefix - (PART - _UNKNOWN))


def _windows(run: bytes) -> Iterator[bytes]:
    return (run[at : at + PART] for at in range(len(run) - PART + 1))


def _digest(salt: bytes, key: bytes, value: bytes) -> str:
    return hmac.digest(salt + key, value, "sha256").hex()


def _part_key(salt: bytes, key: bytes) -> bytes:
    return hmac.digest(salt + key, b"parts", "sha256")


def _part(key: bytes, part: bytes) -> bytes:
    return hashlib.sha256(key + part).digest()[:_DIGEST_BYTES]


class Fingerprints:
    """Values known by fingerprint only: every sixteen characters in a row are tried, and every word."""

    def __init__(self, content: bytes, key: bytes = b"") -> None:
        """Read a fingerprint file. Raises ValueError for one that is not well formed."""
        try:
            document = msgspec.json.decode(content, type=FingerprintFile)
            self._salt = bytes.fromhex(document.salt)
            parts = {bytes.fromhex(part) for entry in document.entries for part in entry.parts}
        except (msgspec.DecodeError, ValueError) as error:
            raise ValueError(f"not a fingerprint file: {error}") from error
        alphabets = {entry.alphabet for entry in document.entries if entry.parts}
        if document.schema != SCHEMA or not alphabets <= _ALPHABETS.keys():
            raise ValueError(f"not a fingerprint file of schema {SCHEMA}")
        self._key = key
        self._part_key = _part_key(self._salt, key)
        self._parts = frozenset(parts)
        self._tables = [_TABLES[name] for name in sorted(alphabets | {"token"})]
        self._digests = frozenset(entry.digest for entry in document.entries)
        self._lengths = frozenset(entry.length for entry in document.entries)
        self._words = frozenset(entry.length for entry in document.entries if not entry.parts)
        # Identifiers come again on every line. What a word cost is kept with it: what is found must not depend on what
        # was scanned before.
        self._fruitless: set[bytes] = set()
        self._hollow: dict[tuple[bytes, int], int] = {}

    def find(self, data: Buffer, effort: Effort) -> list[Found]:
        """The fingerprinted values and their parts in `data`, also in base64, hex and UTF-16, and over line breaks."""
        plain = bytes(data)
        return list(self._in(plain, effort, 0))

    def _in(self, data: bytes, effort: Effort, depth: int) -> Iterator[Found]:
        words = self._runs(data)
        yield from self._matches(data, words, effort)
        joined = _without_folds(data)
        glued = self._runs(joined) - words
        for found in self._matches(joined, glued, effort):
            yield _moved(found, _unfolded_place(data, found.start), 0, "wrapped")
        if b"\0" in data:
            for odd in (0, 1):
                wide = data[odd::2]
                for found in self._matches(wide, self._runs(wide) - words, effort):
                    yield _moved(found, 2 * found.start + odd, len(found.value), "utf-16")
        if depth < _DEEP:
            for word in {word for run in words | glued for word in _long(run.translate(_BASE64), _LEAST_BASE64)}:
                yield from self._decoded(data, word, effort, depth)

    def _decoded(self, data: bytes, word: bytes, effort: Effort, depth: int) -> Iterator[Found]:
        """What `word` of `data` hides in base64, at each offset that its beginning may have, or in hex."""
        cost = self._hollow.get((word, depth))
        if cost is not None:
            effort.spend(cost)
            return
        before, found = effort.left, False
        effort.spend(_READ_AGAIN + len(word) // _BYTES_A_UNIT)
        for step, text in _readings(word) if effort.left > 0 else ():
            for inner in self._in(text, effort, depth + 1):
                found = True
                yield _moved(inner, max(0, data.find(word)), len(word), step)
        if not found and effort.left > 0 and len(word) < _MOST_KEPT_BYTES:
            if len(self._hollow) >= _MOST_KEPT:
                self._hollow.clear()
            self._hollow[word, depth] = before - effort.left

    def _runs(self, data: bytes) -> set[bytes]:
        """The different words of `data` that are long enough to hold a part, and those that may be a short value."""
        runs = {word for table in self._tables for word in _long(data.translate(table), PART)}
        if self._words:
            least = min(self._words)
            tokens = set(_long(data.translate(_TABLES["any"]), least))
            runs |= {word for token in tokens for word in _words(token) if len(word) in self._words}
        return runs

    def _matches(self, data: bytes, words: set[bytes], effort: Effort) -> Iterator[Found]:
        effort.spend(sum(map(len, words)) // _BYTES_A_UNIT)
        for word in words - self._fruitless if effort.left > 0 else ():
            stretches = list(self._stretches(word))
            if not stretches and len(word) < _MOST_KEPT_BYTES:
                if len(self._fruitless) >= _MOST_KEPT:
                    self._fruitless.clear()
                self._fruitless.add(word)
            for low, high in stretches:
                at = data.find(word)
                yield self._best(data, at + low, at + high)

    def _stretches(self, word: bytes) -> Iterator[tuple[int, int]]:
        """Where in `word` parts of a value, or a whole one, stand; parts that overlap are one stretch."""
        if len(word) in self._words and _digest(self._salt, self._key, word) in self._digests:
            yield 0, len(word)
            return
        if len(word) < PART or not self._parts:
            return
        key, parts = self._part_key, self._parts
        met = [at for at, part in enumerate(_windows(word)) if _part(key, part) in parts]
        while met:
            count = next((i for i, at in enumerate(met) if at != met[0] + i), len(met))
            yield met[0], met[count - 1] + PART
            met = met[count:]

    def _best(self, data: bytes, low: int, high: int) -> Found:
        """The finding at a stretch: the whole value that ends where it does, if there is one, else the part."""
        for length in self._lengths:
            start = high - length
            if 0 <= start <= low and _digest(self._salt, self._key, data[start:high]) in self._digests:
                return Found(start, high, data[start:high], WHOLE, "confirmed")
        return Found(low, high, data[low:high], PARTIAL, "confirmed")


def _long(text: bytes, least: int) -> Iterator[bytes]:
    """The different words of `text` of at least that many bytes; there are few among many, so nothing is done in Python."""
    words = set(text.split())
    return compress(words, map(least.__le__, map(len, words)))


def _words(token: bytes) -> Iterator[bytes]:
    """A token, its parts between ``= : @ / & ? #``, what follows each, and the token without its last punctuation."""
    yield token
    yield token.rstrip(b".!:")
    for split in _SPLIT.finditer(token):
        yield token[split.end() :]
    yield from _SPLIT.split(token)


def _readings(word: bytes) -> Iterator[tuple[str, bytes]]:
    clean = word.translate(_URLSAFE)
    for phase in range(4):
        body = clean[phase:]
        body = body[: len(body) - (len(body) % 4 == 1)]
        yield "base64", base64.b64decode(body + b"=" * (-len(body) % 4))
    for digits in _DIGITS.findall(word):
        for phase in (0, 1):
            body = digits[phase : len(digits) - (len(digits) - phase) % 2]
            yield "hex", bytes.fromhex(body.decode("ascii"))


def _moved(found: Found, start: int, size: int, step: str) -> Found:
    chain = f"{step}+{found.step}" if found.step else step
    return Found(start, start + (size or len(found.value)), found.value, found.pattern, found.confidence, chain)


def _without_folds(data: bytes) -> bytes:
    for fold in (b"\\r", b"\\n", b"\r", b"\n"):
        while fold[:1] == b"\\" and b"\\" + fold in data:
            data = data.replace(b"\\" + fold, fold)
        data = data.replace(fold, b"")
    return data


def _unfolded_place(data: bytes, offset: int) -> int:
    """Where in `data` the byte stands that is at `offset` once the line breaks are taken out."""
    for fold in _FOLD.finditer(data):
        if fold.start() > offset:
            break
        offset += fold.end() - fold.start()
    return offset
