"""Measures audits of traces of many shapes: ``python -m tests.benchmarks.trace_shapes [--megabytes 60] [--repeats 3]``.

Each shape is a sound run whose trace is filled with events of one sort, written by one style of writer. What Python has to do
for an event counts most where events are short or each is new; what the secret scan has to look at, where their text is full
of colours or of words about secrets. Nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from tabulate import tabulate

from tests.benchmarks.audit_speed import audit_command, run
from tests.benchmarks.long_run import CODE, WORDS, Line, filled
from tests.forgeries.kit import TRACE, Row, Scene

Filler = Callable[[int], Row]
_DICE = random.Random(11)
_TEXTS = [" ".join(_DICE.choices(WORDS, k=_DICE.randint(20, 600))) for _ in range(400)]
_SHORT_TEXTS = [text[:200] for text in _TEXTS]
_CODES = ["".join(_DICE.choices(CODE, k=_DICE.randint(2, 40))) for _ in range(400)]
_REPORTS = [
    "".join(
        f"\x1b[32m\u2714\x1b[39m {word} \x1b[2m({turn} ms)\x1b[22m\n" for turn, word in enumerate(text.split()[:40])
    )
    for text in _TEXTS
]
_NOTES = [f"{text}\nSet API_KEY=your-api-key and never commit a token or a password.\n" for text in _TEXTS]


class Shape(msgspec.Struct, frozen=True):
    """Events of one sort, and how they are written: what stands after commas and colons, and the form of times."""

    filler: Filler
    separators: tuple[str, str] = (", ", ": ")
    offset: bool = False


def _result(text: str) -> Row:
    return {"event": "tool_result", "tool": "bash", "output": text, "exit_code": 0}


def _call(command: str) -> Row:
    return {"event": "tool_call", "tool": "bash", "command": command}


def _answer(turn: int) -> Row:
    pair = {"provider": "anthropic", "requested_model": "claude-sonnet-4-6", "model": "claude-sonnet-4-6"}
    return {
        "event": "model_response",
        **pair,
        "response_id": f"msg_{turn:020}",
        "host": "api.anthropic.com",
        "status": 200,
    }


def _delta(turn: int) -> Row:
    return {"event": "agent_event", "delta": {"type": "text_delta", "text": f"{WORDS[turn % len(WORDS)]} "}}


def _of_the_contract(turn: int) -> Row:
    request = {"event": "network_request", "host": "api.anthropic.com", "port": 443}
    return (_call("node --test"), {"event": "tool_call", "tool": "read", "path": "src/a.js"}, request, _answer(turn))[
        turn % 4
    ]


def _mixed(turn: int) -> Row:
    if turn % 3:
        return _of_the_contract(turn)
    return _result((_TEXTS, _CODES)[turn % 2][turn % 400])


SHAPES = {
    "outputs of 2 kB, compact": Shape(lambda turn: _result(_TEXTS[turn % 400]), separators=(",", ":")),
    "outputs of 2 kB": Shape(lambda turn: _result(_TEXTS[turn % 400])),
    "outputs of 2 kB, times with an offset": Shape(lambda turn: _result(_TEXTS[turn % 400]), offset=True),
    "code": Shape(lambda turn: _result(_CODES[turn % 400])),
    "outputs inside objects": Shape(
        lambda turn: {
            "event": "tool_result",
            "result": {"content": [{"text": _TEXTS[turn % 400]}], "is_error": False},
        }
    ),
    "one output to two short events": Shape(_mixed),
    "messages of 200 bytes": Shape(lambda turn: {"event": "agent_message", "text": _SHORT_TEXTS[turn % 400]}),
    "short events that come again": Shape(_of_the_contract),
    "pieces of a streamed answer": Shape(_delta),
    "short calls, each new": Shape(lambda turn: _call(f"node --test test/case_{turn}.js")),
    "short calls with pipes, each new": Shape(lambda turn: _call(f"cd src && sh check.sh {turn} 2>&1 | head -20")),
    "answers": Shape(_answer),
    "test reports in colour": Shape(lambda turn: _result(_REPORTS[turn % 400])),
    "notes about tokens": Shape(lambda turn: _result(_NOTES[turn % 400])),
}


def make(folder: Path, shape: Shape, megabytes: float) -> Scene:
    """Write a sound run with a trace of a shape, sealed."""
    write = json.JSONEncoder(separators=shape.separators).encode

    def encoded(row: Row) -> bytes:
        return (write(row) + "\n").encode("ascii")

    def between(last: Row, after: Row) -> Line:
        moment, end = (datetime.fromisoformat(row["ts"]) for row in (last, after))
        head = {"run_id": last["run_id"], "agent": "implementer"}

        def line(number: int) -> bytes:
            time = min(moment + timedelta(microseconds=number), end).isoformat(timespec="microseconds")
            stamp = time if shape.offset else time.replace("+00:00", "Z")
            return encoded({"ts": stamp, "seq": number, **head, **shape.filler(number)})

        return line

    return filled(folder, megabytes, between, encoded)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=60)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("shapes", nargs="*", help="shapes to measure (default: all)")
    asked = parser.parse_args()
    table = []
    for name in asked.shapes or SHAPES:
        with tempfile.TemporaryDirectory() as folder:
            scene = make(Path(folder), SHAPES[name], asked.megabytes)
            trace = scene.path(TRACE)
            commands = {"sha256sum": ["sha256sum", str(trace)], "audit": audit_command(scene)}
            walls: dict[str, list[float]] = {"sha256sum": [], "audit": []}
            codes = set()
            for _ in range(asked.repeats):
                for label, command in commands.items():
                    sample = run(command)
                    walls[label].append(sample.wall)
                    codes.add(sample.code)
            size = trace.stat().st_size
            each = {label: statistics.median(times) for label, times in walls.items()}
            line = size / trace.read_bytes().count(b"\n")
            speed = size / each["audit"] / 1e6
            table.append((name, round(line), f"{speed:.0f}", f"{each['sha256sum'] / each['audit']:.2f}", max(codes)))
            print(tabulate([table[-1]], tablefmt="plain"), flush=True)
    print(tabulate(table, headers=("events", "bytes each", "MB/s", "beside sha256sum", "exit"), tablefmt="github"))


if __name__ == "__main__":
    main()
