"""Text of unknown origin made fit for a terminal, for Markdown and for UTF-8.

File names and evidence are written by the party under judgement. A terminal must not obey them, a reader must not be
misled by what cannot be seen, and Markdown must not grow links, mentions, tables or HTML out of them. Nothing is
dropped: what is unfit is written out as an escape.
"""

from __future__ import annotations

import re

# Printable by Unicode's categories, yet drawn as nothing at all: joiners, fillers and variation selectors. Two names
# that differ only in these would look the same.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)

_NOT_PLAIN = re.compile("[^ -~]")

_SURROGATES = re.compile("[\ud800-\udfff]")

# A word that Markdown cannot take for anything but a word. Digits are left out of mixed words because forges turn
# `GH-12` and hexadecimal words into links.
_PLAIN_WORD = re.compile(r"\(?(?:[A-Za-z]+(?:['-][A-Za-z]+)*|[0-9]{1,6})\)?[,;:.!?]?")


def safe(text: str) -> str:
    """Return `text` on one line, with every character that acts on a terminal or cannot be seen as a ``\\`` escape.

    Controls (C0, C1, DEL), line and paragraph separators, directional overrides, zero-width and unassigned characters
    and spaces other than U+0020 are escaped. A byte of a file name that is not UTF-8 becomes ``\\xNN``,
    every other character ``\\uNNNN`` as in `auditor.facts.visible`. Letters of any
    script stay readable. A backslash of the text itself stays single, so the result is for reading, not for parsing.
    """
    if text.isascii() and text.isprintable():
        return text
    return _NOT_PLAIN.sub(lambda match: match[0] if _shows(match[0]) else _escape(match[0]), text)


def short(text: str, limit: int = 600) -> str:
    """Return `safe(text)`, with the middle left out if it is longer than `limit` characters.

    The sentence of a ruling may quote a key that is a megabyte long; the JSON format has it whole.
    """
    text = safe(text)
    if len(text) <= limit:
        return text
    head, tail = limit * 3 // 4, limit // 4
    return f"{text[:head]}...[{len(text) - head - tail} characters left out]...{text[-tail:]}"


def utf8(text: str) -> str:
    """Return `text` as something that UTF-8 can carry: bytes of an undecodable file name become ``\\xNN``.

    Everything else stays exactly as it is.
    """
    return text if text.isascii() else _SURROGATES.sub(lambda match: _escape(match[0]), text)


def terminal_safe_json(document: str) -> str:
    """Return the JSON `document` with unprintable characters as JSON's own ``\\u`` escapes: still the same value.

    JSON text already escapes C0 controls; C1 controls, DEL and directional overrides may stand in its strings as they
    are, and nowhere else in a document do such characters occur.
    """
    if document.isascii() and "\x7f" not in document:
        return document
    return _NOT_PLAIN.sub(lambda match: match[0] if _shows(match[0]) else _json_escape(match[0]), document)


def code(text: str) -> str:
    """Return `text` as a Markdown code span that nothing in it can end, also within a table cell.

    Within a code span no mention, link, HTML or emphasis is recognised. The fence is longer than any run of backticks
    in the text. A ``|`` becomes ``\\x7c``: dialects disagree on how a backslash before it is read within a table.
    """
    text = safe(text).replace("|", "\\x7c")
    if not text:
        return "(empty)"
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if text.strip() and (text[0] in " `" or text[-1] in " `") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def prose(text: str) -> str:
    """Return a sentence of unknown origin as Markdown: plain words stay words, everything else becomes a code span."""
    return " ".join(map(_word, safe(text).split()))


def _word(word: str) -> str:
    if _PLAIN_WORD.fullmatch(word):
        return word
    body = word.rstrip(".,;:" if "(" in word else ".,;:)")
    return code(body) + word[len(body) :] if body else code(word)


def _shows(character: str) -> bool:
    """Tell whether a reader can see the character, and a terminal draws it rather than obeys it."""
    return character.isprintable() and not _INVISIBLE.match(character)


def _escape(character: str) -> str:
    point = ord(character)
    if 0xDC80 <= point <= 0xDCFF:  # how Python carries an undecodable byte of a file name
        return f"\\x{point - 0xDC00:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"


def _json_escape(character: str) -> str:
    point = ord(character)
    if point <= 0xFFFF:
        return f"\\u{point:04x}"
    point -= 0x10000
    return f"\\u{0xD800 + (point >> 10):04x}\\u{0xDC00 + (point & 0x3FF):04x}"
