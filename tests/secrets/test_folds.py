"""A value that was folded ends where something else begins: a name that is given a value, an option, a plain word."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.secrets import Engine
from tests.secrets.fakes import fill

ENGINE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")

NEIGHBOURS: dict[str, Callable[[str], str]] = {
    "settings": lambda token: f"HOME=/root\nX={token}\nMODEL=large\nLAST=1\n",
    "settings with quotes": lambda token: f'X={token}\nLOG_LEVEL="info"\n',
    "settings in JSON": lambda token: json.dumps({"out": f"X={token}\nAPI_URL=https://a.example/x\nA=b"}),
    "an ini file": lambda token: f"x = {token}\nregion = somewhere\n",
    "a diff": lambda token: f"-OLD=1\n+KEY={token}\n+MODEL=large\n",
    "numbered lines": lambda token: f"    10\tKEY={token}\n    11\tMODEL=large\n",
    "YAML": lambda token: f"  x: {token}\n  next: large\n",
    "a mapping": lambda token: f'{{"x": "{token}", "MODEL": "large"}}',
    "a mapping over lines": lambda token: f'{{\n  "x": "{token}",\n  "MODEL": "large"\n}}',
    "a mapping of Ruby": lambda token: f'{{"x" => "{token}",\n "MODEL" => "large"}}',
    "a mapping in a text": lambda token: json.dumps({"out": json.dumps({"x": token, "MODEL": "large"}, indent=1)}),
    "arguments": lambda token: f'["--key", "{token}", "--large", "x"]',
    "a word": lambda token: f"{token}\nDone\nall is good here\n",
    "a prompt": lambda token: f"{token}\nroot@host:~# ls\n",
}


def failing(text: str) -> set[str]:
    run = ENGINE.scan("x")
    run.feed(text.encode())
    return {hit.value for hit in run.close()[0] if hit.confidence != "possible"}


@pytest.mark.parametrize("form", ["sk-gamma-<<alnum:40>>", "sk-or-v1-<<hex:64>>"])
@pytest.mark.parametrize("kind", NEIGHBOURS)
def test_what_follows_on_the_next_line_is_no_part_of_a_token(kind: str, form: str) -> None:
    token = fill(form, random.Random(kind))
    assert failing(NEIGHBOURS[kind](token)) == {token}


@pytest.mark.parametrize("kind", NEIGHBOURS)
def test_a_token_too_short_is_not_made_long_enough_by_its_neighbour(kind: str) -> None:
    token = fill("sk-ant-api03-<<letters:19>>", random.Random(kind))
    assert failing(NEIGHBOURS[kind](token)) == set()


@pytest.mark.parametrize("after", ["\nMODEL=large\n", "\nMODEL: large\n", "\n"])
def test_a_folded_token_is_still_put_together(after: str) -> None:
    token = fill("sk-gamma-<<alnum:51>>", random.Random(after))
    pieces = "\n".join(token[at : at + 20] for at in range(0, 60, 20))
    assert token in failing(pieces + after)


@pytest.mark.parametrize("form", ["<<discord>>.<<b64url:6>>.<<b64url:38>>", "<<jwt>>"])
@pytest.mark.parametrize("width", [30, 40])
def test_a_token_of_parts_is_put_together(form: str, width: int) -> None:
    token = fill(form, random.Random(width))
    assert token in failing("\n".join(token[at : at + width] for at in range(0, len(token), width)) + "\n")
