"""Find the paths in program source that a command carries: `node -e`, `python -c`, awk programs.

No language is parsed. A path in a program is a string, so the text between any two quotation marks is looked at, however
the quotes pair up: a quote inside a regular expression cannot hide what follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from auditor.expressions import expression
from auditor.shell.commands import DEFAULT, spec_of
from auditor.shell.escapes import decode

_QUOTE = expression(r"['\"`]")
_GLUE = expression(r"\s*[+.]?\s*")
_GENERIC_QUOTE = expression(
    r"(?:\bq[qwx]?|%[qQwWiIx])\s*[(\[{<|!]([^)\]}>|!\n]*)|"  # Perl's and Ruby's
    r"\[=*\[([^\[\]\n]*)\]=*\]|"  # Lua's
    r"<((?:/|\.\./)[^<>/\s]*/[^<>\s]*)>"  # Perl's globs; a closing tag has no second slash
)
_STRING = expression(r"'((?:[^'\\]|\\.)*)(?:'|\Z)|\"((?:[^\"\\]|\\.)*)(?:\"|\Z)|`((?:[^`\\]|\\.)*)(?:`|\Z)", re.DOTALL)
_RUNNERS = (
    r"(?:execSync|execFile\w*|execa|spawn\w*|system|popen\w*|check_output|check_call|getoutput|qx|Open3|passthru|"
    r"shell_exec|Command)"
)
_RUNS_COMMANDS = expression(rf"\b(?:subprocess|child_process)\b|\b(?:{_RUNNERS}|(?<!\.)exec)\b\s*[(\[.:{{\"'`$@%q]|\$`")
"""A call that runs commands; a regular expression's and a database's own `.exec(` is none."""
_RUN_HERE = expression(rf"\b(?:{_RUNNERS}|\w*[eE]xec\w*|run|call|Popen|new)\b\s*\(?\s*\[?\s*[rfbu]?\Z")
_PROGRAM = expression(r"(?:^|[;&|(`\n])\s*(?:\w+=\S*\s+)*([\w./+-]+)")
_PIPED_NAME = expression(r"[\w\])]\s*\|&?\s*getline\b|\bprintf?\b[^;{}\n]*(?<!\|)\|&?(?!\|)\s*(?!getline)[A-Za-z_(]")
"""A pipe of awk whose command is put together, so that any string may be it."""
_PIPE_BEFORE = expression(r"(?<!\|)\|&?\s*\Z")
_PIPE_AFTER = expression(r"\s*\|&?\s*getline\b")
_ROOT = expression(
    r"\b(?:readdir|readdirSync|opendir|opendirSync|listdir|scandir|walk|chdir|Path|resolve|rglob|i?glob|entries|"
    r"children)\(\s*(?:r?['\"`])(/+)['\"`]|\bjoin\(\s*['\"`](/+)['\"`]\s*,"
)
_HOME = expression(
    r"\b(?:homedir\(|Path\.home\(|expanduser\(|Dir\.home\b)|"
    r"(?:process\.env\.HOME|process\.env\[['\"]HOME['\"]\]|os\.environ\[['\"]HOME['\"]\]|"
    r"os\.getenv\(['\"]HOME['\"]\)|ENV\[['\"]HOME['\"]\]|ENV\{['\"]?HOME['\"]?\})\s*(?:[+,/.]|\}/)"
)
_CLIMBING = expression(r"(?:\./)?\.\./[^\s:<>|()]*|[^\s:*<>|()]*")
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
    if _RUNS_COMMANDS.search(source) or (backticks_run and "`" in source):
        strings: Iterable[re.Match[str]] = (
            found for found in _STRING.finditer(source) if (backticks_run and found[3]) or _may_run(source, found)
        )
    elif pipes_run and "|" in source:
        strings = _piped(source)
    else:
        return
    for found in strings:
        text = _text(found)
        if " " in text or "\n" in text:
            yield decode(text)


def _text(string: re.Match[str]) -> str:
    return string[1] or string[2] or string[3] or ""


def _may_run(source: str, string: re.Match[str]) -> bool:
    """Tell whether a string may be a command: it is given to what runs one, or names a program where commands do."""
    if _RUN_HERE.search(source, max(0, string.start() - 80), string.start()):
        return True
    return any("/" in word or spec_of(word) is not DEFAULT for word in _PROGRAM.findall(decode(_text(string))))


def _piped(source: str) -> Iterator[re.Match[str]]:
    """Yield the strings beside a pipe of an awk program, or all of them where a pipe has a name on its other side."""
    bare = _STRING.sub('""', source)
    every = _PIPED_NAME.search(bare) is not None
    last = 0
    for found in _STRING.finditer(source):
        if every or _PIPE_BEFORE.search(source, last, found.start()) or _PIPE_AFTER.match(source, found.end()):
            yield found
        last = found.end()


def _literal(piece: str) -> str:
    """Return what `piece` names if the whole of it can be one path, else ''."""
    if len(piece) > MAX_LITERAL or not ("/" in piece or "\\" in piece or ".." in piece):
        return ""
    text = decode(piece).strip(_OPEN_MODE)
    if text.startswith("/") or text.lower().startswith("file:"):
        return text.partition("\n")[0]
    return text if _CLIMBING.fullmatch(text) else ""
