"""Disguises that write single characters otherwise, or put something between them.

All are undone in the neighbourhood of their trigger, together with their like: a stretch of the text around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache, partial

from auditor.expressions import expression
from auditor.secrets.decode import JSON_ESCAPE, Buffer, Decoded, json_character, run_end, run_start

NEAR_BEFORE = 1024
NEAR_AFTER = 4096

_TOKEN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+/=_-.~:@&;#,\\$!*"
_PIECE_END = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/="
# Each expression begins with one character or a class of them, for which a text is searched at memory speed; what they
# are the beginning of, with any number of backslashes, is asked looking back.
_PERCENT = expression(rb"%(?:u00)?([0-9A-Fa-f]{2})")
_BACKSLASH = expression(
    rb"\\\\*+(?:x([0-9a-fA-F]{2})|(?:u\{0{0,6}([0-9a-fA-F]{2})\}|U0{6}([0-9a-fA-F]{2}))|0?([01][0-7]{2})|([_.-]))"
)
_ENTITY = expression(
    rb"&(?:(?:#0{0,5}[0-9]{2,3}|#[xX]0{0,6}[0-9a-fA-F]{2});?|(?:amp|hyphen|lowbar|period|equals|sol|plus|dash);)"
)
_QUOTED = expression(rb"=(?:(?:\\+r)?\\+n|\r?\n|([2-7][0-9A-Fa-f]))")
_ESC = rb"(?:\x1b|\\+u001[bB]|\\+x1[bB]|\\+033|\\+e|\^\[)"
_ANSI = expression(
    rb"[\x1b\\^\xc2](?:(?:(?<=\xc2)\x9b|(?<=\\)\\*+u009[bB])[0-9;:?]{0,40}[@-~]|"
    rb"(?:(?<=\x1b)|(?<=\\)\\*+(?:u001[bB]|x1[bB]|033|e)|(?<=\^)\[)"
    rb"(?:\[[0-9;:?]{0,40}[ -/]{0,2}[@-~]|\][^\x07\x1b\\]{0,200}(?:\x07|\\+u0007|" + _ESC + rb"\\{1,2})|[()][0-9A-B]))"
)
_UNSEEN = (
    rb"[\xe2\xef\xc2\xcd\xe1\\](?:(?<=\xe2)(?:\x80[\x8b-\x8f\xaa-\xae]|\x81[\xa0-\xaf])|(?<=\xef)(?:\xbb\xbf|\xb8[\x80-\x8f])"
    rb"|(?<=\xc2)\xad|(?<=\xcd)\x8f|(?<=\xe1)\xa0\x8e"
    rb"|(?<=\\)\\*u(?:200[b-fB-F]|202[a-eA-E]|206[0-9a-fA-F]|[fF][eE][fF][fF]|[fF][eE]0[0-9a-fA-F]|00[aA][dD]|034[fF]|180[eE])"
)
_INVISIBLE = expression(_UNSEEN + rb")")
_ZEROS = expression(_UNSEEN + rb"|(?<=\\)\\*u0000)")
_WIDE = expression(rb"u0000.\\+u0000")
"""Text of two bytes a character, as JSON has it: all its zeros go at once. One by one they would peel off in layers."""
_CONCATENATION = expression(
    rb"""[\\"'`](?:(?:(?<=\\)\\*["'`]|(?<=["'`]))"""
    rb"""(?:(?:\s|\\+[nrt])*(?:[+.&~]|\.\.|\|\||<<)(?:\s|\\+[nrt])*[fbru]?\\*["'`])"""
    rb"""|(?<=")"|(?<=')'|(?<=\\)"\\"|(?:(?<=\\)\\*["']|(?<=["']))(?:\s|\\+[nrt])+\\*["'])"""
)
_RETURN = expression(rb"[\r\\](?:(?<=\r)|(?<=\\)\\*+r)(?=[A-Za-z0-9 \x1b.#=>_-]|\\+u001[bB]|\[)")
_LINE = expression(rb"\r?\n|\\+n")


def line_around(data: Buffer, start: int, end: int) -> tuple[int, int]:
    """The stretch of the line around ``data[start:end]`` that is worth decoding."""
    low = max(0, start - NEAR_BEFORE)
    low = max(data.rfind(b"\n", low, start) + 1, low)
    high = data.find(b"\n", end, end + NEAR_AFTER)
    return low, min(len(data), end + NEAR_AFTER) if high < 0 else high


def token_around(data: Buffer, start: int, end: int) -> tuple[int, int]:
    """The word around ``data[start:end]``: what credentials and their disguises are written with."""
    return run_start(data, start, _TOKEN, NEAR_BEFORE), run_end(data, end, _TOKEN, NEAR_AFTER)


def words_around(data: Buffer, start: int, end: int, alphabet: bytes = _TOKEN) -> tuple[int, int]:
    """The words around ``data[start:end]``, over line breaks, none cut at the edges unless it is very long.

    Many triggers stand near each other, if any do: all that are seen at once cost little more than one.
    """
    low, high = max(0, start - NEAR_BEFORE), min(len(data), end + NEAR_AFTER)
    if low:
        low = run_end(data, low, alphabet, start - low)
    if high < len(data):
        cut = run_start(data, high, alphabet, NEAR_BEFORE)
        high = cut if cut > end else high
    return low, high


def text_around(data: Buffer, start: int, end: int) -> tuple[int, int]:
    """The text around ``data[start:end]``, over line breaks."""
    return max(0, start - NEAR_BEFORE), min(len(data), end + NEAR_AFTER)


def code_around(data: Buffer, start: int, end: int) -> tuple[int, int]:
    """The expression around ``data[start:end]``."""
    return max(0, start - 256), min(len(data), end + 1024)


class Substitution:
    """A decoder that replaces every match of `pattern` in the stretch `around` a trigger by `plain` of it, or by nothing.

    Of a stretch that holds text of two bytes a character, those of `wide` are, if that is given.
    """

    def __init__(
        self,
        view: str,
        pattern: re.Pattern[bytes],
        around: Callable[[Buffer, int, int], tuple[int, int]],
        plain: Callable[[bytes], bytes] | None = None,
        wide: re.Pattern[bytes] | None = None,
    ) -> None:
        self._view = view
        self._narrow = pattern
        self._wide = wide
        self._around = around
        self._plain = plain
        self._text_of = (lambda match: plain(match[0])) if plain is not None else b""

    def _pattern(self, stretch: bytes) -> re.Pattern[bytes]:
        return self._narrow if self._wide is None or _WIDE.search(stretch) is None else self._wide

    def __call__(self, data: Buffer, start: int, end: int, _number: int) -> Decoded:
        """Undo what is written otherwise around a trigger; without text, nothing is, nor at the next in this stretch."""
        low, high = self._around(data, start, end)
        stretch = bytes(data[low:high])
        text, count = self._pattern(stretch).subn(self._text_of, stretch)
        if not count:
            return Decoded(b"", self._view, low, high)
        return Decoded(text, self._view, low, high, places=cache(partial(self._places, stretch, low)), cost=count)

    def everywhere(self, below: Decoded) -> Decoded | None:
        """Undo the same in all of a text that was decoded before; None where there is nothing to undo."""
        text, count = self._pattern(below.text).subn(self._text_of, below.text)
        if not count:
            return None
        view = f"{below.view}+{self._view}"
        places = cache(partial(self._places, below.text, 0))
        return Decoded(text, view, below.start, below.end, places=places, cost=count, below=below)

    def _places(self, stretch: bytes, low: int) -> tuple[tuple[int, int], ...]:
        """Return the pieces of a text in which every match was replaced, the text being that from `low` on."""
        pieces = [(0, low)]
        size = last = 0
        for match in self._pattern(stretch).finditer(stretch):
            size += match.start() - last + (len(self._plain(match[0])) if self._plain is not None else 0)
            last = match.end()
            pieces.append((size, low + last))
        return tuple(pieces)


@lru_cache(maxsize=1024)
def _percent(written: bytes) -> bytes:
    return bytes.fromhex(written[-2:].decode("ascii"))


@lru_cache(maxsize=1024)
def _code(written: bytes) -> bytes:
    match = _BACKSLASH.fullmatch(written)
    assert match is not None, written
    if match[4]:
        return bytes((int(match[4], 8),))
    return match[5] or bytes.fromhex((match[1] or match[2] or match[3]).decode("ascii"))


@lru_cache(maxsize=1024)
def _entity(written: bytes) -> bytes:
    import html  # noqa: PLC0415  # rarely needed

    return html.unescape(written.decode("ascii")).encode()


def _quoted(written: bytes) -> bytes:
    return bytes.fromhex(written[1:].decode("ascii")) if written[1:].isalnum() else b""


json_escapes = Substitution("json", JSON_ESCAPE, words_around, json_character)
percent = Substitution("percent", _PERCENT, words_around, _percent)
backslash = Substitution("escape", _BACKSLASH, words_around, _code)
entity = Substitution("html", _ENTITY, words_around, _entity)
quoted_printable = Substitution("quoted-printable", _QUOTED, text_around, _quoted)
# A sequence that an edge cuts in two is left in the text, where it would be looked at again.
ansi = Substitution("ansi", _ANSI, partial(words_around, alphabet=_TOKEN + b"[\x1b"))
invisible = Substitution("invisible", _INVISIBLE, words_around, wide=_ZEROS)
_joined = Substitution("joined", _CONCATENATION, code_around)


def concatenation(data: Buffer, start: int, end: int, number: int) -> Decoded | None:
    """The expression around a trigger, the pieces of its texts put together; none where no text ends at the trigger."""
    before = data[start - 1 : start] if start else b""
    return _joined(data, start, end, number) if before and before in _PIECE_END else None


def overdraw(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """The line as a terminal shows it: what follows a carriage return is written over the line's beginning."""
    if _RETURN.match(data, start) is None:
        return None
    low, high = line_around(data, start, end)
    low, high = max(low, start - 512), min(high, end + 1024)
    if data[low:high].find(b"\\") >= 0:
        escaped = list(_LINE.finditer(data, low, start))
        low = escaped[-1].end() if escaped else low
        later = _LINE.search(data, end, high)
        high = later.start() if later else high
    shown = b""
    for part in _RETURN.split(data[low:high]):
        shown = part + shown[len(part) :]
    return Decoded(shown, "terminal", low, high, ((0, low),))


_SPELLED = expression(rb"""(\\*["'],? ?\\*["']| )""")


def spelled(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """A word of which every letter stands for itself: with blanks between, or as a list of texts."""
    gap = _SPELLED.match(data, start + 1)
    if gap is None:
        return None
    letter = re.compile(rb"([!#-&(-~])(?:" + re.escape(gap[1]) + rb"|(?=[\s\"'\\\]]|\Z))")
    text = bytearray()
    at = start
    while (match := letter.match(data, at)) is not None and len(text) < NEAR_AFTER:
        text += match[1]
        at = match.end()
        if not match[0].endswith(gap[1]):
            break
    return Decoded(bytes(text), "spelled", start, max(at, end), ((0, start),))


_STEP_BACK = expression(rb"[\x08\\](?:(?<=\x08)|(?<=\\)\\*+(?:b|u0008))")
_WRITTEN = _TOKEN + b"\x08 "
_STRUCK = (b"_", b"-", b"\x08")


def overstrike(data: Buffer, start: int, end: int, _number: int) -> Decoded | None:
    """The word as a terminal shows it: a backspace goes back, and what follows is written over what was there.

    So are letters made bold or underlined, as in a manual page, and mistakes in typing taken back.
    """
    before = data[max(0, start - 8) : start].rstrip(b"\\")[-1:]
    if not (before.isalnum() or before in _STRUCK):
        return None  # as in a regular expression, where \b is another thing
    low, high = run_start(data, start, _WRITTEN, 1024), run_end(data, end, _WRITTEN, NEAR_AFTER)
    shown = bytearray()
    at = 0
    parts = _STEP_BACK.split(data[low:high])
    for number, part in enumerate(parts):
        if number:
            at = max(0, at - 1)
        shown[at : at + len(part)] = part
        at += len(part)
    return Decoded(bytes(shown), "terminal", low, high, ((0, low),))


_UNICODE = expression(rb"(?:\\+u[0-9a-fA-F]{4})+")
_LOOKALIKE = expression(
    rb"[\xef\xf0\\](?:(?<=\xef)[\xbc\xbd][\x80-\xbf]|(?<=\xf0)\x9d[\x90-\x9f][\x80-\xbf]"
    rb"|(?<=\\)\\*(?:u[fF][fF][0-5][0-9a-fA-F]|u[dD]835\\+u[dD][c-fC-F][0-9a-fA-F]{2}))"
    rb"(?:\xef[\xbc\xbd][\x80-\xbf]|\xf0\x9d[\x90-\x9f][\x80-\xbf]"
    rb"|\\+u[fF][fF][0-5][0-9a-fA-F]|\\+u[dD]835\\+u[dD][c-fC-F][0-9a-fA-F]{2})*"
)


def _units(escapes: bytes) -> bytes:
    """Return a run of ``\\u....`` escapes as UTF-8; two of them may be one character."""
    codes = bytes.fromhex(escapes.translate(None, b"\\u").decode("ascii"))
    return codes.decode("utf-16-be", "replace").encode()


@lru_cache(maxsize=512)
def _lookalike(letters: bytes) -> bytes:
    import unicodedata  # noqa: PLC0415  # rarely needed

    spelled_out = _UNICODE.sub(lambda match: _units(match[0]), letters)
    written = spelled_out.decode("utf-8", "replace")
    return unicodedata.normalize("NFKC", written).encode("utf-8", "surrogatepass")


lookalike = Substitution("nfkc", _LOOKALIKE, words_around, _lookalike)
"""Decodes letters of full width, and those of mathematical alphabets, to the plain ones."""

SUBSTITUTIONS = (json_escapes, backslash, percent, entity, ansi, invisible, lookalike)
"""What may be undone beside each other in any order; each finds those that come after it."""
