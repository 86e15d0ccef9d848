"""The lexer's working memory: one frame for each construct that is open at the place it has come to."""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.shell.tokens import Part, Token


class Frame(msgspec.Struct):
    """A command list, a double-quoted string or a `${…}` that has begun and not ended.

    `parts` is the word being read (None between words) and `start` its place. In a command list `tokens` collects what
    is complete, `nest` what is open inside it (`(`, `[[`, `array`, `case-subject`, `case-pattern`, `case-body`),
    `redirect` is the redirection that waits for its target, and `at_command` tells whether the next word may be a
    reserved one. `name` and `operator` are those of a `${…}`.
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
