"""What an address that is good for minutes carries is possible only; what opens an account stays likely."""

from __future__ import annotations

import json
import random
from datetime import UTC, timedelta, timezone
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.secrets import Engine
from tests.secrets.fakes import fill, jwt

ENGINE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")
RNG = random.Random(37)
KEY = fill("AKIA<<base32:16>>", RNG)
SESSION = "IQoJb3JpZ2lu" + fill("<<alnum:200>>", RNG)
SIGNATURE = fill("<<b64:20>>%2F<<b64:22>>%3D", RNG)
TOKEN = jwt(RNG)
LENT = f"skoid={fill('<<hex:8>>-<<hex:4>>-<<hex:4>>-<<hex:4>>-<<hex:12>>', RNG)}&sks=b&ske=2026-01-01T10%3A00%3A00Z"
BLOB = "https://acme.blob.core.windows.net/c/f.zip?sp=r&sv=2024-11-04&sr=b"


def failing(text: str) -> set[str]:
    run = ENGINE.scan("x")
    run.feed(text.encode() + b"\n")
    return {hit.detector for hit in run.close()[0] if hit.confidence != "possible"}


def forms(text: str) -> tuple[str, ...]:
    escaped = json.dumps(text).replace("&", "\\u0026")
    return text, json.dumps({"out": f"< location: {text}\r\n"}), escaped, text.replace("&", "&amp;")


@pytest.mark.parametrize(
    "address",
    [
        f"https://b.s3.amazonaws.com/a?X-Amz-Credential={KEY}%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=aa",
        f"https://b.s3.amazonaws.com/a?X-Amz-Credential={KEY}/20260101/us-east-1/s3/aws4_request&X-Amz-Signature=aa",
        f"Authorization: AWS4-HMAC-SHA256 Credential={KEY}/20260101/us-east-1/s3/aws4_request, Signature=aa",
        f"https://b.s3.amazonaws.com/a?AWSAccessKeyId={KEY}&Expires=1398007379&Signature=aa%2Fbb",
        f'"X-Amz-Credential": "{KEY}/20260101/us-east-1/s3/aws4_request"',
        f'{{"name": "x-amz-credential", "value": "{KEY}/20260101/us-east-1/s3/aws4_request"}}',
        f'form-data; name="X-Amz-Credential"\r\n\r\n{KEY}/20260101/us-east-1/s3/aws4_request\r\n',
        f"https://b.s3.amazonaws.com/a?X-Amz-Expires=300&X-Amz-Security-Token={SESSION}&X-Amz-Date=20260101T000000Z",
        f"{BLOB}&{LENT}&sig={SIGNATURE}",
        f"{BLOB}&sig={SIGNATURE}&{LENT}&jwt={TOKEN}&response=x",
        f"{BLOB}&st=2026-01-01T09%3A00%3A00Z&se=2026-01-01T11%3A00%3A00Z&sig={SIGNATURE}",
        f"{BLOB}&se=2026-01-02&st=2026-01-01&sig={SIGNATURE}",
    ],
)
def test_what_is_good_for_minutes_is_possible(address: str) -> None:
    for text in forms(address):
        assert failing(text) == set(), text


@pytest.mark.parametrize(
    ("text", "detector"),
    [
        (f"aws_access_key_id={KEY}", "aws.access-key-id"),
        (f"Credential={KEY}", "aws.access-key-id"),
        (f"AWSAccessKeyId={KEY}&Region=x", "aws.access-key-id"),
        (f'"credential": "{KEY}"', "aws.access-key-id"),
        (f"AWS_SECURITY_TOKEN={SESSION}", "aws.session-token"),
        (f"{BLOB}&sig={SIGNATURE}", "azure.sas-signature"),
        (f"{BLOB}&st=2026-01-01T09%3A00%3A00Z&se=2030-01-01T11%3A00%3A00Z&sig={SIGNATURE}", "azure.sas-signature"),
        (f"{BLOB}&se=someday&st=2026-01-01&sig={SIGNATURE}", "azure.sas-signature"),
        (f"{BLOB}&jwt={TOKEN}", "jwt"),
        (f"sig={SIGNATURE} is not in the address {BLOB}&{LENT}", "azure.sas-signature"),
    ],
)
def test_what_opens_more_stays_as_it_is(text: str, detector: str) -> None:
    assert failing(text) == {detector}


def test_a_key_that_is_also_given_plainly_fails() -> None:
    address = f"https://b.s3.amazonaws.com/a?X-Amz-Credential={KEY}%2F20260101%2Fus-east-1&X-Amz-Signature=aa"
    for text in (f"{address}\nexport KEY={KEY}", json.dumps(f"{address}\nexport KEY={KEY}")):
        assert "aws.access-key-id" in failing(text)


def test_a_value_and_its_percent_encoding_fail_once() -> None:
    password = fill("<<alnum:8>>%40<<alnum:8>>", RNG)
    run = ENGINE.scan("x")
    run.feed(f"postgres://app:{password}@db.acme-corp.io/x %2F\n".encode())
    hits = [hit for hit in run.close()[0] if hit.detector == "url.password"]
    assert [hit.value for hit in hits if hit.confidence == "likely"] == [password]


TIMES = st.one_of(
    st.sampled_from(["", "0001-01-01", "9999-12-31T23:59:59Z", "2030-01-01T00:00Z", "2030-W01-1", "%FF", "soon"]),
    st.datetimes(
        timezones=st.sampled_from([None, UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=23))])
    ).map(lambda moment: quote(moment.isoformat())),
)


@given(begins=TIMES, ends=TIMES)
def test_a_signature_of_any_time_is_judged(begins: str, ends: str) -> None:
    """Times with and without a zone stand side by side, and some are none."""
    found = failing(f"{BLOB}&st={begins}&se={ends}&sig={SIGNATURE}")
    assert found <= {"azure.sas-signature"}
