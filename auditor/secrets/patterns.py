"""What is looked for: the tables of ``rules/secrets/*.toml``, read once and compiled when first needed.

A table names literal `anchors`, one of which every match contains, and a `regex` that confirms it. Anchors cost nothing
to look for, whatever their number; a regex is compiled and run only where one of its anchors stands.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec
import tomli

from auditor.facts import Confidence
from auditor.secrets.doubts import DOUBTS, Doubt, test_token
from auditor.secrets.naming import ASSIGN, identifier, only_service_named, unnamed_digest
from auditor.secrets.services import Services
from auditor.secrets.validators import VALIDATORS

REACH = 4096
"""How far a match may extend beyond its anchor, in bytes, unless its table says otherwise."""


_NAME = re.compile(rb"[A-Za-z0-9_.\- ]{0,60}\Z")
_ESCAPES = (b"\\n", b"\\r", b"\\t")
"""What may stand before a name in JSON, where the letter is no part of it."""
_KEYWORD = re.compile(rb"[_-]?[A-Za-z]{0,8}")


TRIED = 2
"""Units of effort that a match costs which fails at once."""
_SPAN = re.compile(r"\{\d*,(\d+)\}(\??)")
_LONG = 1000

_CLASS = re.compile(r"(\[(?:[^\]\\]|\\.)+\])\{(\d+)\}")
_ASSIGNED = "%ASSIGN%"
_DOUBTS: dict[str, Doubt] = {**DOUBTS, "unnamed_digest": unnamed_digest}


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[pattern]]`` table as written.

    `anchors` are literals, lower case where `caseless`; `then`, a class of characters and a count, is what follows each
    at once. `regex` is matched where the anchor stands, or searched from `before` bytes before it; ``%ASSIGN%`` in it
    stands for what may be between a name and its value. A group named ``v`` is the secret, else the whole match; of a
    pattern with `inner`, what that holds is the secret: the password of a Basic header, or the text with its escaped
    line breaks undone. `left` = `word` asks that no letter, digit or underscore (other
    than a string escape's) stands before the match. `validators` look at the value and may reject it or confirm it.
    `marks` are the words by which an encoded text is known to be worth decoding (the anchors, unless given), `rare`
    those that are looked for in rare encodings too. A `generic` pattern yields to a provider's own that tells of the
    same value. `name` is what the anchor's first word must match with the words before it, whatever their case: it tells
    the key that opens a service from the one that sorts a table. `public` is what a value looks like, from its beginning, that
    its owner may show to anybody, `holds` a sign that is in every match, without which none is put together from lines,
    and `doubts` names further reasons for which a match is only possible (see
    `auditor.secrets.doubts`; what ``%ASSIGN%`` gives to a service's name is always asked for the rest of that name, see
    `auditor.secrets.naming`). `examples` and `counter_examples` are templates that the tests
    fill with fakes.
    """

    id: str
    anchors: tuple[str, ...]
    regex: str
    confidence: Confidence
    title: str = ""
    issuer: str = ""
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    reference: str = ""
    validators: tuple[str, ...] = ()
    caseless: bool = False
    before: int = 0
    reach: int = REACH
    left: Literal["word", "any"] = "word"
    generic: bool = False
    rare: tuple[str, ...] = ()
    inner: Literal["", "basic", "lines"] = ""
    then: str = ""
    marks: tuple[str, ...] | None = None
    name: str = ""
    public: str = ""
    holds: str = ""
    doubts: tuple[str, ...] = ()


