"""The literals of the prefilter: each pattern's anchors, the same anchors in disguise, and the marks of encodings.

Base64 of a text contains one of three fragments for every word of the text, by the word's offset modulo three; so an
anchor in base64 is found by looking for its fragments, without decoding anything that does not hold one. Other
disguises are found the same way, or by what they cannot do without: an escape, a break, a magic number.
"""

from __future__ import annotations

import base64
import codecs
import itertools
from collections.abc import Iterable, Sequence

import msgspec

from auditor.secrets import bundled, escapes, numbers, packed, stream_names
from auditor.secrets.compiled import Literal
from auditor.secrets.decode import Decoder, base64_run, hex_run
from auditor.secrets.escapes import json_escapes
from auditor.secrets.known import Known, literals
from auditor.secrets.patterns import Pattern
from auditor.secrets.plugins import PluginRole, worth_asking
from auditor.secrets.unwrap import unfold

SHORTEST = 4
"""Fragments shorter than this occur everywhere by chance."""
_ENOUGH = 8
"""A word's first bytes that are enough to know its disguise by."""

_WORD = "[A-Za-z0-9]"
_BASE64 = "[A-Za-z0-9+/_-]"
_GLUE_END = "[A-Za-z0-9 _-]"
_DRAWN = r"[A-Za-z0-9 .#=>_\[\x1b-]"

_SIGNS = ("+", " + ", " . ", " & ", " .. ", " +\n", " +\\n", " \\\n", " \\\\n")
_GLUED = (
    *(f"{quote}{sign}{quote}".encode() for quote in ('"', "'", '\\"') for sign in _SIGNS[:5]),
    *(f"{quote}{sign}".encode() for quote in ('"', "'", '\\"') for sign in _SIGNS[5:]),
)
"""What stands between the pieces of a text that code puts together."""

_TRIGGERS: tuple[tuple[Decoder, str, int, tuple[bytes, ...]], ...] = (
    (escapes.percent, "[0-9A-Fa-f]", 1, (b"%2", b"%3", b"%4", b"%5", b"%6", b"%7", b"%u00")),
    (escapes.backslash, "[0-9A-Fa-f]", 1, (rb"\x2", rb"\x3", rb"\x4", rb"\x5", rb"\x6", rb"\x7", rb"\u{")),
    (escapes.backslash, "[0-7]", 1, tuple(b"\\%02o" % high for high in (5, 6, 8, 9, 10, 11, 12, 13, 14, 15))),
    (escapes.entity, "[0-9xX]", 1, (b"&#",)),
    (escapes.entity, "", 0, (b"&amp;#",)),
    (escapes.quoted_printable, "[A-Za-z0-9=]", 1, (b"=\n", b"=\r\n", rb"=\n", rb"=\r\n", b"=2D", b"=5F", b"=3D")),
    (escapes.backslash, "[0-9A-Fa-f]", 2, (rb"\U000000",)),
    (escapes.backslash, "[A-Za-z0-9]", 3, (rb"\_", rb"\-")),
    (escapes.backslash, "[0-7]", 2, (rb"\01", rb"\00")),
    (json_escapes, "[A-Za-z0-9+/=]", 4, (rb"\/",)),
    (escapes.overstrike, r"[A-Za-z0-9 _\x08-]", 2, (b"\x08",)),
    (escapes.overstrike, "", 0, (rb"\u0008",)),
    (escapes.overstrike, "[A-Za-z0-9 _-]", 1, (rb"\b",)),
    (escapes.lookalike, r"[\x90-\x99\xa1-\xba]", 1, (b"\xef\xbc",)),
    (escapes.lookalike, r"[\x81-\x9a]", 1, (b"\xef\xbd",)),
    (escapes.lookalike, r"[\x90-\x9f]", 1, (b"\xf0\x9d",)),
    (escapes.lookalike, "[0-9a-fA-F]", 1, (rb"\uff1", rb"\uff2", rb"\uff3", rb"\uff4", rb"\uff5", rb"\ud835")),
    (
        escapes.ansi,
        "",
        0,
        (
            b"\x1b[",
            rb"\u001b",
            rb"\u001B",
            rb"\x1b",
            rb"\x1B",
            rb"\033",
            rb"\e[",
            b"\x1b]",
            b"^[[",
            b"\xc2\x9b",
            rb"\u009b",
        ),
    ),
    (escapes.overdraw, _DRAWN, 1, (b"\r", rb"\r")),
    (escapes.overdraw, "", 0, (rb"\r\u001b",)),
    (escapes.invisible, "", 0, (b"\xe2\x80\x8b", b"\xe2\x80\x8c", b"\xe2\x80\x8d", b"\xe2\x81\xa0", b"\xef\xbb\xbf")),
    (
        escapes.invisible,
        "",
        0,
        (
            b"\xc2\xad",
            rb"\u200b",
            rb"\u200c",
            rb"\u200d",
            rb"\u2060",
            rb"\ufeff",
            rb"\u00ad",
            rb"\u0000",
            rb"\u034f",
            rb"\ufe0",
            b"\xcd\x8f",
            b"\xef\xb8",
        ),
    ),
    (escapes.concatenation, _GLUE_END, 1, _GLUED),
    (bundled.member, "", 0, (b"PK\x03\x04",)),
    (bundled.squeezed, "", 0, (b"\xfd7zXZ\x00",)),
    (bundled.squeezed, r"[1-9]", 1, (b"BZh",)),
    (bundled.uuencoded, "[0-7]", 3, (b"begin ",)),
    (bundled.ascii85, "[!-u]", 8, (b"<~",)),
    (base64_run, "[A-Za-z0-9+/_-]", 16, (b"UEsDB", b"QlpoO", b"/Td6WFo")),
    (hex_run, "[0-9a-fA-F]", 16, (b"1f8b08", b"504b0304", b"1F8B08", b"504B0304")),
    (packed.inflate, "", 0, (b"\x1f\x8b\x08", b"x\x9c", b"x\xda", b"x\x01")),
    (
        packed.packed_base64,
        _BASE64,
        16,
        (b"H4sI", b"eJw", b"eJx", b"eJy", b"eJz", b"eNo", b"eNp", b"eNq", b"eNr", b"eAE"),
    ),
)


