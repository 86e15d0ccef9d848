"""Output formats: one module each, found by looking.

A module of this package that has a `NAME` and a function ``emit(verdict: Verdict, style: Style = PLAIN) -> str`` is an
output format under that name. Every emitter returns whole lines of valid Unicode, fit for a terminal, and holds no
judgement of its own.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from auditor.emit.style import PLAIN, Style
from auditor.errors import OperatorError
from auditor.facts import Verdict

__all__ = ["PLAIN", "Format", "Style", "choose", "find", "formats"]


class Format(Protocol):
    """What a module must offer to be an output format."""

    NAME: str

    def emit(self, verdict: Verdict, style: Style = PLAIN) -> str:
        """Return the verdict in this format, ending in a newline."""


def formats() -> dict[str, Format]:
    """Return every output format by its name, in the order of the names."""
    found: dict[str, Format] = {}
    for info in sorted(iter_modules(__path__), key=lambda info: info.name):
        format_ = _load(info.name)
        if format_ is None:
            continue
        if format_.NAME in found:
            raise ValueError(f"two output formats are called {format_.NAME!r}")
        found[format_.NAME] = format_
    return dict(sorted(found.items()))


def find(name: str) -> Format | None:
    """Return the output format of a name, or None. Its module alone is loaded where it is called so, as it mostly is."""
    alike = {name, f"{name}_"}
    for info in iter_modules(__path__):
        if info.name in alike and (format_ := _load(info.name)) is not None and name == format_.NAME:
            return format_
    return formats().get(name)


def choose(name: str, *, json: bool) -> Format:
    """Return the format that a command's ``--format NAME`` and ``--json`` ask for, text where they ask for none.

    Raise `OperatorError` where they contradict each other or there is no such format.
    """
    if json and name not in {"", "json"}:
        raise OperatorError(f"--json and --format {name} contradict each other", "give one of them")
    wanted = name or ("json" if json else "text")
    found = find(wanted)
    if found is None:
        raise OperatorError(f"there is no output format {wanted!r}", f"formats: {', '.join(formats())}")
    return found


def _load(module_name: str) -> Format | None:
    """Load a module of this package; None if it is no output format."""
    module = import_module(f"{__name__}.{module_name}")
    return cast("Format", module) if hasattr(module, "NAME") else None
