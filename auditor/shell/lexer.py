"""Cut shell source into words, operators and redirections.

One pass from left to right with a stack of frames of its own, so that neither nesting nor an unclosed quote can make
it recurse, raise or read a character more than a fixed number of times. Unfinished constructs simply end with the
text, as a truncated log line does. The stack holds one frame for each construct that is open: a command list, a
double-quoted string, a `${…}`.
"""

from __future__ import annotations

from auditor.shell import patterns
from auditor.shell.frames import Frame
from auditor.shell.marks import mark, plain_braces
from auditor.shell.regions import Formulas, ansi_quoted, backticks, here_document, single_quoted
from auditor.shell.tokens import (
    Deferred,
    Operator,
    Parameter,
    Part,
    Redirect,
    Script,
    Substitution,
    Text,
    Word,
)

MAX_NESTING = 40
"""Open constructs at once. An honest command opens a handful; beyond it a substitution is not followed."""

MAX_TOKENS = 200_000
"""Tokens and parts of words of one text. Long commands are long here-documents; nobody types this many words."""


def lex(text: str, *, cut: bool = False) -> Script:
    """Return the tokens of `text`, a command line or a whole script. Total: every input has tokens.

    A `[[` or `case` that never ends would keep what follows it from being judged; unless the text is `cut` it is then no
    reserved word (or the shell refuses the line, and may go on after it), and all of it is read as ordinary words.
    """
    lexer = _Lexer(text)
    script = lexer.run(Frame("command"))
    return script if cut or not lexer.unclosed else _Lexer(text, reserved=False).run(Frame("command"))


def lex_text(text: str) -> tuple[tuple[Part, ...], bool]:
    """Return the parts of `text` read as inside double quotes (a here-document's body), and whether it is incomplete."""
    frame = Frame("quoted", parts=[])
    lexer = _Lexer(text, closing=False)
    script = lexer.run(frame)
    return tuple(frame.parts or ()), script.incomplete


