"""The last door: nothing that leaves holds a secret's value, whatever rule, path or note it came through."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from auditor.secrets import Engine, Hit, Redactor

_OURS = frozenset(
    {
        *("sha256", "root_sha256", "fingerprint", "ruleset_sha256", "policy_sha256", "masked"),
        *("rule", "detector", "view"),
    }
)
"""Fields that hold what the auditor itself made or its own rules say, never a text of the evidence."""

_WITHHELD = "[withheld: it holds a credential in disguise]"

Whole = TypeVar("Whole", bound=msgspec.Struct)
"""Whatever is about to leave: a verdict, an examiner's view, the answer of a scan."""


def withhold(whole: Whole, engine: Engine, hits: Iterable[Hit]) -> Whole:
    """Return `whole` with every credential in any of its texts masked: reasons, notes, paths, names.

    Texts are looked for in structs and tuples, as deep as they go; digests, fingerprints and masks stay as they are.
    """
    texts: set[str] = set()
    _texts(whole, texts)
    redactor = Redactor(engine, hits)
    joined = "\n".join(sorted(texts))
    if redactor.mask(joined) == joined and not _disguised(engine, joined):
        return whole
    masked = {text: redactor.mask(text) for text in texts}
    masked = {text: _WITHHELD if _disguised(engine, mask) else mask for text, mask in masked.items()}
    changed = {text: mask for text, mask in masked.items() if mask != text}
    return rewrite(whole, lambda text: changed.get(text, text)) if changed else whole


def _disguised(engine: Engine, text: str) -> bool:
    """Tell whether a text that was masked still holds a credential, in an encoding that only a scan sees through."""
    return any(hit.confidence != "possible" for hit in engine.scan_text(text))


def rewrite(whole: Whole, change: Callable[[str], str]) -> Whole:
    """Return the struct with `change` made to each text in it that `withhold` looks at."""
    replaced: Whole = _replaced(whole, change)
    return replaced


@cache
def _open_fields(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """Return the fields of a struct that may hold a text of the evidence.

    A field whose values are a fixed set of words is none: a planted "secret" that looks like such a word must not be able
    to garble a decision.
    """
    hints = get_type_hints(struct)
    return tuple(name for name in struct.__struct_fields__ if name not in _OURS and not _is_closed(hints[name]))


@cache
def _open_values(struct: type[msgspec.Struct]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what gives the values of a struct's open fields; asked for thousands of times a verdict."""
    names = _open_fields(struct)
    if len(names) < 2:
        return lambda whole: tuple(getattr(whole, name) for name in names)
    return attrgetter(*names)


def _is_closed(hint: Any) -> bool:
    """Tell whether a type is a `Literal`, or one or nothing."""
    if get_origin(hint) is Literal:
        return True
    kinds = [kind for kind in get_args(hint) if kind is not type(None)]
    return get_origin(hint) in (Union, UnionType) and len(kinds) == 1 and _is_closed(kinds[0])


def _texts(value: Any, found: set[str]) -> None:
    """Gather every text inside the structs and tuples of a value. Iterative: a verdict holds thousands of values."""
    pending = [value]
    while pending:
        item = pending.pop()
        kind = type(item)
        if kind is str:
            found.add(item)
        elif kind is tuple or kind is list:
            pending += item
        elif item is not None:
            pending += _inner(kind)(item)  # type: ignore[arg-type]  # a type is hashable


@cache
def _inner(kind: type) -> Callable[[Any], Iterable[Any]]:
    """Return what gives the values inside a value of this type; of most, there are none."""
    if issubclass(kind, msgspec.Struct):
        return _open_values(kind)
    if issubclass(kind, (tuple, list)):
        return list
    if issubclass(kind, str):
        return lambda text: (str.__str__(text),)
    return lambda _: ()


def _replaced(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, (tuple, list)):
        return type(value)(_replaced(item, change) for item in value)
    if isinstance(value, msgspec.Struct):
        fields = {name: _replaced(getattr(value, name), change) for name in _open_fields(type(value))}
        return msgspec.structs.replace(value, **fields)
    return value
