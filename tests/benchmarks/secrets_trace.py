"""A long clean trace for the secret benchmarks: tool calls, ids, digests, prose and code, as agents write them."""

from __future__ import annotations

import json
import random
import string
import sysconfig
import uuid
from collections.abc import Iterator
from pathlib import Path

_MIXED = string.ascii_letters + string.digits


def code() -> str:
    """Some megabyte of the standard library's own source."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    return "\n".join(path.read_text("utf-8", "replace") for path in sorted(folder.glob("[a-d]*.py")))


def lines(megabytes: int, seed: int = 7) -> Iterator[bytes]:
    """JSON lines of about `megabytes` million bytes in all; the same for the same seed and interpreter."""
    rng = random.Random(seed)
    source = code()
    words = [word for word in source.split() if word.isalpha()]
    run = "20260610T143811Z-r1-string-slugify-2101389"
    left, sequence = megabytes * 1_000_000, 0
    while left > 0:
        sequence += 1
        record = {"ts": f"2026-06-10T14:38:{sequence % 60:02d}.000Z", "seq": sequence, "run_id": run}
        line = json.dumps(record | _event(rng, source, words, run), separators=(",", ":")).encode() + b"\n"
        left -= len(line)
        yield line


def _event(rng: random.Random, source: str, words: list[str], run: str) -> dict[str, object]:
    def token(size: int, letters: str = _MIXED) -> str:
        return "".join(rng.choices(letters, k=size))

    chance = rng.random()
    if chance < 0.3:
        at = rng.randrange(len(source) - 3000)
        content = [{"type": "text", "text": source[at : at + rng.randrange(200, 2500)]}]
        return {"event": "tool_end", "toolCallId": f"call_{token(24)}", "result": json.dumps({"content": content})}
    if chance < 0.55:
        command = f"cd /srv/harness/runs/{run}/work/repo && git show {token(40, '0123456789abcdef')}"
        return {"event": "tool_call", "tool": "bash", "toolCallId": f"toolu_01{token(22)}", "command": command}
    if chance < 0.75:
        text = " ".join(rng.choices(words, k=rng.randrange(20, 200)))
        return {"event": "message", "id": f"msg_01{token(22)}", "content": text, "usage": {"input_tokens": 812}}
    if chance < 0.9:
        path = f"/srv/harness/runs/{run}/work/repo/src/{rng.choice(words)}.js"
        session = str(uuid.UUID(int=rng.getrandbits(128)))
        return {"event": "file", "path": path, "sha256": token(64, "0123456789abcdef"), "session": session}
    return {
        "event": "model_response",
        "model": "scripted/alpha-1",
        "response_id": f"chatcmpl-{token(29)}",
        "status": 200,
    }


def write(path: Path, megabytes: int) -> int:
    """Write a trace to `path`; answer its size in bytes."""
    with path.open("wb") as file:
        file.writelines(lines(megabytes))
    return path.stat().st_size
