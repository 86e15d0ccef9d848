"""A record: one JSON object from an artifact, with its exact place and getters that coerce nothing."""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.facts import Where
from auditor.instants import instant
from auditor.records.json_text import pointer_step


class Record(msgspec.Struct, frozen=True):
    """One JSON object: a whole document (`line` None) or one line of a log.

    A getter returns None where the key is absent, null or of another type: ``1`` is no boolean, ``"2"`` no integer,
    ``2.0`` no integer either. Keys go from the outside in.
    """

    path: str
    line: int | None
    data: dict[str, Any]

    def get(self, *keys: str) -> Any:
        """Return the raw value at the keys, None where absent."""
        value: Any = self.data
        for key in keys:
            if not isinstance(value, dict) or key not in value:
                return None
            value = value[key]
        return value

    def has(self, *keys: str) -> bool:
        """Tell whether the keys lead to a value, null included."""
        parent = self.get(*keys[:-1]) if len(keys) > 1 else self.data
        return isinstance(parent, dict) and keys[-1] in parent

    def text(self, *keys: str) -> str | None:
        """Return a string, else None."""
        value = self.get(*keys)
        return value if isinstance(value, str) else None

    def integer(self, *keys: str) -> int | None:
        """Return an integer, else None."""
        value = self.get(*keys)
        return value if type(value) is int else None

    def boolean(self, *keys: str) -> bool | None:
        """Return a boolean, else None."""
        value = self.get(*keys)
        return value if isinstance(value, bool) else None

    def texts(self, *keys: str) -> tuple[str, ...] | None:
        """Return a list of strings as a tuple, else None."""
        value = self.get(*keys)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            return None
        return tuple(value)

    def time(self, *keys: str) -> int | None:
        """Return an RFC 3339 time as an instant, else None."""
        return instant(self.get(*keys))

    def at(self, *keys: str | int) -> Where:
        """Return the place of the value at the keys."""
        return Where(self.path, self.line, "".join("/" + pointer_step(str(key)) for key in keys) or None)
