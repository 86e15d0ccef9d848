"""One JSON document or line, read strictly: what two parsers could read differently is refused.

RFC 8259 leaves repeated keys to the parser, and parsers differ: one takes the first, another the last. Evidence that
says two things says nothing, so a repeated key is a fault with a place (section 4 of the evidence interface).
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import orjson

from auditor.contract import INCIDENTAL

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],]', re.DOTALL)
_LONG_NUMBER = re.compile(rb"[0-9]{19}")
# Case cuts event text at 500 UTF-16 units, which can leave half of a surrogate pair before the mark.
_CUT_SURROGATE = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?=(?:\xe2\x80\xa6|\\u2026)\[truncated\])")
# Every way in which white space can stand between a key's quote and its colon; a colon in a string is let through.
_ODD_COLON = (b'" :', b"  :", b"\n :", b"\n:")  # white space between a key and its colon, by its last two characters
_ODD_SPACE = (b"\t", b"\r")  # inside a string these are always escaped, so they are layout, wherever they stand


class JsonFault(ValueError):  # noqa: N818 - "fault" is the word for it throughout
    """The text is not one well-formed JSON value; the message says why and holds no part of the text."""


class RepeatedKey(JsonFault):
    """An object repeats a key. `pointer` is the RFC 6901 place of the repetition, `value` the last-wins reading."""

    def __init__(self, pointer: str, value: dict[str, Any], text: bytes) -> None:
        super().__init__("an object repeats a key")
        self.pointer = pointer
        self.value = value
        self._text = text

    def readings(self, kind: str) -> list[dict[str, Any]]:
        """Return what is to be noted of the object in an artifact of this kind.

        That is `value`; where only what an object says makes it evidence, also what parsers read that keep the first of
        equal keys, so that no order of the keys hides it.
        """
        if kind not in INCIDENTAL:
            return [self.value]
        try:
            first = json.loads(self._text, object_pairs_hook=lambda pairs: dict(reversed(pairs)))
        except (ValueError, RecursionError):
            return [self.value]
        return [self.value, first]


def parse(data: bytes) -> Any:
    """Return the JSON value of `data`, without any look at repeated keys. Raise `JsonFault` if it is not JSON."""
    return _read(data)[0]


def _read(data: bytes) -> tuple[Any, bytes]:
    """Return the value and the text that gave it: `data`, or `data` without the halves that Case's cut left.

    Only one half can stand before each mark, so the text is mended once: what is still no JSON then is none.
    """
    try:
        return _exact(data), data
    except orjson.JSONDecodeError as error:
        mended = _CUT_SURROGATE.sub(b"", data)
        if mended == data:
            raise JsonFault(reason(error)) from None
    try:
        return _exact(mended), mended
    except orjson.JSONDecodeError as error:
        raise JsonFault(reason(error)) from None


def _exact(data: bytes) -> Any:
    """Decode, with whole numbers as they stand: orjson makes a rounded float of one that 64 bits do not hold."""
    value = orjson.loads(data)
    if not _LONG_NUMBER.search(data):
        return value
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, RecursionError):
        raise JsonFault("a number is too long, or it is nested too deep") from None


def parse_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`.

    Raise `JsonFault` where it is no JSON or no object, and `RepeatedKey` where it, or an object inside it, repeats a key.
    """
    value, text = _read(data)
    if not isinstance(value, dict):
        raise JsonFault("it is JSON, but not an object")
    if not surely_unique(text, count_keys(value)):
        pointer = repeated_key(text)
        if pointer is not None:
            raise RepeatedKey(pointer, value, text)
    return value


def reason(error: orjson.JSONDecodeError) -> str:
    """Return orjson's message without its quotation of the input."""
    return f"{error.msg.split(':')[0]} (column {error.colno})"


def surely_unique(data: bytes, keys: int) -> bool:
    """Tell by counting alone that no object in `data` repeats a key; False means "look closer".

    `keys` is the number of keys in the decoded value. In JSON text a quote followed by a colon always ends a key,
    unless the quote is escaped inside a string; white space before a colon, or a backslash before an escaped-looking
    quote, makes the count inexact, and then the answer is False.
    """
    if any(odd in data for odd in (*_ODD_SPACE, *_ODD_COLON, b'\\\\":')):
        return False
    return data.count(b'":') - data.count(b'\\":') == keys


def count_keys(value: Any) -> int:
    """Return how many keys all objects inside `value` have together. Iterative, so depth costs no stack."""
    keys = 0
    pending = [value]
    while pending:
        item = pending.pop()
        if type(item) is dict:
            keys += len(item)
            pending.extend(child for child in item.values() if type(child) in (dict, list))
        else:
            pending.extend(child for child in item if type(child) in (dict, list)) if type(item) is list else None
    return keys


def repeated_key(data: bytes) -> str | None:
    """Return the pointer of the first repeated key in well-formed JSON, or None. Keys are compared as decoded."""
    stack: list[tuple[set[str] | None, list[str]]] = []  # per open container: its keys (None: array), its [step]
    expect_key = False
    for match in _TOKEN.finditer(data):
        token = match.group()
        head = token[:1]
        if head == b"{":
            stack.append((set(), [""]))
            expect_key = True
        elif head == b"[":
            stack.append((None, ["0"]))
            expect_key = False
        elif head in b"}]":
            stack.pop()
            expect_key = False
        elif head == b",":
            keys, step = stack[-1]
            expect_key = keys is not None
            if keys is None:
                step[0] = str(int(step[0]) + 1)
        elif head == b'"' and expect_key:
            keys, step = stack[-1]
            key = str(orjson.loads(token)) if b"\\" in token else token[1:-1].decode()
            step[0] = key
            if keys is not None:
                if key in keys:
                    return "".join("/" + pointer_step(part[0]) for _, part in stack)
                keys.add(key)
            expect_key = False
    return None


def pointer_step(key: str) -> str:
    """Return one reference token of an RFC 6901 pointer."""
    return key.replace("~", "~0").replace("/", "~1")
