"""The accelerated path reports what detect-secrets' own plugins report, but for the documented exceptions."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.secrets import Engine, plugins
from auditor.secrets.plugins import EXCEPTIONS, PLUGINS, report
from tests.secrets.fakes import fill, jwt

KINDS: dict[str, Any] = get_mapping_from_secret_type_to_class()
THEIRS = {kind.__name__: kind() for kind in KINDS.values()}
RNG = random.Random(3)
ENGINE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")

SAMPLES = [
    " AKC" + fill("<<alnum:20>>", RNG),
    '"APD' + fill("<<alnum:20>>", RNG) + '"',
    "AKIA" + fill("<<base32:16>>", RNG),
    "aws_secret_key = '" + fill("<<secret40:40>>", RNG) + "'",
    "AccountKey=" + fill("<<b64:88>>", RNG),
    "https://me:" + fill("<<alnum:12>>", RNG) + "@host/",
    "cloudant_password: '" + fill("<<hex:64>>", RNG) + "'",
    "clou-api-key=" + "a" * 24,
    "https://acct:" + fill("<<hex:64>>", RNG) + "@acct.cloudant.com",
    "gho_" + fill("<<alnum:36>>", RNG),
    "glpat-" + fill("<<b64url:20>>", RNG),
    "glcbt-1f_" + fill("<<b64url:20>>", RNG),
    "ibm_cloud_iam_api_key = '" + fill("<<alnum:44>>", RNG) + "'",
    "cos_secret_access_key: " + fill("<<hex:48>>", RNG),
    jwt(RNG),
    'api_key = "' + fill("<<alnum:20>>", RNG) + '"',
    'if (my_Password == "' + fill("<<alnum:9>>", RNG) + '")',
    'setSecret("' + fill("<<alnum:9>>", RNG) + '");',
    fill("<<hex:32>>", RNG) + "-us5",
    "//registry.example.org/:_authToken=npm_" + fill("<<alnum:36>>", RNG),
    "sk-" + fill("<<alnum:20>>", RNG) + "T3BlbkFJ" + fill("<<alnum:20>>", RNG),
    "-----BEGIN RSA PRIVATE" + " KEY-----",
    "PuTTY-User-Key-File-2: ssh-rsa",
    "pypi-AgEIcHlwaS5vcmc" + fill("<<b64url:80>>", RNG),
    "SG." + fill("<<b64url:22>>.<<b64url:43>>", RNG),
    "softlayer_api_key=" + fill("<<hex:64>>", RNG),
    "http://api.softlayer.com/soap/v3/" + fill("<<hex:64>>", RNG),
    "sq0csp-" + fill("<<b64url:43>>", RNG),
    "rk_live_" + fill("<<alnum:24>>", RNG),
    fill("<<digits:9>>:AA<<b64url:33>>", RNG),
    "AC" + fill("<<hex:32>>", RNG),
    "SK" + fill("<<hex:32>>", RNG),
]
PIECES = [
    "secret",
    "Pass",
    "pwd",
    "api_key",
    "=",
    ": ",
    '"',
    "'",
    " ",
    "abc",
    "9f8",
    "`",
    ";",
    "]",
    "[",
    "=>",
    "!==",
    "contraseña",
    "AKIA",
    "cl",
    "_key",
    "key",
    "://",
    ":",
    "@",
]


def theirs(line: str) -> set[tuple[str, str]]:
    """What every plugin but the excepted ones says of `line`, one after the other."""
    names = {plugin.name for plugin in PLUGINS} - EXCEPTIONS.keys()
    return {(name, secret.secret_value) for name in names for secret in THEIRS[name].analyze_line("", line)}


def ours(line: str) -> set[tuple[str, str]]:
    return {(name, value) for name, value in report(line) if name not in EXCEPTIONS}


def test_every_plugin_is_reached_or_excepted() -> None:
    assert {plugin.name for plugin in PLUGINS} | EXCEPTIONS.keys() == THEIRS.keys()
    assert all(len(reason) > 10 for reason in EXCEPTIONS.values())


def test_every_reached_plugin_has_a_sample() -> None:
    found = {name for line in SAMPLES for name, _ in report(line)}
    assert found == {plugin.name for plugin in PLUGINS}


@pytest.mark.parametrize("line", SAMPLES)
def test_samples_are_reported_alike(line: str) -> None:
    assert theirs(line) <= ours(line) == theirs(line)
    assert ours(f"  x {line} y ") == theirs(f"  x {line} y ")


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.sampled_from(SAMPLES) | st.text(max_size=6), max_size=8))
@example(["db", "_pass", "word", ' => "x1"'])
def test_any_line_is_reported_alike(parts: list[str]) -> None:
    line = "".join(parts).replace("\n", " ").replace("\r", " ")
    assert ours(line) == theirs(line)
    assert plugins._GIVEN.search(line) or not any(name == "KeywordDetector" for name, _ in theirs(line))


def test_a_keyword_within_an_id_is_not_worth_loading_all_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> None:
        raise AssertionError(name)

    monkeypatch.setattr(plugins, "_loaded", load)
    value = fill("<<alnum:24>>", RNG)
    assert ENGINE.scan_text(f'{{"id":"msg_01sRpwDXk30krgoIIRF","content":"{value}"}}') == []
    assert ENGINE.scan_text(f'{{"id":"chatcmpl-xwsCLpWf4","digest":"{value.lower()}"}}') == []
    with pytest.raises(AssertionError, match="KeywordDetector"):
        ENGINE.scan_text(f'contrasena: "{value}"')


@pytest.mark.parametrize("sample", ["xoxp-<<digits:12>>-<<digits:12>>-<<hex:32>>", "xoxb-<<digits:12>>-<<alnum:24>>"])
def test_what_the_excepted_slack_plugin_would_find_is_found_without_it(sample: str) -> None:
    text = fill(sample, RNG)
    assert text in {secret.secret_value for secret in THEIRS["SlackDetector"].analyze_line("", text)}
    assert [(hit.detector, hit.value) for hit in ENGINE.scan_text(text)] == [("slack.token", text)]


@pytest.mark.parametrize("text", ["xoxe.xoxp-1-initial", "xoxb-12345-abcd234"])
def test_what_the_slack_plugin_takes_for_a_token_by_its_first_digits_is_left_alone(text: str) -> None:
    assert THEIRS["SlackDetector"].analyze_line("", text)
    assert ENGINE.scan_text(text) == []


@pytest.mark.parametrize("line", ["fwd primer {} Tm 58", "g7,{},0.91", "5'-{}-3'", "guide = '{}'  # NGG"])
def test_twenty_bases_of_a_gene_are_no_access_key(line: str) -> None:
    text = line.format("ACCA" + "".join(RNG.choices("ACGT", k=16)))
    assert report(text)
    assert ENGINE.scan_text(text) == []


def test_an_access_key_without_a_digit_is_still_found() -> None:
    key = "AKIA" + "".join(RNG.choices("BDEFHIJKLMOPQRSUVWXYZ", k=16))
    assert [(hit.value, hit.confidence) for hit in ENGINE.scan_text(f"id {key} x")] == [(key, "likely")]


def test_a_commit_beside_the_name_of_aws_is_no_secret_key() -> None:
    commit, key = fill("<<hex:40>>", RNG), fill("<<secret40:40>>", RNG)
    assert not [hit for hit in ENGINE.scan_text(f"aws_key_rotation_rev = '{commit}'") if hit.confidence != "possible"]
    assert key in {hit.value for hit in ENGINE.scan_text(f"aws_key_rotation = '{key}'") if hit.confidence != "possible"}
