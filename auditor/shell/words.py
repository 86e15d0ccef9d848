"""Expand a word as the shell would, as far as the command itself tells.

Variables assigned in the command, constant `echo`s, `pwd` and braces are resolved; what only the running shell knew
becomes `UNKNOWN`, and variables that always name a place outside the copy become an `OUTER` mark. Sizes are bounded by
a budget, because `a=$a$a` repeated grows without end.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping

import msgspec

from auditor.shell.lexer import lex, lex_text
from auditor.shell.marks import CLOSE, COMMA, OPEN, OUTER, SPLIT, TILDE, UNKNOWN, plain_braces
from auditor.shell.tokens import Deferred, Parameter, Part, Script, Substitution, Text, Word

OUTER_VARIABLES = frozenset(
    [
        "HOME",
        "OLDPWD",
        "TMPDIR",
        "TMP",
        "TEMP",
        "TEMPDIR",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_CACHE_HOME",
        "XDG_STATE_HOME",
        "XDG_RUNTIME_DIR",
        "CASE_DATA_DIR",
        "CASE_PACKAGE_ROOT",
        "PI_CODING_AGENT_DIR",
        "CODEX_HOME",
        "CLAUDE_CONFIG_DIR",
        "CARGO_HOME",
        "RUSTUP_HOME",
        "GOPATH",
        "GOROOT",
        "NVM_DIR",
        "BUN_INSTALL",
        "PNPM_HOME",
        "SSH_AUTH_SOCK",
        "HISTFILE",
        "BASH",
        "BASH_ENV",
        "SHELL",
        "MAIL",
        "RUNNER_TEMP",
        "HOMEPATH",
        "USERPROFILE",
        "APPDATA",
    ]
)
"""Environment variables whose value is a path that lies outside any fixture copy."""

MAX_VARIABLE = 4096
_MAX_BRACES = 64
_MAX_BRACED_TEXT = 2048
_SPACES = re.compile(r"\s+")
_BRACE_MARKS = re.compile(f"[{OPEN}{COMMA}{CLOSE}]")


class State(msgspec.Struct, frozen=True):
    """What a point of the command knows: where it is and which variables it has set (None: set to something unknown).

    `cwd` and `previous` (the directory `cd -` returns to) are absolute and may contain `UNKNOWN` components. States are
    shared and never changed, so that leaving a subshell costs nothing.
    """

    cwd: str
    previous: str | None = None
    variables: Mapping[str, str | None] = {}
    stack: tuple[str, ...] = ()


class Budget:
    """How many characters may still be looked at again: expanded, lexed as inner source, resolved against a long path.

    `incomplete` says that something was not followed, because the budget ran out or the nesting was too deep.
    """

    def __init__(self, characters: int) -> None:
        self.left = characters
        self.incomplete = False

    @property
    def exhausted(self) -> bool:
        """Whether the analysis must stop."""
        return self.left < 0

    def spend(self, characters: int) -> bool:
        """Take `characters` from the budget; False, once and for all, when it is used up."""
        self.left -= characters
        self.incomplete = self.incomplete or self.left < 0
        return self.left >= 0


class Expander:
    """Turns words into fields. `run` analyses a nested script in a state and returns its constant output, if any."""

    def __init__(
        self, run: Callable[[Script, State, int], str | None], budget: Budget, max_depth: int, *, cut: bool
    ) -> None:
        self._run = run
        self._budget = budget
        self._max_depth = max_depth
        self._cut = cut

    def fields(self, word: Word, state: State, depth: int) -> list[str]:
        """Return the fields `word` becomes: none for an empty unquoted expansion, several after splitting or braces."""
        text = self.text(word.parts, state, depth)
        if not text and not any(isinstance(part, Text) for part in word.parts):
            return []
        pieces = [piece for piece in text.split(SPLIT) if piece] if SPLIT in text else [text]
        return [field for piece in pieces for field in braces(piece)]

    def value(self, word: Word, state: State, depth: int) -> str:
        """Return what `word` becomes where the shell neither splits nor expands braces: assignments, here-strings."""
        return plain_braces(self.text(word.parts, state, depth)).replace(SPLIT, " ")

    def document(self, body: str, state: State, depth: int) -> str:
        """Return an unquoted here-document's text after expansion."""
        if depth >= self._max_depth or not self._budget.spend(len(body)):
            self._budget.incomplete = True
            return UNKNOWN
        parts, incomplete = lex_text(body)
        self._budget.incomplete = self._budget.incomplete or incomplete
        return self.text(parts, state, depth + 1)

    def text(self, parts: tuple[Part, ...], state: State, depth: int) -> str:
        """Return the marked text that `parts` expand to."""
        pieces: list[str] = []
        for part in parts:
            if isinstance(part, Text):
                pieces.append(part.value)
                continue
            found = self._expanded(part, state, depth)
            if found and not self._budget.spend(len(found)):
                found = UNKNOWN
            pieces.append(found if part.quoted else _SPACES.sub(SPLIT, found))
        return "".join(pieces)

    def _expanded(self, part: Parameter | Substitution | Deferred, state: State, depth: int) -> str:
        if isinstance(part, Parameter):
            return self._parameter(part, state, depth)
        if isinstance(part, Substitution):
            output = self._run(part.script, state, depth + 1)
            return "/dev/fd/63" if part.process else _output(output)
        if depth >= self._max_depth or not self._budget.spend(len(part.source)):
            self._budget.incomplete = True
            return UNKNOWN
        if part.kind == "arithmetic":
            parts, _ = lex_text(part.source)
            self.text(parts, state, depth + 1)
            return "0"
        return _output(self._run(lex(part.source, cut=self._cut), state, depth + 1))

    def _parameter(self, part: Parameter, state: State, depth: int) -> str:
        # The operand is expanded in any case: a command inside it may run.
        operand = self.text(part.operand, state, depth) if part.operand else ""
        value = self._lookup(part.name, state)
        kind = part.operator.removeprefix(":")[:1] if part.operator != ":" else ":"
        if kind == "?" and part.operator:
            return UNKNOWN if value is None else value
        if kind in ("-", "=", "+") and part.operator:
            return operand if value is None or kind == "+" else value
        if not kind or value is None:
            return UNKNOWN if value is None else value
        return _cut(part.name, value, part.operator, operand)

    def _lookup(self, name: str, state: State) -> str | None:
        if name in state.variables:
            return state.variables[name]
        if name == "PWD":
            return state.cwd
        if name == "OLDPWD" and state.previous is not None:
            return state.previous
        if name == "IFS":
            return " "
        return f"{OUTER}{name}{OUTER}" if name in OUTER_VARIABLES else None


