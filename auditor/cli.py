"""The command line: find the command, run it, and turn whatever happens into one exit code.

Commands live in `auditor.commands`, one module each. ``cto-audit RUN_DIR`` is short for ``cto-audit audit RUN_DIR``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from traceback import walk_tb
from typing import Annotated, Any

import typer

from auditor import __version__, commands
from auditor.cli_output import complain, say
from auditor.cli_parsing import PlainCommand, PlainGroup
from auditor.errors import OperatorError

EXIT_USAGE = 2
EXIT_INTERNAL = 4
EXIT_INTERRUPTED = 130

_PROGRAM = "cto-audit"
_SHORT_FOR = "audit"
_HELP = """Judge the run directory of an AI-agent harness from its own evidence.

cto-audit RUN_DIR is short for cto-audit audit RUN_DIR. A run directory that is called like a command is ./NAME."""
_EPILOG = "Exit codes: 0 pass, 1 fail, 3 blocked, 2 usage error, 4 internal error."

# The base of every complaint about arguments, by the one name that all versions of Typer export.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (by default the process's own) and return the exit code; see `_EPILOG`.

    Nothing is raised and no traceback is printed: an unforeseen error says where it struck and what it was called, and
    quotes neither its message nor a value, since both may hold evidence.
    """
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    except OperatorError as error:
        complain(error.sentence, error.hint)
        return EXIT_USAGE
    except KeyboardInterrupt:
        complain("interrupted; there is no verdict")
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the boundary: whatever it was, it must not look like a verdict
        complain(
            f"internal error: {type(error).__name__} at {_place(error)}; there is no verdict",
            f"this is a defect of {_PROGRAM} {__version__}; please report the line above, which holds no evidence",
        )
        return EXIT_INTERNAL


def route(arguments: Sequence[str], known: Collection[str], valued: Collection[str]) -> list[str]:
    """Return the arguments with the command's name in front.

    The first argument that is neither an option nor an option's value decides: a name in `known` is the command, and
    anything else is the run directory of the short form, as is anything after ``--``. `valued` are the options that
    take the next argument as their value. A request for help alone stays as it is.
    """
    position = 0
    while position < len(arguments):
        word = arguments[position]
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            if word in known:
                return [word, *arguments[:position], *arguments[position + 1 :]]
            break
        position += 2 if word in valued else 1
    else:
        if {"--help", "-h"} & set(arguments):
            return list(arguments)
    return [_SHORT_FOR, *arguments]


def valued_options(names: Collection[str]) -> frozenset[str]:
    """Return the options of the named commands that take the next argument as their value."""
    return _options(names, flags=False)


def flag_options(names: Collection[str]) -> frozenset[str]:
    """Return the options of the named commands that take no value."""
    return _options(names, flags=True)


def _options(names: Collection[str], *, flags: bool) -> frozenset[str]:
    group = typer.main.get_command(_application(names))
    parameters = list(_parameters(group))
    options = [each for each in parameters if each.param_type_name == "option" and each.is_flag == flags]
    return frozenset(spelling for option in options for spelling in option.opts)


def _parameters(group: Any) -> Iterator[Any]:
    """Yield the parameters of all commands in the group, those of families included."""
    for command in getattr(group, "commands", {}).values():
        yield from command.params
        yield from _parameters(command)


def _run(arguments: list[str]) -> int:
    if "--version" in arguments[: arguments.index("--") if "--" in arguments else None]:
        say(f"{_PROGRAM} {__version__}\n")
        return 0
    if "" in arguments:
        # An empty path would be the working directory: another run than the one that was meant.
        raise OperatorError("an argument is empty", "see that the variables in the command are set")
    if arguments[:1] == ["help"] and not Path("help").is_dir():
        arguments = [*arguments[1:], "--help"]
    known = commands.names()
    starts_with_option = bool(arguments) and arguments[0].startswith("-")
    routed = route(arguments, known, valued_options(known) if starts_with_option else ())
    wanted = [routed[0]] if routed[0] in known else known
    group = typer.main.get_command(_application(wanted))
    try:
        with group.make_context(_PROGRAM, routed) as context:
            code = group.invoke(context)
    except typer.Exit as leave:
        return leave.exit_code
    except _UsageError as error:
        raise _mistyped(arguments) or _explained(error) from error
    return code if isinstance(code, int) else 0


def _application(names: Collection[str]) -> typer.Typer:
    """Return the Typer application with these commands. Rich stays out: it prints locals, and costs start-up."""
    application = typer.Typer(
        name=_PROGRAM,
        cls=PlainGroup,
        help=_HELP,
        epilog=_EPILOG,
        subcommand_metavar="RUN_DIR | COMMAND [ARGS]...",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    application.callback()(_top)
    for name in names:
        parts = commands.parts(name)
        if parts:
            application.add_typer(_family(name, parts), name=name)
        else:
            application.command(name, cls=PlainCommand)(commands.load(name))
    return application


def _family(name: str, parts: Collection[str]) -> typer.Typer:
    """Return the commands of one family, as the application takes them."""
    family = typer.Typer(cls=PlainGroup, help=commands.about(name), add_completion=False, rich_markup_mode=None)
    family.callback()(_nothing)
    for part in parts:
        family.command(part, cls=PlainCommand)(commands.load(name, part))
    return family


def _nothing() -> None:
    """Take no options: those of a family are its commands'."""


def _top(version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False) -> None:
    """Take the options that belong to no command."""


def _mistyped(arguments: Sequence[str]) -> OperatorError | None:
    """Return what to say of arguments whose first word is no command but like one, and no directory either; else None."""
    word = arguments[0] if arguments else "-"
    if word.startswith("-") or word in commands.names() or os.path.lexists(word):
        return None
    near = commands.near(word)
    return OperatorError(f"there is no command {word}", f"did you mean the command `{near}`?") if near else None


def _explained(error: Exception) -> OperatorError:
    """Return Typer's complaint about the arguments as one sentence, and the command whose help has the answer."""
    sentence = " ".join(str(getattr(error, "format_message", lambda: error)()).split())
    context = getattr(error, "ctx", None)
    path = context.command_path if context else _PROGRAM
    return OperatorError(sentence.rstrip("."), f"see `{path} --help`")


def _place(error: BaseException) -> str:
    """Return file and line of the innermost frame of the auditor's own code that the error went through."""
    package = Path(__file__).parent
    ours = (package, package.parent / "rules")
    frames = [(Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__)]
    inside = [(path, line) for path, line in frames if any(path.is_relative_to(folder) for folder in ours)]
    if not inside:
        return "an unknown place"
    path, line = inside[-1]
    return f"{path.relative_to(package.parent)}:{line}"
