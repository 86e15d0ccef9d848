"""YAML read strictly, with the exact place of every top-level key and value.

Front matter is read by many programs, and what two of them could read differently is refused: repeated keys, anchors,
aliases, tags, merge keys, several documents. Values are never constructed as anything but text, lists and mappings, so
nothing can be expanded into more than was written.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import msgspec

from auditor.facts import visible

MAX_CHARACTERS = 1 << 16
"""A front matter or a decision record is a page of text; a longer one is neither."""

_MAX_DEPTH = 16
_ODD_BREAKS = re.compile("[\x85\u2028\u2029]")
_COLON = re.compile(r"[ \t]*:")
_QUOTE = 'write what is special to YAML within double quotes, such as "CTO-WORK-020: a title", and indent with spaces'
_HINTS = {
    "mapping values are not allowed": 'put the value in double quotes, since it holds a colon: "CTO-WORK-020: a title"',
    r"'\t'": "use spaces instead of the tab",
}
"""What to do, by what the parser complains of."""

_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})

Value: TypeAlias = "str | list[Any] | dict[str, Any] | None"
"""A scalar is its text, whatever type other programs give it; an unquoted null, or nothing at all, is None."""


class YamlFault(ValueError):  # noqa: N818 - "fault" is the word for it throughout
    """The text is no mapping that everybody reads alike. The message says why; `line` counts from 1 in the text.

    `hint` says what to do about it.
    """

    def __init__(
        self, reason: str, line: int, hint: str = "mend that line, so that every program reads the same"
    ) -> None:
        super().__init__(reason)
        self.line = line
        self.hint = hint


class Entry(msgspec.Struct, frozen=True):
    """One top-level key and its value.

    `start` and `end` are the characters of the value in the text; both are the place right after the colon where there is
    no value. `column` counts from 0 and is that of the key; `block` tells a literal or folded scalar.
    """

    key: str
    value: Value
    start: int
    end: int
    line: int
    column: int
    block: bool = False

    @property
    def text(self) -> str | None:
        """The value where it is a scalar, else None."""
        return self.value if isinstance(self.value, str) else None


def read_mapping(text: str, *, flow: bool = False) -> tuple[Entry, ...]:
    """Return the entries of the one mapping in `text`, in their order; nothing for a text of blanks and comments.

    Unless `flow`, a mapping in braces is refused, because no line can be added to it. Raise `YamlFault`.
    """
    if len(text) > MAX_CHARACTERS:
        raise YamlFault(f"it is longer than {MAX_CHARACTERS} characters", 1)
    odd = _ODD_BREAKS.search(text)
    if odd:
        raise YamlFault("it holds a character that only some programs take for a line break", _line(text, odd.start()))
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and needed by the work-item commands alone
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

    builder = _Builder(text, flow=flow)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        hint = next((hint for word, hint in _HINTS.items() if word in (error.problem or "")), _QUOTE)
        raise YamlFault(f"it is no YAML: {_plain(error.problem)}", mark.line + 1 if mark else 1, hint) from None
    except (YAMLError, ValueError) as error:
        if isinstance(error, YamlFault):
            raise
        raise YamlFault("it is no YAML: it holds a character that YAML does not allow", 1) from None
    return builder.entries()


class _Open:
    """A mapping or sequence that is still being read; `key` is the key whose value comes next."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.key: str | None = None


