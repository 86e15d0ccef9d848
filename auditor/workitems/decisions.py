"""Decision records of model admission: found in a document, and held against the template's rules.

A record is what names a `decision_status`: in the front matter, as a YAML or JSON block of code, as lines ``field: value``
of a list or paragraph, or as a table of fields. A record that lists alternatives or placeholders for its status is the
template itself, and so is one under a heading that calls it a template or an example.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

import msgspec

from auditor.admission import read_record
from auditor.contract import DecisionStatus
from auditor.facts import visible
from auditor.instants import instant
from auditor.workitems.claim_text import outside_examples
from auditor.workitems.document import Document
from auditor.workitems.markdown import CODE_BEGINS, CODE_ENDS, Fence
from auditor.workitems.record_forms import Field, Table, read_code, records_in
from auditor.workitems.strict_yaml import YamlFault

FIELDS = (
    "decision_status",
    "provider_class",
    "provider",
    "model",
    "approval_source",
    "credential_source_class",
    "allowed_network_class",
    "review_trigger",
    "evidence_sources",
    "effect",
)
"""The fields of the template, in its order."""

_TIMES = ("admitted_at", "expires_at")
_KNOWN = frozenset((*FIELDS, *_TIMES))
_LINE = re.compile(r"[ \t]*(?P<key>[A-Za-z_ ]{4,40}?)[ \t]*[:=][ \t]*(?P<value>.*)")
_BLANK = frozenset(
    {"", "-", "–", "—", "null", "~", "n/a", "na", "tbd", "?", "pending", "undecided", "not decided", "not_decided"}
)
_NONE = frozenset(
    {"none", "(none)", "none selected", "none yet", "not selected", "nobody", "unset", "empty", "keine", "offen"}
)
_NONE_IS_A_VALUE = frozenset({"credential_source_class", "allowed_network_class"})
_PLACEHOLDER = re.compile(r"<[^>]*>|\{\{.*\}\}|\$\{.*\}|\.\.\.|…|\S \| \S|\S\|\S")
_STATUSES: tuple[str, ...] = get_args(DecisionStatus)
_STATUS_NOTE = re.compile(r"\s+\([^()]*\)$")
_LANGUAGES = frozenset({"", "yaml", "yml", "json", "text", "txt", "toml"})


class Decision(msgspec.Struct, frozen=True):
    """One decision record: its first line, its fields as text (None: given and empty), and what is wrong with it."""

    line: int
    fields: dict[str, str | None]
    faults: tuple[str, ...] = ()

    @property
    def status(self) -> str | None:
        """The record's `decision_status`."""
        return self.fields.get("decision_status")

    @property
    def pair(self) -> tuple[str, str] | None:
        """The provider and the model that it names, None unless both are named."""
        provider, model = self.fields.get("provider"), self.fields.get("model")
        return (provider, model) if provider and model else None

    @property
    def approves(self) -> bool:
        """Whether it approves a pair, and nothing is wrong with that."""
        return not self.faults and self.pair is not None and self.status != "not_decided"


def decisions_of(document: Document) -> list[Decision]:
    """Return every decision record in a document, each with its faults."""
    found = sorted(_records(document), key=lambda record: record.line)
    return [msgspec.structs.replace(each, faults=tuple(_faults(each))) for each in found]


def _records(document: Document) -> Iterator[Decision]:
    if document.front is not None:
        for fields in records_in(document.front.entries):
            yield from _grouped(fields, stated=True)
    lines: list[Field] = []
    table = Table(_KNOWN)
    for passage in outside_examples(document):
        if isinstance(passage, Fence):
            for fields in _in_code(passage):
                yield from _grouped(fields)
        elif passage.what == "heading":
            yield from _grouped(lines)
            lines = []
        elif passage.what in {"row", "columns"}:
            cells = [_bare(cell) for cell in passage.text.split(" | ")]
            take = table.head if passage.what == "columns" else table.row
            lines += take(passage.line, cells)
        else:
            lines += _in_text(passage.line, passage.text)
    yield from _grouped(lines)


def _in_text(first: int, text: str) -> Iterator[tuple[int, str, str | None]]:
    for offset, line in enumerate(text.split("\n")):
        match = _LINE.fullmatch(line.replace(CODE_BEGINS, "").replace(CODE_ENDS, ""))
        if match:
            yield first + offset, match["key"], _bare(match["value"])


