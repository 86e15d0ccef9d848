"""Many records of one log at once, as columns, by the layout that its own lines have shown.

The records of a log have a few layouts: the same keys in the same order. A decoder made for all of them reads a piece of
the log in one go; a text that was long so far is checked, but stays in the piece unless somebody asks for it. What was
read is written again and held against the piece: where both are equal, each line held one object with just these keys,
each once. Where they are not, the piece is read another way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, Raw, UnsetType

from auditor.records import spaced
from auditor.records.patience import Patience
from auditor.records.utf8 import Utf8Check
from auditor.records.whole_lines import same_but_for_spaces

Getter: TypeAlias = Callable[[msgspec.Struct], Any]
"""Gives the value at one key of a record as it was decoded."""

ABSENT = UNSET
"""Stands in a column for a record without the key."""

_LEARNED = 100
"""Records from which a layout is learned before it is used."""
_LONG_TEXT = 200
_MAX_KEYS, _MAX_SHAPES = 60, 200
_PLAIN_KEY = re.compile(r'[^"\\\x00-\x1f]{0,100}')
"""Others are written with escapes; the decoder knows its keys as they are written."""
_QUOTE = ord('"')


class Rows(Sequence[dict[str, Any]]):
    """The records of consecutive lines."""

    def __init__(self, getters: Mapping[str, Getter], structs: list[msgspec.Struct], data: bytes) -> None:
        self.keys = tuple(getters)
        self._getters = getters
        self._structs = structs
        self._data = data
        self._columns: dict[str, list[Any]] = {}

    def __len__(self) -> int:
        return len(self._structs)

    def column(self, key: str) -> list[Any]:
        """Return the value at a key in each record, `ABSENT` where it has none; a long text may be a `Raw`."""
        if key not in self._columns:
            self._columns[key] = self._at(key, self._structs)
        return self._columns[key]

    def values(self, keys: Iterable[str], indices: Iterable[int]) -> list[list[Any]]:
        """Return for each of the keys the values of some records, as in its column."""
        some = [self._structs[index] for index in indices]
        return [self._at(key, some) for key in keys]

    def _at(self, key: str, structs: list[msgspec.Struct]) -> list[Any]:
        getter = self._getters.get(key)
        return [ABSENT] * len(structs) if getter is None else list(map(getter, structs))

    def tails(self, heads: tuple[str, ...], indices: Sequence[int]) -> list[bytes] | None:
        """Return some lines, by their rising indices, from the last of the keys `heads` on.

        None unless these are the first keys of all records. It is for the caller to know that every record has them, and
        that none of their values holds a quoted text.
        """
        if self.keys[: len(heads)] != heads:
            return None
        data, mark = self._data, b'"%b"' % heads[-1].encode()
        if len(indices) > len(self) // 2:
            lines = data.split(b"\n")
            return [line[line.index(mark) :] for line in map(lines.__getitem__, indices)]
        found, start, number = [], 0, 0
        for index in indices:
            while number < index:
                start = data.index(b"\n", start) + 1
                number += 1
            end = data.index(b"\n", start)
            found.append(data[data.index(mark, start) : end])
            start, number = end + 1, number + 1
        return found

    def __getitem__(self, index: Any) -> Any:
        """Return one record, whole."""
        row = self._structs[index]
        try:
            return msgspec.to_builtins(row)
        except TypeError:  # it does not turn a `Raw` into a text
            values = zip(self.keys, msgspec.structs.astuple(row), strict=True)
            return {key: read(value) for key, value in values if value is not ABSENT}


class Layout:
    """Learns how the records of one log are laid out, and reads pieces that keep to it.

    `kept` are the keys whose values are wanted in columns as they are.
    """

    def __init__(self, kept: Iterable[str]) -> None:
        self._kept = frozenset(kept)
        self._shapes: Counter[tuple[str, ...]] = Counter()
        self._long: set[str] = set()
        self._learned = 0
        self._getters: dict[str, Getter] = {}
        self._raw: dict[str, str] = {}
        self._decoder: msgspec.json.Decoder[Any] | None = None
        self._utf8 = Utf8Check()
        self._patience = Patience()

    def learn(self, records: Sequence[dict[str, Any]]) -> None:
        """Take the records of a piece that had to be read another way."""
        self._learned += len(records)
        for record in records:
            shape = tuple(record)
            if shape in self._shapes or (len(self._shapes) < _MAX_SHAPES and all(map(_PLAIN_KEY.fullmatch, shape))):
                self._shapes[shape] += 1
            for key, value in record.items():
                if type(value) is str and len(value) > _LONG_TEXT and len(self._long) < _MAX_KEYS:
                    self._long.add(key)
        if self._learned >= _LEARNED:
            self._settle()

    def rows(self, data: bytes) -> Rows | None:
        """Return the records of a piece of whole lines, or None if it has to be read another way."""
        if self._decoder is None or not self._patience.is_ready():
            return None
        try:
            rows = Rows(self._getters, self._decoder.decode_lines(data), data)
            if self._is_all(rows, data) and self._are_texts(rows, data):
                self._patience.rewarded()
                return rows
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            pass
        # A log that does not keep to one layout is not asked again and again.
        self._patience.disappointed()
        return None

    def _is_all(self, rows: Rows, data: bytes) -> bool:
        """Tell whether the piece holds nothing but what was decoded."""
        if self._raw and spaced.are_spaced(data):
            texts = {name: rows.column(key) for key, name in self._raw.items()}
            if spaced.are_all(rows._structs, texts, data):
                return True
        return same_but_for_spaces(rows._structs, data)

    def _are_texts(self, rows: Rows, data: bytes) -> bool:
        """Tell whether all that was left in the piece is text, so that nothing in it has keys of its own.

        Raises UnicodeDecodeError where the piece is no UTF-8: the decoder looks at that only where it makes a string.
        """
        self._utf8.check(data)
        texts = [raw for key in self._raw for raw in rows.column(key) if raw is not ABSENT]
        return {memoryview(text)[0] for text in texts} <= {_QUOTE}

    def _settle(self) -> None:
        """Make a decoder for the shapes seen, the frequent ones first: not all may agree on an order."""
        keys: list[str] = []
        for shape, _ in self._shapes.most_common():
            merged = _merge(keys, shape)
            keys = keys if merged is None or len(merged) > _MAX_KEYS else merged
        # Fields have names of ours: a key of the log may be called anything.
        names = {f"key_{number}": key for number, key in enumerate(keys)}
        raw = {key: name for name, key in names.items() if key in self._long and key not in self._kept}
        if self._decoder is not None and (keys, raw) == ([*self._getters], self._raw):
            return
        fields = [(name, (Raw | UnsetType) if key in raw else Any, UNSET) for name, key in names.items()]
        self._getters, self._raw = {key: attrgetter(name) for name, key in names.items()}, raw
        made = msgspec.defstruct("Row", fields, omit_defaults=True, rename=names, gc=False)
        self._decoder = msgspec.json.Decoder(made)


def read(value: Any) -> Any:
    """Return a value of a column as it is in the record."""
    return msgspec.json.decode(value) if type(value) is Raw else value


def _merge(keys: list[str], shape: Iterable[str]) -> list[str] | None:
    """Return the keys with those of `shape` put in between, in an order that both have; None if there is none."""
    merged, at = list(keys), 0
    for key in shape:
        if key in merged:
            if merged.index(key) < at:
                return None
            at = merged.index(key) + 1
        else:
            merged.insert(at, key)
            at += 1
    return merged
