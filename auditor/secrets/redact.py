"""Masking texts for output: no value that was found, nor any that the engine finds in the text itself, passes."""

from __future__ import annotations

import json
from collections.abc import Iterable

from auditor.secrets.engine import Engine
from auditor.secrets.hit import Hit, mask

SHORTEST_PART = 8
"""A part of a known value that is this long is masked too."""


class Redactor:
    """Replaces secrets in texts by their masked forms."""

    def __init__(self, engine: Engine, hits: Iterable[Hit]) -> None:
        self._engine = engine
        known: dict[str, str] = {}
        for hit in hits:
            masked = mask(hit.prefix, len(hit.value))
            for spelled in (hit.value, json.dumps(hit.value)[1:-1], json.dumps(hit.value, ensure_ascii=False)[1:-1]):
                known.setdefault(spelled, masked)
        self._known = sorted(known.items(), key=lambda pair: -len(pair[0]))
        self._short = [pair for pair in self._known if len(pair[0]) < SHORTEST_PART]
        self._parts = {
            value[at : at + SHORTEST_PART] for value, _ in self._known for at in range(len(value) - SHORTEST_PART + 1)
        }

    def mask(self, text: str) -> str:
        """`text` without secrets: known values, parts of them, and what the engine finds with some confidence."""
        # A text without any part holds no whole value either: most texts are spared a search for each.
        for value, masked in self._known if self._next_part(text, 0) >= 0 else self._short:
            text = text.replace(value, masked)
        text = self._without_parts(text)
        for hit in self._engine.scan_text(text):
            if hit.confidence != "possible":
                text = text.replace(hit.value, mask(hit.prefix, len(hit.value)))
        return text

    def _without_parts(self, text: str) -> str:
        """`text` with every stretch that consists of overlapping parts masked. Each place is looked at once."""
        out: list[str] = []
        shown = 0
        start = self._next_part(text, 0)
        while start >= 0:
            last = start
            while text[last + 1 : last + 1 + SHORTEST_PART] in self._parts:
                last += 1
            end = last + SHORTEST_PART
            out += (text[shown:start], f"…[{end - start}]")
            shown = end
            start = self._next_part(text, end)
        return "".join([*out, text[shown:]])

    def _next_part(self, text: str, at: int) -> int:
        """Where the next part of a known value begins in `text` at or after `at`; -1 if there is none."""
        if not self._parts:
            return -1
        places = range(at, len(text) - SHORTEST_PART + 1)
        return next((place for place in places if text[place : place + SHORTEST_PART] in self._parts), -1)
