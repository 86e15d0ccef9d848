"""A token in the middle of a long encoded text is none; one in a list, a table or a path is."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.secrets import Engine
from auditor.secrets.blobs import in_blob
from tests.secrets.fakes import fill, pick

ENGINE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")
RNG = random.Random(31)
TOKENS = {
    "square": "EAAA" + pick("alnum", 60, RNG),
    "twitter": "A" * 22 + "MLhe" + "A" * 7 + pick("alnum", 70, RNG),
    "facebook": "EAAC" + pick("alnum", 120, RNG),
    "replicate": "r8_" + pick("alnum", 37, RNG),
    "yandex": "AQVN" + pick("alnum", 36, RNG),
    "github": "ghp_" + pick("alnum", 36, RNG),
    "fly": "fm2_" + pick("b64", 150, RNG),
}


def found(text: str) -> set[str]:
    run = ENGINE.scan("x")
    run.feed(text.encode() + b"\n")
    return {hit.value for hit in run.close()[0] if hit.confidence != "possible"}


def lines(text: str, width: int) -> str:
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


@pytest.mark.parametrize("name", ["square", "facebook", "twitter"])
@pytest.mark.parametrize("sign", ["+", "/"])
def test_a_match_in_base64_is_none(name: str, sign: str) -> None:
    text = pick("b64", 400, RNG) + sign + TOKENS[name] + sign + pick("b64", 400, RNG)
    for form in (text, json.dumps({"data": text}), lines(text, 76), json.dumps({"data": lines(text, 76)})):
        assert found(form) == set()


@pytest.mark.parametrize("name", ["replicate", "yandex", "github", "square"])
def test_a_match_in_base64url_is_none(name: str) -> None:
    text = "gAAAAAB" + pick("b64url", 300, RNG) + "-" + TOKENS[name] + "-" + pick("b64url", 300, RNG)
    assert found(json.dumps({"encrypted_content": text})) == set()


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
def test_a_token_that_stands_by_itself_is_found(token: str) -> None:
    blob = pick("b64", 600, RNG)
    for text in (
        token,
        f"TOKEN={token}",
        json.dumps({"data": blob, "token": token, "more": blob}),
        f"{blob}\n{token}\n{blob}",
        f"{blob} {token} {blob}",
        f"export TOKEN={token}\n" * 2,
        f"https://api.acme.io/v1/{token}?send=1",
    ):
        assert token in found(text), text[:40]


@pytest.mark.parametrize("name", ["square", "facebook"])
@pytest.mark.parametrize("before", ["Dx+", "q7-", "ZnJvbSB0aGUgc2Vh/"])
def test_a_short_encoded_text_holds_none_behind_a_sign(name: str, before: str) -> None:
    for text in (before + TOKENS[name], json.dumps({"cursor": before + TOKENS[name]})):
        assert found(text) == set()


def test_capitals_only_are_base32() -> None:
    text = lines("EAAA" + pick("base32", 60, RNG) + "EAAA" + pick("base32", 60, RNG), 64)
    assert found(text) == set()


def test_a_name_in_an_encoded_line_is_not_given_the_next_line() -> None:
    left, right = pick("base32", 40, RNG) + "SUMO" + pick("base32", 20, RNG), pick("base32", 64, RNG)
    for text in (f"{left}\n{right}\n{left}", json.dumps({"data": f"{left}\n{right}\n{left}"})):
        assert found(text) == set()
    key = pick("alnum", 64, RNG)
    assert found(f"sumo access key\n{key}\n") == {key}
    assert found(f"SUMO_ACCESS_KEY={key}\n") == {key}


def test_the_padding_of_base64_begins_no_word_read_backwards() -> None:
    key = fill("sk-<<alnum:20>>-<<alnum:40>>", RNG)[::-1]
    assert found(json.dumps({"cursor": f"{key}="})) == set()
    assert found(f"{key}=YEK") == {key[::-1]}


def test_a_list_of_tokens_is_no_blob() -> None:
    tokens = [fill("ghp_<<alnum:36>>", RNG) for _ in range(12)]
    assert found("\n".join(tokens)) == set(tokens)
    assert found(json.dumps("\n".join(tokens))) == set(tokens)
    squares = ["EAAA" + pick("alnum", 60, RNG) for _ in range(12)]
    assert found("\n".join(squares)) == set(squares)


def test_what_is_encoded_in_a_blob_is_still_found() -> None:
    token = fill("ghp_<<alnum:36>>", RNG)
    blob = base64.b64encode(("x" * 300 + f" TOKEN={token} " + "y" * 300).encode()).decode()
    assert token in found(json.dumps({"data": blob}))
    assert token in found(lines(blob, 76))


@given(st.binary(max_size=400), st.integers(0, 400), st.integers(0, 60))
def test_any_place_can_be_asked_about(data: bytes, start: int, length: int) -> None:
    start = min(start, len(data))
    assert in_blob(data, start, min(start + length, len(data))) in {True, False}
