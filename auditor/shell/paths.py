"""Decide whether one written path leaves the fixture copy.

Everything is lexical: the run is long over and its file system gone, so links cannot be followed and globs cannot be
matched. A path is normalised against the directory the command was in and compared with the copy's root.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from typing import Literal, TypeAlias
from urllib.parse import unquote

import msgspec

from auditor.shell.marks import FETCHED, OUTER, TILDE, UNKNOWN, shown

Kind: TypeAlias = Literal["absolute", "parent", "redirect", "home", "cd", "variable"]

TOP_LEVEL = frozenset(
    [
        "etc",
        "usr",
        "home",
        "root",
        "srv",
        "tmp",
        "var",
        "opt",
        "proc",
        "sys",
        "dev",
        "mnt",
        "media",
        "boot",
        "run",
        "bin",
        "sbin",
        "lib",
        "lib32",
        "lib64",
        "libx32",
        "nix",
        "snap",
        "Users",
        "Volumes",
        "private",
        "Library",
        "Applications",
        "System",
        "workspace",
        "workspaces",
    ]
)
"""Directories that stand at the root of common systems: what makes `"/etc/x"` in program code a path and not a route."""

_AMBIGUOUS = frozenset(
    [
        "tmp",
        "var",
        "opt",
        "dev",
        "run",
        "bin",
        "sbin",
        "lib",
        "lib32",
        "lib64",
        "libx32",
        "media",
        "boot",
        "workspace",
        "System",
    ]
)
CERTAIN_TOPS = TOP_LEVEL - _AMBIGUOUS
"""Those of them that are hardly anything else: no web route and no prefix."""

_DEVICE = re.compile(
    r"/dev/(?:null|zero|full|u?random|tty|stdin|stdout|stderr|fd/\d+|(?:tcp|udp)/(?:localhost|127\.0\.0\.1|::1)/\d+)"
)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_FILE_URL = re.compile(r"file:(?://(?:localhost)?(?=/))?(?=/)", re.IGNORECASE)


class Reference(msgspec.Struct, frozen=True):
    """A place outside the copy that a command names.

    `path` is the normalised absolute path, or begins with `~` or `$NAME` where the command alone does not tell the
    directory; parts that only the running shell knew read `*`. `raw` is the word as written, shortened. `kind` says how
    the command gets out; `reads` is True for a read, False for a write, None where the command does not tell.
    """

    path: str
    raw: str
    kind: Kind
    reads: bool | None = None


NOWHERE = "/\n"
"""Stands for a copy whose place is not known: no path lies below it."""


class Bounds:
    """The copy's root and what is needed to place a path against it."""

    def __init__(self, copy: str, cwd: str, home_dirs: tuple[str, ...] = ()) -> None:
        # Without an absolute root nothing can be shown to lie inside.
        self.copy = normalise(copy, "/") if copy.startswith("/") else NOWHERE
        self.homes = tuple(home for home in home_dirs if home.startswith("/"))
        firsts = {_first(place) for place in (self.copy, normalise(cwd, "/"))} - {""}
        self.tops = TOP_LEVEL | firsts
        self.plain_tops = CERTAIN_TOPS | firsts

    def leaves(self, path: str) -> bool:
        """Return whether the normalised absolute `path` is neither in the copy nor a harmless device."""
        inside = path == self.copy or path.startswith(self.copy.rstrip("/") + "/")
        return not inside and not _DEVICE.fullmatch(path)

    def classify(self, text: str, cwd: str, *, strict: bool = True, operand: bool = False) -> tuple[str, Kind] | None:
        """Return where `text`, one marked path, leads and how it gets out of the copy; None if it stays inside.

        `strict` takes every absolute path for one; otherwise only those below a well-known top-level directory, as fits
        text that may be a route or a pattern. `operand`: the text is certainly a path, so it counts even without `..`.
        """
        if found := _FILE_URL.match(text):
            text = "/" + unquote(text[found.end() :]).lstrip("/")
        elif not text or (not operand and _URL.match(text)):
            return None
        head = text[0]
        if head in (TILDE, OUTER):
            return self._home(text)
        if head == UNKNOWN:
            return self._unknown(text, cwd)
        if head == "/":
            path = normalise(text, "/")
            if not self.leaves(path) or not (strict or (_first(path) or "\n") in self.tops):
                return None
            return shown(path), "absolute"
        if operand or _climbs(text):
            path = normalise(text, cwd)
            return (shown(path), "parent") if self.leaves(path) else None
        return None

    def _home(self, text: str) -> tuple[str, Kind] | None:
        if text[0] == TILDE:
            name, _, rest = text[1:].partition("/")
            known = not name
        else:
            name, _, rest = text[1:].partition(OUTER)
            known, rest = name == "HOME", rest.lstrip("/") if rest[:1] in ("", "/") else rest
        kind: Kind = "home" if text[0] == TILDE or known else "variable"
        if not (known and self.homes):
            return shown(text), kind
        for home in self.homes:
            path = normalise(rest, home)
            if self.leaves(path):
                return shown(path), kind
        return None

    def _unknown(self, text: str, cwd: str) -> tuple[str, Kind] | None:
        """Judge a path behind an unknown variable: it may have been empty, or one directory below the current one."""
        rest = text.lstrip(UNKNOWN + FETCHED)
        if rest.startswith("/"):
            path = normalise(rest, "/")
            if _first(path) in self.plain_tops and self.leaves(path):
                return shown(path), "variable"
        if _climbs(text):
            path = normalise(text, cwd)
            if self.leaves(path):
                return shown(path), "variable"
        return None


def normalise(path: str, cwd: str) -> str:
    """Return `path` made absolute from `cwd`, without `.`, `..`, doubled or trailing slashes. Idempotent."""
    joined = path if path.startswith("/") else f"{cwd}/{path}"
    parts = [".." if _may_climb(part) else part for part in joined.split("/")]
    return posixpath.normpath("/" + "/".join(parts).lstrip("/"))


def outside(path: str, *, cwd: str, copy: str) -> str | None:
    """Return where a tool's own `path` argument leads if that is not in `copy`, else None.

    No shell reads such an argument, so only what the tools themselves understand counts: `~`, a leading `@`, a `file:`
    URL. Relative paths start from `cwd`. The answer is normalised, or begins with `~`.
    """
    bounds = Bounds(copy, cwd)
    text = path.replace("\x00", "").strip()
    text = text.removeprefix("@") if text.startswith(("@/", "@~", "@..", "@file:")) else text
    if text == "~" or text.startswith("~/"):
        text = TILDE + text[1:]
    found = bounds.classify(text or ".", normalise(cwd, "/"), operand=True)
    return found[0] if found else None


def _first(path: str) -> str:
    return path.lstrip("/").partition("/")[0]


def _climbs(text: str) -> bool:
    return any(_may_climb(part) for part in text.split("/"))


def _may_climb(component: str) -> bool:
    """Return whether `component` is `..` or a glob such as `.?` that matches it (shells skip `..` for `.*`)."""
    if component == "..":
        return True
    if not component.startswith(".") or len(component) > 16 or not ("?" in component or "[" in component):
        return False
    return fnmatch.fnmatchcase("..", component)
