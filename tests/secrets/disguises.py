"""Ways in which a credential stands in an agent's artifacts without being plain: (name, file's bytes) of a value."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import quopri
import random
import textwrap
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable

Disguise = Callable[[str, random.Random], bytes]
PROSE = "the agent looked at the file and then ran the tests again to see whether they pass now"


def event(text: str, **more: object) -> str:
    """A line of a trace that carries `text`."""
    return json.dumps({"ts": "2026-06-10T14:38:11.000Z", "seq": 7, "event": "tool_end", **more, "result": text})


def line(text: str) -> bytes:
    return f"{event(PROSE)}\n{event(f'before {text} after')}\n{event(PROSE)}\n".encode()


def nested(text: str, depth: int) -> bytes:
    for _ in range(depth):
        text = json.dumps({"a": text})
    return (event(text) + "\n").encode()


def cut(value: str, rng: random.Random) -> list[str]:
    """`value` in a sentence, in pieces of one to six characters."""
    text, parts, at = f"I use {value} for it", [], 0
    while at < len(text):
        size = rng.randint(1, 6)
        parts.append(text[at : at + size])
        at += size
    return parts


def records(make: Callable[[str], object]) -> Disguise:
    def disguise(value: str, rng: random.Random) -> bytes:
        return "".join(json.dumps(make(part)) + "\n" for part in cut(value, rng)).encode()

    return disguise


def colour(value: str, rng: random.Random) -> str:
    at = len(value) // 2
    return f"{value[:3]}\x1b[1;31m{value[3:at]}\x1b[0m\x1b[K{value[at:]}"


def interleaved(value: str, rng: random.Random) -> bytes:
    out = []
    for part in cut(value, rng):
        for index, text in ((0, part), (1, rng.choice(PROSE.split()))):
            delta = {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": text}}
            out.append(json.dumps({"type": "stream_event", "uuid": rng.random(), "event": delta}))
    return "\n".join(out).encode()


def arguments(value: str, rng: random.Random) -> bytes:
    out = []
    for number, part in enumerate(cut(json.dumps({"command": f"export K={value}"}), rng)):
        call: dict[str, object] = {"index": 0, "function": {"arguments": part}}
        if number == 0:
            call |= {"id": "call_1", "type": "function", "function": {"name": "bash", "arguments": part}}
        out.append(
            "data: " + json.dumps({"id": "chatcmpl-1", "choices": [{"index": 0, "delta": {"tool_calls": [call]}}]})
        )
    return "\n\n".join(out).encode()


def zipped(value: str, rng: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", f"{PROSE}\nkey {value}\n" * 3)
    return out.getvalue()


def dump(value: str) -> str:
    data, out = f"key={value};".encode(), []
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        pairs = " ".join(row[i : i + 2].hex() for i in range(0, len(row), 2))
        out.append(f"{at:08x}: {pairs:<39}  " + "".join(chr(c) for c in row))
    return "\n".join(out)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


DISGUISES: dict[str, Disguise] = {
    "plain": lambda v, r: f"{PROSE}\n{v}\n".encode(),
    "json": lambda v, r: line(v),
    "environment": lambda v, r: line(f"HOME=/root\nSOME_VALUE={v}\nPATH=/bin"),
    "quoted in json": lambda v, r: line(f'{{"key": "{v}"}}'),
    "nested json 2": lambda v, r: nested(v, 2),
    "nested json 4": lambda v, r: nested(v, 4),
    "all unicode escapes": lambda v, r: b'{"a":"' + "".join(f"\\u{ord(c):04x}" for c in v).encode() + b'"}\n',
    "one unicode escape": lambda v, r: b'{"a":"' + (v[:4] + f"\\u{ord(v[4]):04X}" + v[5:]).encode() + b'"}\n',
    "nested unicode escapes": lambda v, r: nested("".join(f"\\u{ord(c):04x}" for c in v), 2),
    "percent": lambda v, r: line("https://a.example/?q=" + "".join(f"%{ord(c):02X}" for c in v)),
    "percent twice": lambda v, r: line(urllib.parse.quote("".join(f"%{ord(c):02x}" for c in v))),
    "base64": lambda v, r: line(b64(v.encode())),
    "base64 of a sentence": lambda v, r: line(b64(f"the key is {v}, ok".encode())),
    "base64url": lambda v, r: line(base64.urlsafe_b64encode(f"??>{v}~".encode()).decode().rstrip("=")),
    "base64 of lines": lambda v, r: line(base64.encodebytes(f"{PROSE}\nK={v}\n".encode()).decode()),
    "base64 twice": lambda v, r: line(b64(b64(v.encode()).encode())),
    "basic header": lambda v, r: line("Authorization: Basic " + b64(f"x-token:{v}".encode())),
    "hex": lambda v, r: line(v.encode().hex()),
    "upper hex": lambda v, r: line(f"0x{v.encode().hex().upper()}"),
    "hex pairs": lambda v, r: line(v.encode().hex(" ")),
    "hex colons": lambda v, r: line(v.encode().hex(":")),
    "hex dump": lambda v, r: line(dump(v)),
    "backslash x": lambda v, r: line("printf '" + "".join(f"\\x{ord(c):02x}" for c in v) + "'"),
    "octal": lambda v, r: line("printf '" + "".join(f"\\{ord(c):03o}" for c in v) + "'"),
    "decimal": lambda v, r: line(json.dumps({"type": "Buffer", "data": list(v.encode())})),
    "html entities": lambda v, r: line("".join(f"&#{ord(c)};" for c in v)),
    "quoted printable": lambda v, r: quopri.encodestring(f"{PROSE} {PROSE[: 50 - len(v) % 20]} {v} {PROSE}\n".encode()),
    "quoted printable in json": lambda v, r: line(f"{v[:9]}=\n{v[9:]}"),
    "gzip file": lambda v, r: gzip.compress(f"{PROSE}\n{v}\n".encode(), mtime=0),
    "bzip2 file": lambda v, r: bz2.compress(f"{PROSE}\n{v}\n".encode()),
    "xz file": lambda v, r: lzma.compress(f"{PROSE}\n{v}\n".encode()),
    "zip file": zipped,
    "gzip in base64": lambda v, r: line(b64(gzip.compress(f"{PROSE}\nkey: {v}\n".encode(), mtime=0))),
    "zlib in base64": lambda v, r: line(b64(zlib.compress(f"{PROSE}\nkey: {v}\n".encode()))),
    "zlib best in base64": lambda v, r: line(b64(zlib.compress(f"{PROSE}\nkey: {v}\n".encode(), 9))),
    "zlib bytes": lambda v, r: b"\x00\x01obj " + zlib.compress(f"blob 9\0{v}\n".encode()) + b"\xff",
    "colours": lambda v, r: f"{PROSE} {colour(v, r)} {PROSE}\n".encode(),
    "colours in json": lambda v, r: line(colour(v, r)),
    "colour of each character": lambda v, r: line("".join(f"\x1b[3{i % 8}m{c}" for i, c in enumerate(v))),
    "overdraw": lambda v, r: f"progress {'.' * 40}\r{v[:6]}\r{v}\n".encode(),
    "utf-16": lambda v, r: f"{PROSE}\n{v}\n{PROSE}".encode("utf-16"),
    "utf-16 big": lambda v, r: f"{PROSE}\n{v}\n{PROSE}".encode("utf-16-be"),
    "utf-16 in base64": lambda v, r: line(b64(f"Write-Host {v}".encode("utf-16-le"))),
    "wrapped": lambda v, r: "\n".join(textwrap.wrap(f"{PROSE} {PROSE} value={v} {PROSE}", 40)).encode(),
    "wrapped in json": lambda v, r: line("\n".join(v[i : i + 24] for i in range(0, len(v), 24))),
    "wrapped early": lambda v, r: line("\n".join(v[i : i + 12] for i in range(0, len(v), 12))),
    "text deltas": records(
        lambda part: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": part}}
    ),
    "json deltas": records(
        lambda part: {
            "type": "content_block_delta",
            "index": 1,
            "delta": {"type": "input_json_delta", "partial_json": part},
        }
    ),
    "interleaved deltas": interleaved,
    "chat deltas": records(lambda part: {"id": "c1", "choices": [{"index": 0, "delta": {"content": part}}]}),
    "tool call deltas": arguments,
    "responses deltas": records(
        lambda part: {"type": "response.output_text.delta", "item_id": "m1", "output_index": 0, "delta": part}
    ),
    "stdout chunks": records(lambda part: {"ts": "t", "event": "process_output", "stream": "stdout", "chunk": part}),
    "nested deltas": records(
        lambda part: {"event": "line", "data": json.dumps({"type": "text_delta", "delta": {"text": part}})}
    ),
    "zero width": lambda v, r: line(v[:7] + "\u200b" + v[7:]),
    "concatenation": lambda v, r: line(f'key = "{v[:9]}" + "{v[9:]}";'),
    "reversed": lambda v, r: line(f"echo {v[::-1]} | rev"),
    "base32": lambda v, r: line(base64.b32encode(v.encode()).decode()),
}
