"""The forms in which a decision record is written down: its fields one below another, nested, in a list, or across a table.

Here is only where the fields stand. What they mean is judged in `decisions`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from auditor.workitems.strict_yaml import Entry, read_mapping

Field: TypeAlias = tuple[int, str, str | None]
"""A field's line, its name as written, and its value's text; None where it has none."""

_VALUE_COLUMNS = frozenset({"value", "values", "decision", "entry", "setting", "wert", "entscheidung", "eintrag"})


def records_in(entries: Iterable[Entry], first: int = 0) -> Iterator[list[Field]]:
    """Yield the fields of a mapping, and those of every mapping within it, each mapping by itself.

    `first` is added to each line. Fields of an inner mapping have the line of the top-level key that it is under.
    """
    top: list[Field] = []
    for entry in entries:
        top.append((first + entry.line, entry.key, _text(entry.value)))
        pending: list[Any] = [entry.value]
        while pending:
            value = pending.pop(0)
            if isinstance(value, dict):
                yield [(first + entry.line, key, _text(each)) for key, each in value.items()]
                pending += value.values()
            elif isinstance(value, list):
                pending += value
    yield top


def read_code(content: str) -> tuple[Entry, ...]:
    """Return the entries of a block of YAML or JSON; a list of records is read as one entry. Raise `YamlFault`."""
    if content.lstrip().startswith(("[", "- ")):
        if content.lstrip().startswith("["):
            return read_mapping(f"records: {content}", flow=True)
        return read_mapping(f"records:\n{content}", flow=True)
    return read_mapping(content, flow=True)


class Table:
    """A table that is being read, row by row: a field a row, or, where its head names the fields, a record a row."""

    def __init__(self, fields: Collection[str]) -> None:
        self._fields = fields
        self._head: list[str] = []
        self._column = 1

    def head(self, line: int, cells: Sequence[str]) -> list[Field]:
        """Take the head. It is itself a field where it names one: tables without a head of their own are written so."""
        names = [cell.strip().lower().replace(" ", "_") for cell in cells]
        across = sum(name in self._fields for name in names) > 1
        self._head = list(cells) if across else []
        self._column = next((at for at, name in enumerate(names) if at and name in _VALUE_COLUMNS), 1)
        return [] if across else self._down(line, cells)

    def row(self, line: int, cells: Sequence[str]) -> list[Field]:
        """Return the fields that a row holds."""
        if self._head:
            return [(line, name, cell) for name, cell in zip(self._head, cells, strict=False)]
        return self._down(line, cells)

    def _down(self, line: int, cells: Sequence[str]) -> list[Field]:
        return [(line, cells[0], cells[self._column])] if len(cells) > self._column else []


def _text(value: Any) -> str | None:
    """Return a value's text; the texts of a list, with commas."""
    if isinstance(value, list):
        return ", ".join(each for each in value if isinstance(each, str) and each.strip()) or None
    return value if isinstance(value, str) else None
