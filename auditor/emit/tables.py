"""Plain tables and wrapped paragraphs, for the formats that stand on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap

INDENT = "  "


def table(
    rows: Iterable[Sequence[str]],
    head: Sequence[str] = (),
    *,
    indent: str = INDENT,
    widths: Sequence[int | None] | None = None,
) -> list[str]:
    """Return the rows as aligned lines, under a head if one is given. The cells must be safe to print already.

    Nothing is shortened, and nothing is wrapped but a column of sentences that is given a width: a place that cannot be
    copied helps nobody. Put the long column last.
    """
    from tabulate import tabulate  # noqa: PLC0415 - a quarter of the start-up, and --json needs none of it

    rows = list(rows)
    if not rows:
        return []
    text = tabulate(
        rows,
        headers=head,
        tablefmt="simple" if head else "plain",
        disable_numparse=True,
        maxcolwidths=list(widths) if widths else None,
    )
    return [indent + line.rstrip() for line in text.splitlines()]


def paragraph(text: str, width: int, first: str = INDENT, rest: str = INDENT) -> list[str]:
    """Return the text wrapped to `width` columns, words whole, with indents for the first line and the rest."""
    return wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
