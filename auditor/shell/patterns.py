"""What the pieces of shell source look like, and which words open and close its compound commands."""

from __future__ import annotations

import re

PLAIN = re.compile(r"[^ \t\r\n'\"\\$`;&|<>()#]+")
PLAIN_QUOTED = re.compile(r"[^\"\\$`]+")
PLAIN_BRACED = re.compile(r"[^'\"\\$`}]+")
BLANK = re.compile(r"(?:[ \t\r]|\\\n)+")
CONTROL = re.compile(r";;&|;;|;&|;|&&|&>>|&>|&|\|\||\|&|\||\(|\)")
REDIRECT = re.compile(r"<<<|<<-|<<|<>|<&|<\(|<|>>|>\||>&|>\(|>")
NAME = re.compile(r"\$(\w+|[@*#?$!-])")
BRACED = re.compile(r"\$\{([#!]?)(\w+|[@*#?$!-]|)(?:\[[^\]}]{0,80}\])?(:?[-=+?]|##?|%%?|//?|\^\^?|,,?|:|@)?")
DESCRIPTOR = re.compile(r"\d+|\{\w+\}")
ARRAY = re.compile(r"\w+(?:\[[^\]]{0,80}\])?\+?=")

CONDITIONS = frozenset({"(", ")", "&&", "||", "|", "<", ">"})
"""Operators that `[[ … ]]` may hold. Any other shows that its `[[` is an ordinary word, or that the shell refuses it."""

BEFORE_COMMAND = frozenset({"do", "then", "else", "elif", "if", "while", "until", "!", "{", "time", "coproc"})
"""Reserved words after which a command begins."""

AFTER_COMMAND = frozenset({"fi", "done", "}", "esac", "]]"})
"""Reserved words that end a command, so that another may follow at once: `if [[ x ]] then`."""
