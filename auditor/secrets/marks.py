"""The literals of the prefilter: each pattern's anchors, the same anchors in disguise, and the marks of encodings.

Base64 of a text contains one of three fragments for every word of the text, by the word's offset modulo three; so an
anchor in base64 is found by looking for its fragments, without decoding anything that does not hold one.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

import msgspec

from auditor.secrets.decode import Decoder, base64_run, hex_run, json_escapes
from auditor.secrets.patterns import Pattern
from auditor.secrets.prefilter import Literal

SHORTEST = 4
"""Fragments shorter than this occur everywhere by chance."""


class Role(msgspec.Struct, frozen=True):
    """What an occurrence of a literal means: a pattern may match here, or a decoder has something to undo here."""

    length: int
    pattern: Pattern | None = None
    decoder: Decoder | None = None
    number: int = 0


class Marks(msgspec.Struct, frozen=True):
    """The prefilter's literals and, for each, its roles."""

    literals: tuple[Literal, ...]
    roles: tuple[tuple[Role, ...], ...]


def build(patterns: Sequence[Pattern]) -> Marks:
    """The literals by which `patterns` and everything that may hide their values are found."""
    table: dict[Literal, list[Role]] = {}
    words: set[bytes] = set()
    for pattern in patterns:
        for anchor in pattern.anchors:
            role = Role(len(anchor), pattern=pattern)
            table.setdefault(Literal(anchor, pattern.table.caseless), []).append(role)
        words.update(pattern.marks)
    for word in sorted(words):
        for fragment, phase in fragments(word):
            _add(table, fragment, base64_run, phase)
        for digits in {word.hex(), word.hex().upper()}:
            _add(table, digits.encode(), hex_run)
    for escape in json_marks():
        _add(table, escape, json_escapes)
    return Marks(tuple(table), tuple(tuple(roles) for roles in table.values()))


def _add(table: dict[Literal, list[Role]], text: bytes, decoder: Decoder, number: int = 0) -> None:
    roles = table.setdefault(Literal(text), [])
    if not any(role.decoder is decoder for role in roles):
        roles.append(Role(len(text), decoder=decoder, number=number))


def fragments(word: bytes) -> Iterable[tuple[bytes, int]]:
    """The parts of base64 that any text containing `word` shows, each with its offset in its group of four.

    A part that would be shorter than `SHORTEST` is left out: at that alignment the word cannot be told from chance.
    """
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + word)
        first = -(-shift * 8 // 6)
        last = (len(word) + shift) * 8 // 6
        if last - first >= SHORTEST:
            yield encoded[first:last], first % 4


def json_marks() -> list[bytes]:
    """The ``\\u00..`` escapes of the characters that credentials are made of, in both spellings."""
    codes = [ord(c) for c in "+-./="] + list(range(ord("0"), ord("9") + 1)) + list(range(ord("A"), ord("z") + 1))
    return sorted({spelled % code for code in codes for spelled in (b"\\u%04x", b"\\u%04X")})
