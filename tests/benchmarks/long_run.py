"""A sound run directory with a trace of any length, for measuring: text, code, tool output and answered requests."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import cycle
from pathlib import Path

from tests.forgeries.kit import HOSTED, TRACE, Row, Scene, rows
from tests.harness import seal

Line = Callable[[int], bytes]
"""Makes one line of a trace, given its number."""
PROSE = (
    "the harbour gauge reads a little high at slack water so each entry is padded and checked against yesterday "
    "while the tide table keeps minutes since midnight and the clock prints hours first then minutes for all ports"
)
WORDS = PROSE.split()
CODE = (
    "def pad(minutes: int) -> str:\n    hours, rest = divmod(minutes, 60)\n    return f'{hours:02d}:{rest:02d}'\n",
    'for port in $(cat ports.txt); do sh src/clock.sh "$port" | tee -a out/readings.txt; done\n',
    "export const pad = (m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`;\n",
    "ok - 754 reads 12:34\nnot ok - 65 reads 1:5, not 01:05\n  at check (test/check.sh:6)\n\u2714 12 passed (0.7 ms)\n",
)
TOOLS = (
    {"tool": "read", "path": "src/clock.sh"},
    {"tool": "bash", "command": "sh test/check.sh 2>&1 | head -20"},
    {"tool": "bash", "command": "grep -n 'printf' src/clock.sh; cd src && cat ../README.md"},
    {"tool": "edit", "path": "src/clock.sh"},
)


def make(folder: Path, megabytes: float) -> Scene:
    """Write a sound run whose trace is about so many megabytes long, sealed."""

    def between(last: Row, after: Row) -> Line:
        filler = _filler(last, after, megabytes)

        def line(number: int) -> bytes:
            head, tail = next(filler)
            return head + b'"seq":%d,' % number + tail.replace(b"RESPONSE", b"msg_lab%012d" % number)

        return line

    return filled(folder, megabytes, between, _line)


def filled(
    folder: Path, megabytes: float, between: Callable[[Row, Row], Line], encoded: Callable[[Row], bytes]
) -> Scene:
    """Write a sound run with so many megabytes of lines in its trace before Case ends, sealed.

    `between` is told of the rows before and after these lines and returns what makes one; `encoded` writes a row.
    """
    scene = Scene(HOSTED, folder)
    own = rows(scene.path(TRACE))
    end = next(index for index, row in enumerate(own) if row["event"] == "case_process_exited")
    line = between(own[end - 1], own[end])
    with scene.path(TRACE).open("wb", buffering=1 << 20) as file:
        number = size = 0
        for row in own[:end]:
            number += 1
            file.write(encoded(row | {"seq": number}))
        while size < megabytes * 1_000_000:
            number += 1
            size += file.write(line(number))
        for row in own[end:]:
            number += 1
            file.write(encoded(row | {"seq": number}))
    seal.reseal(scene.run)
    return scene


def _line(row: Row) -> bytes:
    return json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _filler(last: Row, after: Row, megabytes: float) -> Iterator[tuple[bytes, bytes]]:
    """Yield the two halves of a line, between which its number goes; a few thousand lines, over and over.

    Each has a time of its own between the rows `last` and `after`, as long as that many microseconds last.
    """
    dice = random.Random(7)
    block = [_line({"run_id": last["run_id"], **_event(dice, turn)})[1:] for turn in range(4000)]
    moment, end = (datetime.fromisoformat(row["ts"]) for row in (last, after))
    lines = megabytes * 1_000_000 / (sum(map(len, block)) / len(block))
    step = (end - moment) / (2 * lines)
    for tail in cycle(block):
        moment = min(moment + step, end)
        yield b'{"ts":"%b",' % moment.isoformat(timespec="microseconds").replace("+00:00", "Z").encode(), tail


def _event(dice: random.Random, turn: int) -> Row:
    kind = turn % 8
    if turn % 16 == 0:
        pair = {"provider": "anthropic", "requested_model": "claude-sonnet-4-6", "model": "claude-sonnet-4-6"}
        answer = {"response_id": "RESPONSE", "host": "api.anthropic.com", "status": 200}
        return {"event": "model_response", "agent": "implementer", **pair, **answer}
    if kind in {1, 2}:
        return {"event": "tool_call", "agent": "implementer", **dice.choice(TOOLS)}
    if kind in {3, 4}:
        listing = "".join(f"{dice.getrandbits(160):040x}  src/part{n}.sh\n" for n in range(dice.randint(1, 12)))
        output = "".join(dice.choices(CODE, k=dice.randint(2, 200))) + listing
        return {"event": "tool_result", "agent": "implementer", "tool": "bash", "output": output, "exit_code": 0}
    if kind == 5:
        usage = {"input_tokens": dice.randint(100, 90_000), "output_tokens": dice.randint(10, 4_000)}
        return {"event": "usage", "agent": "implementer", "call": f"toolu_{dice.getrandbits(96):024x}", **usage}
    text = " ".join(dice.choices(WORDS, k=dice.randint(20, 400))) + " \u2014 na\u00efve caf\u00e9 \u6f6e"
    return {"event": "agent_message", "agent": "implementer", "text": text}
