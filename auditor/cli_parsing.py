"""Typer's commands, without the libraries that Typer would import on the way.

Newer versions of Typer convert every argument by pydantic, and importing that takes longer than auditing a small run.
Our arguments are texts, paths, lists of these, and flags, which need no library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from typer.core import TyperCommand, TyperGroup

from auditor.cli_output import say


class PlainCommand(TyperCommand):
    """A command that converts its arguments by calling their types."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option that asks for help, which is written as all output is."""
        return _said(super().get_help_option(ctx))

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters, help included, ready for plain conversion."""
        return _plain(super().get_params(ctx))


class PlainGroup(TyperGroup):
    """A group of commands that converts its own options by calling their types, and lists commands by name."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option that asks for help, which is written as all output is."""
        return _said(super().get_help_option(ctx))

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of commands and families, sorted."""
        return sorted(super().list_commands(ctx))

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters, help included, ready for plain conversion."""
        return _plain(super().get_params(ctx))


def _said(option: Any) -> Any:
    """Let the help go where all output goes, so that a full disk is told of in a sentence."""
    if option is not None:
        option.callback = _say_help
    return option


def _say_help(context: Any, parameter: Any, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        say(f"{context.get_help()}\n")
        context.exit()


class _Conversion:
    """The conversion of one value by calling its type."""

    def __init__(self, convert: Callable[[Any], object]) -> None:
        self._convert = convert

    def coerce(self, value: object, **_: object) -> object:
        """Return the value in the parameter's type; None stays None."""
        return None if value is None else self._convert(value)


class _Conversions:
    """The conversion of a list of values by calling their type; Typer takes an empty tuple for nothing given."""

    def __init__(self, convert: Callable[[Any], object]) -> None:
        self._convert = convert

    def coerce(self, values: Iterable[object] | None, **_: object) -> object:
        """Return the values in the parameter's type."""
        return () if values is None else [self._convert(value) for value in values]


_LISTS: dict[Any, Callable[[Any], object]] = {list[str]: str, list[Path]: Path}


def _plain(parameters: Any) -> Any:
    """Give every text or path, every list of them, and every flag that no environment sets, its plain conversion.

    Versions of Typer that know no such door ignore it and convert as they always did.
    """
    for parameter in parameters:
        kind: Any = getattr(getattr(parameter, "type_descriptor", None), "annotation", None)
        simple = kind in {str, Path} or (kind is bool and parameter.envvar is None)
        if simple and parameter.nargs == 1 and not parameter.multiple:
            parameter.get_runtime_param = partial(_Conversion, kind)
        elif kind in _LISTS and (parameter.nargs == -1 or parameter.multiple):
            parameter.get_runtime_param = partial(_Conversions, _LISTS[kind])
    return parameters
