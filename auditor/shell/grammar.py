"""How the grammar of one command is written down, as far as paths are concerned.

Options are written without dashes; one character means a short option, which may be glued to others and to its value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, cast

import msgspec

Language: TypeAlias = Literal["stream", "editor", "sql", "query", "patch"]
"""A little language that a word may hold a program in; `languages` reads them."""

Role: TypeAlias = (
    Literal[
        "path",
        "operand",
        "weak",
        "attached",
        "mount",
        "library",
        "text",
        "code",
        "script",
        "alias",
        "assignment",
        "test",
    ]
    | Language
)
"""How a word is judged.

`path`: any absolute or climbing path in it; `operand`: certainly a file; `weak`: a path only below a well-known
directory (routes, test patterns, URLs); `attached`: a file only behind `@` or `<`; `mount`: what a container is given
of this machine, and where it stands there; `library`: a path unless it is the system's own; `text`: never; `code`: a program with
paths in its string literals; `script`: shell source; `alias`: a setting that may hold shell source; `assignment`:
`NAME=value`; `test`: the operand of a condition.
"""


class Spec(msgspec.Struct, frozen=True):
    """One command's grammar, as far as paths are concerned.

    `first` gives the roles of the leading positional words, `rest` of all others. `options` are those that take a
    value, with its role. An option in `given` stands in for the first positional word (`grep -e`); one in `named` takes
    a name before its value (`jq --arg name value`). With `wraps` the words after the leading ones are a command of their
    own; `joined`: together they are one shell script; `elsewhere`: they run on another machine, on files of its own.
    `subcommands` replace the spec after the first positional word, or after an option in `given` that names one.
    `stdin` is what a program read from standard input is. `long`: options with one dash are whole words (`find -name`).
    `reads`: whether its operands are read, None where it depends.
    """

    first: tuple[Role, ...] = ()
    rest: Role = "path"
    options: Mapping[str, Role] = {}
    given: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    wraps: bool = False
    joined: bool = False
    elsewhere: bool = False
    subcommands: Mapping[str, Spec] = {}
    stdin: Role | None = None
    long: bool = False
    reads: bool | None = None


def options(**names: str) -> dict[str, Role]:
    """Return the option table that ``role="names …"`` describes."""
    return {name: cast("Role", role) for role, listed in names.items() for name in listed.split()}


def each(names: str, spec: Spec) -> dict[str, Spec]:
    """Return a table that gives all of `names` one spec."""
    return dict.fromkeys(names.split(), spec)
