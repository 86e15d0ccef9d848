"""Walk a script's tokens: which command runs in which directory, fed by what.

Compound commands are followed with a stack of levels of its own; only substitutions and scripts inside words recurse, to
a fixed depth. A subshell, each part of a pipeline, a background list and a function's body give back the state they
began with; the right side of `||` starts from the state before its left side.
"""

from __future__ import annotations

import msgspec

from auditor.shell.arguments import ASSIGNMENT, Argument
from auditor.shell.headers import CLOSES, NEUTRAL, OPENS, command_end, named
from auditor.shell.judge import Judge
from auditor.shell.lexer import lex
from auditor.shell.marks import UNKNOWN
from auditor.shell.paths import normalise
from auditor.shell.simple import Commands, remember
from auditor.shell.tokens import Operator, Redirect, Script, Text, Word
from auditor.shell.words import Budget, Expander, State

MAX_DEPTH = 24
_MAX_JOINED = 4096
_LONG_DIRECTORY = 512
_CONTINUES = frozenset({"|", "|&", "&&", "||"})


class _Level(msgspec.Struct):
    """One open compound command and the pipeline that is being read in it."""

    kind: str
    entry: State
    pipe_start: State
    list_start: State
    stdin: str | None = None
    piped: bool = False
    pipe_in: str | None = None
    fallback: State | None = None
    outputs: list[str] = []


class Flow:
    """Analyses scripts; everything found goes to the judge."""

    def __init__(self, judge: Judge, budget: Budget, *, cut: bool) -> None:
        """`cut`: the log cut the command, so that what is open at its end is no mistake."""
        self.judge = judge
        self.budget = budget
        self.cut = cut
        self.expander = Expander(
            lambda script, state, depth: self.run(script, state, depth)[1], budget, MAX_DEPTH, cut=cut
        )
        self.commands = Commands(judge, budget, self.source)
        self._seen: dict[tuple[str, str], tuple[str, str | None]] = {}

    def source(self, text: str, raw: str, state: State, depth: int) -> tuple[State, str | None]:
        """Analyse shell source that a command carries (`bash -c`, `eval`), each distinct text once per directory."""
        key = (text, state.cwd)
        if key not in self._seen:
            after, output = self.run(lex(text, cut=self.cut) if depth <= MAX_DEPTH else Script([]), state, depth)
            self._seen[key] = (after.cwd, output)
            return after, output
        cwd, output = self._seen[key]
        return State(cwd, state.cwd, state.variables, state.stack), output

    def run(self, script: Script, state: State, depth: int) -> tuple[State, str | None]:
        """Analyse `script` from `state`; return the state after it and its output where that is constant."""
        if depth > MAX_DEPTH:
            self.budget.incomplete = True
            return state, None
        self.budget.incomplete = self.budget.incomplete or script.incomplete
        return _Walk(self, script, state, depth).walk()


