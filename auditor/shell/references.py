"""What a shell command touches outside the fixture copy: the package's door."""

from __future__ import annotations

import re

from auditor.shell.flow import Flow
from auditor.shell.judge import Judge
from auditor.shell.lexer import lex
from auditor.shell.marks import scrub
from auditor.shell.paths import Bounds, Reference, normalise
from auditor.shell.words import Budget, State

_TRUNCATED = re.compile(r"…\[truncated\]\s*\Z")
_CUT_TAIL = 4096
TOO_COMPLEX = "(nested too deeply or grown too large to follow)"


def references(command: str, *, cwd: str, copy: str, home_dirs: tuple[str, ...] = ()) -> list[Reference]:
    """Return the places outside `copy` that `command`, run by a shell in `cwd`, names; `[]` if it stays inside.

    `cwd` and `copy` are absolute paths of the machine the command ran on. `home_dirs` are the known values of `$HOME`;
    without any, every use of a home directory leaves. References come in order of appearance, each once, at most 64.

    What only the running shell knew (globs, unset variables, outputs) is not guessed at: a path is reported when the
    command itself shows that it leaves, whatever the unknown part was. Program source in `-c`, `-e` and here-documents is
    searched for string literals below well-known top-level directories. A command cut off by the log (`…[truncated]`) is
    analysed as far as it goes. A command too contorted to follow yields one reference with the path `*`.
    """
    text = _TRUNCATED.sub("", command)
    cut = text[-_CUT_TAIL:] if len(text) != len(command) else None
    text = scrub(text)
    bounds = Bounds(copy, cwd, home_dirs)
    judge = Judge(bounds, cut)
    budget = Budget(16 * len(text) + 262_144)
    Flow(judge, budget, cut=cut is not None).run(lex(text, cut=cut is not None), State(normalise(cwd, "/")), 0)
    if budget.incomplete:
        judge.add("*", TOO_COMPLEX, "variable", None)
    return judge.references
