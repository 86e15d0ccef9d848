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
        self._parts: dict[str, set[tuple[str, int]]] = {}
        for value, _ in self._known:
            for at in range(len(value) - SHORTEST_PART + 1):
                self._parts.setdefault(value[at : at + SHORTEST_PART], set()).add((value, at))

    def mask(self, text: str) -> str:
        """`text` without secrets: known values, parts of them, and what the engine finds with some confidence."""
        for value, masked in self._known:
            text = text.replace(value, masked)
        text = self._without_parts(text)
        for hit in self._engine.scan_text(text):
            if hit.confidence != "possible":
                text = text.replace(hit.value, mask(hit.prefix, len(hit.value)))
        return text

    def _without_parts(self, text: str) -> str:
        if not self._parts or len(text) < SHORTEST_PART:
            return text
        out: list[str] = []
        at = 0
        while at < len(text):
            places = self._parts.get(text[at : at + SHORTEST_PART], ())
            length = max((_common(text, at, value, start) for value, start in places), default=0)
            if length:
                out.append(f"…[{length}]")
                at += length
            else:
                out.append(text[at])
                at += 1
        return "".join(out)


def _common(text: str, at: int, value: str, start: int) -> int:
    length = 0
    while at + length < len(text) and start + length < len(value) and text[at + length] == value[start + length]:
        length += 1
    return length
