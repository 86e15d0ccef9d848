"""How much an emitter shows, and for what sort of screen."""

from __future__ import annotations

import msgspec

DEFAULT_WIDTH = 100
"""Columns where there is no terminal to ask."""


class Style(msgspec.Struct, frozen=True):
    """The reader's wishes. A format takes what concerns it and ignores the rest; none of it changes the exit code.

    `verbose` shows what holds, with its evidence; `quiet` the headline only; `colour` allows terminal colours; `width`
    is the number of columns to stay within where the content lets it.
    """

    verbose: bool = False
    quiet: bool = False
    colour: bool = False
    width: int = DEFAULT_WIDTH


PLAIN = Style()
