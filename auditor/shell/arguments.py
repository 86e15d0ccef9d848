"""Give each word after a command's name its role, by the command's spec."""

from __future__ import annotations

import re

import msgspec

from auditor.shell.conventions import (
    GENERIC_TEXT,
    GENERIC_WEAK,
    TEST_COMPARISONS,
    TEST_OPERATORS,
    is_system_program,
)
from auditor.shell.grammar import Role, Spec

ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(?:\[[^\]]{0,80}\])?\+?=")
"""The `NAME=` at the start of an assignment word."""

_FIND_RUNS = frozenset({"-exec", "-execdir", "-ok", "-okdir"})


class Argument(msgspec.Struct, frozen=True):
    """One field of a command: its marked text after expansion, and the word it came from as written.

    `glob`: the shell replaced it by the names of files that match it, so that whatever the command prints is a listing.
    """

    text: str
    raw: str
    glob: bool = False


class Parsed(msgspec.Struct):
    """A command's words with their roles.

    `wrapped` are the commands that are given as words; `program_on_stdin`: an interpreter with these words takes its
    program from standard input.
    """

    judged: list[tuple[Argument, Role]]
    wrapped: list[list[Argument]]
    spec: Spec
    program_on_stdin: bool = False


def parse(arguments: list[Argument], spec: Spec) -> Parsed:
    """Return the roles of `arguments`, the fields after the command's name."""
    if spec.rest == "test":
        return Parsed(_conditions(arguments), [], spec)
    parsed = Parsed([], [], spec)
    if spec.long:
        arguments = _without_runs(arguments, parsed)
    if spec.joined:
        parsed.judged.append((_joined(arguments), "script"))
        return parsed
    plain: list[Argument] = []
    given = False
    at, options = 0, True
    while at < len(arguments):
        argument = arguments[at]
        text = argument.text
        at += 1
        if options and text == "--":
            # Where the leading words have no grammar, what follows are another program's words, options included.
            options = not parsed.spec.first
        elif options and len(text) > 1 and text[0] == "-":
            value, role, name = _option(argument, parsed.spec)
            given = given or name in parsed.spec.given
            if value is None and name in parsed.spec.named:
                at += 1
            while value is None and role in ("script", "code") and at < len(arguments) - 1 and _is_flag(arguments[at]):
                # `bash -c -e -- 'source'`
                at += 1
            if value is None and at < len(arguments):
                value = arguments[at]
                at += 1
            if value is not None:
                parsed.judged.append((value, role))
                if name in parsed.spec.given:
                    parsed.spec = parsed.spec.subcommands.get(value.text, parsed.spec)
        elif options and text[:1] == "+" and "+" in parsed.spec.options:
            parsed.judged.append((Argument(text[1:], argument.raw), parsed.spec.options["+"]))
        elif parsed.spec.subcommands and not plain and text in parsed.spec.subcommands:
            parsed.spec = parsed.spec.subcommands[text]
        elif parsed.spec.wraps and ASSIGNMENT.match(text):
            parsed.judged.append((argument, "assignment"))
        elif parsed.spec.wraps and len(plain) >= len(parsed.spec.first):
            parsed.wrapped.append(arguments[at - 1 :])
            break
        elif parsed.spec.elsewhere and len(plain) >= len(parsed.spec.first):
            break
        elif text or plain or parsed.spec.rest != "operand":
            # An empty first word is the separate suffix of BSD's `sed -i ''`.
            plain.append(argument)
    first = () if given else parsed.spec.first
    for index, argument in enumerate(plain):
        parsed.judged.append((argument, first[index] if index < len(first) else parsed.spec.rest))
    from_stdin = not plain or plain[0].text in ("-", "/dev/stdin") or any(each.text == "-s" for each in arguments)
    parsed.program_on_stdin = not given and from_stdin
    return parsed


def _option(argument: Argument, spec: Spec) -> tuple[Argument | None, Role, str]:
    """Return an option's value (None: the next word is it), the value's role and the option's name.

    An option the spec does not know takes no value of its own; it is then returned whole, to be searched for glued paths.
    """
    text = argument.text
    if text.startswith("--") or spec.long:
        name, equals, value = text.lstrip("-").partition("=")
        role = spec.options.get(name) or (_generic(name) if text.startswith("--") else None)
        if role is None:
            return argument, "path", name
        return (Argument(value, argument.raw) if equals else None), role, name
    for index, letter in enumerate(text[1:64], start=1):
        role = spec.options.get(letter)
        if role is not None:
            glued = text[index + 1 :]
            if role == "script" or (role == "code" and len(glued) <= 2 and glued.isalpha()):
                # `bash -cx 'source'`, `node -pe 'source'`: more flags follow, the source is the next word.
                glued = ""
            # A value is no option, even if it begins like one.
            glued = f"./{glued}" if glued.startswith("-") else glued
            return (Argument(glued, argument.raw) if glued else None), role, letter
        if not letter.isalnum():
            break
    return argument, "path", text[1:]


def _generic(name: str) -> Role | None:
    """Return the role of the value of a long option that means the same in most commands."""
    return "text" if name in GENERIC_TEXT else "weak" if name in GENERIC_WEAK else None


def _conditions(arguments: list[Argument]) -> list[tuple[Argument, Role]]:
    """Return the operands of `test` that name files; the others are compared as strings."""
    judged: list[tuple[Argument, Role]] = []
    for index, argument in enumerate(arguments):
        before = arguments[index - 1].text if index else ""
        after = arguments[index + 1].text if index + 1 < len(arguments) else ""
        is_file = before in TEST_OPERATORS | TEST_COMPARISONS or after in TEST_COMPARISONS
        # Whether a program is there tells no more than `command -v` does.
        judged.append((argument, "path" if is_file and not is_system_program(argument.text) else "text"))
    return judged


def _without_runs(arguments: list[Argument], parsed: Parsed) -> list[Argument]:
    """Return `find`'s words without the commands it runs (`-exec … ;`), which go to `parsed.wrapped`."""
    kept: list[Argument] = []
    run: list[Argument] | None = None
    for argument in arguments:
        if run is None and argument.text in _FIND_RUNS:
            run = []
        elif run is None:
            kept.append(argument)
        elif argument.text in (";", "+"):
            parsed.wrapped.append(run)
            run = None
        else:
            run.append(argument)
    if run:
        parsed.wrapped.append(run)
    return kept


def _joined(arguments: list[Argument]) -> Argument:
    start = 0
    while start < len(arguments) and arguments[start].text.startswith("-"):
        start += 1
    rest = arguments[start:]
    return Argument(" ".join(each.text for each in rest), " ".join(each.raw for each in rest)[:200])


def _is_flag(argument: Argument) -> bool:
    return argument.text[:1] in ("-", "+") and (argument.text == "--" or argument.text[1:].isalpha())