def braces(text: str) -> list[str]:
    """Return the brace expansions of marked `text`, innermost first.

    Beyond a bound the pieces between braces and commas are returned instead, so that no path can hide in a huge one.
    """
    if OPEN not in text:
        return [plain_braces(text)]
    pending, done, steps = [text], list[str](), 0
    while pending:
        steps += 1
        if len(text) > _MAX_BRACED_TEXT or steps > 8 * _MAX_BRACES or len(done) + len(pending) > _MAX_BRACES:
            return [plain_braces(text), *(piece for piece in _BRACE_MARKS.split(text) if piece)]
        current = pending.pop()
        close = current.find(CLOSE)
        start = current.rfind(OPEN, 0, max(close, 0))
        if start < 0:
            # A stray closing brace is literal; without any the rest is.
            stray = current[:close] + "}" + current[close + 1 :]
            (done if close < 0 else pending).append(plain_braces(current) if close < 0 else stray)
            continue
        before, inside, after = current[:start], current[start + 1 : close], current[close + 1 :]
        if COMMA in inside:
            pending += [before + choice + after for choice in reversed(inside.split(COMMA))]
        else:
            pending.append(f"{before}{{{inside}}}{after}")
    return done


def _output(output: str | None) -> str:
    return UNKNOWN if output is None else output.rstrip("\n")


def _cut(name: str, value: str, operator: str, operand: str) -> str:
    """Return `value` after `${name<operator>…}`, for the few cuts that matter to paths."""
    if operator[0] == "#":
        return posixpath.basename(value) if operand == "*/" and operator == "##" else UNKNOWN
    if operator == "%" and operand == "/*" and value.startswith("/"):
        return posixpath.dirname(value)
    if value.startswith((TILDE, OUTER)) or name == "PWD":
        return f"{OUTER}{name}{OUTER}"
    return UNKNOWN if operator[0] != "@" else value
