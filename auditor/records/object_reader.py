"""One line to one object, by a parser that still knows what it read, so that keys can be counted.

Most of a log's bytes stand in a few long texts that nobody reads: what a tool printed, what a model said. Such a text is
checked like the rest, but no string is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec
import simdjson

Unread: TypeAlias = Callable[[dict[str, Any], str], bool]
"""Answers whether it is all one which text stands at a key of a record. The record then holds an empty one there."""

_BRACE = ord("{")
_NESTED = frozenset({dict, list})
_PARSED = (simdjson.Object, simdjson.Array)
_PARSED_TYPES = frozenset(_PARSED)
_encoder = msgspec.json.Encoder()

_WORTH_SKIMMING = 1 << 12
"""Bytes of a line from which asking for its keys one by one costs less than making a string of its longest text."""
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z_0-9]{0,40}", re.ASCII)
_MAX_KEYS, _MAX_LAYOUTS = 24, 200
_TEXT_FOLLOWS = (b':"', b': "')
_SPELLED = b"\\u"


class ObjectReader:
    """Decodes one line at a time. With `unread`, a long line's longest text is left out where that says so."""

    def __init__(self, unread: Unread | None = None) -> None:
        # What begins with a brace is parsed to an object, if to anything.
        self._parse: Callable[[bytes], Any] = simdjson.Parser().parse
        self._unread = unread
        self._layouts: dict[tuple[str, ...], str] = {}
        """The key of the longest text, by all keys of a record: the records of one log have few layouts."""

    def decode(self, line: bytes) -> dict[str, Any] | None:
        """Return the object that a line holds, or None where only a stricter look can tell what it is."""
        try:
            if line[0] != _BRACE:
                return None  # among others what begins with a byte order mark, which this parser takes
            found = self._parse(line)
            if self._unread is not None and len(line) > _WORTH_SKIMMING:
                return self._skim(found, line, self._unread)
            return _whole(found)
        except (ValueError, LookupError, RuntimeError, msgspec.MsgspecError):
            return None

    def _skim(self, found: simdjson.Object, line: bytes, unread: Unread) -> dict[str, Any] | None:
        """Return the record, its longest text empty if nobody reads it."""
        keys = tuple(found)
        longest = self._layouts.get(keys)
        if longest is None:
            record = _whole(found)
            if record is not None and len(keys) <= _MAX_KEYS and len(self._layouts) < _MAX_LAYOUTS:
                self._layouts[keys] = _longest(record)
            return record
        if _is_text(line, longest):
            record = {key: found[key] if key != longest else "" for key in keys}
            if _PARSED_TYPES.isdisjoint(map(type, record.values())) and unread(record, longest):
                return record
        return _whole(found)


def _longest(record: dict[str, Any]) -> str:
    """Return the key of the longest text of a record, or an empty one if not all its keys are plain words."""
    if not all(map(_PLAIN_KEY.fullmatch, record)):
        return ""
    sizes = {key: len(value) for key, value in record.items() if type(value) is str}
    return max(sizes, key=sizes.__getitem__, default="")


def _is_text(line: bytes, key: str) -> bool:
    """Tell whether the value at `key` is a text, in a JSON object with plain keys that holds nothing nested elsewhere.

    A quote within a string is escaped, so a plain word between two bare quotes is a whole string, or what stands between
    two strings, where only marks can stand. The first one with the key's name is a text, which no colon follows, or the
    key, unless that is spelled with an escape: then it could be a key within the value.
    """
    name = b'"%b"' % key.encode()
    at = line.find(name)
    return at >= 0 and line.startswith(_TEXT_FOLLOWS, at + len(name)) and line.find(_SPELLED, 0, at) < 0


def _whole(found: simdjson.Object) -> dict[str, Any] | None:
    """Return all of an object, or None if a key in it is repeated or is no key for this parser."""
    value: dict[str, Any] = found.as_dict()
    if len(found) != len(value):
        return None
    if _NESTED.isdisjoint(map(type, value.values())):
        return value
    return value if all(_same(found, key, inner) for key, inner in value.items() if type(inner) in _NESTED) else None


def _same(found: simdjson.Object, key: str, inner: Any) -> bool:
    """Tell whether no object inside a record repeats a key: an encoder then gives the text without its white space."""
    child = None if "\0" in key else found[key]  # a key is looked up as far as its first NUL only
    again = _encoder.encode(inner)
    return isinstance(child, _PARSED) and child.mini == again  # type: ignore[comparison-overlap]  # bytes, not str
