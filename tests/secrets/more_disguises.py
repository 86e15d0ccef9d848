"""More disguises: other spellings of letters, folds behind margins, pieces that code joins, and streams of many interfaces."""

from __future__ import annotations

import base64
import binascii
import bz2
import codecs
import gzip
import io
import json
import lzma
import random
import tarfile
import zipfile
from collections.abc import Callable

from tests.secrets.disguises import PROSE, Disguise, b64, cut, event, line, nested, records


def pieces(text: str, size: int) -> list[str]:
    """`text` in pieces of `size` characters."""
    return [text[at : at + size] for at in range(0, len(text), size)]


def tar(value: str, mode: str) -> bytes:
    """A tar archive, packed or not, with a file that holds `value`."""
    out, data = io.BytesIO(), f"{PROSE}\nkey={value}\n".encode()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        member = tarfile.TarInfo("notes/a.txt")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def zipped(data: bytes, name: str = "a.txt", how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive with a file of these bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def uuencoded(text: str) -> str:
    """`text` as uuencode writes a file."""
    lines = [binascii.b2a_uu(piece.encode()).decode() for piece in pieces(text, 45)]
    return "begin 644 notes\n" + "".join(lines) + "`\nend\n"


def folded(value: str, margin: Callable[[int], str], edge: str = "") -> str:
    """A paragraph with `value` in it, folded at forty characters, each line between a margin and an edge."""
    rows = pieces(f"{PROSE}. Key {value}", 40)
    return "".join(
        f"{margin(number)}{row:<40}{edge}\n" if edge else f"{margin(number)}{row}\n"
        for number, row in enumerate(rows, 9)
    )


def wide(value: str) -> str:
    """`value` in letters of full width."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in value)


def pretty(make: Callable[[str], object]) -> Disguise:
    """Pretty-printed records, one after the other, each with a piece."""

    def disguise(value: str, rng: random.Random) -> bytes:
        return "\n".join(json.dumps(make(part), indent=2) for part in cut(value, rng)).encode()

    return disguise


def halves(value: str) -> dict[str, object]:
    """A tool's result of two texts, with half of `value` in each."""
    middle = len(value) // 2
    texts = (f"the key is {value[:middle]}", f"{value[middle:]} ok")
    return {"content": [{"type": "text", "text": text} for text in texts]}


def partial(value: str, rng: random.Random) -> bytes:
    """Lines of a container's log, in the pieces that the runtime cut them into."""
    return "".join(f"2026-01-01T00:00:00.{n:09d}Z stdout P {part}\n" for n, part in enumerate(cut(value, rng))).encode()


def anthropic(part: str) -> object:
    """A text delta of the Messages interface."""
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": part}}


SPELLINGS: dict[str, Disguise] = {
    "slashes escaped": lambda v, r: line(f"a/b?c={v}").replace(b"/", b"\\/"),
    "base64 unaligned": lambda v, r: line(b64(f"=: {v}".encode()).rstrip("=")),
    "base64 indented": lambda v, r: "".join(f"    {x}\n" for x in pieces(b64(f"{PROSE} {v}".encode()), 64)).encode(),
    "base64 of json escapes": lambda v, r: line(b64(nested("".join(f"\\u{ord(c):04x}" for c in v), 1))),
    "percent of base64": lambda v, r: line(b64(f"{v}?>".encode()).replace("=", "%3D").replace("/", "%2F")),
    "data url": lambda v, r: line("data:text/plain;base64," + b64(f"k={v}".encode())),
    "upper hex pairs": lambda v, r: line(v.encode().hex(" ").upper()),
    "hex in lines": lambda v, r: line("\n".join(pieces(v.encode().hex(), 32))),
    "hex numbers": lambda v, r: line(", ".join(f"0x{c:02x}" for c in v.encode())),
    "decimal with blanks": lambda v, r: line(" ".join(str(c) for c in v.encode())),
    "percent of signs only": lambda v, r: line(v.replace("-", "%2D").replace("_", "%5F")),
    "padded entities": lambda v, r: line("".join(f"&#{ord(c):04d};" for c in v)),
    "entities twice": lambda v, r: line("".join(f"&amp;#{ord(c)};" for c in v)),
    "code points in braces": lambda v, r: line("".join(f"\\u{{{ord(c):x}}}" for c in v)),
    "long code points": lambda v, r: line("".join(f"\\U{ord(c):08x}" for c in v)),
    "escaped for markdown": lambda v, r: line(v.replace("_", "\\_").replace("-", "\\-")),
    "rotated": lambda v, r: line(codecs.encode(v, "rot13")),
    "full width": lambda v, r: f"{wide(v)}\n".encode(),
    "full width in json": lambda v, r: line(wide(v)),
    "spelled": lambda v, r: line(" ".join(v)),
    "list of letters": lambda v, r: line(json.dumps(list(v))),
    "bold by overstriking": lambda v, r: "".join(f"{c}\b{c}" for c in v).encode(),
    "mistyped": lambda v, r: line(f"{v[:6]}xy\b\b{v[6:]}"),
    "caret escapes": lambda v, r: line(f"{v[:5]}^[[31m{v[5:]}^[[0m"),
    "hyperlink": lambda v, r: line(f"{v[:8]}\x1b]8;;http://a\x1b\\{v[8:]}\x1b]8;;\x1b\\"),
    "zero width everywhere": lambda v, r: line("\u200b".join(v)),
    "variation selector": lambda v, r: line(f"{v[:7]}\ufe0f{v[7:]}"),
    "uuencode": lambda v, r: uuencoded(f"{PROSE} {v}\n").encode(),
    "uuencode in json": lambda v, r: line(uuencoded(f"{PROSE} {v}\n")),
    "ascii85": lambda v, r: line(base64.a85encode(v.encode(), adobe=True).decode()),
    "tar": lambda v, r: tar(v, "w"),
    "tar.gz": lambda v, r: tar(v, "w:gz"),
    "tar.gz in zip": lambda v, r: zipped(tar(v, "w:gz"), "in.tgz"),
    "zip in zip": lambda v, r: zipped(zipped(f"{PROSE} {v} ".encode()), "in.zip"),
    "zip in base64": lambda v, r: line(b64(zipped(f"{PROSE} {v} ".encode()))),
    "hex in base64": lambda v, r: line(b64(f"the key is {v}".encode().hex().encode())),
    "base64 in hex": lambda v, r: line(b64(f"the key is {v}".encode()).encode().hex()),
    "hex twice": lambda v, r: line(v.encode().hex().encode().hex()),
    "base64 three times": lambda v, r: line(b64(b64(b64(v.encode()).encode()).encode())),
    "utf-32": lambda v, r: f"start {v} end".encode("utf-32"),
    "utf-32 big-endian": lambda v, r: f"start {v} end".encode("utf-32-be"),
    "gzip in hex": lambda v, r: line(gzip.compress(f"{PROSE} {v}".encode(), mtime=0).hex()),
    "bzip2 in base64": lambda v, r: line(b64(bz2.compress(f"{PROSE} {v}".encode()))),
    "xz in base64": lambda v, r: line(b64(lzma.compress(f"{PROSE} {v}".encode()))),
}
"""Other spellings."""

JOINED: dict[str, Disguise] = {
    "folded and quoted": lambda v, r: folded(v, lambda n: "> ").encode(),
    "folded and numbered": lambda v, r: folded(v, lambda n: f"{n:4d} | ").encode(),
    "folded as cat -n": lambda v, r: folded(v, lambda n: f"{n:6d}\t").encode(),
    "folded in a diff": lambda v, r: folded(v, lambda n: "+").encode(),
    "folded in a comment": lambda v, r: folded(v, lambda n: "// ").encode(),
    "folded and quoted in json": lambda v, r: (event(folded(v, lambda n: "> ")) + "\n").encode(),
    "shell continuation": lambda v, r: ("export K=" + "\\\n".join(pieces(v, 16)) + "\n").encode(),
    "yaml folded": lambda v, r: ("key: >-\n" + "".join(f"  {x}\n" for x in pieces(v, 20)) + "other: 1\n").encode(),
    "added over lines": lambda v, r: ("k = " + " +\n    ".join(f'"{x}"' for x in pieces(v, 15)) + "\n").encode(),
    "side by side": lambda v, r: line("k = (" + " ".join(f'"{x}"' for x in pieces(v, 15)) + ")"),
    "joined list": lambda v, r: line("[" + ", ".join(f'"{x}"' for x in pieces(v, 15)) + '].join("")'),
    "two texts of a result": lambda v, r: (json.dumps({"event": "tool_end", "result": halves(v)}) + "\n").encode(),
    "two texts of a nested result": lambda v, r: (event(json.dumps(halves(v))) + "\n").encode(),
    "two texts, pretty-printed": lambda v, r: json.dumps(halves(v), indent=2).encode(),
}
"""Pieces that belong together."""

STREAMS: dict[str, Disguise] = {
    "gemini": records(lambda part: {"candidates": [{"content": {"parts": [{"text": part}], "role": "model"}}]}),
    "ollama": records(lambda part: {"model": "m", "message": {"role": "assistant", "content": part}, "done": False}),
    "completions": records(lambda part: {"object": "text_completion", "choices": [{"text": part, "index": 0}]}),
    "bedrock": records(lambda part: {"contentBlockDelta": {"delta": {"text": part}, "contentBlockIndex": 0}}),
    "agent client protocol": records(
        lambda part: {"params": {"update": {"sessionUpdate": "agent_message_chunk", "content": {"text": part}}}}
    ),
    "output in base64": records(lambda part: {"msg": {"stream": "stdout", "chunk": b64(part.encode())}}),
    "container log": records(lambda part: {"log": part, "stream": "stdout"}),
    "container log in pieces": partial,
    "notebook": lambda v, r: json.dumps({"outputs": [{"name": "stdout", "text": cut(v, r)}]}, indent=1).encode(),
    "pretty deltas": pretty(anthropic),
    "pretty chat deltas": pretty(lambda part: {"choices": [{"index": 0, "delta": {"content": part}}]}),
    "pretty list of deltas": lambda v, r: json.dumps([anthropic(part) for part in cut(v, r)], indent=2).encode(),
    "one letter a delta": lambda v, r: "".join(json.dumps(anthropic(c)) + "\n" for c in f"key {v} ok").encode(),
}
"""Streams of other interfaces."""

MORE: dict[str, Disguise] = {**SPELLINGS, **JOINED, **STREAMS}