class _Lexer:
    def __init__(self, text: str, *, closing: bool = True, reserved: bool = True) -> None:
        self.text = text
        self.at = 0
        self.closing = closing
        self.reserved = reserved
        self.unclosed = False
        self.count = 0
        self.incomplete = False
        self.stack: list[Frame] = []
        self.documents: list[tuple[Redirect, bool]] = []
        self.formulas = Formulas(text)

    def run(self, root: Frame) -> Script:
        self.stack.append(root)
        while self.at < len(self.text):
            if self.count > MAX_TOKENS:
                self.incomplete = True
                break
            frame = self.stack[-1]
            if frame.kind == "command":
                self._command(frame)
            else:
                self._inside(frame)
        while len(self.stack) > 1:
            self._close()
        if root.kind == "command":
            self._end_word(root)
            self.unclosed = self.unclosed or root.hides
        return Script(root.tokens, self.incomplete)

    # One step in a command list -------------------------------------------------------------------------------------

    def _command(self, frame: Frame) -> None:
        text, at = self.text, self.at
        if found := patterns.PLAIN.match(text, at):
            self._add(frame, Text(mark(found[0]), quoted=False), found.end())
        elif found := patterns.BLANK.match(text, at):
            if "\\" not in found[0] or len(found[0].replace("\\\n", "")):
                self._end_word(frame)
            self.at = found.end()
        elif text[at] == "\n":
            self._newline(frame)
        elif text[at] == "#":
            if frame.parts is None and not frame.in_condition:
                end = text.find("\n", at)
                self.at = len(text) if end < 0 else end
            else:
                self._add(frame, Text("#", quoted=False), at + 1)
        elif text[at] == "'":
            inside, end = single_quoted(text, at)
            self._add(frame, Text(inside, quoted=True), end)
        elif text[at] == "\\":
            self._add(frame, Text(text[at + 1 : at + 2], quoted=True), at + 2)
        elif text[at] in '"$`':
            self._expansion(frame)
        elif found := (patterns.CONTROL.match(text, at) or patterns.REDIRECT.match(text, at)):
            self._operator(frame, found[0])

    def _newline(self, frame: Frame) -> None:
        self._end_word(frame)
        self.at += 1
        if not (frame.nest and frame.nest[-1] in ("[[", "[[(", "array")):
            self._emit(frame, "\n")
        documents, self.documents = self.documents, []
        for redirect, strips in documents:
            delimiter = "".join(part.value for part in redirect.target.parts if isinstance(part, Text))
            nested = len(self.stack) > 1
            redirect.body, self.at = here_document(
                self.text, self.at, plain_braces(delimiter), strips=strips, nested=nested
            )

    def _operator(self, frame: Frame, operator: str) -> None:
        if frame.in_condition and operator not in ("<(", ">("):
            # Here operators stand between words: the one before may be the `]]` that ends the condition.
            self._end_word(frame)
        if frame.in_condition and operator not in ("<(", ">(") and frame.takes(operator):
            self._add(frame, Text(operator, quoted=False), self.at + len(operator))
            self._end_word(frame)
        elif operator in ("<(", ">("):
            self._begin(frame)
            self.at += 2
            self._push(Frame("command", process=True))
        elif operator[0] in "<>" or operator in ("&>", "&>>"):
            written = self.text[frame.start : self.at] if frame.parts is not None else ""
            if patterns.DESCRIPTOR.fullmatch(written):
                frame.parts = None
            self._end_word(frame)
            frame.redirect = operator
            self.at += len(operator)
        elif operator == "(":
            self._open_paren(frame)
        elif operator == ")":
            self._close_paren(frame)
        else:
            self._end_word(frame)
            self.at += len(operator)
            if operator in (";;", ";&", ";;&") and frame.nest[-1:] == ["case-body"]:
                frame.nest[-1] = "case-pattern"
            self._emit(frame, operator)

    def _open_paren(self, frame: Frame) -> None:
        if frame.parts is not None and patterns.ARRAY.fullmatch(self.text, frame.start, self.at):
            self._end_word(frame)
            frame.nest.append("array")
            self.at += 1
            self._emit(frame, "=(")
            return
        self._end_word(frame)
        end = self.formulas.end(self.at)
        if end is not None:
            inside = self.text[self.at + 2 : end]
            self._add(frame, Deferred(inside, "arithmetic", quoted=True), end + 2)
        elif not (frame.nest and frame.nest[-1] == "case-pattern"):
            frame.nest.append("(")
            self._emit(frame, "(")
            self.at += 1
        else:
            self.at += 1
            frame.at_command = False

    def _close_paren(self, frame: Frame) -> None:
        self._end_word(frame)
        self.at += 1
        top = frame.nest[-1] if frame.nest else ""
        if top == "case-pattern":
            frame.nest[-1] = "case-body"
            self._emit(frame, "\n")
        elif top == "array":
            frame.nest.pop()
            self._emit(frame, ")=")
            frame.at_command = False
        elif top == "(":
            frame.nest.pop()
            self._emit(frame, ")")
        elif len(self.stack) > 1:
            self._close()
        else:
            self._emit(frame, ")")

    def _emit(self, frame: Frame, operator: str) -> None:
        frame.tokens.append(Operator(operator))
        self.count += 1
        frame.redirect = ""
        frame.at_command = True

    # Words ----------------------------------------------------------------------------------------------------------

    def _begin(self, frame: Frame) -> list[Part]:
        if frame.parts is None:
            frame.parts = []
            frame.start = self.at
        return frame.parts

    def _add(self, frame: Frame, part: Part, end: int) -> None:
        self._begin(frame).append(part)
        self.count += 1
        self.at = end

    def _end_word(self, frame: Frame) -> None:
        if frame.parts is None:
            return
        self.count += 1
        parts = frame.parts
        if len(parts) > 1 and all(isinstance(part, Text) and not part.quoted for part in parts):
            parts = [Text("".join(part.value for part in parts if isinstance(part, Text)), quoted=False)]
        word = Word(tuple(parts), self.text[frame.start : self.at], pattern=frame.nest[-1:] == ["case-pattern"])
        frame.parts = None
        if frame.redirect:
            redirect = Redirect(frame.redirect, word)
            if frame.redirect in ("<<", "<<-"):
                redirect.expands = all(isinstance(part, Text) and not part.quoted for part in parts)
                self.documents.append((redirect, frame.redirect == "<<-"))
            frame.tokens.append(redirect)
            frame.redirect = ""
            frame.at_command = False
        elif frame.take(word, reserved=self.reserved):
            self._emit(frame, "\n")

    # Inside quotes and braces ---------------------------------------------------------------------------------------

    def _inside(self, frame: Frame) -> None:
        text, at = self.text, self.at
        if found := (patterns.PLAIN_BRACED if frame.kind == "braced" else patterns.PLAIN_QUOTED).match(text, at):
            self._add(frame, Text(found[0], quoted=True), found.end())
        elif text[at] == "\\":
            following = text[at + 1 : at + 2]
            kept = following if following in '$`"\\\n}' else "\\" + following
            self._add(frame, Text("" if kept == "\n" else kept, quoted=True), at + 2)
        elif text[at] == "}" or (text[at] == '"' and frame.kind == "quoted" and (self.closing or len(self.stack) > 1)):
            self.at += 1
            self._close()
        elif text[at] == "'" and not frame.quoted:
            inside, end = single_quoted(text, at)
            self._add(frame, Text(inside, quoted=True), end)
        elif text[at] in "$`" or (text[at] == '"' and frame.kind == "braced"):
            self._expansion(frame)
        else:
            self._add(frame, Text(text[at], quoted=True), at + 1)

    def _expansion(self, frame: Frame) -> None:
        """Take what begins with a double quote, a dollar or a backtick."""
        text, at = self.text, self.at
        quoted = frame.kind == "quoted" or (frame.kind == "braced" and frame.quoted)
        parts = self._begin(frame)
        if text[at] == '"' or (text.startswith('$"', at) and frame.kind == "command"):
            self.at += 1 if text[at] == '"' else 2
            parts.append(Text("", quoted=True))
            self._push(Frame("quoted", parts=parts, quoted=True))
        elif text[at] == "`":
            inside, end = backticks(text, at, quoted=quoted)
            self._add(frame, Deferred(inside, "backtick", quoted), end)
        elif not quoted and (ansi := ansi_quoted(text, at)):
            self._add(frame, Text(ansi[0], quoted=True), ansi[1])
        elif text.startswith("$(", at):
            formula = self.formulas.end(at + 1)
            if formula is not None:
                self._add(frame, Deferred(text[at + 3 : formula], "arithmetic", quoted), formula + 2)
            else:
                self.at += 2
                self._push(Frame("command", quoted=quoted))
        elif found := patterns.BRACED.match(text, at):
            self.at = found.end()
            operator = found[3] or ""
            name = "" if found[1] and found[2] else found[2] or found[1]
            self._push(Frame("braced", parts=[], quoted=quoted, name=name, operator=operator))
        elif found := patterns.NAME.match(text, at):
            name = found[1] if not found[1][0].isdigit() else found[1][0]
            self._add(frame, Parameter(name, quoted), at + 1 + len(name))
        else:
            self._add(frame, Text("$", quoted=True), at + 1)

    # The stack ------------------------------------------------------------------------------------------------------

    def _push(self, frame: Frame) -> None:
        if len(self.stack) >= MAX_NESTING:
            self.incomplete = True
            self.at = len(self.text)
            return
        self.stack.append(frame)

    def _close(self) -> None:
        """Close the innermost construct and add what it is to the word around it."""
        frame = self.stack.pop()
        around = self.stack[-1]
        parts = self._begin(around)
        if frame.kind == "command":
            self._end_word(frame)
            self.unclosed = self.unclosed or frame.hides
            parts.append(Substitution(Script(frame.tokens), frame.quoted, frame.process))
        elif frame.kind == "braced":
            parts.append(Parameter(frame.name, frame.quoted, frame.operator, tuple(frame.parts or ())))
