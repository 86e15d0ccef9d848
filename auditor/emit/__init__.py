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
from auditor.facts import Verdict

__all__ = ["PLAIN", "Format", "Style", "formats"]


class Format(Protocol):
    """What a module must offer to be an output format."""

    NAME: str

    def emit(self, verdict: Verdict, style: Style = PLAIN) -> str:
        """Return the verdict in this format, ending in a newline."""


def formats() -> dict[str, Format]:
    """Return every output format by its name, in the order of the names."""
    found: dict[str, Format] = {}
    for info in sorted(iter_modules(__path__), key=lambda info: info.name):
        module = import_module(f"{__name__}.{info.name}")
        if not hasattr(module, "NAME"):
            continue
        format_ = cast("Format", module)
        if format_.NAME in found:
            raise ValueError(f"two output formats are called {format_.NAME!r}")
        found[format_.NAME] = format_
    return dict(sorted(found.items()))
