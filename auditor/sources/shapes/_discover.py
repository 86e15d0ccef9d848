"""Finding the shapes: every module of this package without a leading underscore is one, in the order of its name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from auditor.facts import Observation
from auditor.sources.shapes._fields import Record


class Shape(Protocol):
    """What a shape module must have.

    `NAME` begins every `shape` it writes. A record of this shape has, at its top level, one of the keys `ANCHORS`, or
    one of `HOLDERS` with an object or an array as its value, so that other records cost next to nothing. `EXAMPLES` are
    records with exactly what must be read out of them. `BODY` says that the record is a provider's request or response
    body, which other formats wrap. `observe` returns an empty list unless the record is of this shape, and raises for no
    record whatever.
    """

    NAME: str
    ANCHORS: frozenset[str]
    HOLDERS: frozenset[str]
    BODY: bool
    EXAMPLES: Sequence[tuple[Record, list[Observation]]]

    def observe(self, record: Record) -> list[Observation]:
        """Read the model evidence out of one record."""
        ...


@cache
def shapes() -> tuple[Shape, ...]:
    """Return every shape module, sorted by name."""
    folder = Path(__file__).parent
    names = sorted(module.name for module in pkgutil.iter_modules([str(folder)]) if not module.name.startswith("_"))
    package = __name__.rpartition(".")[0]
    return tuple(cast(Shape, importlib.import_module(f"{package}.{name}")) for name in names)


@cache
def bodies() -> tuple[Shape, ...]:
    """Return the shapes that are a provider's request or response bodies."""
    return tuple(shape for shape in shapes() if shape.BODY)


def holds(value: object) -> bool:
    """Tell whether a value is an object or an array."""
    return type(value) is dict or type(value) is list


@cache
def _by_key(candidates: tuple[Shape, ...]) -> dict[str, tuple[tuple[Shape, ...], tuple[Shape, ...]]]:
    """Return for each key the shapes that it is an anchor of, and these with those that it is a holder of."""
    every = frozenset[str]().union(*(shape.ANCHORS | shape.HOLDERS for shape in candidates))
    return {
        key: (
            tuple(shape for shape in candidates if key in shape.ANCHORS),
            tuple(shape for shape in candidates if key in shape.ANCHORS | shape.HOLDERS),
        )
        for key in every
    }


def _possible(candidates: tuple[Shape, ...], record: Record) -> Sequence[Shape]:
    """Return those of some shapes, in order, that the record may be of; nearly all records have one such key at most."""
    index = _by_key(candidates)
    met = [some for key, value in record.items() if key in index and (some := index[key][holds(value)])]
    if len(met) <= 1:
        return met[0] if met else ()
    return [shape for shape in candidates if any(shape in each for each in met)]


def observe_with(candidates: tuple[Shape, ...], record: Record) -> list[Observation]:
    """Return what `candidates` read out of the record.

    Formats overlap (a body may be of two dialects): what an earlier shape has read at one place, a later one does not
    read again.
    """
    found: list[Observation] = []
    for shape in _possible(candidates, record):
        new = shape.observe(record)
        if new:
            taken = {(one.kind, one.grade, one.pointer) for one in found}
            found.extend(one for one in new if (one.kind, one.grade, one.pointer) not in taken)
    return found
