"""The last door: nothing that leaves holds a secret's value, whatever rule, path or note it came through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from auditor.facts import Verdict
from auditor.secrets import Engine, Hit, Redactor

_KEEP = frozenset({"sha256", "root_sha256", "fingerprint", "ruleset_sha256", "policy_sha256", "masked"})


def withhold(verdict: Verdict, engine: Engine, hits: Iterable[Hit]) -> Verdict:
    """Return the verdict with every credential in any of its texts masked: reasons, notes, paths, names."""
    texts: set[str] = set()
    _texts(verdict, texts)
    redactor = Redactor(engine, hits)
    whole = "\n".join(sorted(texts))
    if redactor.mask(whole) == whole:
        return verdict
    masked = {text: redactor.mask(text) for text in texts}
    changed = {text: mask for text, mask in masked.items() if mask != text}
    return _replaced(verdict, changed) if changed else verdict


def _texts(value: Any, found: set[str]) -> None:
    """Gather every text inside the structs and tuples of a verdict."""
    if isinstance(value, str):
        found.add(value)
    elif isinstance(value, (tuple, list)):
        for item in value:
            _texts(item, found)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            if name not in _KEEP:
                _texts(getattr(value, name), found)


def _replaced(value: Any, changed: dict[str, str]) -> Any:
    if isinstance(value, str):
        return changed.get(value, value)
    if isinstance(value, tuple):
        return tuple(_replaced(item, changed) for item in value)
    if isinstance(value, msgspec.Struct):
        fields = {
            name: _replaced(getattr(value, name), changed) for name in value.__struct_fields__ if name not in _KEEP
        }
        return msgspec.structs.replace(value, **fields)
    return value
