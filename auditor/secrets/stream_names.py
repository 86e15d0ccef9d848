"""The names by which records carry pieces of texts, and by which they say to which text a piece belongs."""

from __future__ import annotations

_NAMES = (
    *(b"delta", b"chunk", b"stdout", b"stderr", b"fragment", b"partial_json", b"parts", b"textDelta"),
    b"text_completion",
)
TRIGGERS = (
    *(name + quote for name in _NAMES for quote in (b'"', b'\\"')),
    b'"token":"',
    b', "o", "',
    b',"o","',
    *(name + colon + value for name, value in ((b'"done"', b"false"), (b'"log"', b'"')) for colon in (b":", b": ")),
    *(b'"%s": [\n' % name for name in (b"content", b"text", b"outputs", b"output")),
    *(b"},%s{" % gap + first for gap in (b"", b" ") for first in (b'"type":"text"', b'"type": "text"', b'"text":')),
    *(
        b"},%s{" % gap + first
        for gap in (b"", b" ")
        for first in (rb"\"type\":\"text\"", rb"\"type\": \"text\"", rb"\"text\":")
    ),
    *(b" std%s P " % name for name in (b"out", b"err")),
    b'\n0:"',
)
"""What a record that carries a piece of a stream cannot do without, in one of its names or values."""

FIELDS = frozenset(
    [
        "text",
        "delta",
        "partial_json",
        "content",
        "arguments",
        "data",
        "chunk",
        "output",
        "thinking",
        "value",
        "token",
        "stdout",
        "stderr",
        "input",
        "body",
        "line",
        "message",
        "payload",
        "fragment",
        "reasoning",
        "reasoning_content",
        "transcript",
        "refusal",
        "completion",
        "log",
        "response",
        "textDelta",
        "code",
        "diff",
        "o",
    ]
)
"""Names of texts that come in pieces."""
IDENTITY = frozenset(
    [
        "index",
        "output_index",
        "content_index",
        "summary_index",
        "stream",
        "fd",
        "channel",
        "agent",
        "tool",
        "role",
        "source",
        "name",
        "type",
        "event",
        "kind",
    ]
)
"""Names whose values tell one stream of a record's kind from another."""
IDS = frozenset(
    [
        "id",
        "item_id",
        "call_id",
        "message_id",
        "tool_call_id",
        "toolCallId",
        "session_id",
        "response_id",
        "process",
        "pid",
    ]
)
"""Names whose values tell one message, call or process from another: its pieces are joined with and without them."""
OF_ITEMS = frozenset({"type", "name"})
"""What tells the items of a list apart, and not the streams that they are pieces of."""
SPELLED = (*(name.decode() for name in _NAMES), "},{", "}, {")
"""What a text that is a record itself, and carries pieces, cannot do without."""
