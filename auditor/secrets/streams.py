"""Text that was written in pieces, one record each, put together again before it is looked at.

Models and terminals answer in deltas: a key of a hundred characters may be spread over forty JSON lines, none of which
holds enough of it. Records that look like pieces are read, each piece is added to the stream it belongs to, and the
streams are scanned as texts of their own, with the line each piece came from.
"""

from __future__ import annotations

import base64
import json
import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import msgspec

from auditor.secrets.alike import Forms, Piece
from auditor.secrets.decode import Buffer
from auditor.secrets.stream_names import FIELDS, IDENTITY, IDS, OF_ITEMS, SPELLED

MOST_STREAMS = 256
"""Streams kept in mind at once; the one that was silent longest gives way."""
FLUSH = 16384
TAIL = 4096
LONGEST_PIECE = 8192
DEPTH = 4

_NAMING = frozenset({str, int, bool})
_PART = re.compile(rb'(?:[0-9a-f]:(?="))|\S{1,60}Z? std(?:out|err) [PF] ')
"""What begins a line that carries a piece and is no JSON document: of a data stream, or of a container's log."""
_FRAGMENT = re.compile(rb'\s*(?:"([\w.]+)"\s*:\s*)?(?=[\[{])')
_SSE = re.compile(rb"\s*(?:data|event):\s*(?=[\[{])")
_FIELD = re.compile(rb'"(\w+)"\s*:\s*"((?:[^"\\]|\\.){1,8192})"')

Look = Callable[[bytes, Callable[[int], int | None]], None]


class _Stream:
    """The unscanned end of one stream, with the lines its pieces came from."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.places: list[tuple[int, int | None]] = []

    def add(self, text: bytes, line: int | None) -> None:
        self.places.append((self.size, line))
        self.parts.append(text)
        self.size += len(text)

    def flush(self, look: Look, *, last: bool) -> None:
        """Scan what is there; keep its end, for what may go on."""
        if len(self.places) < 2:
            return
        text, places = b"".join(self.parts), self.places

        def line_at(offset: int) -> int | None:
            return places[max(0, bisect_right(places, offset, key=lambda place: place[0]) - 1)][1]

        look(text, line_at)
        if not last:
            cut = max(0, len(text) - TAIL)
            first = line_at(cut)
            self.parts, self.size = [text[cut:]], len(text) - cut
            self.places = [(0, first)] + [(at - cut, line) for at, line in places if at > cut]


class Streams:
    """All streams of one artifact."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._streams: OrderedDict[tuple[Any, ...], _Stream] = OrderedDict()
        self._forms = Forms(lambda raw: pieces(_document(_body(raw))))

    def alike(self, data: Buffer, at: int, line: int | None) -> int:
        """Add the pieces of the records from `at` on, which is on `line`, that are like some before; return where they end."""
        for form, texts, after, end in self._forms.runs(data, at):
            self._pieces(form.path, form.identity, form.ids, texts, [_sum(line, lines) for lines in after])
            at, line = end, _sum(line, after[-1] + 1)
        return at

    def record(self, raw: bytes, line: int | None) -> None:
        """Add the pieces that the record `raw`, found on `line`, carries."""
        body = _body(raw)
        document = _document(body)
        if document is None:
            part = _PART.match(body)
            if part:
                text = _plain(body[part.end() :].strip(b'"\r'))
                self._add(("part", body[part.start() : part.start() + 1]), [text], [line])
                return
            for field, text in _FIELD.findall(raw):
                if field.decode("ascii", "replace") in FIELDS:
                    self._add(("?", field), [_plain(text)], [line])
            return
        found = pieces(document)
        for path, identity, ids, text in found:
            self._pieces(path, identity, ids, [text], [line])
        if len(found) == 1:
            self._forms.learn(raw, found[0])

    def _pieces(
        self, path: str, identity: tuple[Any, ...], ids: tuple[Any, ...], texts: list[bytes], lines: list[int | None]
    ) -> None:
        """Add pieces to the stream of their like, to that of their message or call, and what they may be the encoding of."""
        if any(len(text) > LONGEST_PIECE for text in texts):
            texts = [text if len(text) <= LONGEST_PIECE else text[:TAIL] + b"\n\0\n" + text[-TAIL:] for text in texts]
        self._add((path, identity), texts, lines)
        if ids:
            self._add((path, identity, ids), texts, lines)
        for text, line in zip(texts, lines, strict=True):
            if len(text) % 4 == 0 and _PACKED.fullmatch(text):
                self._add((path, identity, "base64"), [base64.b64decode(text)], [line])

    def _add(self, key: tuple[Any, ...], texts: list[bytes], lines: list[int | None]) -> None:
        """Add pieces and the line of each to one stream."""
        stream = self._streams.get(key)
        if stream is None:
            stream = self._streams[key] = _Stream()
            if len(self._streams) > MOST_STREAMS:
                _, oldest = self._streams.popitem(last=False)
                oldest.flush(self._look, last=True)
        else:
            self._streams.move_to_end(key)
        for text, line in zip(texts, lines, strict=True):
            stream.add(text, line)
            if stream.size >= FLUSH:
                stream.flush(self._look, last=False)

    def close(self) -> None:
        """Scan what every stream still holds."""
        for stream in self._streams.values():
            stream.flush(self._look, last=True)
        self._streams.clear()


