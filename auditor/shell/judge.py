"""Collect the references of one command: judge words by their role and keep what leaves the copy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.expressions import expression
from auditor.shell import programs
from auditor.shell.arguments import ASSIGNMENT, Argument
from auditor.shell.conventions import (
    ROUTE,
    SHELL_VARIABLES,
    STANDARD_BIN,
    TEXT_VARIABLES,
    WEAK_VARIABLES,
    is_library,
    is_systems_own,
)
from auditor.shell.grammar import Role
from auditor.shell.marks import COMMA, OUTER, TILDE, UNKNOWN, shown
from auditor.shell.paths import Bounds, Kind, Reference, normalise
from auditor.shell.quiet import quiet

MAX_REFERENCES = 64
MAX_RAW = 200
UNSEEN = "(a program from the network)"
_LOADING_OPTIONS = frozenset({"NODE_OPTIONS", "BUN_OPTIONS", "PERL5OPT", "RUBYOPT"})
"""Variables of options that have a program load files."""
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|file:", re.IGNORECASE)
_KEYED = re.compile(r"[\w.+:@\[\]-]*")
_GLUED = re.compile(r"-([A-Za-z]{2,24})(/.*)", re.DOTALL)
_LONG_GLUE = frozenset({"isystem", "iquote", "idirafter", "include", "imacros", "iprefix", "isysroot"})
_ATTACHED = re.compile(r"(?:^|[=\w])[@<](.+)", re.DOTALL)
_VALUES = re.compile(f"[,{COMMA}:;]")
_KEYED_MOUNT = expression(r"[\"']?[a-z-]+=")
_BARE = expression(r"/[A-Za-z]\w*/?")
"""A route more likely than a path where either may stand: as a path it would be a folder of the system's, whole."""
_INSTALLS = expression(r"(?<!ROUTE_)(?<!URL_)(?<!URI_)(?<!API_)(?<!PATH_)PREFIX\Z")
"""The end of the name of a variable that tells where something is installed."""
_SPACE = re.compile(r"\s")
_STARTS = ("/", TILDE, OUTER, UNKNOWN, "..")


