"""Backslash escapes of `$'…'`, `printf`, `echo -e` and of string literals in program code."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\\(?:x\{?(?P<x>[0-9A-Fa-f]{1,2})\}?|u\{?(?P<u>[0-9A-Fa-f]{1,6})\}?|U(?P<U>[0-9A-Fa-f]{1,8})|(?P<o>[0-7]{1,4})|(?P<c>.))",
    re.DOTALL,
)
_SINGLE = {"a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\n": ""}


def decode(text: str) -> str:
    r"""Return `text` with backslash escapes resolved: `\x2f`, `\057`, `\u002f`, `\n`, and `\c` as `c`.

    Never raises: a number beyond Unicode, a surrogate or a control character that the analyser uses itself reads as `?`.
    """
    return _ESCAPE.sub(_resolve, text) if "\\" in text else text


def _resolve(found: re.Match[str]) -> str:
    hexadecimal = found["x"] or found["u"] or found["U"]
    if hexadecimal:
        return _character(int(hexadecimal, 16))
    if found["o"]:
        return _character(int(found["o"], 8) & 0xFF)
    return _SINGLE.get(found["c"], found["c"])


def _character(code: int) -> str:
    if code <= 0x06 or code == 0x0E or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return "?"
    return chr(code)