def _plain(text: bytes) -> bytes:
    try:
        return str(msgspec.json.decode(b'"' + text + b'"')).encode("utf-8", "surrogatepass")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return text


_PACKED = re.compile(rb"[A-Za-z0-9+/]{2,8000}={0,2}")


def end_of_record(data: bytes | bytearray, low: int, high: int) -> int:
    """Where the record whose first line is ``data[low:high]`` ends: that of a pretty-printed document goes on.

    It takes in the lines after one that ends with an opening bracket, as long as they are indented more than it is.
    """
    if not data[max(low, high - 2) : high].rstrip().endswith((b"{", b"[")):
        return high
    depth = _indent(data, low)
    limit = min(len(data), high + LONGEST_PIECE)
    while high < limit:
        following = data.find(b"\n", high + 1, limit)
        following = limit if following < 0 else following
        deeper = _indent(data, high + 1) > depth
        high = following
        if not deeper:
            break
    return high


def _indent(data: bytes | bytearray, at: int) -> int:
    line = data[at : at + 200]
    return len(line) - len(line.lstrip(b" \t"))


def _sum(line: int | None, lines: int) -> int | None:
    return None if line is None else line + lines


def _body(raw: bytes) -> bytes:
    """Return what a record says, without what an event stream puts before it."""
    prefix = None if raw.startswith(b"{") else _SSE.match(raw)
    return raw[prefix.end() :] if prefix else raw


def _document(body: bytes) -> Any:
    """Return the document that a record is, or that its line opens by a name; None if it is none."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _fragment(body)


def _fragment(body: bytes) -> Any:
    """The document that a line of a pretty-printed one opens, by its name; None if it opens none."""
    opened = _FRAGMENT.match(body)
    if opened is None:
        return None
    try:
        document, _ = json.JSONDecoder().raw_decode(body[opened.end() :].decode("utf-8", "replace"))
    except (json.JSONDecodeError, RecursionError):
        return None
    return {opened[1].decode(): document} if opened[1] else document


def pieces(document: Any) -> list[Piece]:
    """Return the pieces of streams in one JSON document: (path, identity, ids, text).

    The path leaves out list indexes; identity and ids are the values of the names by which records say to which
    stream, message or call they belong.
    """
    if isinstance(document, list) and len(document) == 3 and document[1] in ("o", "i") and isinstance(document[2], str):
        return [("cast", (document[1],), (), document[2].encode("utf-8", "surrogatepass"))]
    found: list[Piece] = []
    _walk(found, document, "", (), (), 0, in_list=False)
    return found


def _walk(
    found: list[Piece],
    node: Any,
    path: str,
    identity: tuple[Any, ...],
    ids: tuple[Any, ...],
    depth: int,
    *,
    in_list: bool,
) -> None:
    if depth > 8 * DEPTH:
        return
    if isinstance(node, list):
        named = path.rpartition("/")[2] in FIELDS
        for child in node:
            if named and isinstance(child, str):
                found.append((path, identity, ids, child.encode("utf-8", "surrogatepass")))
            elif isinstance(child, dict | list):
                _walk(found, child, path, identity, ids, depth + 1, in_list=True)
    elif isinstance(node, dict):
        for name, value in node.items():
            if type(value) in _NAMING:
                if name in IDENTITY:
                    identity += () if in_list and name in OF_ITEMS else ((name, value),)
                elif name in IDS:
                    ids += ((name, value),)
        for name, value in node.items():
            if type(value) is str:
                if value[:1] in {"{", "["} and len(value) > LONGEST_PIECE // 1024 and _may_be_record(value):
                    _nested(found, value, f"{path}/{name}", identity, ids, depth)
                elif value and (name in FIELDS or ("." in name and name.rpartition(".")[2] in FIELDS)):
                    found.append((f"{path}/{name}", identity, ids, value.encode("utf-8", "surrogatepass")))
            elif type(value) is dict or type(value) is list:
                _walk(found, value, f"{path}/{name}", identity, ids, depth + 1, in_list=False)


def _may_be_record(value: str) -> bool:
    return any(name in value for name in SPELLED)


def _nested(
    found: list[Piece], value: str, path: str, identity: tuple[Any, ...], ids: tuple[Any, ...], depth: int
) -> None:
    try:
        inner = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        found.append((path, identity, ids, value.encode("utf-8", "surrogatepass")))
        return
    _walk(found, inner, path, identity, ids, depth + 8, in_list=False)
