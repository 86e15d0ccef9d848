"""The commands of ``cto-audit``: one module each, found by looking.

The module ``some_thing`` is the command ``some-thing``; its function `command`, annotated for Typer, does the work and
returns the exit code (None is 0). A package ``some_thing`` is a family of commands, ``some-thing PART``: its modules are the
parts, and its documentation is the family's help. A command imports what costs time where it needs it, not at the top, because
``cto-audit --help`` imports them all.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from inspect import cleandoc
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, cast


def names() -> list[str]:
    """Return the names of all commands, sorted."""
    return sorted(info.name.replace("_", "-") for info in iter_modules(__path__))


def near(word: str) -> str | None:
    """Return the command that a mistyped word may have been meant for, None where it is like none of them."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    return next(iter(get_close_matches(word, names(), n=1)), None)


def parts(name: str) -> list[str]:
    """Return the names of the commands in the family `name`, sorted; none if `name` is a command of its own."""
    folders = [f"{folder}/{name.replace('-', '_')}" for folder in __path__]
    return sorted(info.name.replace("_", "-") for info in iter_modules(folders))


def load(*names: str) -> Callable[..., Any]:
    """Return the function of a command, named by itself or by its family and itself."""
    return cast("Callable[..., Any]", _module(*names).command)


def about(name: str) -> str:
    """Return what a family of commands says of itself."""
    return cleandoc(_module(name).__doc__ or "")


def _module(*names: str) -> ModuleType:
    return import_module(".".join([__name__, *(name.replace("-", "_") for name in names)]))
