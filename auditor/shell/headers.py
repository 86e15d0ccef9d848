"""The words before a command that are not its own: reserved ones, and the headers of compound commands."""

from __future__ import annotations

from auditor.shell.tokens import Word

OPENS = {"{": "{", "if": "if", "while": "loop", "until": "loop", "for": "loop", "select": "loop", "case": "case"}
"""Reserved words that begin a compound command, and of which sort."""

CLOSES = {"}": "{", "fi": "if", "done": "loop", "esac": "case"}
"""Reserved words that end one."""

NEUTRAL = frozenset({"then", "do", "else", "elif", "!", "time", "coproc"})
"""Reserved words that only stand before a command."""


def named(words: list[Word], at: int) -> int:
    """Return how many words from the reserved one at `at` stand before what it introduces: `coproc NAME {`, `time -p`."""
    head = words[at].bare
    has_more = (head == "coproc" and _bare(words, at + 2) in OPENS) or (head == "time" and _bare(words, at + 1) == "-p")
    return 2 if has_more else 1


def command_end(words: list[Word], at: int) -> int:
    """Return where the command at `at` ends if no operator ends it: `[[ … ]] then …`, `for x do …`, else the length."""
    head = _bare(words, at)
    if head == "[[":
        return next((index + 1 for index in range(at, len(words)) if words[index].bare == "]]"), len(words))
    if head in ("for", "select") and _bare(words, at + 2) in ("do", "{"):
        return at + 2
    return len(words)


def _bare(words: list[Word], at: int) -> str | None:
    return words[at].bare if at < len(words) else None
