"""JSON lines decoded fast, where that provably gives the same as a strict look at each line.

A decoder keeps the last of two equal keys and says nothing, and one that takes many lines at once takes two objects on one
line, or one on two, as they come. So what was decoded is held against what was written: where all is accounted for,
nothing was dropped.
"""

from __future__ import annotations

from typing import Any

import msgspec
import simdjson

_LONG_LINE = 700
"""Average bytes a line from which a look at each line costs less than encoding all of them again."""
_SAMPLE = 1 << 13
"""Bytes by which the average is guessed."""

_NESTED = frozenset({dict, list})
_PARSED = (simdjson.Object, simdjson.Array)
_decoder: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(dict[str, Any])
_encoder = msgspec.json.Encoder()


def are_long(data: bytes, start: int) -> bool:
    """Guess from a sample whether the lines of `data` from `start` on are long on average."""
    end = min(start + _SAMPLE, len(data))
    return data.count(b"\n", start, end) * _LONG_LINE < end - start


def decode(data: bytes) -> list[dict[str, Any]] | None:
    """Return the objects in `data`, one for each line, or None where only line by line is sure.

    `data` is whole lines, the last newline included. None says nothing about the lines but that they are unusual.
    """
    try:
        records = _decoder.decode_lines(data)
        return records if _same_but_for_spaces(_encoder.encode_lines(records), data) else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError, OverflowError):
        return None


def _same_but_for_spaces(again: bytes, data: bytes) -> bool:
    """Tell whether what an encoder makes of the decoded value is the text that it came from, but for spaces.

    Spaces are never what tells one token from the next in JSON, so equal texts have equally many keys, and an encoder
    writes each key once, and a newline after each object and nowhere else.
    """
    return again == data or again.translate(None, b" ") == data.translate(None, b" ")


class ObjectReader:
    """Decodes one line at a time with a parser that still knows what it read, so that keys can be counted."""

    def __init__(self) -> None:
        self._parse = simdjson.Parser().parse

    def decode(self, line: bytes | memoryview) -> dict[str, Any] | None:
        """Return the object that a line holds, or None where only a stricter look can tell what it is."""
        if line[:1] != b"{":
            return None  # among others what begins with a byte order mark, which this parser takes
        try:
            found = self._parse(line)
            if not isinstance(found, simdjson.Object):
                return None
            value = found.as_dict()
            return value if len(found) == len(value) and _inner_exact(found, value) else None
        except (ValueError, LookupError, RuntimeError, msgspec.MsgspecError):
            return None


def _inner_exact(found: simdjson.Object, value: dict[str, Any]) -> bool:
    """Tell whether no object inside a record repeats a key: an encoder then gives the text without its white space."""
    if _NESTED.isdisjoint(map(type, value.values())):
        return True
    return all(_same_inside(found, key, inner) for key, inner in value.items() if type(inner) in _NESTED)


def _same_inside(found: simdjson.Object, key: str, inner: Any) -> bool:
    child = None if "\0" in key else found[key]  # a key is looked up as far as its first NUL only
    again = _encoder.encode(inner)
    return isinstance(child, _PARSED) and child.mini == again  # type: ignore[comparison-overlap]  # bytes, not str
