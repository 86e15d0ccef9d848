"""The private characters with which a word remembers what quoting and expansion did to it.

A shell word is more than its text: `'{a,b}'` and `{a,b}` read alike and mean different things. Rather than carry a
parallel structure through every step, the lexer and the expander put these control characters into the text. They
cannot come from the input: `scrub` takes them out of every command first.
"""

from __future__ import annotations

import re

UNKNOWN = "\x00"
"""Stands for text that only the running shell knew (an unset variable, a program's output)."""

OPEN, COMMA, CLOSE = "\x01", "\x02", "\x03"
"""Unquoted braces and commas: the material of brace expansion."""

TILDE = "\x04"
"""An unquoted `~`: at the start of a path it means a home directory."""

OUTER = "\x05"
"""Opens and closes the name of a variable that is known to hold a path outside any fixture copy."""

SPLIT = "\x06"
"""White space that came out of an unquoted expansion and therefore separates words."""

FETCHED = "\x0e"
"""Behind `UNKNOWN`: that text came from the network."""

_ALL = re.compile("[\x00-\x06\x0e]")
_BRACES = str.maketrans({OPEN: "{", COMMA: ",", CLOSE: "}"})
_SHOWN = str.maketrans({UNKNOWN: "*", OPEN: "{", COMMA: ",", CLOSE: "}", TILDE: "~", SPLIT: " ", FETCHED: ""})
_NAMED = re.compile(f"{OUTER}([^{OUTER}]*){OUTER}")
_TO_MARKS = str.maketrans({"{": OPEN, ",": COMMA, "}": CLOSE, "~": TILDE})


def scrub(text: str) -> str:
    """Return `text` without the characters this module gives a meaning (the shell drops NUL itself)."""
    return _ALL.sub(lambda found: "" if found[0] == "\x00" else "?", text)


def mark(text: str) -> str:
    """Return unquoted `text` with its braces, commas and tildes marked as active."""
    return text.translate(_TO_MARKS)


def plain_braces(text: str) -> str:
    """Return `text` with its brace marks turned back into the characters they stand for."""
    return text.translate(_BRACES)


def shown(text: str) -> str:
    """Return `text` for a reader: marks as written, unknown parts as `*`, outer variables as `$NAME`."""
    return _NAMED.sub(r"$\1", text).translate(_SHOWN).replace(OUTER, "$")
