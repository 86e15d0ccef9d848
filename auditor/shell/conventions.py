"""What holds for words in whatever command they stand: names that mean prose, directories any command may name."""

from __future__ import annotations

from auditor.expressions import expression
from auditor.shell.marks import OUTER, TILDE


def names(listed: str) -> frozenset[str]:
    """Return the names that `listed` holds, blanks between them."""
    return frozenset(listed.split())


GENERIC_TEXT = names(
    "message title body description subject exclude exclude-dir ignore-pattern omit separator delimiter testNamePattern "
    "test-name-pattern"
)
"""Long options whose value is prose, or says what is left alone, in whatever command they appear."""

GENERIC_WEAK = names(
    "comment summary reason note notes header format pretty author grep regexp regex pattern label jq base base-href "
    "base-path base-url base baseURL root-path public-path public-url url route endpoint include ignore glob"
)
"""Long options whose value is prose, a pattern or a route, or that take none and stand before a file."""

TEST_OPERATORS = names("-a -b -c -d -e -f -g -h -k -p -r -s -u -w -x -G -L -N -O -S")
TEST_COMPARISONS = names("-nt -ot -ef")
"""What `test` asks of files; its other operands are strings."""

STANDARD_BIN = names(
    "/bin /sbin /usr/bin /usr/sbin /usr/local/bin /usr/local/sbin /opt/homebrew/bin /opt/homebrew/sbin"
)
"""Directories whose programs any command may name: `/usr/bin/env` opens nothing that `env` does not."""

WEAK_VARIABLES = (
    *("URL", "URI", "ROUTE", "ENDPOINT", "PREFIX", "PATTERN", "REGEX", "MESSAGE", "MSG", "TITLE", "BODY", "HREF"),
    *("BASE_PATH", "API_PATH", "ROUTE_PATH", "MOUNT_PATH", "CONTEXT_PATH", "HEALTHCHECK_PATH", "LOGIN_PATH"),
    *("ROOT_PATH", "API_BASE", "SCRIPT_NAME"),
)
"""Endings of names of variables that hold routes or prose."""

_PROGRAM = r"[\w.+-]+"
_HOLDS_PROGRAM = expression(
    r"(?:\w+_)?(?:SHELL|CC|CXX|CPP|LD|AR|PYTHON3?|NODE|RUBY|PERL|EDITOR|VISUAL|PAGER)|"
    r"\w+_(?:BIN|COMPILER|EXECUTABLE(?:_PATH)?|COMMAND|PROGRAM)"
)
"""Variables that name a program for another to run."""
_SYSTEM_PROGRAM = expression(rf"(?:{'|'.join(sorted(STANDARD_BIN))})/(?!\.){_PROGRAM}")
_PROGRAM_FOLDER = expression(
    rf"(?:{'|'.join(sorted(STANDARD_BIN))}|/usr/(?:local/)?(?:go|games|lib/{_PROGRAM})/s?bin|/usr(?:/local)?/games|/snap/bin|"
    rf"(?:{TILDE}|{OUTER}HOME{OUTER})/(?:\.(?:cargo|local|bun|deno|npm-global|yarn|volta|pyenv|rbenv)|go)/(?:bin|shims)|"
    rf"{OUTER}(?:GOPATH|CARGO_HOME|BUN_INSTALL|GOROOT){OUTER}/bin|{OUTER}PNPM_HOME{OUTER})/?"
)
"""Where package managers put the programs that they install for all of a user's work."""
_LIBRARY = expression(
    r"/usr/(?:local/)?(?:include|lib(?:32|64)?)(?:/(?!\.\.)[\w.+-]+)*/?|/lib(?:32|64)?/?|/opt/homebrew/(?:include|lib)/?|"
    r"/usr/local/go/?"
)
"""Where compilers and linkers look anyway."""
_HOLDS_LIBRARY = expression(
    r"(?:DY)?LD_LIBRARY_PATH|LIBRARY_PATH|(?:C|CPLUS|OBJC)_INCLUDE_PATH|CPATH|PKG_CONFIG_PATH|JAVA_HOME|GOROOT"
)


ROUTE_FORM = r"/(?!(?:etc|proc|sys|usr|nix|dev)\b)[\w.-]+(?:/[\w.:-]*)?/?"
ROUTE = expression(ROUTE_FORM)
"""What may be a route of a server: of one or two names, and no place that only the system has."""

SHELL_VARIABLES = frozenset(f"{OUTER}{name}{OUTER}" for name in ("SHELL", "BASH"))
"""What stands for the path of the shell itself, where a command names it by a variable."""


def is_system_program(text: str) -> bool:
    """Tell whether a path names one program in the standard directories."""
    return _SYSTEM_PROGRAM.fullmatch(text) is not None


def is_library(text: str) -> bool:
    """Tell whether a path names a folder of the system's own headers or libraries."""
    return _LIBRARY.fullmatch(text) is not None


def is_systems_own(name: str, value: str) -> bool:
    """Tell whether a variable or setting of this name may hold `value` without leading anything but the tools there."""
    if name == "PATH":
        return _PROGRAM_FOLDER.fullmatch(value) is not None
    if _HOLDS_LIBRARY.fullmatch(name):
        return is_library(value)
    return is_system_program(value) and _HOLDS_PROGRAM.fullmatch(name) is not None


TEXT_VARIABLES = names("IFS PS1 PS2 PS3 PS4 TZ")
"""Variables that never hold a path."""
