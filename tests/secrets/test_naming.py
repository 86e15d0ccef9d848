"""Hex digits and UUIDs under a service's name: its key where the name says so, else a commit, a digest or an id."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from auditor.facts import Confidence
from auditor.secrets import Engine
from auditor.secrets.patterns import load_patterns
from tests.secrets.fakes import fill

FOLDER = Path(__file__).parents[2] / "rules" / "secrets"
ENGINE = Engine.load(FOLDER)
TABLES = [pattern.table for pattern in load_patterns(FOLDER, whole=True) if "%ASSIGN%" in pattern.table.regex]
SERVICES = sorted({table.id.split(".")[0] for table in TABLES})
RNG = random.Random(31)
UUID = "<<hex:8>>-<<hex:4>>-<<hex:4>>-<<hex:4>>-<<hex:12>>"
PLAIN = {
    "md5": fill("<<hex:32>>", RNG),
    "sha1": fill("<<hex:40>>", RNG),
    "sha256": fill("<<hex:64>>", RNG),
    "uuid": fill(UUID, RNG),
}


def weighed(text: str) -> dict[str, Confidence]:
    """What is found in `text`, or in a record that holds it, with how sure it is."""
    record = json.dumps({"output": text}, ensure_ascii=False)
    return {hit.value: hit.confidence for seen in (text, record) for hit in ENGINE.scan_text(seen + "\n")}


NO_KEYS = (
    *("{s}_app_id={v}", "{S}_APP_ID={v}", "{s}_request_id: {v}", "x-{s}-request-id: {v}", "{s} commit: {v}"),
    *('"{s}_commit_sha": "{v}"', '{s}_md5 = "{v}"', "{s} sha256: {v}", '{s}_account_id: "{v}"', "{s}.git.rev: {v}"),
    *('"{s}ProjectId":"{v}"', "{s}-1.2.3-py3-none-any.whl: {v}", '{s} etag: "{v}"', "{s}_public_key={v}"),
    *("{s}_cache_key={v}", "git+https://github.com/x/{s}@{v}", "{s}_trace_id={v}", '{s}_checksum: "{v}"'),
    *("  {s}  {v} a commit's subject", '"modeling_{s}.py": "{v}"', "  {s}Core: {v}", "{s}.digest('{v}')"),
)


@pytest.mark.parametrize("form", NO_KEYS)
@pytest.mark.parametrize("kind", PLAIN)
def test_a_digest_under_a_service_s_name_is_at_most_possible(form: str, kind: str) -> None:
    for service in SERVICES:
        text = form.format(s=service, S=service.upper(), v=PLAIN[kind])
        assert {value: how for value, how in weighed(text).items() if how != "possible"} == {}, text


KEYS = (
    *("{S}_API_KEY={v}", '"{s}_auth_token": "{v}"', "{s}Token: {v}", "{s}.api_key = '{v}'", "X-{s}-Server-Token: {v}"),
    *('os.environ["{S}_API_KEY"] = "{v}"', "{s} login {v}", 'new {s}Client("{v}")', '{s}("{v}")', "{S}_SECRET_2={v}"),
    *("the {s} api key is {v}", "{S}_API_KEY_PROD={v}", "<{s}Key>{v}</{s}Key>"),
)
HOLDERS = {
    "wandb": "sha1",
    "deepgram": "sha1",
    "heroku": "uuid",
    "postmark": "uuid",
    "assemblyai": "md5",
    "vastai": "sha256",
}


@pytest.mark.parametrize("form", KEYS)
@pytest.mark.parametrize("service", HOLDERS)
def test_under_a_name_that_says_key_it_is_the_key(form: str, service: str) -> None:
    value = PLAIN[HOLDERS[service]]
    text = form.format(s=service, S=service.upper(), v=value)
    assert weighed(text).get(value) == "likely", text


def test_letters_before_a_short_name_make_another_one_of_it() -> None:
    assert weighed(f'"add_api_routes": "{PLAIN["sha1"]}"') == {}
    assert weighed(f"DD_API_KEY={PLAIN['md5']}") == {PLAIN["md5"]: "likely"}


@pytest.mark.parametrize("name", ["privateKeyCommitment: ", "privateKeyHash: ", "PRIVATE_KEY_TYPEHASH = "])
def test_what_is_made_from_a_wallet_s_key_is_not_the_key(name: str) -> None:
    value = f"0x{PLAIN['sha256']}"
    assert "likely" not in weighed(f'{name}"{value}"').values()
    assert weighed(f'deployer_private_key: "{value}"') == {value: "likely"}


@pytest.mark.parametrize(
    "name", ["SESSION", "EXPRESS_SESSION", "CSRF", "HASH", "NODE", "EVENT", "CACHE", "THREAD", "page"]
)
def test_a_secret_is_one_whatever_it_is_for(name: str) -> None:
    value = PLAIN["sha256"]
    assert value in weighed(f"{name}_SECRET={value}")
    assert value in weighed(f"the {name} secret {value}")


def test_the_token_of_a_session_opens_it_and_that_of_a_page_does_not() -> None:
    value = PLAIN["sha256"]
    assert value in weighed(f"SESSION_TOKEN={value}")
    assert weighed(f"PAGE_TOKEN={value}\nSESSION_KEY={value}\ncache_api: {value}") == {}
    assert value in weighed(f"pagerkey: {value}"), "a longer word is another one"


def test_the_letter_of_an_escape_is_no_part_of_a_name() -> None:
    value = PLAIN["md5"]
    assert weighed(f"a table\nsort_key: {value}\r\nsession_key: {value}") == {}
    assert weighed(f"a service\nfinnhub_token: {value}\n") == {value: "likely"}


@pytest.mark.parametrize("end", ["", "`", ")", "|", ">", "*", ",", "\n"])
@pytest.mark.parametrize("start", ["", "`", "(", "|", ">", "*", ",", "\n", "[", "/"])
def test_a_resend_key_stands_anywhere(start: str, end: str) -> None:
    key = fill("re_<<alnum:8>>_<<alnum:24>>", RNG)
    assert weighed(f"use {start}{key}{end} now") == {key: "likely"}
    assert weighed(f"the co{key}") == {}


@pytest.mark.parametrize(
    "name",
    [
        *("bkpt_handler_for_thumb2_instructions_in_armv7_mode", "api_sandbox.create_payment_intent_v2(x)"),
        *("persona_sandbox_environment_variables_2024", "polar_at_temperature_300k_and_pressure_1"),
        *("prf_hmac_sha256_expand_label_v2", "tss_upstream_2000_downstream_500", "vtwn_read_settings_of_user_2"),
    ],
)
def test_words_that_code_joins_are_a_name_though_they_begin_as_a_token_does(name: str) -> None:
    assert weighed(name) == {}


BARE = {
    "statsig": "secret-<<hex:40>>",
    "cursor": "key_<<hex:64>>",
    "wepay": "PRODUCTION_<<hex:60>>",
    "unleash": "user:<<hex:56>>",
    "mintlify": "mint_<<hex:40>>",
    "launchdarkly": "api-<<hex:8>>-<<hex:4>>-4<<hex:3>>-a<<hex:3>>-<<hex:12>>",
}


@pytest.mark.parametrize("service", BARE)
def test_hex_digits_behind_a_plain_word_are_a_key_where_they_are_called_one(service: str) -> None:
    key = fill(BARE[service], RNG)
    for form in ("name: {k}", "{k}: cached", 'configmap "{k}"', "/tmp/{k}/x", "cache_key={k}", "{k}\n"):
        assert set(weighed(form.format(k=key)).values()) <= {"possible"}, form
    forms = (
        '{n}_API_KEY="{k}"',
        "{n}_PAT={k}",
        '"token": "{k}"',
        "x-api-key: {k}",
        "Authorization: Bearer {k}",
        "authorization: {k}",
    )
    for form in forms:
        assert weighed(form.format(n=service.upper(), k=key)).get(key) == "likely", form