class _Builder:
    """Takes parser events one by one. A stack of its own, so that nesting costs no recursion."""

    def __init__(self, text: str, *, flow: bool) -> None:
        self._text = text
        self._flow = flow
        self._stack: list[_Open] = []
        self._entries: list[Entry] = []
        self._root: Any = None
        self._documents = 0
        self._key: Any = None  # the event of the top-level key whose value comes next
        self._start = 0

    def entries(self) -> tuple[Entry, ...]:
        """Return what was read."""
        if self._root is not None and not isinstance(self._root, dict):
            raise YamlFault("it is no mapping of keys to values", 1)
        return tuple(self._entries)

    def take(self, event: Any) -> None:
        """Take the next event of the parser."""
        name = type(event).__name__
        line = event.start_mark.line + 1
        if name == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                raise YamlFault("it holds several documents", line)
            if event.explicit or event.version or event.tags:
                raise YamlFault("it holds a document marker or a directive", line)
            return
        if name == "DocumentEndEvent" and event.explicit:
            raise YamlFault("it holds a document marker", line)
        if name == "AliasEvent" or getattr(event, "anchor", None):
            raise YamlFault("it uses an anchor or alias", line)
        if getattr(event, "tag", None):
            raise YamlFault("it uses a tag", line)
        if name == "ScalarEvent":
            self._scalar(event, line)
        elif name in {"MappingStartEvent", "SequenceStartEvent"}:
            self._opened(event, {} if name == "MappingStartEvent" else [], line)
        elif name in {"MappingEndEvent", "SequenceEndEvent"}:
            closed = self._stack.pop()
            if len(self._stack) == 1:
                self._entry(closed.value, self._start, event.end_mark.index)

    def _scalar(self, event: Any, line: int) -> None:
        text: str = event.value
        if self._stack and isinstance(self._stack[-1].value, dict) and self._stack[-1].key is None:
            self._named(event, text, line)
            return
        value = None if event.style is None and text in _NOTHING else text
        self._put(value, line)
        if len(self._stack) == 1:
            self._entry(value, event.start_mark.index, event.end_mark.index, block=event.style in {"|", ">"})

    def _named(self, event: Any, key: str, line: int) -> None:
        """Take a key."""
        within = self._stack[-1]
        if key == "<<" and event.style is None:
            raise YamlFault("it uses a merge key", line)
        if key in within.value:
            raise YamlFault(f"it repeats the key {visible(key)[:80]}", line)
        within.key = key
        if len(self._stack) == 1:
            start = event.start_mark
            before = self._text[start.index - start.column : start.index]
            if not self._flow and before.strip(" "):
                raise YamlFault("it has a key that does not begin its line", line)
            self._key = event

    def _opened(self, event: Any, value: Any, line: int) -> None:
        if self._stack and isinstance(self._stack[-1].value, dict) and self._stack[-1].key is None:
            raise YamlFault("it has a key that is no plain text", line)
        if not self._stack and event.flow_style and not self._flow:
            raise YamlFault("it is written in braces", line)
        if len(self._stack) >= _MAX_DEPTH:
            raise YamlFault(f"it is nested deeper than {_MAX_DEPTH} levels", line)
        self._put(value, line)
        if len(self._stack) == 1:
            self._start = event.start_mark.index
        self._stack.append(_Open(value))

    def _put(self, value: Any, line: int) -> None:
        """Put a value where it belongs: the root, an item of a list, or the value of the key that waits for one."""
        if not self._stack:
            self._root = value if value is not None else self._root
            if value is not None and not isinstance(value, dict):
                raise YamlFault("it is no mapping of keys to values", line)
            return
        within = self._stack[-1]
        if isinstance(within.value, list):
            within.value.append(value)
        elif within.key is not None:
            within.value[within.key] = value
            within.key = None

    def _entry(self, value: Any, start: int, end: int, *, block: bool = False) -> None:
        if not isinstance(self._root, dict):
            return
        key = self._key
        if value is None and start == end:  # the parser places "no value" at whatever comes next
            colon = _COLON.match(self._text, key.end_mark.index)
            start = end = colon.end() if colon else key.end_mark.index
        self._entries.append(Entry(key.value, value, start, end, key.start_mark.line + 1, key.start_mark.column, block))


def _line(text: str, index: int) -> int:
    return len(re.findall("\r\n|\r|\n", text[:index])) + 1


def _plain(problem: str | None) -> str:
    """Return the parser's complaint without a quotation of the text, on one line."""
    return visible(
        re.sub(r"'[^']*'", "…", " ".join((problem or "it cannot be parsed").split())).replace("…", "...")[:120]
    )
