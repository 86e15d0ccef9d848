"""The commands of ``cto-audit``: one module each, found by looking.

The module ``some_thing`` is the command ``some-thing``; its function `command`, annotated for Typer, does the work and
returns the exit code (None is 0). A command imports what costs time where it needs it, not at the top, because
``cto-audit --help`` imports them all.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, cast


def names() -> list[str]:
    """Return the names of all commands, sorted."""
    return sorted(info.name.replace("_", "-") for info in iter_modules(__path__))


def load(name: str) -> Callable[..., Any]:
    """Return the function of the command `name`."""
    module = import_module(f"{__name__}.{name.replace('-', '_')}")
    return cast("Callable[..., Any]", module.command)
