"""Is a piece of a log UTF-8? Without making a string of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import simdjson

_OTHERWISE_SOUND = "TAPE_ERROR"


class Utf8Check:
    """Looks at pieces of JSON lines."""

    def __init__(self) -> None:
        self._parse: Callable[[bytes], Any] = simdjson.Parser().parse

    def check(self, data: bytes) -> None:
        """Raise UnicodeDecodeError where `data` is no UTF-8.

        The parser looks at the encoding of all that it is given, many bytes at a time, before it looks at what stands
        there. It then gives up at the second line, because it expects one document; but any other complaint may come
        from before the encoding was looked at, and says nothing about it.
        """
        if data.isascii():
            return
        try:
            self._parse(data)
        except (ValueError, RuntimeError) as fault:
            if not str(fault).startswith(_OTHERWISE_SOUND):
                data.decode()
