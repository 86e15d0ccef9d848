"""One line to one object, by a parser that still knows what it read, so that keys can be counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import simdjson

_BRACE = ord("{")
_NESTED = frozenset({dict, list})
_PARSED = (simdjson.Object, simdjson.Array)
_encoder = msgspec.json.Encoder()


class ObjectReader:
    """Decodes one line at a time."""

    def __init__(self) -> None:
        # What begins with a brace is parsed to an object, if to anything.
        self._parse: Callable[[bytes], Any] = simdjson.Parser().parse

    def decode(self, line: bytes) -> dict[str, Any] | None:
        """Return the object that a line holds, or None where only a stricter look can tell what it is."""
        try:
            if line[0] != _BRACE:
                return None  # among others what begins with a byte order mark, which this parser takes
            found = self._parse(line)
            value: dict[str, Any] = found.as_dict()
            if len(found) != len(value) or not (_NESTED.isdisjoint(map(type, value.values())) or _exact(found, value)):
                return None
        except (ValueError, LookupError, RuntimeError, msgspec.MsgspecError):
            return None
        return value


def _exact(found: simdjson.Object, value: dict[str, Any]) -> bool:
    """Tell whether no object inside a record repeats a key."""
    return all(_same_inside(found, key, inner) for key, inner in value.items() if type(inner) in _NESTED)


def _same_inside(found: simdjson.Object, key: str, inner: Any) -> bool:
    """Tell whether an encoder gives a value's text without its white space: it writes each key once."""
    child = None if "\0" in key else found[key]  # a key is looked up as far as its first NUL only
    again = _encoder.encode(inner)
    return isinstance(child, _PARSED) and child.mini == again  # type: ignore[comparison-overlap]  # bytes, not str
