"""A service's own variable makes a value likely, however the two are joined; so do forms that one issuer has alone."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import pytest

from auditor.secrets import Engine
from auditor.secrets.hit import Hit
from auditor.secrets.patterns import load_patterns
from tests.secrets.fakes import fill

FOLDER = Path(__file__).parents[2] / "rules" / "secrets"
ENGINE = Engine.load(FOLDER)
RNG = random.Random(31)
TOKEN = fill("<<alnum:32>>", RNG)
HEX = fill("<<hex:40>>", RNG)
UUID = fill("<<hex:8>>-<<hex:4>>-4<<hex:3>>-a<<hex:3>>-<<hex:12>>", RNG)


def hits(text: str) -> list[Hit]:
    run = ENGINE.scan("x")
    run.feed(text.encode())
    return run.close()[0]


def confidences(text: str, value: str) -> set[str]:
    return {hit.confidence for hit in hits(text) if hit.value == value}


JOINED = (
    "export {name}={value}\n",
    '{name}: "{value}"\n',
    "os.environ.setdefault('{name}', '{value}')",
    "environ({{'PATH': '/usr/bin', '{name}': '{value}'}})",
    "- name: {name}\n  value: {value}\n",
    '{{\n    "key": "{name}",\n            "value": "{value}"\n}}',
    "gh secret set {name} --body {value}\n",
    "aws ssm put-parameter --name /prod/{name} --value {value} --type SecureString\n",
    "fly secrets set {name}={value}\n",
    "ENV {name} {value}\n",
    'setx {name} "{value}"\n',
    "set -gx {name} {value}\n",
    "I set {name} to {value} and ran it again.\n",
    '$env:{name} = "{value}"\n',
    "process.env.{name} = '{value}';\n",
)


@pytest.mark.parametrize("value", [TOKEN, HEX, UUID], ids=["token", "hex", "uuid"])
@pytest.mark.parametrize("join", JOINED)
def test_a_services_own_variable_makes_a_value_likely(join: str, value: str) -> None:
    text = join.format(name="HUMANLOOP_API_KEY", value=value)
    nested = json.dumps({"input": json.dumps({"content": text})})
    assert confidences(text, value) == {"likely"}
    assert confidences(nested, value) == {"likely"}
    other = join.format(name="ACME_WORKS_KEY", value=value)
    assert confidences(other, value) == {"possible"}


@pytest.mark.parametrize(
    "name", ["lunaryApiKey", "LunaryApiKey", "lunary-api-key", "PROD_LUNARY_API_KEY", "lunary.token"]
)
def test_the_name_may_be_written_as_any_language_does(name: str) -> None:
    assert confidences(f'{{"{name}": "{UUID}"}}', UUID) == {"likely"}


@pytest.mark.parametrize(
    "text",
    [
        f"LUNARY_PUBLIC_KEY={UUID}",
        f"lunary_cache_key = '{HEX}'",
        f"REPLICATE_KEY_HASH: {HEX}",
        f'"writer_key": "{HEX}"',
        f'"spark_token": "{UUID}"',
        f'"factory_key": "{HEX}"',
        '"id": "the-lunary-key in-a-different-region-of-the-cloud-1628622402887"',
        "LUNARY_API_KEY=your-lunary-api-key-0123456789",
        "E2B_API_KEY=op://Private/E2B_API_KEY/credential",
        "AI21_API_KEY=ai21_api_key_from_settings",
        "Authorization: Bearer auth0_client_secret_from_settings",
        f"Authorization: Bearer {TOKEN}****************",
        "PERPLEXITY_API_KEY=pplx-test-key-1234567890",
        "Authorization: Bearer sk-ant-oat01-fake-key-for-tests",
        "2026-01-05T10:00:00.1234567Z   LUNARY_API_KEY: \n2026-01-05T10:00:00.1234567Z ##[endgroup]\n",
        "2026-01-05T10:00:00.1234567Z   GROQ_API_KEY: <key>\n2026-01-05T10:00:00.1234567Z ##[endgroup]\n",
        "2026-01-05T10:00:00.1Z   OPENAI_API_KEY: sk-proj-test-key-1234567890\n2026-01-05T10:00:00.1Z ##[endgroup]\n",
        "LUNARY_API_KEY=${LUNARY_API_KEY_2026}",
        "LUNARY_API_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ],
)
def test_other_names_and_what_stands_for_a_value_are_no_services_key(text: str) -> None:
    assert {hit.confidence for hit in hits(text)} <= {"possible"}


@pytest.mark.parametrize(
    "template",
    [
        "<<hex:32>>.<<alnum:16>>",
        "<<hex:32>>.<<b64url:24>>",
        f"{UUID}:<<hex:32>>",
        "2/<<digits:16>>/<<digits:16>>:<<hex:32>>",
    ],
)
def test_a_form_that_one_issuer_has_alone_needs_no_name_of_his(template: str) -> None:
    value = fill(template, RNG)
    assert confidences(f'{{"api_key": "{value}"}}', value) == {"likely"}
    assert confidences(f"AuthenticationError: Incorrect API key provided: {value}. You can find it at", value) == {
        "likely"
    }
    assert confidences(f'curl -H "Authorization: Bearer {value}" https://a.invalid', value) == {"likely"}


def test_a_key_that_a_runner_of_jobs_shows_folded_is_put_together() -> None:
    key = "gsk_" + fill("<<alnum:52>>", RNG)
    text = "".join(f"2026-01-05T10:00:00.12345{i}Z {key[at : at + 20]}\n" for i, at in enumerate(range(0, 60, 20)))
    assert key in {hit.value for hit in hits(text)}


SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: keys\ndata:\n  STAGE: dGVzdA==\n  {name}: {value}\n"


@pytest.mark.parametrize("value", [TOKEN, HEX, UUID], ids=["token", "hex", "uuid"])
def test_what_a_manifest_has_in_base64_is_told_as_the_text_that_it_is(value: str) -> None:
    text = SECRET.format(name="HUMANLOOP_API_KEY", value=base64.b64encode(value.encode()).decode())
    (found,) = (hit for hit in hits(text) if hit.value == value)
    assert (found.confidence, found.view) == ("likely", "base64")


def test_a_providers_own_form_is_known_in_the_base64_of_a_manifest() -> None:
    value = fill("tvly-<<alnum:32>>", RNG)
    encoded = base64.b64encode(value.encode() + b"\n").decode()
    assert ("tavily.api-key", value) in {
        (hit.detector, hit.value) for hit in hits(SECRET.format(name="A_KEY", value=encoded))
    }


def test_base64_of_bytes_and_of_placeholders_is_not_taken_for_text() -> None:
    value = fill("<<b64:44>>", RNG)
    assert value in {hit.value for hit in hits(f"acme_api_key = '{value}'")}
    encoded = base64.b64encode(b"your-api-key-goes-here").decode()
    assert hits(f"ACME_API_KEY: {encoded}") == []


@pytest.mark.parametrize("name", ["sha256=", "sha512-"])
def test_a_digest_that_is_called_one_is_no_token_though_it_begins_as_one(name: str) -> None:
    digest = "sk_" + fill("<<alnum:40>>", RNG)
    assert hits(f"numpy/core/x.py,{name}{digest},40\n") == []
    assert confidences(f"numpy/core/x.py,{digest},40\n", digest) == {"likely"}


def test_names_that_are_not_well_formed_are_refused_by_file(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(
        '[[pattern]]\nid = "x"\nanchors = ["abcd"]\nregex = "abcd"\nconfidence = "likely"\n'
    )
    (tmp_path / "names.toml").write_text('own = ["a"]\n')
    with pytest.raises(ValueError, match=r"names\.toml"):
        load_patterns(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "/usr/bin/env -u OPENAI_API_KEY OPENAI_AGENTS_TEST_IN_SANDBOX=1 make test",
        'Auth0VerifiableCredentials: "AUTH0_VERIFIABLE_CREDENTIALS"',
        'secretName:"ANTHROPIC_API_KEY",useExistingSecret:!0,workflowExists:!1',
        "this.ai21ApiKey = fields?.ai21ApiKey ?? (0, util.env)('AI21_API_KEY')",
        fill('POSTHOG_KEY = "phc_<<alnum:43>>"', RNG),
        'isValidAnthropicApiKey("sk-ant-1234567890")',
        "| Anthropic | HUMANLOOP_API_KEY | claude-3-5-sonnet-20241022 |",
        "set HUMANLOOP_API_KEY gpt-4o-mini-2024-07-18",
        "HUMANLOOP_API_KEY: settings.HUMANLOOP_KEY_2",
        "HUMANLOOP_API_KEY=humanloopKeyFromKeychain1",
        f"jira_issue_key={TOKEN}",
    ],
)
def test_under_a_service_s_name_code_settings_and_what_anybody_may_see_are_no_keys(text: str) -> None:
    for form in (text, json.dumps({"input": text})):
        assert not [hit for hit in hits(form) if hit.confidence != "possible"], form
