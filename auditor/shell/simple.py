"""Analyse simple commands: roles of their words, what they feed on, where they move to, what they print."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from auditor.shell.arguments import ASSIGNMENT, Argument, Parsed, parse
from auditor.shell.commands import DEFAULT, spec_of
from auditor.shell.containers import mounted
from auditor.shell.conventions import SHELL_VARIABLES, STANDARD_BIN
from auditor.shell.escapes import decode
from auditor.shell.grammar import Role, Spec
from auditor.shell.judge import UNSEEN, Judge
from auditor.shell.languages import LITTLE
from auditor.shell.marks import FETCHED, OUTER, TILDE, UNKNOWN, plain_braces
from auditor.shell.outputs import fetched, formatted, unpacked
from auditor.shell.paths import normalise
from auditor.shell.programs import commands_in
from auditor.shell.scripts import is_shell_script, only_checks
from auditor.shell.words import MAX_VARIABLE, Budget, State

MAX_WRAPPERS = 16
_MAX_VARIABLES = 256
_MAX_WRITTEN = 65_536
_SCRIPT_COST = 4
_MAX_WORDS_FROM_INPUT = 4096
_FETCHED = re.compile(rf"(?:^|[\n;&|])[ \t]*{UNKNOWN}{FETCHED}")
_BACKTICK_LANGUAGES = frozenset({"perl", "ruby", "php"})
_MOVES_FIRST = frozenset({"git", "make", "gmake", "env", "pnpm", "yarn", "ninja"})

RunScript = Callable[[str, str, State, int], tuple[State, str | None]]
"""Analyse shell source (text, how it was written, state, depth); returns the state after it and its output."""


class Commands:
    """Judges one simple command after another."""

    def __init__(self, judge: Judge, budget: Budget, run: RunScript) -> None:
        self._judge = judge
        self._budget = budget
        self._run = run
        self.functions: set[str] = set()
        self._written: dict[str, str] = {}

    def simple(
        self, words: list[Argument], state: State, stdin: str | None, depth: int, wrappers: int = 0
    ) -> tuple[State, str | None]:
        """Judge the command `words`; return the state after it and its output, if the command alone determines it."""
        if not words:
            return state, None
        head, arguments = words[0], words[1:]
        if wrappers > MAX_WRAPPERS:
            # No honest command is wrapped this often: every word might be a path.
            for argument in arguments:
                self._judge.word(argument, "operand", state.cwd, None)
            return state, None
        self._judge.program(head, state.cwd)
        name, spec = self._identify(head.text)
        if name in ("cd", "pushd", "popd") and spec is not DEFAULT:
            return self._move(name, arguments, state, head.raw), None
        if name in ("for", "select") and spec is not DEFAULT:
            return self._loop(arguments, state), None
        if spec.stdin == "script" and only_checks(arguments):
            return state, None
        parsed = parse(arguments, spec)
        inner = self._moved(name, arguments, state)
        if name == "ln" and any(a.text.startswith("-") and "s" in a.text for a in arguments):
            self._link(parsed, state)
        after, printed = self._roles(name, parsed, inner, depth)
        if name == "eval" or spec.rest == "assignment":
            state = after
        if name in ("read", "mapfile", "readarray"):
            state = self._read(parsed, state, stdin)
        if name == "printf" and len(arguments) > 2 and arguments[0].text == "-v":
            state = remember(state, arguments[1].text, formatted([argument.text for argument in arguments[2:]]))
        if "compose" in name or any(each.text == "compose" for each in arguments[:4]):
            self._compose(stdin, inner)
        printed = self._feed(name, parsed, inner, stdin, depth) or printed
        if (place := self._file_run(head, name, parsed, inner)) in self._written:
            # Out of the way meanwhile: a script that calls itself has no end.
            source = self._written.pop(place)
            within = remember(remember(inner, "0", place), "BASH_SOURCE", place)
            moved, printed = self._script(source, head.raw, within, depth)
            self._written[place] = source
            state = moved if name in ("source", ".") else state
        if name == "tee":
            self.keep([normalise(each.text, state.cwd) for each, role in parsed.judged if role == "operand"], stdin)
        for wrapped in parsed.wrapped:
            given = self._from_input(wrapped, stdin, state) if name in ("xargs", "gxargs", "parallel") else wrapped
            moved, printed = self.simple(given, inner, stdin, depth, wrappers + 1)
            if name in ("command", "builtin"):
                state = moved
        return state, printed or self._prints(name, arguments, state, stdin)

    def _compose(self, stdin: str | None, state: State) -> None:
        """Judge the mounts in the compose files that were written before, or are fed to the command."""
        for place, text in [*self._written.items(), ("compose.yaml", stdin or "")]:
            for path in mounted(place, text) if self._budget.spend(len(text)) else ():
                self._judge.named(path, state.cwd)

    def keep(self, places: list[str], text: str | None) -> None:
        """Remember what the command writes to files that a later one may run."""
        for place in places if text is not None else ():
            whole = f"{self._written.get(place, '')}{text}\n"
            if len(whole) <= _MAX_WRITTEN and len(self._written) < _MAX_VARIABLES:
                self._written[place] = whole

    def _file_run(self, head: Argument, name: str, parsed: Parsed, state: State) -> str:
        """Return the file that the command runs as a shell script: its own, or the first that a shell is given."""
        if "/" in head.text and parsed.spec is DEFAULT:
            place = normalise(head.text, state.cwd)
            return place if is_shell_script(place, self._written.get(place, "")) else ""
        runs = (parsed.spec.stdin == "script" and not parsed.program_on_stdin) or name in ("source", ".")
        files = [each.text for each, role in parsed.judged if role == "operand"] if runs else []
        # A file of settings names routes as often as paths, and changes nothing.
        return normalise(files[0], state.cwd) if files and not posixpath.basename(files[0]).startswith(".env") else ""

    def assign(self, argument: Argument, state: State) -> State:
        """Judge an assignment and return the state that knows the variable."""
        head = ASSIGNMENT.match(argument.text)
        if head is None:
            self._judge.word(argument, "path", state.cwd, None)
            return state
        self._judge.assignment(argument, state.cwd)
        value: str | None = argument.text[head.end() :]
        if head[0].endswith("+="):
            before = state.variables.get(head[1], "")
            value = None if before is None else before + (value or "")
        return remember(state, head[1], value)

    def _identify(self, text: str) -> tuple[str, Spec]:
        """Return a command's name and spec. A local script or function called `echo` is not the `echo` we know."""
        directory, _, name = ("", "", "sh") if text in SHELL_VARIABLES else text.rpartition("/")
        known = not directory or normalise(text, "/").rpartition("/")[0] in STANDARD_BIN or directory.endswith("/bin")
        if UNKNOWN in name or name in self.functions or not (known or directory.endswith(".bin")):
            return name, DEFAULT
        return name.removeprefix("\\"), spec_of(name)

    # Words by role --------------------------------------------------------------------------------------------------

    def _roles(self, name: str, parsed: Parsed, state: State, depth: int) -> tuple[State, str | None]:
        printed: str | None = None
        for argument, role in parsed.judged:
            text = argument.text
            if role == "script":
                state, printed = self._script(text, argument.raw, state, depth)
            elif role == "code":
                self._code(name, text, argument.raw, state, depth)
            elif role in LITTLE:
                self._little(role, text, argument.raw, state, depth)
            elif role == "alias":
                self._alias(name, argument, state, depth)
            elif role == "assignment":
                state = self.assign(argument, state)
            else:
                # Not in `[[`, which matches no file names.
                listed = role == "text" and argument.glob and name != "[["
                self._judge.word(argument, "weak" if listed else role, state.cwd, parsed.spec.reads)
        return state, printed

    def _script(self, text: str, raw: str, state: State, depth: int) -> tuple[State, str | None]:
        if not self._budget.spend(_SCRIPT_COST * len(text)):
            return state, None
        if _FETCHED.search(text):
            self._judge.add("*", UNSEEN, "variable", None)
        return self._run(plain_braces(text).replace(TILDE, "~"), raw, state, depth + 1)

    def _code(self, name: str, source: str, raw: str, state: State, depth: int) -> None:
        if not self._budget.spend(len(source)):
            return
        self._judge.code(source, raw, state.cwd, name)
        runs = name.rstrip("0123456789.") in _BACKTICK_LANGUAGES
        for command in commands_in(source, backticks_run=runs, pipes_run=name.endswith("awk")):
            self._script(command, raw, state, depth)

    def _little(self, role: Role, source: str, raw: str, state: State, depth: int) -> None:
        """Judge a program in a little language: the files it names, the commands it runs."""
        if not self._budget.spend(len(source)):
            return
        for text, is_command in LITTLE[role](source):
            if is_command:
                self._script(text, raw, state, depth)
            else:
                self._judge.named(text, state.cwd)

    def _alias(self, name: str, argument: Argument, state: State, depth: int) -> None:
        """Judge a setting that may hold shell source: `alias x='…'`, git's `alias.x=!…`."""
        key, equals, value = argument.text.partition("=")
        value = value if equals else key
        if value.startswith("!") or (name == "alias" and equals):
            self._script(value.removeprefix("!"), argument.raw, state, depth)
        else:
            self._judge.word(argument, "path", state.cwd, None)

    def _link(self, parsed: Parsed, state: State) -> None:
        """A relative target of `ln -s` starts at the link's directory, not at the current one."""
        places = [index for index, (_, role) in enumerate(parsed.judged) if role == "operand"]
        if len(places) != 2:
            return
        (target, _), (link, _) = parsed.judged[places[0]], parsed.judged[places[1]]
        if target.text[:1] not in ("/", TILDE, OUTER, UNKNOWN, ""):
            base = link.text if link.text.endswith("/") else posixpath.dirname(link.text)
            resolved = normalise(target.text, normalise(base, state.cwd) if base else state.cwd)
            parsed.judged[places[0]] = (Argument(resolved, target.raw), "operand")

    # Standard input and output --------------------------------------------------------------------------------------

    def _feed(self, name: str, parsed: Parsed, state: State, stdin: str | None, depth: int) -> str | None:
        """Judge what an interpreter reads as its program from standard input."""
        role: Role | None = parsed.spec.stdin
        if role is None or stdin is None or not (parsed.program_on_stdin or role in LITTLE):
            return None
        if role in LITTLE:
            self._little(role, stdin, "<stdin>", state, depth)
            return None
        if role == "script":
            return self._script(stdin, "<stdin>", state, depth)[1]
        self._code(name, stdin, "<stdin>", state, depth)
        return None

    def _from_input(self, wrapped: list[Argument], stdin: str | None, state: State) -> list[Argument]:
        """Return the command `xargs` builds: its words and those of its input."""
        if stdin is None or not self._budget.spend(len(stdin)):
            return wrapped
        words = [Argument(text, text) for text in stdin.split()[:_MAX_WORDS_FROM_INPUT]]
        if any("{}" in each.text for each in wrapped):
            chosen = self._judge.listed(words, state.cwd) if words else None
            value = UNKNOWN if chosen is None else chosen
            return [
                Argument(each.text[:MAX_VARIABLE].replace("{}", value[:MAX_VARIABLE]), each.raw) for each in wrapped
            ]
        return wrapped + words

    def _prints(self, name: str, arguments: list[Argument], state: State, stdin: str | None) -> str | None:
        texts = [argument.text for argument in arguments]
        plain = [text for text in texts if not text.startswith("-")]
        if name == "echo":
            return decode(" ".join(plain))
        if name == "printf" and texts:
            return formatted(texts[1:] if texts[0] == "--" else texts)
        if name == "pwd":
            return state.cwd
        if name == "git" and "--show-toplevel" in texts[:8]:
            return self._judge.bounds.copy
        if name in ("dirname", "basename", "realpath", "readlink") and plain and UNKNOWN not in plain[0]:
            cut = {"dirname": posixpath.dirname, "basename": posixpath.basename}.get(name)
            return cut(plain[0]) or "." if cut else normalise(plain[0], state.cwd)
        if stdin is not None and self._budget.spend(len(stdin)) and (made := unpacked(name, texts, stdin)) is not None:
            return made
        return fetched(name, texts) or stdin

    # Directories and variables --------------------------------------------------------------------------------------

    def _move(self, name: str, arguments: list[Argument], state: State, raw: str) -> State:
        plain = [a for a in arguments if not (a.text.startswith("-") and len(a.text) > 1) or a.text.startswith("-/")]
        target = plain[0].text if plain else None
        raw = " ".join([raw, *(argument.raw for argument in arguments[:4])])
        if name == "popd" or (name == "pushd" and target is None):
            if not state.stack:
                if name == "pushd":
                    self._judge.add("$OLDPWD", raw, "cd", None)
                return state
            return State(state.stack[-1], state.cwd, state.variables, state.stack[:-1])
        if target == "-":
            target = state.previous if state.previous is not None else f"{OUTER}OLDPWD{OUTER}"
        elif target is None:
            target = TILDE
        if not target:
            return state
        found = self._judge.bounds.classify(target, state.cwd, operand=True)
        if found:
            self._judge.add(found[0], raw, "cd", None)
        place = found[0] if found and found[0].startswith("/") else target
        cwd = normalise(place, "/" if place[0] in (TILDE, OUTER) else state.cwd)
        stack = (*state.stack[-31:], state.cwd) if name == "pushd" else state.stack
        return State(cwd, state.cwd, state.variables, stack)

    def _moved(self, name: str, arguments: list[Argument], state: State) -> State:
        """Return the state in which a command runs that is told its directory first (`git -C src …`)."""
        if name in _MOVES_FIRST and arguments and arguments[0].text.startswith("-C"):
            glued = arguments[0].text[2:]
            target = glued or (arguments[1].text if len(arguments) > 1 else "")
            if target and target[0] not in (TILDE, OUTER):
                cwd = normalise(target, state.cwd)
                # A directory outside was judged as the option's value; from there nothing would look relative.
                return (
                    state
                    if self._judge.bounds.leaves(cwd)
                    else State(cwd, state.previous, state.variables, state.stack)
                )
        return state

    def _loop(self, arguments: list[Argument], state: State) -> State:
        """`for name in words`: the words are judged as a list and one of them stands for the variable."""
        if len(arguments) < 2 or arguments[1].text != "in":
            return state
        return remember(state, arguments[0].text, self._judge.listed(arguments[2:], state.cwd, named=True))

    def _read(self, parsed: Parsed, state: State, stdin: str | None) -> State:
        value = None
        if stdin is not None and self._budget.spend(len(stdin)):
            value = self._judge.listed(
                [Argument(text, text) for text in stdin.split()[:_MAX_WORDS_FROM_INPUT]], state.cwd
            )
        for argument, _ in parsed.judged:
            if argument.text.isidentifier():
                state = remember(state, argument.text, value)
        return state


def remember(state: State, name: str, value: str | None) -> State:
    """Return `state` with a variable set; too long values and too many variables are kept as unknown."""
    if value is not None and len(value) > MAX_VARIABLE:
        value = None
    if name not in state.variables and len(state.variables) >= _MAX_VARIABLES:
        return state
    return State(state.cwd, state.previous, {**state.variables, name: value}, state.stack)
