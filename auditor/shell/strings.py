"""Where the strings of a Python or JavaScript program begin and end, if that is certain.

A quote may stand in a comment or in a regular expression, and a template may hold code. Where such a thing could be read in
two ways there is no answer: whoever asks must then take every quote for the beginning of a string.
"""

from __future__ import annotations

import re

import msgspec

from auditor.expressions import expression
from auditor.shell.marks import UNKNOWN

MAX_SOURCE = 200_000

_PYTHON = expression(
    r"""
      (?P<skip>\#[^\n]*+)
    | (?P<prefix>(?:(?<!\w)[A-Za-z]{1,2})?)(?P<quote>'''|\"\"\"|'|\")
    | [A-Za-z_]\w*+ | [^\w'"\#]++ | .
    """,
    re.VERBOSE | re.DOTALL,
)
_SCRIPT = expression(
    r"""
      (?P<skip>//[^\n\r\u2028\u2029]*+|/\*(?:[^*]|\*(?!/))*+\*/|\s++)
    | (?P<quote>['"`])
    | (?P<slash>/)
    | [\w$]++ | [^\w$'"`/\s]
    """,
    re.VERBOSE | re.DOTALL,
)
_ENDS = {
    "'": expression(r"((?:[^'\\\n]|\\.)*+)'", re.DOTALL),
    '"': expression(r'((?:[^"\\\n]|\\.)*+)"', re.DOTALL),
    "'''": expression(r"((?:[^'\\]|\\.|'(?!''))*+)'''", re.DOTALL),
    '"""': expression(r'((?:[^"\\]|\\.|"(?!""))*+)"""', re.DOTALL),
    "`": expression(r"((?:[^`\\]|\\.)*+)`", re.DOTALL),
}
_REGEX = expression(r"/(?![*/])(?:[^/\\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*+\])++/[a-z]*+")
_HOLE = expression(r"\$\{(?:[^{}'\"`/\\]++|'[^'\\\n{}]*+'|\"[^\"\\\n{}]*+\")*+\}")
_FIELD = r"(?:[^{}'\"\\]++|'[^'{}\\]*+'|\"[^\"{}\\]*+\")*+"
_PLAIN_FORMAT = expression(rf"(?:[^{{}}]++|\{{\{{|\}}\}}|\{{{_FIELD}(?:\{{{_FIELD}\}}{_FIELD})*+\}})*+")
"""A formatted string that is one in every version of Python: all that it computes ends before it does."""
_FORMATS = expression(r"[fFtT]")
_BEFORE_REGEX = frozenset("(,=:[!&|?{;*%<>~^")
_WORDS_BEFORE_REGEX = frozenset(
    {"return", "typeof", "case", "in", "delete", "void", "throw", "new", "else", "do", "instanceof"}
)


class String(msgspec.Struct, frozen=True):
    """One string of a program: the places of its first character and of the quote after its last.

    `is_text`: it is none, but a comment or a regular expression, in which any quotes mean nothing. `has_code`: what it
    computes has strings of its own.
    """

    start: int
    end: int
    is_text: bool = False
    has_code: bool = False


def python(source: str) -> list[String] | None:
    """Return the strings and comments of a Python program, in order; None if some place can be read in two ways."""
    found: list[String] = []
    at = 0
    while at < len(source):
        token = _PYTHON.match(source, at)
        if token is None:
            return None
        at = token.end()
        if token["quote"]:
            end = _ENDS[token["quote"]].match(source, at)
            if end is None or (_FORMATS.search(token["prefix"]) and not _PLAIN_FORMAT.fullmatch(end[1])):
                return None
            found.append(String(at, end.end(1), has_code=_computes(token["prefix"], end[1])))
            at = end.end()
        elif token["skip"]:
            found += _comment(source, token.start() + 1, at)
    return found


def script(source: str) -> list[String] | None:
    """Return the strings, comments and regular expressions of a JavaScript program, in order; None if that is not sure."""
    if "<!--" in source or "-->" in source or source.startswith("#!"):
        return None
    found: list[String] = []
    at, last = 0, "("
    while at < len(source):
        token = _SCRIPT.match(source, at)
        if token is None:
            return None
        if token["quote"]:
            end = _ENDS[token["quote"]].match(source, token.end())
            is_template = token["quote"] == "`"
            if end is None or (is_template and "${" in _HOLE.sub("", end[1])):
                return None
            found.append(
                String(token.end(), end.end(1), has_code=is_template and _computes("f", "".join(_HOLE.findall(end[1]))))
            )
            at, last = end.end(), "''"
        elif token["slash"]:
            is_regex = _begins_regex(last)
            end = _REGEX.match(source, at) if is_regex else token
            if is_regex is None or end is None:
                return None
            if is_regex:
                found.append(String(at + 1, source.rindex("/", at, end.end()), is_text=True))
            at, last = end.end(), "//" if is_regex else "("
        else:
            at = token.end()
            if token["skip"]:
                if token["skip"][0] == "/":
                    found += _comment(source, token.start() + 2, at - 2 * (token["skip"][1] == "*"))
            else:
                # A property may be called as a word of the language is.
                last = last + token[0] if last in ("+", "-", ".") and token[0] != "(" else token[0]
    return found


def strings(source: str, name: str) -> list[String] | None:
    """Return the strings of a program that the interpreter `name` runs, if it is known how to tell."""
    if len(source) > MAX_SOURCE or UNKNOWN in source:
        return None
    if name.startswith(("python", "pypy", "ipython")):
        return python(source)
    if name.startswith(("bun", "deno", "tsx", "ts-node")) and ("</" in source or "/>" in source):
        return None  # Text between tags has quotes of its own.
    return script(source) if name.startswith(("node", "bun", "deno", "tsx", "ts-node", "qjs")) else None


def _computes(prefix: str, text: str) -> bool:
    return _FORMATS.search(prefix) is not None and "{" in text and ("'" in text or '"' in text)


def _comment(source: str, start: int, end: int) -> list[String]:
    r"""Return a comment; none if there is a backslash in it: who wrote `\n` may have meant that the line ends there."""
    return [] if "\\" in source[start:end] else [String(start, end, is_text=True)]


def _begins_regex(last: str) -> bool | None:
    """Tell whether a slash behind the token `last` begins a regular expression; None if it may or may not."""
    if last in ("+", "-") or last in _BEFORE_REGEX or last in _WORDS_BEFORE_REGEX:
        return True
    return None if last in (")", "}", "++", "--", ".", "of", "await", "yield") else False
