"""Telemetry attributes, wherever OpenTelemetry's serialisations put them, as one kind of thing.

References: https://opentelemetry.io/docs/specs/otlp/ (JSON encoding: ``resourceSpans`` and its siblings, attributes
as a list of ``{"key": …, "value": {"stringValue": …}}``) and the console and file exporters of the language SDKs
(attributes as an object, or flat in the record). Jaeger's ``tags`` lists are read the same way.

A list may repeat a key. Every value is kept, in order: two readers may take different ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from auditor.sources.shapes._fields import Record, inner, objects, pointer, text

CARRIERS = frozenset(
    {"attributes", "tags", "events", "span", "spans", "scopeSpans", "scope_spans", "resourceSpans", "resource_spans"}
    | {"logRecords", "log_records", "scopeLogs", "scope_logs", "resourceLogs", "resource_logs"}
    | {"resourceMetrics", "resource_metrics"}
)
"""Top-level keys under which attributes may lie."""

_VALUE_KEYS = ("stringValue", "string_value", "intValue", "int_value")
_NESTS = (
    (("resourceSpans", "resource_spans"), ("scopeSpans", "scope_spans", "instrumentationLibrarySpans"), ("spans",)),
    (("resourceLogs", "resource_logs"), ("scopeLogs", "scope_logs"), ("logRecords", "log_records")),
    (("resourceMetrics", "resource_metrics"), ("scopeMetrics", "scope_metrics"), ("metrics",)),
)
_NESTED = frozenset(key for nest in _NESTS for level in nest for key in level)
_METRIC_DATA = ("sum", "gauge", "histogram", "exponentialHistogram", "exponential_histogram")
_POINTS = ("dataPoints", "data_points")


class Entry(msgspec.Struct, frozen=True):
    """One attribute's scalar value and the pointer to it."""

    value: object
    at: str


class Attributes(msgspec.Struct, frozen=True):
    """The attributes of one span, span event, log record or data point, which stands at the pointer `at`.

    `is_flat`: they are the record's own keys. `is_metric`: they are a data point's, which tells of many requests.
    """

    entries: dict[str, list[Entry]]
    at: str
    is_flat: bool = False
    is_metric: bool = False

    def texts(self, *keys: str) -> list[tuple[str, str]]:
        """Return every non-empty string under any of `keys`, each with its pointer, in the order of `keys`."""
        found: list[tuple[str, str]] = []
        for key in keys:
            for entry in self.entries.get(key, ()):
                value = text({"value": entry.value}, "value")
                if value is not None:
                    found.append((value, entry.at))
        return found

    def text(self, *keys: str) -> str | None:
        """Return the first non-empty string under any of `keys`, else None."""
        values = self.texts(*keys)
        return values[0][0] if values else None

    def integer(self, *keys: str) -> int | None:
        """Return the first integer under any of `keys`, else None. OTLP writes integers as decimal strings."""
        for key in keys:
            for entry in self.entries.get(key, ()):
                value = entry.value
                if type(value) is int:
                    return value
                if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
                    return int(value)
        return None


def attribute_sets(record: Record, wanted: Callable[[str], bool]) -> Iterator[Attributes]:
    """Yield every set of attributes in the record that holds a `wanted` key, at the places the formats fix."""
    flat = {key: [Entry(value, pointer(key))] for key, value in record.items() if wanted(key)}
    if flat:
        yield Attributes(flat, "", is_flat=True)
    if CARRIERS.isdisjoint(record):
        return
    yield from _span(record, "", wanted)
    yield from _span(inner(record, "span") or {}, "/span", wanted)
    if _NESTED.isdisjoint(record):
        return
    for outer, middle, leaves in _NESTS:
        for leaf, at in _descend(record, (outer, middle, leaves)):
            yield from _leaf(leaf, at, wanted)


def _descend(record: Record, levels: tuple[tuple[str, ...], ...]) -> Iterator[tuple[Record, str]]:
    """Yield the innermost objects of nested arrays, entering at any level that the record itself is."""
    for depth in range(len(levels)):
        yield from _below(record, "", levels[depth:])


def _below(record: Record, at: str, levels: tuple[tuple[str, ...], ...]) -> Iterator[tuple[Record, str]]:
    if not levels:
        yield record, at
        return
    for key in levels[0]:
        for index, child in objects(record, key):
            yield from _below(child, at + pointer(key, index), levels[1:])


def _leaf(leaf: Record, at: str, wanted: Callable[[str], bool]) -> Iterator[Attributes]:
    yield from _span(leaf, at, wanted)
    for kind in _METRIC_DATA:
        data = inner(leaf, kind)
        if data is None:
            continue
        for key in _POINTS:
            for index, point in objects(data, key):
                point_at = at + pointer(kind, key, index)
                entries = _entries(point, point_at, wanted)
                if entries:
                    yield Attributes(entries, point_at, is_metric=True)


def _span(span: Record, at: str, wanted: Callable[[str], bool]) -> Iterator[Attributes]:
    """Yield the attributes of a span-like object, then those of its events."""
    entries = _entries(span, at, wanted)
    if entries:
        yield Attributes(entries, at)
    for index, event in objects(span, "events"):
        event_at = at + pointer("events", index)
        entries = _entries(event, event_at, wanted)
        if entries:
            yield Attributes(entries, event_at)


def _entries(carrier: Record, at: str, wanted: Callable[[str], bool]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for field in ("attributes", "tags"):
        own = inner(carrier, field)
        for key, value in (own or {}).items():
            if wanted(key):
                found.setdefault(key, []).append(Entry(value, at + pointer(field, key)))
        for index, item in objects(carrier, field):
            listed = item.get("key")
            if isinstance(listed, str) and wanted(listed):
                found.setdefault(listed, []).append(_listed(item, at + pointer(field, index)))
    return found


def _listed(item: Record, at: str) -> Entry:
    """Unwrap the value of one ``{"key", "value"}`` item."""
    value = item.get("value")
    if isinstance(value, dict):
        for key in _VALUE_KEYS:
            if key in value:
                return Entry(value[key], at + pointer("value", key))
    return Entry(value, at + "/value")
