"""What the pieces of shell source look like, and which words open and close its compound commands."""

from __future__ import annotations

from auditor.expressions import expression

PLAIN = expression(r"[^ \t\r\n'\"\\$`;&|<>()#]+")
PLAIN_QUOTED = expression(r"[^\"\\$`]+")
PLAIN_BRACED = expression(r"[^'\"\\$`}]+")
BLANK = expression(r"(?:[ \t\r]|\\\n)+")
CONTROL = expression(r";;&|;;|;&|;|&&|&>>|&>|&|\|\||\|&|\||\(|\)")
REDIRECT = expression(r"<<<|<<-|<<|<>|<&|<\(|<|>>|>\||>&|>\(|>")
NAME = expression(r"\$(\w+|[@*#?$!-])")
BRACED = expression(r"\$\{([#!]?)(\w+|[@*#?$!-]|)(?:\[[^\]}]{0,80}\])?(:?[-=+?]|##?|%%?|//?|\^\^?|,,?|:|@)?")
DESCRIPTOR = expression(r"\d+|\{\w+\}")
ARRAY = expression(r"\w+(?:\[[^\]]{0,80}\])?\+?=")

CONDITIONS = frozenset({"(", ")", "&&", "||", "|", "<", ">"})
"""Operators that `[[ … ]]` may hold. Any other shows that its `[[` is an ordinary word, or that the shell refuses it."""

BEFORE_COMMAND = frozenset({"do", "then", "else", "elif", "if", "while", "until", "!", "{", "time", "coproc"})
"""Reserved words after which a command begins."""

AFTER_COMMAND = frozenset({"fi", "done", "}", "esac", "]]"})
"""Reserved words that end a command, so that another may follow at once: `if [[ x ]] then`."""