class Role(msgspec.Struct, frozen=True):
    """What an occurrence of a literal means: a pattern may match here, or a decoder has something to undo here.

    With neither, the record here may carry a piece of a stream.
    """

    length: int
    pattern: Pattern | None = None
    decoder: Decoder | None = None
    number: int = 0
    known: Known | None = None
    gram: bytes = b""
    plugin: PluginRole | None = None


class Marks(msgspec.Struct, frozen=True):
    """The prefilter's literals and, for each, its roles; `longest` is the length of the longest literal."""

    literals: tuple[Literal, ...]
    roles: tuple[tuple[Role, ...], ...]
    longest: int


def build(patterns: Sequence[Pattern], known: Sequence[Known] = ()) -> Marks:
    """The literals by which `patterns`, `known` values and everything that may hide their values are found."""
    table: dict[Literal, list[Role]] = {}
    words: set[bytes] = set()
    rare: set[bytes] = set()
    for pattern in patterns:
        for anchor in pattern.anchors:
            literal = Literal(anchor, pattern.table.caseless, *pattern.then, leading=pattern.is_run(anchor))
            table.setdefault(literal, []).append(Role(literal.length, pattern=pattern))
        words.update(mark[:_ENOUGH] for mark in pattern.marks)
        rare.update(mark[:_ENOUGH] for mark in pattern.rare)
    begins_rare = tuple(rare)
    beginnings = {word[:size] for word in rare for size in range(1, len(word) + 1)}
    words = {word for word in words if not word.startswith(begins_rare)}
    for word in sorted(words | rare):
        for text, decoder, number in (*common_disguises(word), *(rare_disguises(word) if word in rare else ())):
            _add(table, text, decoder, number)
    for anchor in (anchor for pattern in patterns if pattern.foldable for anchor in pattern.anchors):
        if anchor.startswith(begins_rare) or anchor in beginnings:
            for cut, fold in itertools.product(range(3, len(anchor)), (b"\n", b"\\n")):
                _add(table, anchor[:cut] + fold, unfold)
    for plugin in worth_asking():
        literal = Literal(plugin.anchor, plugin.plugin.caseless, *plugin.then)
        table.setdefault(literal, []).append(Role(literal.length, plugin=plugin))
    for met, gram, value, at in literals(known):
        table.setdefault(Literal(met.lower(), caseless=True), []).append(Role(len(met), None, None, at, value, gram))
    for gram in {gram for value in known for gram in value.grams}:
        for text, decoder, number in (*common_disguises(gram), *rare_disguises(gram)):
            _add(table, text, decoder, number)
    for fragment, phase in fragments(rb"\u00"):
        _add(table, fragment, base64_run, phase)
    for escape in json_marks():
        _add(table, escape, json_escapes)
    for decoder, then, count, triggers in _TRIGGERS:
        for trigger in triggers:
            literal = Literal(trigger, then=then, count=count)
            table.setdefault(literal, []).append(Role(literal.length, decoder=decoder))
    for trigger in stream_names.TRIGGERS:
        table.setdefault(Literal(trigger), []).append(Role(len(trigger)))
    longest = max(literal.length for literal in table)
    return Marks(tuple(table), tuple(tuple(roles) for roles in table.values()), longest)


