"""Sources: records to facts, one record shape a module.

A source module names the artifact kinds it reads (`KINDS`), the fact kinds it can emit (`FACTS`), and a class `Source`
that is made with the artifact's `Notes`. A source takes documents (`document`), records (`record`) and plain lines
(`plain`), as the layout's format says. It states what is written and where; it holds no opinion.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from auditor.records.collector import Notes

COMMON_FACTS = frozenset({"json.repeated-key", "json.torn"})
"""What the record layer itself states of any JSON artifact."""


@cache
def _modules() -> tuple[Any, ...]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return tuple(module for module in modules if hasattr(module, "Source"))


@cache
def _by_kind() -> dict[str, Any]:
    return {kind: module.Source for module in _modules() for kind in module.KINDS}


def open_source(kind: str, notes: Notes) -> Any | None:
    """Return the source that reads artifacts of `kind`, or None if nothing does."""
    source = _by_kind().get(kind)
    return source(notes) if source else None


@cache
def fact_kinds() -> frozenset[str]:
    """Return every fact kind that any source can emit."""
    return COMMON_FACTS.union(*(module.FACTS for module in _modules()))
