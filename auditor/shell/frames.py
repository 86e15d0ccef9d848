"""The lexer's working memory: one frame for each construct that is open at the place it has come to."""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.shell.patterns import AFTER_COMMAND, BEFORE_COMMAND, CONDITIONS
from auditor.shell.tokens import Operator, Part, Token, Word

_CONDITION = ("[[", "[[(")
_NO_COMMANDS = (*_CONDITION, "array", "case-subject", "case-pattern")
"""Where words are no commands, and so none of them is reserved but the one that leads out."""


class Frame(msgspec.Struct):
    """A command list, a double-quoted string or a `${…}` that has begun and not ended.

    `parts` is the word being read (None between words) and `start` its place. In a command list `tokens` collects what
    is complete, `nest` what is open inside it (`(`, `[[` and its parentheses, `array`, `case-subject`, `case-pattern`,
    `case-body`), `redirect` is the redirection that waits for its target, and `at_command` tells whether the next word
    may be a reserved one. `name` and `operator` are those of a `${…}`.
    """

    kind: Literal["command", "quoted", "braced"]
    parts: list[Part] | None = None
    start: int = 0
    quoted: bool = False
    tokens: list[Token] = []
    nest: list[str] = []
    at_command: bool = True
    redirect: str = ""
    process: bool = False
    name: str = ""
    operator: str = ""

    @property
    def in_condition(self) -> bool:
        """Whether the next word belongs to a `[[ … ]]`."""
        return bool(self.nest) and self.nest[-1] in _CONDITION

    @property
    def hides(self) -> bool:
        """Whether something is open in which words are not judged as commands."""
        return any(kind != "(" for kind in self.nest)

    def takes(self, operator: str) -> bool:
        """Tell whether the open `[[` may hold `operator`, and follow its parentheses; if not, it is open no more."""
        if operator == "(":
            self.nest.append("[[(")
        elif operator == ")" and self.nest[-1] == "[[(":
            self.nest.pop()
        elif operator == ")" or operator not in CONDITIONS:
            self._end_condition()
            return False
        return True

    def take(self, word: Word, *, reserved: bool) -> bool:
        """Append `word`, following the reserved words that change how the text after it is cut.

        Tell whether a list of patterns begins after it. Without `reserved`, no word opens anything.
        """
        bare = word.bare
        top = self.nest[-1] if self.nest else ""
        begins = top == "case-subject" and bare == "in"
        if begins:
            self.nest[-1] = "case-pattern"
        elif bare == "esac" and top in ("case-pattern", "case-body") and self._is_first():
            self.nest.pop()
            word.pattern = False
        elif bare == "]]" and top in _CONDITION:
            self._end_condition()
            self.at_command = True
        elif self.at_command and reserved and top not in _NO_COMMANDS and bare in ("case", "[["):
            self.nest.append("case-subject" if bare == "case" else "[[")
        self.at_command = (self.at_command and (bare in BEFORE_COMMAND or bare in AFTER_COMMAND)) or self._is_header(
            bare
        )
        self.tokens.append(word)
        return begins

    def _end_condition(self) -> None:
        while self.nest.pop() != "[[":
            pass

    def _is_first(self) -> bool:
        """Return whether the next word is the first of a command or of a list of patterns."""
        return self.at_command and self.tokens[-1:] != [Operator("|")]

    def _is_header(self, bare: str | None) -> bool:
        """Return whether the next word ends what stands before a compound command: `for x do`, `coproc x {`, `time -p`."""
        before = [token.bare if isinstance(token, Word) else None for token in self.tokens[-2:]]
        if before[-1:] == ["time"] and bare in ("-p", "--"):
            return True
        if before[-1:] in (["coproc"], ["function"]):
            return True
        return before[:1] in (["for"], ["select"]) and len(before) == 2 and bare in ("do", "{")