def _add(table: dict[Literal, list[Role]], text: bytes | Literal, decoder: Decoder, number: int = 0) -> None:
    literal = text if isinstance(text, Literal) else Literal(text)
    roles = table.setdefault(literal, [])
    if not any(role.decoder is decoder for role in roles):
        roles.append(Role(literal.length, decoder=decoder, number=number))


def common_disguises(word: bytes) -> Iterable[tuple[bytes, Decoder, int]]:
    """The literals by which `word` is known in base64, hex and UTF-16, with the decoder and the number it needs."""
    for fragment, phase in fragments(word):
        yield fragment, base64_run, phase
    yield word.hex().encode(), hex_run, 0
    yield _wide(word)[:-1], numbers.utf16, 0


def rare_disguises(word: bytes) -> Iterable[tuple[bytes | Literal, Decoder, int]]:
    """The same for encodings that are worth their literals only for the credentials that matter most."""
    whole = word
    for _ in range(2):
        whole = base64.b64encode(whole)[: len(whole) * 8 // 6]
        for deeper, phase in fragments(whole):
            yield deeper, base64_run, phase
    for fragment, phase in fragments(_wide(word)):
        yield fragment, base64_run, phase
    for inner, phase in fragments(word.hex().encode()):
        yield inner, base64_run, phase
    for inner, _ in fragments(word):
        yield inner.hex().encode(), hex_run, 0
    yield word.hex().encode().hex().encode(), hex_run, 0
    yield _wider(word), numbers.utf32, 0
    yield word.hex().upper().encode(), hex_run, 0
    pairs = [f"{byte:02x}" for byte in word[:3]]
    for cut in (1, 2):
        # A dump leaves a wider gap in the middle of its lines.
        yield f"{' '.join(pairs[:cut])}  {' '.join(pairs[cut:])}".encode(), numbers.spaced_hex, 0
    for glue in (" ", ":", ", 0x", ",0x"):
        yield glue.join(pairs).encode(), numbers.spaced_hex, 0
        yield glue.join(pair.upper() for pair in pairs).encode(), numbers.spaced_hex, 0
    for two in ((0, 2, 4), (0, 1, 3, 4)):
        yield " ".join(word[a:b].hex() for a, b in itertools.pairwise(two)).encode(), numbers.spaced_hex, 0
    for gap in (b" ", b'", "', rb"\", \""):
        yield gap.join(bytes((byte,)) for byte in word[:4]), escapes.spelled, 0
    for comma in (",", ", ", " "):
        yield comma.join(str(byte) for byte in word[:4]).encode(), numbers.decimal, 0
    for fragment, phase in fragments32(word):
        yield fragment, numbers.base32_run, phase
    for fold in (b"\n", b"\\n"):
        yield word[:2] + fold + word[2:], unfold, 0
    yield word[::-1], numbers.backwards, 0
    turned = codecs.encode(word.decode("latin-1"), "rot13").encode("latin-1")
    if turned != word:
        yield Literal(turned, then="[A-Za-z0-9_-]", count=12) if len(word) < SHORTEST else turned, numbers.rot13, 0


def _wider(word: bytes) -> bytes:
    return b"\0\0\0".join(bytes((byte,)) for byte in word[:3])


def _wide(word: bytes) -> bytes:
    return b"".join(bytes((byte, 0)) for byte in word[:5])


def fragments(word: bytes) -> Iterable[tuple[bytes, int]]:
    """The parts of base64 that any text containing `word` shows, each with its offset in its group of four.

    Where a part is shorter than `SHORTEST`, which cannot be told from chance, it is made longer by the character that
    `word` shares with its neighbour, in each of its forms.
    """
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + word)
        first = -(-shift * 8 // 6)
        last = (len(word) + shift) * 8 // 6
        if last - first >= SHORTEST:
            yield encoded[first:last], first % 4
        elif shift == 1:
            for before in range(4):
                yield base64.b64encode(bytes((before,)) + word)[first - 1 : last], (first - 1) % 4
        else:
            for after in range(0, 256, 64):
                yield base64.b64encode(bytes(shift) + word + bytes((after,)))[first : last + 1], first % 4


def fragments32(word: bytes) -> Iterable[tuple[bytes, int]]:
    """As `fragments`, for base32 and its groups of eight."""
    for shift in range(5):
        encoded = base64.b32encode(bytes(shift) + word)
        first = -(-shift * 8 // 5)
        last = (len(word) + shift) * 8 // 5
        if last - first >= min(SHORTEST + 1, len(word) + 1):
            yield encoded[first:last], first % 8


def json_marks() -> list[bytes]:
    """The ``\\u00..`` escapes of the characters that credentials are made of, in both spellings."""
    codes = [ord(c) for c in "+-./="] + list(range(ord("0"), ord("9") + 1)) + list(range(ord("A"), ord("z") + 1))
    return sorted({spelled % code for code in codes for spelled in (b"\\u%04x", b"\\u%04X")})
