"""Records that say what one read before said, of another text.

A stream's pieces come by the million, each in a record like the one before but for its text, its time, its number and what
else tells nothing of streams. Once it is known what such a record says, the next are recognised by their bytes; what is not
exactly alike is decoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import msgspec

from auditor.secrets.decode import Buffer
from auditor.secrets.stream_names import FIELDS, IDENTITY, IDS, TRIGGERS

Piece: TypeAlias = tuple[str, tuple[Any, ...], tuple[Any, ...], bytes]
"""One piece of a stream: (path, identity, ids, text)."""

_TELLING = "|".join(sorted(FIELDS | IDENTITY | IDS)).encode()
_NUMBER = rb"-?(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{1,9})?"
_STRING = rb'"(?:(?![\[{])[^"\\\x00-\x1f\x7f-\xff]{1,100})?"'
_FREE = re.compile(rb'("(?!(?:' + _TELLING + rb')")\w+": ?)(?:' + _NUMBER + rb"|" + _STRING + rb")(?=[,}])")
"""A name that says nothing of streams, and its value, whatever that is."""
# What an event stream puts between its records.
_BETWEEN = rb"((?:(?:event: ?[\w.]{1,60})?\r?\n){0,3})"
# What begins like a document may be one, and is read as such.
_TEXT = rb'((?![\[{])(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]){1,4096}+)'
_PLAIN = re.compile(rb'(?![\[{])[^"\\\x00-\x1f]{1,4096}')
_PROBE = b"of this text nothing else knows"
_MET = 8
"""Records of one form that are decoded before it is learned."""
_LONGEST = 2048
"""Longer records are not learned: decoding them costs little for what they hold."""
_MOST_FORMS = 4
_MOST_MET = 32
_PATIENCE = 2000
"""Records whose noting may be in vain before it ends; each that is recognised later makes up for one."""
_A_FORM = 100
"""How many such records it costs to learn a form, because an expression is made for it."""

Read: TypeAlias = Callable[[bytes], list[Piece]]
"""What the pieces of a record are, as decoding it tells."""
Match: TypeAlias = Callable[[Buffer, int], re.Match[bytes] | None]


class Form(msgspec.Struct, frozen=True):
    """How records are recognised that are alike, and what they say of the text that is their only piece."""

    match: Match
    path: str
    identity: tuple[Any, ...]
    ids: tuple[Any, ...]


class Forms:
    """The forms of records that one artifact is full of just now."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: list[Form] = []
        self._met: dict[tuple[bytes, bytes], int] = {}
        self._patience = _PATIENCE

    def runs(self, data: Buffer, at: int) -> Iterator[tuple[Form, list[bytes], list[int], int]]:
        """Find the records of known forms that follow each other from `at` on.

        Of each run of one form: the form, the texts, how many lines after the beginning of the run each is, and its end.
        """
        number = 0
        while number < len(self._known):
            form = self._known[number]
            texts, lines, end = _run(form.match, data, at)
            if texts:
                self._patience = min(_PATIENCE, self._patience + len(texts))
                yield form, texts, lines, end
                number, at = 0, end
            else:
                number += 1

    def learn(self, raw: bytes, piece: Piece) -> None:
        """Take note of a record and its only piece; once its like were met often enough, their form is known."""
        text = piece[-1]
        if self._patience <= 0 or len(raw) > _LONGEST or b"\n" in raw or _PLAIN.fullmatch(text) is None:
            return
        self._patience -= 1
        before, found, after = raw.partition(b'"%b"' % text)
        if not found or not after.rstrip().endswith(b"}"):
            return
        key = _FREE.sub(rb"\1\0", before), _FREE.sub(rb"\1\0", after)
        times = self._met[key] = self._met.pop(key, 0) + 1
        if times == _MET:
            del self._met[key]
            self._take(before, after, piece)
        elif len(self._met) > _MOST_MET:
            del self._met[next(iter(self._met))]

    def _take(self, before: bytes, after: bytes, piece: Piece) -> None:
        """Know the records that say `piece` with a text between `before` and `after`, if that is where the text is from.

        A text that is written in another way may only look like another one. What another text makes of the record tells.
        """
        path, identity, ids, _ = piece
        fixed = _FREE.sub(rb"\1\0", before) + b'"\0"' + _FREE.sub(rb"\1\0", after)
        if not any(trigger in fixed for trigger in TRIGGERS):
            return  # these records are seen for what their texts hold, so not all of them are
        if self._read(b'%b"%b"%b' % (before, _PROBE, after)) != [(path, identity, ids, _PROBE)]:
            return
        expression = re.compile(_BETWEEN + _pattern(before) + b'"' + _TEXT + b'"' + _pattern(after) + b"\n")
        self._patience -= _A_FORM
        self._known = [Form(expression.match, path, identity, ids), *self._known[: _MOST_FORMS - 1]]


def _run(match: Match, data: Buffer, at: int) -> tuple[list[bytes], list[int], int]:
    """Match records one after the other from `at` on: their texts, how many lines after `at` each is, where they end."""
    texts, lines, line = [], [], 0
    while (found := match(data, at)) is not None:
        between, written = found.groups()
        text = bytes(written)
        if not text.isascii() or b"\\" in text:
            decoded = _decoded(text)
            if decoded is None:
                break
            text = decoded
        if between:
            line += between.count(b"\n")
        texts.append(text)
        lines.append(line)
        line += 1
        at = found.end()
    return texts, lines, at


def _pattern(part: bytes) -> bytes:
    """Return the expression for what is like a part of a record."""
    out, last = b"", 0
    for free in _FREE.finditer(part):
        out += re.escape(part[last : free.end(1)])
        out += b"(?:" + _NUMBER + rb"|" + _STRING + b")"
        last = free.end()
    return out + re.escape(part[last:])


def _decoded(written: bytes) -> bytes | None:
    """Return a text that stands so in a JSON document; None where it is no UTF-8."""
    try:
        return str(msgspec.json.decode(b'"%b"' % written)).encode("utf-8")
    except (msgspec.DecodeError, UnicodeError):
        return None
