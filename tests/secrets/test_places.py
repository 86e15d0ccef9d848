"""Values are found where people write them: commands over lines, manifests, sentences, names with more words."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.secrets import Engine
from tests.secrets.fakes import fill, pick

ENGINE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")
RNG = random.Random(11)
PASSWORD = pick("alnum", 14, RNG) + "7!"
HEX = pick("hex", 40, RNG)


def found(text: str) -> dict[str, str]:
    """The values found in `text`, each with its confidence."""
    return {hit.value: hit.confidence for hit in ENGINE.scan_text(text)}


@pytest.mark.parametrize(
    "command",
    [
        "curl -u robot:{} https://acme.invalid/",
        "curl --user 'robot:{}' https://acme.invalid/",
        "curl -u robot:'{}' -X POST https://acme.invalid/",
        'curl -u ":{}" https://acme.invalid/',
        'curl -u "{}:" https://acme.invalid/',
        "curl -s https://acme.invalid/ \\\n  -H 'Accept: */*' \\\n  --user robot:{}",
        '["curl", "-u", "robot:{}", "https://acme.invalid/"]',
    ],
)
def test_curls_password_is_found_in_each_form_of_its_option(command: str) -> None:
    text = command.format(PASSWORD)
    assert PASSWORD in found(text)
    assert PASSWORD in found(json.dumps({"command": text}))


def test_curls_user_without_a_password_is_none() -> None:
    assert found("curl -u robot https://acme.invalid:8443/path -H 'Accept: a7/b9'") == {}


def test_an_option_on_the_next_line_is_no_part_of_a_token() -> None:
    token = "glptt-" + HEX
    assert found(f"curl -X POST \\\n  -F token={token} \\\n  -F ref=main") == {token: "likely"}


def test_a_querys_value_ends_where_the_next_begins() -> None:
    assert HEX in found(f"https://acme.invalid/get?token={HEX}&page=2")


@pytest.mark.parametrize("quote", ["", "'", '"'])
@pytest.mark.parametrize("order", ["kind: {q}Secret{q}\ndata:\n{data}", "data:\n{data}kind: {q}secret{q}\n"])
def test_a_kubernetes_secret_is_read_in_either_order(order: str, quote: str) -> None:
    value = pick("b64", 24, RNG)
    text = order.format(q=quote, data=f"  # made by hand\n  pw: {quote}{value}{quote}\n")
    assert value in found(text)


def test_the_data_of_another_document_is_no_secret_of_this_one() -> None:
    value = pick("letters", 24, RNG)
    assert found(f"data:\n  mode: {value}\n---\nkind: Secret\n") == {}
    assert found(f"kind: Secret\n---\nkind: ConfigMap\ndata:\n  mode: {value}\n") == {}


@given(st.integers(0, 1 << 32))
def test_a_services_name_makes_a_random_value_likely(seed: int) -> None:
    value = pick("hex", 32, random.Random(seed))
    assert found(f'FINNHUB_API_KEY = "{value}"') == {value: "likely"}
    assert found(f"finnhub_cache_key: {value}").get(value) != "likely"


@pytest.mark.parametrize("name", ["acme_token", "monkey", "primary_key"])
def test_an_unknown_name_does_not(name: str) -> None:
    assert "likely" not in found(f'{name} = "{HEX}"').values()


@pytest.mark.parametrize(
    "value",
    ["<<alnum:30>>.v1.<<b64url:60>>.<<hex:40>>", "MC0q7B<<alnum:20>>.q7B<<alnum:4>>.<<b64url:34>>"],
)
def test_the_parts_of_a_token_are_joined_by_dots_as_names_are(value: str) -> None:
    rng = random.Random(value)
    token = fill(value, rng)
    assert token in {hit.value for hit in ENGINE.scan_text(f"acme_token = '{token}'")}


@pytest.mark.parametrize("code", ["AcmeServer2.secretStore1.defaultEntryOfIt", "acme_v2.Client3.keys4.read_the_Next5"])
def test_names_that_dots_join_are_no_token(code: str) -> None:
    assert ENGINE.scan_text(f"acme_token = '{code}'") == []


def test_a_token_is_found_to_its_end_whatever_its_length() -> None:
    rng = random.Random(5)
    for length in (301, 900, 2400):
        token = pick("b64url", length, rng)
        assert [hit.value for hit in ENGINE.scan_text(f"acme token = '{token}'")] == [token]
        assert [hit.value for hit in ENGINE.scan_text(f"acme token - '{token}'")] == [token]


def test_a_key_that_begins_with_its_id_is_no_id() -> None:
    rng = random.Random(9)
    name = fill("<<hex:8>>-<<hex:4>>-<<hex:4>>-<<hex:4>>-<<hex:12>>", rng)
    key = f"{name}:{pick('b64url', 43, rng)}"
    assert set(found(f"api_secret_key = '{key}'")) == {key}
    assert found(f"api_secret_name = '{name}.json'") == {}


@pytest.mark.parametrize("names", ["SECRET KEY:{}", "Token token={}", "secret access_key:{}"])
def test_a_name_of_two_words_is_no_part_of_its_value(names: str) -> None:
    value = fill("<<alnum:20>>", random.Random(4))
    assert set(found(names.format(value) + "\n")) == {value}
