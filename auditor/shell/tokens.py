"""What the lexer hands on: words made of parts, operators and redirections.

There is no grammar tree. Compound commands stay flat sequences of tokens, because the walker needs only to know where
a simple command ends and which operators scope a change of directory.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from auditor.shell.marks import plain_braces

_GLOB = frozenset("*?[")


class Text(msgspec.Struct):
    """Literal characters. Unquoted text carries marks for its active braces, commas and tildes."""

    value: str
    quoted: bool


class Parameter(msgspec.Struct):
    """`$name` or `${name<operator><operand>}`. `operator` is empty for a plain expansion."""

    name: str
    quoted: bool
    operator: str = ""
    operand: tuple[Part, ...] = ()


class Substitution(msgspec.Struct):
    """A command run for its output (`$(…)`), or a process whose pipe becomes a file name (`<(…)`)."""

    script: Script
    quoted: bool
    process: bool = False


class Deferred(msgspec.Struct):
    """Source that is lexed only when the walker comes to it.

    `backtick`: the inside of `` `…` ``, unescaped, a script of its own; `arithmetic`: the inside of `$((…))`, where only
    nested expansions matter.
    """

    source: str
    kind: Literal["backtick", "arithmetic"]
    quoted: bool


Part: TypeAlias = Text | Parameter | Substitution | Deferred


class Word(msgspec.Struct):
    """One shell word; `raw` is how the command writes it. `pattern`: a `case` pattern, matched and never opened."""

    parts: tuple[Part, ...]
    raw: str
    pattern: bool = False

    @property
    def bare(self) -> str | None:
        """The word's text if no character of it is quoted or expanded (a candidate reserved word), else None."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Text) and not self.parts[0].quoted:
            return plain_braces(self.parts[0].value)
        return None

    @property
    def globs(self) -> bool:
        """Whether the shell matches the word against file names: an unquoted glob character stands in it."""
        return any(
            not part.quoted and not _GLOB.isdisjoint(part.value) for part in self.parts if isinstance(part, Text)
        )


class Operator(msgspec.Struct):
    """A control operator: ``; & && || | |& ( ) ;;`` and newline, and `=(` … `)=` around an array's elements."""

    text: str


class Redirect(msgspec.Struct):
    """A redirection. For here-documents `body` is the document, `expands` tells whether the shell expands it."""

    operator: str
    target: Word
    body: str | None = None
    expands: bool = False


Token: TypeAlias = Word | Operator | Redirect


class Script(msgspec.Struct):
    """The tokens of a piece of shell source. `incomplete`: it was nested too deeply or too long to be read to its end."""

    tokens: list[Token]
    incomplete: bool = False
