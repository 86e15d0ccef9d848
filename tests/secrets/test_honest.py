"""Honest text that is full of what secrets hide behind is looked at to its end, and nothing is found in it.

Test reports in colour, progress bars, addresses, pages of HTML, Chinese, minified code and documentation about tokens come
by the megabyte in transcripts; a gap there would block a sound run.
"""

from __future__ import annotations

import base64
import json
import random
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.secrets import Engine
from auditor.secrets.effort import ALLOWANCE
from tests.secrets.fakes import fill

PROSE = "the harbour gauge reads a little high at slack water so each entry is padded and checked against the table"
WORDS = PROSE.split()
HAN = "潮汐表在每日午夜后以分钟计数时钟先显示小时再显示分钟所有港口读数都会与昨天核对并补齐"
SIZE = 200_000
MEBIBYTE = 1 << 20


def words(dice: random.Random, count: int = 1) -> str:
    return " ".join(dice.choices(WORDS, k=count))


def han(dice: random.Random, count: int) -> str:
    return "".join(dice.choices(HAN, k=count))


LINES: dict[str, Callable[[random.Random], str]] = {
    "test report in colour": lambda dice: (
        f"\x1b[32m✔\x1b[39m ok {words(dice)} \x1b[2m({dice.randrange(99)} ms)\x1b[22m\n"
    ),
    "build report in colour": lambda dice: (
        f"\x1b[2mdist/\x1b[22m\x1b[36mindex-{dice.getrandbits(32):08x}.js\x1b[39m  \x1b[1m{dice.randrange(99)} kB\x1b[22m\n"
    ),
    "progress bar": lambda dice: (
        f"\r{dice.randrange(99):3}%|{'█' * dice.randrange(9)}.....| 7/100 [00:03<00:10, 9.8it/s]"
    ),
    "steps drawn over": lambda dice: f"\x1b[2K\x1b[1G\r[{dice.randrange(40)}/40] \x1b[34mBuilding\x1b[0m {words(dice)}",
    "addresses": lambda dice: (
        f"https://example.com/find?q={words(dice)}%20{words(dice)}%3A{words(dice)}&lang=en%2Dus\n"
    ),
    "pictures in style sheets": lambda dice: (
        f"url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cpath fill='%23fff' d='M{dice.random()}'%3E\")\n"
    ),
    "page of HTML": lambda dice: (
        f"&lt;p class=&quot;{words(dice)}&quot;&gt;{words(dice, 3)} &amp; {words(dice)}&#39;s&lt;/p&gt;\n"
    ),
    "Chinese": lambda dice: f"（{han(dice, 3)}）：{han(dice, 6)}，{han(dice, 4)}！",
    "emoji": lambda dice: f"✔️ {words(dice)} ⚠️ {words(dice)} 👩‍💻\n",
    "minified code": lambda dice: (
        f'function f(e,t){{return"use strict",e.a="{words(dice)}"+t+"{words(dice)}"+\'a\'+\'b\'}}'
    ),
    "bytes in Python": lambda dice: "b'" + "".join(f"\\x{dice.randrange(256):02x}" for _ in range(60)) + "'\n",
    "regular expressions": lambda dice: (
        f"const of = /^\\d+\\.\\w{{2,}}\\s*(?:\\x41|[^a-z])\\b{words(dice)}$/; \n// {words(dice, 60)}\n"
    ),
    "paths of Windows": lambda dice: f"C:\\Users\\u\\src\\{words(dice)}\\node_modules\\{words(dice)}.js: error TS23\n",
    "code in base64": lambda dice: base64.encodebytes(
        "".join(f"if(a==={dice.randrange(10, 9999):4})return {words(dice):9}; " for _ in range(20)).encode()[:570]
    ).decode(),
    "requests": lambda dice: (
        f"> Authorization: Bearer <redacted>\n> x-api-key: ***\n> cookie: theme=dark\n< {words(dice, 4)}\n"
    ),
    "code about tokens": lambda dice: (
        f" const token = process.env.API_TOKEN;\n {words(dice, 40)}\n-const password = getPassword({words(dice)});\n"
    ),
    "settings that name secrets": lambda dice: (
        f"  - image: {words(dice, 40)}\n"
        f"  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: db-{words(dice)}\n        key: password\n"
    ),
    "notes about tokens": lambda dice: (
        f"The access token is sent as Bearer <token>. {words(dice, 40)}. Set API_KEY=your-api-key, never commit a password.\n"
    ),
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load(Path(__file__).parents[2] / "rules" / "secrets")


def text(kind: str, *, as_json: bool) -> bytes:
    """Return `SIZE` bytes or more of one kind, as a log of records or as it is."""
    dice = random.Random(kind)
    parts: list[bytes] = []
    while sum(map(len, parts)) < SIZE:
        said = "".join(LINES[kind](dice) for _ in range(20))
        parts.append(
            (json.dumps({"event": "tool_result", "output": said}) + "\n").encode() if as_json else said.encode()
        )
    return b"".join(parts)


@pytest.mark.parametrize("as_json", [False, True], ids=["plain", "in json"])
@pytest.mark.parametrize("kind", LINES)
def test_honest_text_is_looked_at_to_its_end(kind: str, engine: Engine, *, as_json: bool) -> None:
    data = text(kind, as_json=as_json)
    scan = engine.scan("x")
    before = scan._effort.left
    scan.feed(data)
    hits, gaps = scan.close()
    assert not gaps
    assert not [hit for hit in hits if hit.confidence != "possible"]
    spent = before + len(data) * ALLOWANCE // MEBIBYTE - scan._effort.left
    assert spent < len(data) * ALLOWANCE // MEBIBYTE, "a file of any length would do"


def test_the_zeros_of_a_program_in_base64_cost_little(engine: Engine) -> None:
    dice = random.Random(6)
    program = b"".join(dice.randbytes(40) + bytes(dice.randrange(100, 300)) for _ in range(400))
    scan = engine.scan("x")
    scan.feed(json.dumps({"wasm": base64.b64encode(program).decode()}).encode())
    assert scan.close() == ([], [])


def test_a_program_in_a_record_is_looked_at_to_its_end(engine: Engine) -> None:
    dice = random.Random(4)
    program = bytes(dice.choice((0, 0, 0, 65, dice.randrange(256))) for _ in range(60_000))
    scan = engine.scan("x")
    scan.feed(json.dumps({"result": program.decode("utf-8", "replace")}).encode())
    hits, gaps = scan.close()
    assert not gaps
    assert not [hit for hit in hits if hit.confidence != "possible"]


@pytest.mark.parametrize("before", ["", "\0\0A\0BC\0", "\0" * 9])
def test_text_of_two_bytes_is_read_in_a_record(before: str, engine: Engine) -> None:
    token = fill("gho_<<alnum:36>>", random.Random(before))
    text = json.dumps({"result": before + " ".join(("key", token, "ok")).encode("utf-16-le").decode("latin-1")})
    assert token in {hit.value for hit in engine.scan_text(text + "\n")}


def test_a_token_before_whose_zeros_others_stand_is_found(engine: Engine) -> None:
    token = fill("<<b32lower:11>>AAAAAAAAAA<<b64url:43>>", random.Random(8))
    assert [hit.value for hit in engine.scan_text(f"AAAAAAAAAAAA {token}\n")] == [token]


HIDDEN: dict[str, Callable[[str], str]] = {
    "test report in colour": lambda token: token[:9] + "\x1b[1m" + token[9:],
    "page of HTML": lambda token: token.replace("_", "&#95;"),
    "addresses": lambda token: token.replace("_", "%5F"),
    "bytes in Python": lambda token: token.replace("_", "\\x5f"),
    "Chinese": lambda token: "".join(chr(ord(sign) + 0xFEE0) for sign in token),
    "emoji": lambda token: token[:9] + "\u200d" + token[9:],
}


@pytest.mark.parametrize("kind", HIDDEN)
def test_what_is_hidden_among_it_is_found_on_its_line(kind: str, engine: Engine) -> None:
    dice = random.Random(3)
    tokens = [fill("gho_<<alnum:36>>", dice) for _ in range(3)]
    lines = [LINES[kind](dice).replace("\n", "") for _ in range(300)]
    for number, token in zip((40, 41, 250), tokens, strict=True):
        lines[number - 1] += f" {HIDDEN[kind](token)} "
    scan = engine.scan("x")
    scan.feed("\n".join(lines).encode())
    hits, _ = scan.close()
    assert [(hit.line, hit.value) for hit in hits] == [*zip((40, 41, 250), tokens, strict=True)]


@pytest.mark.parametrize("before", [b"%41 ", b"\x1b[0m ", b"&#65; ", b"\\x41 ", b"\\u0041 "])
def test_a_stream_beside_something_escaped_is_read_where_it_stands_whole(before: bytes, engine: Engine) -> None:
    """What is undone is a stretch of the text; a stream that is longer is cut there, and no gap for it."""
    dice = random.Random(1)
    stream = zlib.compress(b"".join(b"%d " % dice.getrandbits(64) for _ in range(3000)))
    scan = engine.scan("x")
    scan.feed(before + stream + b"\n")
    assert scan.close() == ([], [])


def test_many_kinds_beside_each_other_hide_nothing_deeper(engine: Engine) -> None:
    dice = random.Random(9)
    lines = [line(dice) for _ in range(40) for line in LINES.values()]
    dice.shuffle(lines)
    token = fill("gho_<<alnum:36>>", dice)
    lines.insert(300, json.dumps(json.dumps("".join(f"\\u{ord(sign):04x}" for sign in token))))
    scan = engine.scan("x")
    scan.feed("".join(lines).encode())
    hits, gaps = scan.close()
    assert token in {hit.value for hit in hits}
    assert not gaps


SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda sign: f"\\u{ord(sign):04x}",
    lambda sign: f"%{ord(sign):02X}",
    lambda sign: f"&#{ord(sign)};",
    lambda sign: f"\\x{ord(sign):02x}",
    lambda sign: sign + "\x1b[1m",
    lambda sign: sign + "\u200b",
    lambda sign: chr(ord(sign) + 0xFEE0),
)


@pytest.mark.parametrize("seed", range(60))
def test_one_value_may_be_spelled_in_several_ways_at_once(seed: int, engine: Engine) -> None:
    dice = random.Random(seed)
    token = fill("gho_<<alnum:36>>", dice)
    signs = list(token)
    ways = dice.sample(SPELLINGS, 3)
    for place in dice.sample(range(len(signs)), dice.randint(1, 8)):
        signs[place] = dice.choice(ways)(signs[place])
    text = f"{words(dice, 200)} {''.join(signs)} {words(dice, 200)}\n"
    scan = engine.scan("x")
    scan.feed((json.dumps({"output": text}) if seed % 2 else text).encode())
    hits, gaps = scan.close()
    assert [hit.value for hit in hits] == [token]
    assert not gaps