class Judge:
    """Judges words against the bounds and remembers each distinct reference once, in order."""

    def __init__(self, bounds: Bounds, cut: str | None) -> None:
        """`cut` is the end of a truncated command: its last word may be the beginning of a path inside the copy."""
        self.bounds = bounds
        self._cut = cut
        self._found: dict[tuple[str, str, Kind], Reference] = {}

    @property
    def references(self) -> list[Reference]:
        """Everything found so far."""
        return list(self._found.values())

    def add(self, path: str, raw: str, kind: Kind, reads: bool | None) -> None:
        """Remember that the word `raw` leads to `path`."""
        if self._cut is not None and self._cut.endswith(raw) and self.bounds.copy.startswith(path):
            return
        if len(self._found) < MAX_REFERENCES:
            raw = raw if len(raw) <= MAX_RAW else raw[: MAX_RAW - 1] + "…"
            path = path if len(path) <= MAX_RAW * 4 else path[: MAX_RAW * 4 - 1] + "…"
            self._found.setdefault((path, raw, kind), Reference(path, raw, kind, reads))

    def word(self, argument: Argument, role: Role, cwd: str, reads: bool | None) -> None:
        """Judge one word in a role that concerns paths; roles that carry source are the caller's."""
        text = argument.text
        if role == "text" or not text or (role == "library" and is_library(text)):
            return
        if role == "attached":
            found = _ATTACHED.search(text)
            texts: Iterator[str] = iter([found[1]] if found else [])
        elif role == "mount":
            texts = _of_this_machine(text)
        else:
            texts = _candidates(text)
        for candidate in texts:
            operand = role == "operand" and candidate is text
            if role == "weak" and _BARE.fullmatch(candidate):
                continue
            strict = role in ("operand", "attached") or (role != "weak" and not _SPACE.search(candidate))
            self._place(candidate, argument.raw, cwd, reads, strict=strict, operand=operand)
        self._glued(argument, cwd, reads)

    def _place(self, text: str, raw: str, cwd: str, reads: bool | None, *, strict: bool, operand: bool = False) -> None:
        if found := self.bounds.classify(text, cwd, strict=strict, operand=operand and text[:1] != "-"):
            self.add(found[0], raw, found[1], reads)

    def _glued(self, argument: Argument, cwd: str, reads: bool | None) -> None:
        """Judge a path glued to a cluster of options (`-rf/etc`), which `-Isrc/lib` only resembles."""
        found = _GLUED.match(argument.text)
        if not found:
            return
        first = normalise(found[2], "/").lstrip("/").partition("/")[0]
        if found[1] in _LONG_GLUE or first in self.bounds.plain_tops or (len(found[1]) <= 3 and first == "tmp"):
            self._place(found[2], argument.raw, cwd, reads, strict=True)

    def program(self, argument: Argument, cwd: str) -> None:
        """Judge the command word: programs in the standard directories are no references."""
        text = argument.text
        if text in SHELL_VARIABLES or (text[:1] == "/" and normalise(text, "/").rpartition("/")[0] in STANDARD_BIN):
            return
        self._place(text, argument.raw, cwd, True, strict=True, operand="/" in text)

    def redirect(self, target: str, raw: str, cwd: str, reads: bool | None) -> None:
        """Judge the target of a redirection."""
        if found := self.bounds.classify(target, cwd, operand=True):
            self.add(found[0], raw, "redirect", reads)

    def assignment(self, argument: Argument, cwd: str) -> None:
        """Judge the value of `NAME=value`, each part of a colon-separated list by itself."""
        head = ASSIGNMENT.match(argument.text)
        if not head or head[1] in TEXT_VARIABLES:
            return
        value = argument.text[head.end() :]
        weak = head[1].upper().endswith(WEAK_VARIABLES)
        is_route = weak and not _INSTALLS.search(head[1].upper())
        strict = not weak and not _SPACE.search(value)
        for piece in _values(value):
            if is_systems_own(head[1], piece) or (is_route and _BARE.fullmatch(piece)):
                continue
            self._place(piece, argument.raw, cwd, None, strict=strict)
        if value.startswith("-") and head[1] in _LOADING_OPTIONS:
            # `NODE_OPTIONS='--require /x'`: the words of another command.
            for word in value.split()[1:]:
                self._place(word.partition("=")[2] or word, argument.raw, cwd, None, strict=False)

    def listed(self, arguments: list[Argument], cwd: str, *, named: bool = False) -> str | None:
        """Judge the words of a list (a loop's, an array's) and return the one that stands for them all.

        Routes and names are as likely here as paths, so only well-known directories count at once, and no routes where
        the list has a name by which its words are used (`named`). The word returned
        is the one that would leave the copy wherever it is used, the only word, or None.
        """
        leaving = climbing = None
        known = False
        for argument in arguments:
            if not (ROUTE if named else _BARE).fullmatch(argument.text):
                self._place(argument.text, argument.raw, cwd, None, strict=False)
            if not known and self.bounds.classify(argument.text, cwd):
                known = self.bounds.classify(argument.text, cwd, strict=False) is not None
                leaving = argument.text if known else leaving or argument.text
            if climbing is None and ".." in argument.text.split("/"):
                climbing = argument.text
        return leaving or climbing or (arguments[0].text if len(arguments) == 1 else None)

    def code(self, source: str, raw: str, cwd: str, name: str) -> None:
        """Judge the string literals of program source that the interpreter `name` runs."""
        for literal in programs.literals(quiet(source, name, self.bounds.copy)):
            self._place(literal, shown(literal), cwd, None, strict=False)
        for text, is_home in programs.roots_and_homes(source):
            if is_home:
                self._place(TILDE, text, cwd, None, strict=True)
            else:
                self._place(text, raw, cwd, None, strict=True)

    def named(self, text: str, cwd: str) -> None:
        """Judge a file that a program in a little language names."""
        place = TILDE + text[1:] if text == "~" or text.startswith("~/") else text
        self._place(place, shown(text), cwd, None, strict=False)


def _candidates(text: str) -> Iterator[str]:
    """Yield the parts of a word that may be paths: itself, what follows `=` or `@`, what is glued to an option."""
    if _URL.match(text):
        yield text
        return
    name, equals, value = text.partition("=")
    if text[0] == "-" and len(text) > 1:
        if equals and not is_systems_own(name.removeprefix("-D").partition(":")[0], value):
            yield from _values(value)
        if text[2:].startswith(_STARTS) and text[1] != "-" and not (text[1] in "IL" and is_library(text[2:])):
            yield text[2:]
        return
    yield text[1:] if text[0] == "@" else text
    if equals and _KEYED.fullmatch(name) and not is_systems_own(name, value):
        yield from _values(value)


def _of_this_machine(mount: str) -> Iterator[str]:
    """Yield what a mount takes from this machine: `HERE:THERE`, `type=bind,source=HERE,target=THERE`."""
    mount = mount.removeprefix("=")
    if not _KEYED_MOUNT.match(mount):
        here, colon, _ = mount.partition(":")
        yield from [here] if colon else []
        return
    for piece in re.split(f"[,{COMMA}]", mount):
        key, _, value = piece.strip("\"'").partition("=")
        if key not in ("target", "dst", "destination"):
            yield value.partition("=")[2] or value


def _values(value: str) -> Iterator[str]:
    """Yield the parts of an option's or a variable's value: lists by comma, colon or semicolon, and nested keys."""
    if _URL.match(value):
        yield value
        return
    for piece in _VALUES.split(value):
        key, equals, inner = piece.partition("=")
        part = inner if equals and _KEYED.fullmatch(key) else piece
        yield part.removeprefix("@")
