"""Of a request's cookies the one that opens a session is told, by its name's pieces and not by letters inside a word."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from auditor.secrets import Engine
from tests.secrets.fakes import fill

ENGINE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")
RNG = random.Random(17)


def cookies(text: str) -> dict[str, str]:
    """What is told of cookies in `text`, with how sure it is."""
    found = ENGINE.scan_text(text) + ENGINE.scan_text(json.dumps({"output": text}))
    return {hit.value: hit.confidence for hit in found if hit.detector == "http.cookie"}


@pytest.mark.parametrize(
    "name",
    [
        "session",
        "sessionid",
        "session_id",
        "user_session",
        "__session",
        "laravel_session",
        "grafana_session",
        "sessionToken",
        "userSession",
        "connect.sid",
        "koa.sess",
        "sid",
        "mySid",
        "SID",
        "SAPISID",
        "__Secure-1PSID",
        "PHPSESSID",
        "JSESSIONID",
        "ASPSESSIONIDQABCD",
        "ASP.NET_SessionId",
        ".ASPXAUTH",
        "auth",
        "auth_token",
        "authToken",
        "CF_Authorization",
        "AWSELBAuthSessionCookie-0",
        "MMAUTHTOKEN",
        "next-auth.session-token",
        "__Secure-next-auth.session-token.0",
        "sb-abc-auth-token",
        "__clerk_db_jwt",
        "token_v2",
        "oauth_token",
    ],
)
def test_a_session_is_known_by_its_name(name: str) -> None:
    value = fill("<<alnum:40>>", RNG)
    assert cookies(f"Cookie: theme=dark; {name}={value}; x=1") == {value: "likely"}


NOTES = [
    "authjs.callback-url",
    "next-auth.callback-url",
    "auth_redirect_uri",
    "sidebar_state",
    "sidebar:state",
    "inside_campaign",
    "president_banner",
    "comment_author_1a2b",
    "authority",
    "assessment",
    "__session_consent",
    "auth_redirect",
    "auth_provider",
    "session_width",
    "token_expires",
    "next-auth.csrf-token",
]


@pytest.mark.parametrize("name", NOTES)
def test_a_note_about_the_visitor_is_none(name: str) -> None:
    value, session = fill("<<alnum:40>>", RNG), fill("<<alnum:40>>", RNG)
    assert cookies(f"Cookie: {name}={value}; theme=dark") == {}
    assert cookies(f"Cookie: {name}={value}; session={session}") == {session: "likely"}


@pytest.mark.parametrize(
    "value",
    [
        "test-session-id-1234567890",
        "invalid-session-token-1",
        "s%3Afake-session-id.fakesignature123",
        "abc123def456ghi789jkl012",
        "http%3A%2F%2Flocalhost%3A3000",
        "%2Fdashboard%2Fsettings%2Fprofile",
        "collapsed-left-panel-2024-11",
    ],
)
def test_a_value_of_words_is_possible_only(value: str) -> None:
    assert set(cookies(f"Cookie: sessionid={value}").values()) == {"possible"}


@pytest.mark.parametrize("template", ["<<hex:32>>", "<<alnum:20>>", "s%3A<<b64url:32>>.<<alnum:43>>", "<<b64url:60>>"])
def test_a_random_value_keeps_its_weight(template: str) -> None:
    value = fill(template, RNG)
    assert cookies(f"Cookie: sessionid={value}")[value] == "likely"
