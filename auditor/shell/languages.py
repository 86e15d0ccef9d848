"""The files that programs in little languages name: sed's, jq's, those of line editors and database shells, and patches.

Each function yields texts with whether one is a shell command and no file. What such a program only writes, matches or
substitutes is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from auditor.expressions import expression
from auditor.shell.grammar import Role

Found = Iterator[tuple[str, bool]]

_PART = r"(?>\\.|\[\^?\]?[^\]\n]{0,200}\]|(?!(?P=%s))[^\\\n])*+"
_PLAIN_PART = r"(?>\\.|(?!(?P=%s))[^\\])*+"
_STREAM = expression(
    rf"""
      [\s;{{}}!,$+~0-9]+
    | (?P<slash>/) {_PART % "slash"} / [IM]*
    | \\(?P<other>[^\n]) {_PART % "other"} (?P=other) [IM]*
    | [sy](?P<by>[^\s\\]) {_PART % "by"} (?P=by) {_PLAIN_PART % "by"} (?P=by) [gpIiMme0-9]* (?:w[ \t]*(?P<written>[^\n;}}]*))?
    | [aic](?:\\\n|[^\n])*
    | [rRwW][ \t]*(?P<file>[^\n;}}]*)
    | e[ \t]*(?P<command>[^\n]*)
    | [btT:][^\n;}}]* | \#[^\n]* | .
    """,
    re.DOTALL | re.VERBOSE,
)
_SUBSTITUTION = expression(
    rf"\bs(?P<by>[^\w\s\\\"']){_PLAIN_PART % 'by'}(?P=by){_PLAIN_PART % 'by'}(?:(?P=by)|$)", re.DOTALL
)
_ADDRESS = r"(?:[\d,;$%.+ -]|/(?:\\.|[^/\\\n])*+/|\?(?:\\.|[^?\\\n])*+\?|'[\w<>\[\]])*+"
_TYPED = expression(
    rf"(?m)^{_ADDRESS}(?:a(?:ppend)?|i(?:nsert)?|c(?:hange)?)!?(?:\n|[ \t]*\|.*(?:\n|\Z))(?:(?!\.$).*\n)*+(?:\.$|.*\Z)?"
)
"""An order to insert, after whatever says where, and the text that it inserts: up to a lone dot."""
_ORDER = expression(rf"[\s:]*{_ADDRESS}[\s:]*([A-Za-z]*)!?([ \t]*)(.*)", re.DOTALL)
_FILE_WORD = expression(r"(?:^|(?<=[\s!'\"(=,]))(?:/|~/|\.\./)[^\s'\"),]*")
_GLUED_ORDERS = frozenset({"r", "w", "e", "f", "E", "W"})
_NO_FILES = frozenset({"s", "g", "v", "y", "k", "global", "vglobal", "normal", "norm", "echo", "put", "substitute"})
_SQL_FILE = expression(
    r"\b(?:attach(?:\s+database)?|into|from|to|infile|outfile|readfile|writefile|load_extension|load_file|read_\w+|fsdir|"
    r"edit|program)\b(?=\s*\(?\s*(['\"])(.{0,4096}?)\1)",
    re.IGNORECASE | re.DOTALL,
)
_COMPARES = expression(
    r"(?:\bis(?:\s+not)?\s+distinct|\b(?:trim|substr(?:ing)?|overlay|position)\s*\([^()]*)\s*\Z", re.IGNORECASE
)
"""What stands before a `from` that begins no table but the second half of an expression."""
_LOADED = expression(r"\b(?:load(?:_\w+)?\s*\(|import\b|include\b|search\s*:)(?=\s*(['\"])(.{0,4096}?)\1)", re.DOTALL)
_MAX_BEFORE = 200
_SHELL_LINE = expression(r"^[ \t]*(?:[.\\](?:\w+|[.!])|source)[ \t]+(.*)$", re.MULTILINE | re.IGNORECASE)
_OLD_NAME = expression(r"(?:---|\*\*\*) (\S[^\t]*)")
_NEW_NAME = expression(r"(?:\+\+\+|---) (\S[^\t]*)")
_MOVED = expression(r"(?:rename|copy) (?:from|to) (\S.*)")
_HUNK = expression(r"@@ -\d+(?:,(\d{1,9}))? \+\d+(?:,(\d{1,9}))? @@")
_PREFIX = expression(r"[abciow]/")


def stream(source: str) -> Found:
    """Yield what a sed program reads, writes (`r file`, `s/a/b/w file`) and runs (`e command`)."""
    for found in _STREAM.finditer(source):
        file = found["file"] or found["written"]
        if file and file.strip():
            yield file.split()[0], False
        elif found["command"]:
            yield found["command"], True


def editor(source: str) -> Found:
    """Yield the paths among the words of a line editor's orders (`r file`, `w ../x|q`), its substitutions left out."""
    orders = _SUBSTITUTION.sub("", _TYPED.sub("", source))
    for order in re.split(r"[\n|]", orders):
        found = _ORDER.match(order)
        if found is None or not found[1] or found[1] in _NO_FILES or not (found[2] or found[1] in _GLUED_ORDERS):
            continue
        for word in _FILE_WORD.findall(found[3]):
            yield word, False


def sql(source: str) -> Found:
    """Yield the files that SQL names (`ATTACH '…'`) and the words of a database shell's own lines (`.read`, `\\i`)."""
    for found in _SQL_FILE.finditer(source):
        if not _COMPARES.search(source, max(0, found.start() - _MAX_BEFORE), found.start()):
            yield found[2], False
    for found in _SHELL_LINE.finditer(source):
        for word in found[1].split():
            yield word.strip("'\";"), False


def query(source: str) -> Found:
    """Yield the files that a jq or yq program loads (`load("…")`, `import "…" as $x`)."""
    for found in _LOADED.finditer(source):
        yield found[2], False


def patch(source: str) -> Found:
    """Yield the files that the headers of a patch name, without the `a/` and `b/` before them.

    A hunk says how many lines it has. Those are content, even where they look like a header.
    """
    lines = source.split("\n")
    olds = news = 0
    has_git_header = False
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if (olds or news) and line[:1] in ("", " ", "-", "+", "\\"):
            olds = max(0, olds - (line[:1] in ("", " ", "-")))
            news = max(0, news - (line[:1] in ("", " ", "+")))
            continue
        olds = news = 0
        if hunk := _HUNK.match(line):
            olds, news = (1 if count is None else int(count) for count in hunk.groups())
        elif line.startswith("diff --git "):
            has_git_header = True
        elif has_git_header and (moved := _MOVED.match(line)):
            yield _patched(moved[1]), False
        elif (old := _OLD_NAME.match(line)) and (new := _NEW_NAME.match(following)):
            yield _patched(old[1]), False
            yield _patched(new[1]), False


def _patched(name: str) -> str:
    return _PREFIX.sub("", name.strip().strip('"'), count=1)


LITTLE: Mapping[Role, Callable[[str], Found]] = {
    "stream": stream,
    "editor": editor,
    "sql": sql,
    "query": query,
    "patch": patch,
}
"""How each little language is read, by the role of a word that holds a program in it."""
