"""Values that only a name makes a secret: what the name must be, and what may stand in place of a value."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from auditor.secrets import Engine
from tests.secrets.fakes import fill

ENGINE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")
RNG = random.Random(23)
HEX = fill("<<hex:32>>", RNG)
UUID = fill("<<hex:8>>-<<hex:4>>-4<<hex:3>>-a<<hex:3>>-<<hex:12>>", RNG)
TOKEN = fill("<<alnum:32>>", RNG)

SIGNS = (
    '{name}Token="{value}"',
    "{name}Token = {value}",
    '{{\n    "{name}_token": "{value}"\n}}',
    "<{name}Token>{value}</{name}Token>",
    "<{name}Token>\n    {value}\n</{name}Token>",
    "{name}_token: |\n  {value}",
    "{name}_token: >\n  {value}",
    'var {name}Token string = "{value}"',
    "{name}Token := `{value}`",
    '${name}Token .= "{value}"',
    "{name}Token,{value},",
    '  "{name}Token" => "{value}"',
    '{name}_TOKEN ::= "{value}"',
    '{name}_TOKEN ?= "{value}"',
    '{name}_TOKEN += "{value}"',
    'System.setProperty("{name}_TOKEN", "{value}")',
    '{{"name": "{name}_api_token", "value": "{value}"}}',
)


def values(text: str) -> set[str]:
    run = ENGINE.scan("x")
    run.feed(text.encode())
    return {hit.value for hit in run.close()[0]}


@pytest.mark.parametrize("value", [HEX, UUID, TOKEN], ids=["hex", "uuid", "token"])
@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_of_assignment_is_known(sign: str, value: str) -> None:
    text = sign.format(name="acme", value=value)
    assert value in values(text)
    assert value in values(json.dumps({"result": text}))


@pytest.mark.parametrize(
    "name",
    [
        *(
            "cache_key",
            "primaryKey",
            "sort_key",
            "idempotency-key",
            "next_token",
            "object_key",
            "commit key",
            "page_token",
        ),
        *("file_hash", "sha256", "toolCallId", "session", "etag", "request_id", "trace_token", "public_key"),
    ],
)
@pytest.mark.parametrize("value", [HEX, UUID, fill("<<hex:64>>", RNG)], ids=["hex", "uuid", "digest"])
def test_digests_and_ids_under_other_names_are_left_alone(name: str, value: str) -> None:
    assert values(f'{name} = "{value}"\n"{name}": "{value}"\n{name}={value}\n') == set()


@pytest.mark.parametrize(
    "text",
    [
        "api_key = settings.acme_api_key",
        "ACME_API_KEY=${ACME_API_KEY}",
        'token = os.environ["ACME_TOKEN"]',
        'password = "your-password-1"',
        "password: string;",
        "def login(user, password=None): ...",
        "curl -u $USER:$PASSWORD https://a.example/",
        "mysqli_connect($host, $user, $password)",
        "--api-key <your-api-key>",
        "SECRET_KEY=changeme123",
        "Authorization: Bearer <redacted>",
        '["sk-ant-api", "sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-", "sk-service-"]',
        '["glpat-", "gldt-", "glft-", "glsoat-", "glrt-", "glrtr-", "glcbt-", "glimt-", "glptt-"]',
        "the xoxb-, xoxp- and xapp- prefixes",
    ],
)
def test_what_stands_for_a_value_is_none(text: str) -> None:
    assert values(text) == set()
    assert values(json.dumps({"result": text})) == set()


def test_a_key_of_several_lines_is_the_same_in_a_file_and_in_json() -> None:
    key = fill("-----BEGIN PRIVATE KEY-----\nMIIE<<b64:60>>\n<<b64:64>>\n-----END PRIVATE KEY-----", RNG)
    assert values(key + "\n") == {key}
    assert values(json.dumps({"result": f"key:\n{key}\n"})) == {key}


def test_the_letter_of_an_escape_is_no_part_of_a_value() -> None:
    secret = fill("<<alnum:3>>8Q~<<alnum:34>>", RNG)
    assert secret in values(json.dumps({"result": f"it is\n{secret}\nand works"}))
