"""The exact value is found in every disguise, for the credentials an agent is most likely to hold."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from auditor.secrets import Engine
from tests.secrets.disguises import DISGUISES
from tests.secrets.fakes import fill, with_crc
from tests.secrets.more_disguises import MORE

ENGINE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")
RNG = random.Random(11)
VALUES = [
    *(fill("sk-ant-api03-<<b64url:93>>AA", RNG) for _ in range(2)),
    *(fill("sk-proj-<<alnum:74>>T3BlbkFJ<<alnum:74>>", RNG) for _ in range(2)),
    fill("sk-or-v1-<<hex:64>>", RNG),
    fill("AIza<<b64url:35>>", RNG),
    with_crc("ghp_", RNG),
    fill("gsk_<<alnum:52>>", RNG),
    fill("AKIA<<base32:16>>", RNG),
    fill("xoxb-<<digits:12>>-<<digits:13>>-<<alnum:24>>", RNG),
    fill("glpat-<<b64url:20>>", RNG),
    fill("github_pat_<<alnum:22>>_<<alnum:59>>", RNG),
]


def found(data: bytes) -> set[str]:
    run = ENGINE.scan("x")
    run.feed(data)
    hits, _ = run.close()
    return {hit.value for hit in hits}


ALL = {**DISGUISES, **MORE}


@pytest.mark.parametrize("name", ALL)
def test_the_exact_value_is_seen(name: str) -> None:
    missed = [value for value in VALUES if value not in found(ALL[name](value, random.Random(value)))]
    assert missed == []


def test_pieces_of_a_stream_point_at_the_line_where_the_value_starts() -> None:
    value = VALUES[0]
    data = DISGUISES["text deltas"](value, random.Random(3))
    run = ENGINE.scan("x")
    run.feed(data)
    [hit] = run.close()[0]
    parts = [row.split('"text": "')[1].split('"')[0] for row in data.decode().splitlines()]
    first = next(count for count in range(len(parts)) if "I use s" in "".join(parts[:count]))
    assert (hit.value, hit.view, hit.line) == (value, "stream", first)