def _in_code(fence: Fence) -> Iterator[list[Field]]:
    """Yield the records of a block of code: as YAML (and so JSON) if it can be read as that, else line by line."""
    language = fence.language.split(" ")[0]
    if language not in _LANGUAGES or "decision_status" not in fence.content:
        return
    try:
        entries = read_code(fence.content)
    except YamlFault:
        yield [*_in_text(fence.line, fence.content.replace('"', ""))]
        return
    for fields in records_in(entries, fence.line - 1):
        if not any(_PLACEHOLDER.fullmatch((value or "").strip()) for _, _, value in fields):
            yield fields  # with something left out it would be an example, or the template


def _grouped(lines: Iterable[Field], *, stated: bool = False) -> Iterator[Decision]:
    """Yield the records within the lines of one section: a field that comes again begins the next record.

    A decision alone is a record only where it is `stated`, as front matter does, and not spoken of.
    """
    fields: dict[str, str | None] = {}
    first = 0
    for line, key, value in lines:
        name = re.sub(r"[ -]+", "_", key.strip().lower())
        if name not in _KNOWN:
            continue
        if name in fields:
            yield from _record(first, fields, stated=stated)
            fields = {}
        first = first if fields else line
        fields[name] = _given(name, None if value is None else _bare(value))
    yield from _record(first, fields, stated=stated)


def _record(line: int, fields: Mapping[str, str | None], *, stated: bool) -> Iterator[Decision]:
    """Yield the record that the fields make; nothing where they are the template, or describe it."""
    given = fields.get("decision_status") or ""
    status = _STATUS_NOTE.sub("", given)
    is_described = bool(_PLACEHOLDER.search(given)) or " " in status or sum(word in given for word in _STATUSES) > 1
    if "decision_status" in fields and (stated or len(fields) > 1) and any(fields.values()) and not is_described:
        yield Decision(line, {**fields, "decision_status": status or None})


def _given(name: str, value: str | None) -> str | None:
    """Return what a field gives; None for what only looks like a value."""
    if value is None:
        return None
    word = value.strip().lower()
    if name == "decision_status":
        return "not_decided" if word == "not decided" else value.strip() or None
    if _PLACEHOLDER.fullmatch(value.strip()):
        return None
    if word in _BLANK or (word in _NONE and name not in _NONE_IS_A_VALUE):
        return None
    return value.strip()


def _bare(text: str) -> str:
    """Return a value without the quotes or the code span around it, and without the comma that ends a line of JSON."""
    return text.replace(CODE_BEGINS, "").replace(CODE_ENDS, "").strip().rstrip(",").strip().strip("\"'")


def _faults(record: Decision) -> Iterator[str]:
    """Yield what is wrong with a record, each as a sentence."""
    status, fields = record.status, record.fields
    if status not in _STATUSES:
        yield f"decision_status is {visible(status or 'missing')[:80]}, not one of {', '.join(_STATUSES)}"
        return
    named = [name for name in ("provider", "model") if fields.get(name)]
    if status == "not_decided":
        if named:
            yield f"nothing is decided, and yet it names a {' and a '.join(named)} to run"
        return
    local = fields.get("provider_class") == "local_case_compatible"
    if status == "local_provider_required" and not local:
        if named:
            yield f"a local provider is required, and yet it names a {' and a '.join(named)} that is not shown to be local"
        return
    if status == "local_provider_required" and not named and not fields.get("approval_source"):
        return  # a local provider is still being looked for
    yield from _approval_faults(fields)


def _approval_faults(fields: Mapping[str, str | None]) -> Iterator[str]:
    absent = [name for name in FIELDS if not fields.get(name)]
    if "review_trigger" in absent and fields.get("expires_at"):
        absent.remove("review_trigger")
    if absent:
        yield f"an approval needs all of its fields, and lacks {', '.join(absent)}"
    required = {"provider_class", "provider", "model", "credential_source_class", "allowed_network_class"}
    if required & set(absent):
        return
    stand_ins = {name: fields.get(name) or "-" for name in ("approval_source", "effect")}
    record = {
        **{name: fields[name] for name in ("decision_status", *sorted(required))},
        **stand_ins,
        "schema": "cto-case-model-admission/v1",
        "admitted_at": fields.get("admitted_at") or "2000-01-01T00:00:00Z",
        "expires_at": fields.get("expires_at"),
        "review_trigger": fields.get("review_trigger") or "-",
    }
    _, fault = read_record(msgspec.json.encode(record))
    if fault:
        yield f"as an admission record it {fault}"


def expired(record: Decision, now: int) -> bool:
    """Tell whether a record's approval is over, at an instant in microseconds since 1970."""
    end = instant(record.fields.get("expires_at"))
    return end is not None and now >= end