class _Walk:
    """The walk through one script."""

    def __init__(self, flow: Flow, script: Script, state: State, depth: int) -> None:
        self.flow, self.tokens, self.state, self.depth = flow, script.tokens, state, depth
        self.levels = [_Level("top", state, state, state)]
        self.parens = 0
        self.words: list[Word] = []
        self.redirects: list[Redirect] = []
        self.targets: list[str] = []
        self.array: list[Argument] | None = None
        self.function = False
        self.output: str | None = None

    def walk(self) -> tuple[State, str | None]:
        after = ""
        skip = False
        for index, token in enumerate(self.tokens):
            if self.flow.budget.exhausted:
                break
            if skip:
                skip = False
            elif isinstance(token, Redirect):
                self.redirects.append(token)
            elif isinstance(token, Word):
                self._word(token)
            elif token.text == "(" and self.words and self._is(index + 1, ")"):
                self._define()
                skip = True
            elif not (token.text == "\n" and after in _CONTINUES and not self.words and not self.redirects):
                self._operator(token.text)
            after = (
                token.text
                if isinstance(token, Operator) and token.text != "\n"
                else after
                if token == Operator("\n")
                else ""
            )
        self._operator(";")
        while len(self.levels) > 1:
            self._pop()
        return self.state, _joined(self.levels[0].outputs)

    def _is(self, index: int, operator: str) -> bool:
        return index < len(self.tokens) and self.tokens[index] == Operator(operator)

    def _word(self, word: Word) -> None:
        if word.pattern:
            self.flow.expander.text(word.parts, self.state, self.depth)
        elif self.array is not None:
            self.array += self._arguments(word)
        else:
            self.words.append(word)

    def _define(self) -> None:
        """`name()`: a function; its body, the next compound command, leaves no trace in the state."""
        self.flow.commands.functions.add(self.words[-1].raw)
        self.words = []
        self.function = True

    # Operators ------------------------------------------------------------------------------------------------------

    def _operator(self, operator: str) -> None:
        if operator == "=(":
            self.array = []
            return
        if operator == ")=":
            self._end_array()
            return
        self._flush()
        level = self.levels[-1]
        if operator in ("|", "|&"):
            level.piped, level.pipe_in = True, self.output
            self.state = level.pipe_start
        elif operator == "(":
            self._push("(")
            self.parens += 1
        elif operator == ")":
            self._end_list()
            if self.parens:
                while self.levels[-1].kind != "(" and self.levels[-1].kind != "function(":
                    self._pop()
                self._pop()
                self.parens -= 1
            return
        else:
            self._end_pipeline()
            if operator == "||":
                level.fallback = level.fallback or self.state
                self.state = level.pipe_start
            elif operator == "&":
                self.state = level.list_start
            elif operator != "&&":
                self._end_list()
            level.pipe_start = self.state
        self.output = None

    def _end_pipeline(self) -> None:
        level = self.levels[-1]
        if self.output is not None:
            # Of `a || b` at most one prints, so what both would say is said once.
            if level.fallback is None or level.outputs[-1:] != [self.output]:
                level.outputs.append(self.output)
            self.output = None
        if level.piped:
            self.state = level.pipe_start
            level.piped, level.pipe_in = False, None

    def _end_list(self) -> None:
        self._end_pipeline()
        level = self.levels[-1]
        self.state = level.fallback or self.state
        level.fallback = None
        level.pipe_start = level.list_start = self.state

    def _push(self, kind: str) -> None:
        around = self.levels[-1]
        stdin = around.pipe_in if around.piped else around.stdin
        kind = f"function{kind}" if self.function else kind
        self.function = False
        self.levels.append(_Level(kind, self.state, self.state, self.state, stdin))

    def _pop(self) -> None:
        """Close the innermost compound command: scope its state, hand its output on."""
        level = self.levels.pop()
        if level.kind == "loop":
            inside = level.entry.cwd.startswith(self.state.cwd.rstrip("/") + "/")
            if inside and level.entry.cwd != self.state.cwd:
                # Each round climbs: whatever the depth, some round leaves.
                above = self.flow.judge.bounds.copy.rpartition("/")[0] or "/"
                self.flow.judge.add(above, "cd", "cd", None)
        elif level.kind == "(" or level.kind.startswith("function"):
            self.state = level.entry
        self.output = _joined(level.outputs)

    # Simple commands ------------------------------------------------------------------------------------------------

    def _flush(self) -> None:
        """Judge the words and redirections gathered so far: one simple command, or a few after `[[ … ]]` and `for x do`."""
        self._simple()
        while self.words:
            self._simple()

    def _simple(self) -> None:
        words, self.words = self.words, []
        redirects, self.redirects = self.redirects, []
        at = 0
        while at < len(words) and (bare := words[at].bare) is not None:
            if bare in CLOSES and self.levels[-1].kind.removeprefix("function") == CLOSES[bare]:
                self._end_list()
                self._pop()
            elif bare in OPENS:
                self._push(OPENS[bare])
                if bare in ("for", "select", "case"):
                    break
            elif bare == "function" and at + 1 < len(words):
                self.flow.commands.functions.add(words[at + 1].raw)
                self.function = True
                at += 1
            elif bare not in NEUTRAL and bare not in CLOSES:
                break
            at += named(words, at)
        end = command_end(words, at)
        if end < len(words):
            # The next command begins without an operator before it; the redirections are its own.
            words, self.words = words[:end], words[end:]
            redirects, self.redirects = [], redirects
        document = self._redirect(redirects)
        if at == len(words):
            if document is not None:
                self._judge_lines(document)
            return
        level = self.levels[-1]
        given = document if document is not None else level.pipe_in if level.piped else level.stdin
        arguments = self._command(words[at:])
        if arguments:
            self.flow.budget.spend(max(0, len(self.state.cwd) - _LONG_DIRECTORY))
            self.state, self.output = self.flow.commands.simple(arguments, self.state, given, self.depth)
            self.flow.commands.keep(self.targets, self.output)

    def _command(self, words: list[Word]) -> list[Argument]:
        """Expand a command's words. Leading assignments take effect at once, also on the words after them."""
        arguments: list[Argument] = []
        leading = True
        for word in words:
            first = word.parts[0] if word.parts else None
            leading = leading and isinstance(first, Text) and not first.quoted and bool(ASSIGNMENT.match(first.value))
            if leading:
                value = self.flow.expander.value(word, self.state, self.depth)
                self.state = self.flow.commands.assign(Argument(value, word.raw), self.state)
            else:
                arguments += self._arguments(word)
        return arguments

    def _arguments(self, word: Word) -> list[Argument]:
        fields = self.flow.expander.fields(word, self.state, self.depth)
        globs = word.globs
        return [Argument(field, word.raw, globs) for field in fields]

    def _end_array(self) -> None:
        elements, self.array = self.array or [], None
        name = self.words.pop().raw.partition("=")[0].rstrip("+") if self.words else ""
        self.state = remember(self.state, name, self.flow.judge.listed(elements, self.state.cwd))

    def _redirect(self, redirects: list[Redirect]) -> str | None:
        """Judge redirections; return the text that a here-document or here-string feeds the command."""
        document: str | None = None
        self.targets = []
        for redirect in redirects:
            operator, target = redirect.operator, redirect.target
            if operator in ("<<", "<<-"):
                body = redirect.body or ""
                document = self.flow.expander.document(body, self.state, self.depth) if redirect.expands else body
                continue
            if operator == "<<<":
                document = self.flow.expander.value(target, self.state, self.depth)
                continue
            fields = self.flow.expander.fields(target, self.state, self.depth)
            reads = {"<": True, "<&": None, "<>": None}.get(operator, False)
            for field in fields:
                duplicates = operator.endswith("&") and (field.rstrip("-").isdigit() or field in ("-", UNKNOWN))
                if not duplicates:
                    self.flow.judge.redirect(field, target.raw, self.state.cwd, reads)
                if ">" in operator and not duplicates:
                    self.targets.append(normalise(field, self.state.cwd))
        return document

    def _judge_lines(self, document: str) -> None:
        """Judge the words fed to a whole loop or group, whose reader was passed already."""
        words = [Argument(text, text) for text in document.split()[:_MAX_JOINED]]
        self.flow.judge.listed(words, self.state.cwd)


def _joined(outputs: list[str]) -> str | None:
    if not outputs:
        return None
    if len(outputs) == 1:
        return outputs[0]
    return "\n".join(outputs) if sum(map(len, outputs)) <= _MAX_JOINED else None
