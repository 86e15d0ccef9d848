"""Which files a shell runs as its own programs."""

from __future__ import annotations

import re
from itertools import takewhile

from auditor.shell.arguments import Argument
from auditor.shell.commands import spec_of

_FIRST_LINE = re.compile(r"#![ \t]*(?:\S*/)?(?:env[ \t]+(?:-\S+[ \t]+)*)?([\w.-]+)")
_OTHER_PROGRAMS = (".js", ".mjs", ".cjs", ".ts", ".py", ".rb", ".pl", ".php", ".lua")


def is_shell_script(place: str, source: str) -> bool:
    """Tell whether a file that is run by its name is a shell's program: by its first line, or else by its ending."""
    named = _FIRST_LINE.match(source)
    return not place.endswith(_OTHER_PROGRAMS) if named is None else spec_of(named[1]).stdin == "script"


def only_checks(arguments: list[Argument]) -> bool:
    """Tell whether a shell is asked (`-n`) to look whether a program could be run, and not to run it."""
    flags = takewhile(lambda argument: argument.text[:1] == "-" and argument.text != "--", arguments)
    return any(flag.text == "-n" for flag in flags)
