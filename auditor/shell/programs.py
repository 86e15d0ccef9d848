"""Find the paths in program source that a command carries: `node -e`, `python -c`, awk programs.

No language is parsed. A path in a program is a string, so the text between any two quotation marks is looked at, however
the quotes pair up: a quote inside a regular expression cannot hide what follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.shell.escapes import decode

_QUOTE = re.compile(r"['\"`]")
_GLUE = re.compile(r"\s*[+.]?\s*")
_GENERIC_QUOTE = re.compile(
    r"(?:\bq[qwx]?|%[qQwWiIx])\s*[(\[{<|!]([^)\]}>|!\n]*)|"  # Perl's and Ruby's
    r"\[=*\[([^\[\]\n]*)\]=*\]|"  # Lua's
    r"<((?:/|\.\./)[^<>/\s]*/[^<>\s]*)>"  # Perl's globs; a closing tag has no second slash
)
_PIPES = re.compile(r"(?<!\|)\|&?\s*\"|\"\s*\|&?\s*getline")
_STRING = re.compile(r"'((?:[^'\\]|\\.)*)(?:'|\Z)|\"((?:[^\"\\]|\\.)*)(?:\"|\Z)|`((?:[^`\\]|\\.)*)(?:`|\Z)", re.DOTALL)
_RUNS_COMMANDS = re.compile(
    r"\b(?:exec|execSync|execFile\w*|execa|spawn\w*|system|popen\w*|subprocess|check_output|check_call|getoutput|qx|"
    r"Open3|passthru|shell_exec|Command)\b|\$`",
)
_ROOT = re.compile(
    r"\b(?:readdir|readdirSync|opendir|opendirSync|listdir|scandir|walk|chdir|Path|resolve|rglob|i?glob|entries|"
    r"children)\(\s*(?:r?['\"`])(/+)['\"`]|\bjoin\(\s*['\"`](/+)['\"`]\s*,"
)
_HOME = re.compile(
    r"\b(?:homedir\(|Path\.home\(|expanduser\(|Dir\.home\b)|"
    r"(?:process\.env\.HOME|process\.env\[['\"]HOME['\"]\]|os\.environ\[['\"]HOME['\"]\]|"
    r"os\.getenv\(['\"]HOME['\"]\)|ENV\[['\"]HOME['\"]\]|ENV\{['\"]?HOME['\"]?\})\s*(?:[+,/.]|\}/)"
)
_CLIMBING = re.compile(r"(?:\./)?\.\./[^\s:<>|()]*|[^\s:*<>|()]*")
_OPEN_MODE = " \t\r\n<>|+&"
MAX_LITERAL = 4096
_MAX_GLUE = 16


def literals(source: str) -> Iterator[str]:
    """Yield every string of `source` that could be a path, escapes resolved; joined ones (`'/e' + 'tc'`) as well.

    Linear in `source`. Strings that only contain a path among other words are left out, as are over-long ones.
    """
    pieces = _QUOTE.split(source)
    at = 1
    while at < len(pieces):
        chain = [pieces[at]]
        while at + 2 < len(pieces) and len(pieces[at + 1]) < _MAX_GLUE and _GLUE.fullmatch(pieces[at + 1]):
            chain.append(pieces[at + 2])
            at += 2
        yield from filter(None, map(_literal, chain if len(chain) == 1 else [*chain, "".join(chain)]))
        at += 1
    for found in _GENERIC_QUOTE.finditer(source):
        if text := _literal(found[1] or found[2] or found[3] or ""):
            yield text


def roots_and_homes(source: str) -> Iterator[tuple[str, bool]]:
    """Yield `(text, is_home)` where `source` asks the system itself for `/` or for the home directory."""
    for found in _ROOT.finditer(source):
        yield found[1] or found[2], False
    if home := _HOME.search(source):
        yield home[0], True


def commands_in(source: str, *, backticks_run: bool, pipes_run: bool) -> Iterator[str]:
    """Yield the strings of `source` that may be shell commands, if it calls anything that runs commands.

    `backticks_run`: in this language (Perl, Ruby, PHP) a backtick string is a command; `pipes_run`: in this one (awk) a
    string beside a pipe is.
    """
    runs = _RUNS_COMMANDS.search(source) or (backticks_run and "`" in source) or (pipes_run and _PIPES.search(source))
    if not runs:
        return
    for found in _STRING.finditer(source):
        text = found[1] or found[2] or found[3] or ""
        if " " in text or "\n" in text:
            yield decode(text)


def _literal(piece: str) -> str:
    """Return what `piece` names if the whole of it can be one path, else ''."""
    if len(piece) > MAX_LITERAL or not ("/" in piece or "\\" in piece or ".." in piece):
        return ""
    text = decode(piece).strip(_OPEN_MODE)
    if text.startswith("/") or text.lower().startswith("file:"):
        return text.partition("\n")[0]
    return text if _CLIMBING.fullmatch(text) else ""