class Pattern:
    """A table ready to match bytes."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.id = table.id
        self.anchors = tuple(anchor.encode() for anchor in table.anchors)
        marks = table.anchors if table.marks is None else table.marks
        self.marks = tuple(mark.encode() for mark in marks)
        self.anchored = table.left == "word" and not table.before
        """Whether a match begins with its anchor, where a word begins."""
        self.foldable = self.anchored and not table.caseless
        then = _CLASS.fullmatch(table.then)
        if table.then and then is None:
            raise ValueError(f"{table.id}: then is one class of characters and a count, such as [0-9a-f]{{4}}")
        self.then = (then[1], int(then[2])) if then else ("", 0)
        self.exact = re.search(r"\{\d+,|[+*](?!\))", table.regex) is None
        self.holds = table.holds.encode()
        self.rare = tuple(word.encode() for word in table.rare)
        self.validators = tuple(VALIDATORS[name] for name in table.validators)
        self.doubts = tuple(_DOUBTS[name] for name in table.doubts)
        if _ASSIGNED in table.regex:
            self.doubts += (only_service_named, test_token)
        self.bare = not table.generic and "(?P<v>" not in table.regex
        """Whether a match is a token and nothing else, known by its form alone."""
        if self.bare or _ASSIGNED in table.regex:
            self.validators += (identifier,)
        self.loose = table.left == "any" and not table.before
        """Whether only the expression itself says where a match may be."""
        self.services: Services | None = None
        """The names under which what a generic pattern matches is more than possible, once its folder is read."""

    @cached_property
    def regex(self) -> re.Pattern[bytes]:
        """The confirming expression, over bytes."""
        return re.compile(
            self.table.regex.replace(_ASSIGNED, ASSIGN).encode(), re.IGNORECASE if self.table.caseless else 0
        )

    def is_run(self, anchor: bytes) -> bool:
        """Say whether an anchor is one letter said over and over, so that a match can only have it where a run begins."""
        return len(set(anchor)) == 1 < len(anchor) and not self.loose and not self.table.caseless

    @cached_property
    def _public(self) -> re.Pattern[bytes]:
        return re.compile(self.table.public.encode())

    def is_public(self, value: bytes) -> bool:
        """Say whether `value` is of the kind that the table calls public."""
        return self.table.public != "" and self._public.match(value) is not None

    @cached_property
    def _name(self) -> re.Pattern[bytes]:
        return re.compile(self.table.name.encode(), re.IGNORECASE)

    def named(self, data: bytes | bytearray, at: int) -> bool:
        """Say whether the name whose last word begins at `at` is such as the table's `name` asks for."""
        if not self.table.name:
            return True
        keyword = _KEYWORD.match(data, at)
        words = _NAME.search(data, max(0, at - 48), at if keyword is None else keyword.end())
        if words is None:
            return False
        escaped = data[max(0, words.start() - 1) : words.start() + 1] in _ESCAPES
        return self._name.fullmatch(words[0][escaped:]) is not None

    @cached_property
    def vain(self) -> int:
        """What an attempt that fails costs, in units of effort, with what the expression may have run over."""
        spans = [(int(most), lazy) for most, lazy in _SPAN.findall(self.table.regex)]
        return TRIED + sum(most // (16 if lazy else 200) for most, lazy in spans if lazy or most >= _LONG)

    def prefix(self, value: bytes) -> bytes:
        """The public part at the start of `value`: the longest anchor that stands there."""
        if not value.startswith(self.anchors):
            return b""
        return max((anchor for anchor in self.anchors if value.startswith(anchor)), key=len)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    pattern: list[Table]


_NAMES = "names.toml"
_FOR_PEOPLE = ("title", "issuer", "examples", "counter_examples", "reference")


def _lean(text: str) -> str:
    """`text` without the lines that only people and tests read: half the parsing, at every start.

    Where such a value goes over several lines, nothing is left out.
    """
    kept: list[str] = []
    for line in text.splitlines():
        if not line.startswith(_FOR_PEOPLE):
            kept.append(line)
        elif not line.rstrip().endswith(("]", '"', "'")) or any(line.count(quote) % 2 for quote in ('"""', "'''")):
            return text
    return "\n".join(kept)


def load_patterns(folder: Path, *, whole: bool = False) -> tuple[Pattern, ...]:
    """The patterns of every ``*.toml`` in `folder` but ``allow.toml`` and ``names.toml``, in the files' sorted order.

    What only people and tests read (titles, issuers, examples, references) is left empty unless `whole`.

    Raises ValueError, naming the file, for a table that is not well formed, an unknown validator or a repeated id.
    """
    patterns: list[Pattern] = []
    seen: set[str] = set()
    services = Services(folder / _NAMES) if (folder / _NAMES).is_file() else None
    for path in sorted(folder.glob("*.toml")):
        if path.name in {"allow.toml", _NAMES}:
            continue
        try:
            text = path.read_text("utf-8")
            tables = msgspec.convert(tomli.loads(text if whole else _lean(text)), _File, strict=False).pattern
            fresh = [Pattern(table) for table in tables]
        except (tomli.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
            raise ValueError(f"{path.name}: {error}") from error
        except KeyError as error:
            raise ValueError(f"{path.name}: there is no validator or doubt {error}") from error
        for pattern in fresh:
            if pattern.id in seen:
                raise ValueError(f"{path.name}: the pattern id {pattern.id!r} is taken")
            seen.add(pattern.id)
            pattern.services = services if pattern.table.generic else None
        patterns += fresh
    if not patterns:
        raise ValueError(f"no secret patterns in {folder}")
    return tuple(patterns)
