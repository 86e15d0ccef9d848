"""Passwords by their place alone: words, many signs, templates that only look like one, and what is said beside them."""

from __future__ import annotations

import random
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.secrets import Engine
from auditor.secrets.placeholders import (
    _LITERALS,
    is_full_of_signs,
    is_option_password,
    is_password_word,
    is_placeholder,
    is_quoted_password,
)

ENGINE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")


def found(text: str) -> dict[str, str]:
    """The values found in `text`, each with its confidence."""
    return {hit.value: hit.confidence for hit in ENGINE.scan_text(text)}


@pytest.mark.parametrize("text", ['password: "whitehorses"', "ACME_PASS=whitehorses", "<pwd>whitehorses</pwd>"])
def test_a_plain_word_is_a_possible_password(text: str) -> None:
    assert found(text) == {"whitehorses": "possible"}


@pytest.mark.parametrize(
    "word", [b"required", b"forgotpassword", b"userfield", b"password", b"testsecret", b"OptIn", b"passwort"]
)
def test_a_word_about_a_password_is_none(word: bytes) -> None:
    assert not is_password_word(word)


@pytest.mark.parametrize(
    "value",
    [b"${DB_PASSWORD}", b"${{ secrets.TOKEN }}", b"a{{ .Values.token }}", b"x${DB_PASS", b"{{token", b"${a:-b}"],
)
def test_a_template_is_a_placeholder_whole_or_cut_off(value: bytes) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize("value", [b"Kd93}jsLq02", b"{{h}o)p${e]nob(ody>-_$#", b"q7{2}mXw9{p"])
def test_a_brace_alone_makes_no_template(value: bytes) -> None:
    assert not is_placeholder(value)


@pytest.mark.parametrize("length", [40, 4000])
@pytest.mark.parametrize("literal", _LITERALS)
def test_what_stands_in_a_placeholder_is_seen_in_a_value_of_any_length(literal: bytes, length: int) -> None:
    random_part = bytes(random.Random(length).choices(b"abcdefghijkmnpqrstuvw23456789", k=length))
    assert is_placeholder(random_part + literal.upper() + random_part)
    assert not is_placeholder(random_part + random_part)


@pytest.mark.parametrize(
    "code",
    [b"^(?=.*[A-Z])(?=.*[!@#$%]).{8,}$", b"e[0],t={a:b(c)=>d!}", b"fn(a){return!x[0]&&$b}", b"$.data[*].key(@)#!?&"],
)
def test_an_expression_is_not_full_of_signs(code: bytes) -> None:
    assert not is_full_of_signs(code)


@given(st.integers())
def test_what_a_generator_of_passwords_draws_is_full_of_signs(seed: int) -> None:
    rng = random.Random(seed)
    letters = "".join(rng.choices(string.ascii_letters, k=8))
    value = "".join(f"{letter}{sign}" for letter, sign in zip(letters, "{#>!@^$~", strict=True))
    assert is_full_of_signs(value.encode())


def test_random_letters_are_an_options_password_and_names_are_not() -> None:
    assert is_option_password(b"qVDtkXwPzCrQm")
    assert not is_quoted_password(b"qVDtkXwPzCrQm")
    assert not is_option_password(b"getThePasswordOfTheUser")


def test_teamcitys_token_is_its_own_and_no_jwt() -> None:
    text = "eyJ0eXAiOiAiVENWMiJ9." + "qK7-" * 9 + "." + "Zm9x" * 11 + "w2Lp"
    assert {hit.detector for hit in ENGINE.scan_text(text)} == {"teamcity.token"}


def test_a_bot_token_is_found_in_its_address() -> None:
    token = "6213808867:AA" + "hq7Xz2WmK" * 3 + "p4R9sTv"
    assert found(f"curl https://api.telegram.org/bot{token[:46]}/getMe") == {token[:46]: "likely"}
