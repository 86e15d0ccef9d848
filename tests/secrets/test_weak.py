"""An example's password or token is told from one that may open something."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.secrets.weak import is_spoken, is_test_token, is_weak_password
from tests.secrets.fakes import pick

FAR = "db.acme-corp.io"


@pytest.mark.parametrize(
    ("password", "user", "host"),
    [
        ("secret", "", FAR),
        ("p4ss", "u", FAR),
        ("pa55w0rd", "john", FAR),
        ("P@ssw0rd123!", "", FAR),
        ("test_password", "", FAR),
        ("myredissecret", "", FAR),
        ("pass%2Fword", "", FAR),
        ("p%40ss", "", FAR),
        ("keystone_Passw0rd", "", FAR),
        ("rabbit123", "rabbit", FAR),
        ("langfuse", "langfuse", FAR),
        ("ctf123", "ctf", FAR),
        ("1234", "localhost", FAR),
        ("me%40home.org", "anonymous", FAR),
        ("jw8s0F4", "dba", "localhost"),
        ("b1c2", "a", "127.0.0.1:5432"),
        ("zkwvqrtp", "app", "redis"),
        ("zkwvqrtp", "app", "db.test"),
        ("zkwvqrtpmx", "app", "example.com"),
        ("supersecret", "", FAR),
        ("SuperSecret123!", "app", FAR),
        ("StrongPassword123!", "app", FAR),
        ("YourStrong%40Passw0rd", "sa", FAR),
        ("change_me_in_production", "app", FAR),
        ("your_secure_password", "app", FAR),
        ("my-client-secret-1", "my-client-id", FAR),
        ("not-a-real-key-0", "apikey", FAR),
        ("D1fficultP%40ssw0rd", "app", FAR),
        ("abc123def", "app", FAR),
        ("lab1pass", "app", FAR),
        ("backup_pass123", "app", FAR),
        ("ledger_pass_2024", "app", FAR),
        ("minio123", "app", FAR),
        ("PERSONAL_ACCESS_TOKEN", "bot", FAR),
        ("LEDGER_ARCHIVE_PASSPHRASE", "bot", FAR),
        ("db_password_here", "app", FAR),
        ("do_not_commit", "app", FAR),
        ("zk8vq2rt-xxxx", "app", FAR),
    ],
)
def test_what_examples_use_is_weak(password: str, user: str, host: str) -> None:
    assert is_weak_password(password.encode(), user.encode(), host.encode())


@pytest.mark.parametrize(
    ("password", "user", "host"),
    [
        ("zk8vq2rt", "app", FAR),
        ("jw8s0F4", "dba", FAR),
        ("zk8vq2rt7m", "app", "localhost"),
        ("zkwvqrtpmxhbncdfgs", "app", "localhost"),
        ("winter-blue-horse-7", "app", FAR),
        ("blue_winter_password", "app", FAR),
        ("482917365012", "app", FAR),
        ("zkwvqrtpmxhbncd_pass", "app", FAR),
        ("mara%40pass135!", "app", FAR),
        ("secret-zk8vq2rt", "app", FAR),
        ("prod-4821736501299", "app", FAR),
        ("a1v7a2b8", "app", FAR),
        ("zk8vq2rt", "app", ""),
    ],
)
def test_what_may_be_real_is_not(password: str, user: str, host: str) -> None:
    assert not is_weak_password(password.encode(), user.encode(), host.encode())


@given(st.integers(min_value=0), st.sampled_from(["alnum", "password", "b64url"]), st.integers(16, 64))
def test_a_random_password_is_never_weak(seed: int, alphabet: str, length: int) -> None:
    password = pick(alphabet, length, random.Random(seed)).encode()
    for host in (b"localhost", b"db.test", b"", FAR.encode()):
        assert not is_weak_password(password, b"app", host)
    assert not is_test_token(password)
    assert not is_spoken(password)


@given(st.binary(max_size=200), st.binary(max_size=40), st.binary(max_size=40))
def test_any_bytes_can_be_asked_about(password: bytes, user: bytes, host: bytes) -> None:
    assert is_weak_password(password, user, host) in {True, False}
    assert is_test_token(password) in {True, False}
    assert is_spoken(password) in {True, False}


@pytest.mark.parametrize(
    "token",
    [
        "test-token-12345",
        "abc123def456ghi789",
        "mytoken1234567890",
        "valid-token-123-abc",
        "fake.access.token.1",
        "dummy-token-for-test-1",
        "dev-token-change-in-production-1",
        "mock_access_token_v1",
        "expired_token_2023_01",
        "integration-test-token-7f3a",
        "sk-local-dev-key-2025",
        "super-secret-auth-token-1",
        "EMPTY_NO_KEY_NEEDED_1",
        "invalid.jwt.token.12345",
        "tenant-north-token-001",
        "harbour-service-key-7",
        "revoked-token-00001",
        "sk-ant-api03-test-key-for-unit-tests",
        "sk-ant-test-key-1234567890abcdef",
        "sk-or-v1-test-0123456789abcdef",
        "gsk_test_1234567890abcdef",
        "AIza-test-key-123",
        "pa-test-voyage-key-1234",
        "lsv2_gateway-key",
        "sk-deepseek-fake-000111222333",
    ],
)
def test_a_tests_token_says_so(token: str) -> None:
    assert is_test_token(token.encode())


@pytest.mark.parametrize(
    "token",
    [
        "",
        "1234567890",
        "test-token-8412907736541298",
        "live-token-zq84kd",
        "test-zkqwv",
        "test-token-7f3a91c",
        "sk-ant-api03-zqkwvtest",
        "sk-test-bdfhjlnprtvx",
        "sk-proj-",
        "061037445db7a27abc-c7f72",
        "a1v7a2a8",
        "token-copper-lantern-orchard",
        "token-zkqwvx-mwxzpt",
        "harbour-north-001",
        "tenant-token-4821736501299",
    ],
)
def test_a_token_with_a_secret_part_is_none_of_a_test(token: str) -> None:
    assert not is_test_token(token.encode())


@pytest.mark.parametrize(
    "value",
    [
        "collapsed-left-panel-2024-11",
        "accepted-all-2024-01-01-v2",
        "google-oauth2-connection",
        "http://localhost:3000",
        "/dashboard/settings",
    ],
)
def test_what_a_page_notes_is_spoken(value: str) -> None:
    assert is_spoken(value.encode())


@pytest.mark.parametrize(
    "value", ["two-words", "zk8vq2rt-mw41-zq84", "8f2c1a90-77e2-4c1b-9a53-0d8e4f6b2c11", "abcdefgh"]
)
def test_what_is_drawn_at_random_is_not(value: str) -> None:
    assert not is_spoken(value.encode())
