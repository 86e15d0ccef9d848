"""Each class of false alarm of ordinary text is possible only, and what it looks like but is real keeps its weight."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import string
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from auditor.secrets import Engine
from auditor.secrets.patterns import load_patterns
from auditor.secrets.published import PUBLISHED, digest, is_published
from tests.secrets.fakes import encoded, fill

ENGINE = Engine.load(Path(__file__).parents[2] / "rules" / "secrets")
RNG = random.Random(41)
LOWER, HEX = string.ascii_lowercase, "0123456789abcdef"


def hits(text: str) -> list[tuple[str, str]]:
    run = ENGINE.scan("x")
    run.feed(text.encode() + b"\n")
    return [(hit.value, hit.confidence) for hit in run.close()[0]]


def failing(text: str) -> set[str]:
    return {value for value, confidence in hits(text) if confidence != "possible"}


def basic(pair: str) -> str:
    return "Authorization: Basic " + base64.b64encode(pair.encode()).decode()


def token(header: Mapping[str, object], claims: object, signature: str = "") -> str:
    payload = claims if isinstance(claims, str) else encoded(claims)
    return f"{encoded(header)}.{payload}.{signature or fill('<<b64url:43>>', RNG)}"


HS = {"alg": "HS256", "typ": "JWT"}
SAMPLES = [
    *(
        basic(pair)
        for pair in ("testuser:testpass", "admin:admin", "user:pass123", "Aladdin:open sesame", "foo:bar123")
    ),
    "postgresql://test:test_password@localhost:5432/testdb",
    "mysql://root:rootpass@db/app",
    "ftp://anonymous:me%40home.org@ftp.acme-corp.io/pub",
    "http://localhost:1234@chrome",
    "curl -s -u root:P@ssw0rd$1 https://api.acme-corp.io/",
    "curl -s -u root:zq8xk2-M http://localhost:8080/",
    "machine localhost login foo password zq8xk2",
    "CREATE USER app WITH PASSWORD 'app123';",
    "CREATE USER 'x'@'localhost' IDENTIFIED BY 'root123';",
    "ConvertTo-SecureString 'P@ssw0rd' -AsPlainText -Force",
    'new mysqli("localhost", "root", "root1", "db")',
    'DriverManager.getConnection("jdbc:mysql://localhost:3306/x", "app", "zq8xk2")',
    "Set-Cookie: session=" + fill("<<alnum:32>>", RNG) + "; Path=/",
    "Set-Cookie: XSRF-TOKEN=" + fill("<<alnum:40>>", RNG) + "; Path=/",
    "Cookie: csrftoken=" + fill("<<alnum:32>>", RNG),
    "Authorization: Bearer test-token-12345",
    "Authorization: Bearer abc123def456ghi789",
    "Authorization: Bearer " + token(HS, {"some": "payload"}),
    token(HS, {"sub": "1234567890", "name": "John Doe", "iat": 1516239022}),
    token(HS, {"iss": "supabase-demo", "role": "anon", "exp": 1983812996}),
    token(HS, {"iss": "joe", "exp": 1300819380}),
    token(HS, {"iss": "supabase", "ref": fill("<<lowercase:20>>", RNG), "role": "anon", "iat": 17e8, "exp": 20e8}),
    token(HS, {"sub": "testuser", "exp": 1703960229, "jti": fill("<<hex:32>>", RNG)}),
    token(HS, {"sub": "1", "name": "Test User", "email": "test@example.com", "iss": "todo-app"}),
    token(HS, {"user": {"id": "1", "email": "test@test.com"}, "iat": 1703960229}),
    token(HS, {"sub": fill("<<hex:24>>", RNG), "email": "test@example.com"}),
    token(HS, {"iss": "issuer", "sub": "subject", "aud": "audience", "iat": 1584393348, "exp": 1584393400}),
    token(HS, {"iss": "http://localhost:8080/realms/main", "sub": "7", "iat": 1703960229, "exp": 1703963829}),
    token(HS, {"iss": "https://login.example.com/", "sub": "auth0|123", "aud": "api"}),
    token(HS, {"iss": "auth.docker.io", "sub": "", "aud": "registry.docker.io", "access": []}),
    token({"alg": "none"}, {"sub": "x81"}),
    token(HS, {"key": "value"}),
    "ya29.FILTERED_ACCESS_TOKEN_0042",
    "https://robot:synthetic-new-pair@fixture.invalid/x",
    "Authorization: Bearer " + base64.b64encode(b"You're not meant to decode this!").decode(),
    "firebird+fdb://SYSDBA:masterkey@db.acme-corp.io/x",
    "mysql://usuario:contrase\u00f1a@db.acme-corp.io/x",
    "mysql://u\u017cytkownik:has\u0142o@db.acme-corp.io/x",
    "https://abcdefgh:x-oauth-basic@github.com/a/b",
    f"postgres://app:passw\x1b[0mord@{'db.acme-corp.io'}/x",
    "set%2Dcookie: session=" + fill("<<alnum:40>>", RNG),
    "set\\-cookie: session=" + fill("<<alnum:40>>", RNG),
    f"Authorization: Bearer {encoded(HS)}",
    token(HS, {"sub": "x81"}, "A" * 43),
    f"{base64.b64encode(b'123456789012345678').decode()}.AbCdEf.{LOWER}1",
    token(HS, {"sub": "x81"}, "invalid-signature-of-a-test"),
    token(HS, base64.urlsafe_b64encode("It\u2019s hard to say".encode()).decode().rstrip("=")),
    f"Authorization: Bearer {encoded(HS)}.fake.signature",
    f"Authorization: Bearer {encoded(HS)}.{encoded({'sub': 'x81'})}.test-signature",
    "OPENAI_API_KEY=test-key-1234567890",
    'monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test-key-1234567890abcdef")',
    "MISTRAL_API_KEY=mock_mistral_key_42_abc",
    "https://robot:inline-harbour-secret@example.test/x",
    "rediss://synthetic-user:synthetic%2Fpassword@localhost:6380/2",
    token(HS, base64.urlsafe_b64encode(b"hello world").decode().rstrip("=")),
    token(HS, {"sub": "x81"}).rsplit(".", 1)[0] + ".",
    "ghp_" + ("1234567890" + LOWER),
    "glpat-" + LOWER[:20],
    "sk-" + (HEX[1:] + "0") * 3,
    "AKIA1234567890ABCDEF",
    "AKIA" + "TEST" * 3 + "1234",
    "access-sandbox-12345678-1234-1234-1234-123456789abc",
    "kubeadm join --token abcdef." + HEX,
    "secret_key_base: " + HEX * 4,
    "phc_" + fill("<<alnum:43>>", RNG),
    fill("FLWPUBK-<<hex:32>>-X", RNG),
    fill("live_pub_<<hex:31>>", RNG),
    fill("pubkey-<<hex:32>>", RNG),
    fill("ck_production_<<alnum:60>>", RNG),
    fill("mob-<<hex:8>>-<<hex:4>>-4<<hex:3>>-a<<hex:3>>-<<hex:12>>", RNG),
    fill("SK<<hex:32>>", RNG),
    fill("rzp_live_<<alnum:14>>", RNG),
    fill("/search?x-algolia-api-key=<<hex:32>>&x-algolia-application-id=AB12CD34EF", RNG),
    fill('"INNERTUBE_API_KEY":"AIza<<b64url:35>>"', RNG),
    fill('apiKey: "AIza<<b64url:35>>", authDomain: "x.firebaseapp.com"', RNG),
    fill("https://www.google.com/maps/embed/v1/place?key=AIza<<b64url:35>>", RNG),
    fill("https://maps.google.com/maps/api/js?key=AIza<<b64url:35>>", RNG),
    fill('{"api_key": [{"current_key": "AIza<<b64url:35>>"}]}', RNG),
    fill('apiKey: "AIza<<b64url:35>>", projectId: "x", storageBucket: "x.firebasestorage.app"', RNG),
    fill("NEXT_PUBLIC_FIREBASE_API_KEY=AIza<<b64url:35>>", RNG),
    fill('"VITE_MAPS_KEY": "AIza<<b64url:35>>"', RNG),
    fill("ALGOLIA_SEARCH_API_KEY=<<hex:32>>", RNG),
    fill("NEXT_PUBLIC_ALGOLIA_API_KEY=<<hex:32>>", RNG),
    fill('NREUM.info={licenseKey:"NRJS-<<hex:19>>"}', RNG),
    "sshpass -p 'zqxkwvbm' ssh -p 2222 root@localhost",
    "sshpass -p supersecret scp x user@10.0.0.5:/tmp",
    basic("client_id:client_secret"),
    basic("admin:wrongpassword"),
    basic("robot:12345678"),
    basic("robot:REPLACE_ME_1"),
    fill("SECRET_KEY = 'django-insecure-<<b32lower:50>>'", RNG),
    "//localhost:4873/:_authToken=" + fill("<<alnum:20>>", RNG),
]


@pytest.mark.parametrize("text", SAMPLES)
def test_what_manuals_and_tests_are_full_of_fails_no_run(text: str) -> None:
    assert failing(text) == set()
    assert failing(json.dumps({"result": f"$ cat x\n{text}\n"})) == set()


REAL = [
    (basic("robot:zk8vq2rt"), "zk8vq2rt"),
    (basic("robot:zkwvqrtpmxhb"), "zkwvqrtpmxhb"),
    ("postgresql://app:zk8vq2rt@db.acme-corp.io/x", "zk8vq2rt"),
    ("curl -u robot:zk8vq2rtMw41 https://api.acme-corp.io/", "zk8vq2rtMw41"),
    ("machine git.acme-corp.io login robot password zk8vq2rt", "zk8vq2rt"),
    ("ALTER ROLE robot WITH PASSWORD 'zk8vq2rt'", "zk8vq2rt"),
    ('mysqli_connect("db.acme-corp.io", "robot", "zk8vq2rt", "x")', "zk8vq2rt"),
    *((template.format(value), value) for template, value in [
        ("Authorization: Bearer {}", fill("<<alnum:40>>", RNG)),
        ("Cookie: theme=dark; session_id={}; csrftoken=" + fill("<<alnum:32>>", RNG), fill("<<alnum:40>>", RNG)),
        ("{}", token(HS, {"sub": "4810", "iat": 1516239022})),
        ("{}", token(HS, {"iss": "https://acme-corp.io", "sub": "123", "scope": "all"})),
        ("{}", token(HS, {"role": "service_role", "iss": "supabase", "ref": fill("<<lowercase:20>>", RNG)})),
        ("{}", token(HS, {"iss": "auth.docker.io", "sub": "0f8c1a90", "aud": "registry.docker.io"})),
        ("{}", token(HS, {"role": "anon", "iss": "https://acme-corp.io", "sub": "4810"})),
        ("{}", token(HS, {"sub": "testuser", "iss": "https://acme-corp.io"})),
        ("{}", token(HS, {"sub": "testuser", "email": "mara@acme-corp.io"})),
        ("{}", token(HS, {"sub": "1", "username": "admin"})),
        ("{}", token(HS, {"sub": fill("<<hex:24>>", RNG), "iat": 1703960229})),
        ("{}", token(HS, {"user": {"email": "mara@acme-corp.io"}, "name": "Test"})),
        ("{}", token(HS, {"iss": "http://localhost:8080", "sub": "7", "iat": 1703960229, "exp": 1735496229})),
        ("{}", token(HS, {"iss": "https://example.com.acme-corp.io/", "sub": "7"})),
        ("VITE_GEMINI_API_KEY={}", fill("AIza<<alnum:35>>", RNG)),
        ("MAPS_KEY={}", fill("AIza<<alnum:35>>", RNG)),
        ("sshpass -p '{}' ssh root@db.acme-corp.io", "zqxkwvbm"),
        ("{}", fill("FLWSECK-<<hex:32>>-X", RNG)),
        ("{}", fill("live_<<hex:35>>", RNG)),
        ("{}", fill("key-<<hex:32>>", RNG)),
        ("{}", fill("sk_production_<<alnum:60>>", RNG)),
        ("{}", fill("sdk-<<hex:8>>-<<hex:4>>-4<<hex:3>>-a<<hex:3>>-<<hex:12>>", RNG)),
        ("GOOGLE_KEY={}", fill("AIza<<alnum:35>>", RNG)),
        ("ALGOLIA_ADMIN_API_KEY={}", fill("<<hex:32>>", RNG)),
        ("SECRET_KEY = '{}'", fill("<<hex:64>>", RNG)),
        ("OPENAI_API_KEY={}", fill("test-<<b32lower:24>>", RNG)),
        ("MISTRAL_API_KEY={}", fill("<<alnum:32>>", RNG)),
        ("https://robot:{}@fixture.invalid/x", "synthetic-new-pair-7z"),
        ("https://robot:{}@fixture.acme-corp.io/x", "synthetic-new-pair"),
        ("https://{}:x-oauth-basic@github.com/a/b", fill("<<hex:40>>", RNG)),
        ("Authorization: Bearer {}", base64.b64encode(fill("robot <<alnum:12>> sesame", RNG).encode()).decode()),
        ("https://robot:{}@git.acme-corp.io/x", "inline-harbour-secret7"),
        ("{}", token(HS, {"key": "value", "sub": "4810"})),
        ("//registry.acme-corp.io/:_authToken={}", fill("<<alnum:20>>", RNG)),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), REAL)
def test_what_may_be_real_still_fails(text: str, value: str) -> None:
    assert value in failing(text)
    assert value in failing(json.dumps({"result": f"$ cat x\n{text}\n"}))


def test_of_a_request_the_sessions_cookie_is_told_and_not_the_forgery_token() -> None:
    session, forgery = fill("<<alnum:32>>", RNG), fill("<<alnum:32>>", RNG)
    assert failing(f"Cookie: sessionid={session}; csrftoken={forgery}") == {session}
    assert failing(f"Cookie: csrftoken={forgery}; sessionid={session}") == {session}


def test_a_basic_header_is_never_confirmed() -> None:
    assert {confidence for _, confidence in hits(basic("robot:" + fill("<<alnum:20>>", RNG)))} == {"likely"}


def test_what_begins_a_doubtful_value_does_not_hide_it() -> None:
    text = "mongodb://app:D1fficultP%40ssw0rd@%2Ftmp%2Fmongodb-27017.sock"
    assert hits(text) == [("D1fficultP%40ssw0rd", "possible")]


def test_what_is_published_is_known_by_its_digest() -> None:
    parts = f"{encoded_compact(HS)}.{encoded_compact({'sub': '1234567890', 'name': 'John Doe', 'iat': 1516239022})}"
    mac = hmac.digest(b"your-256-bit-secret", parts.encode(), hashlib.sha256)
    sample = f"{parts}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}".encode()
    assert is_published(sample)
    assert PUBLISHED[digest(sample)] == "the sample on jwt.io's front page"
    assert not is_published(sample[:-1])


def test_a_published_key_is_known_in_a_record_too(monkeypatch: pytest.MonkeyPatch) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    texts = key.decode(), json.dumps({"pem": key.decode()}), json.dumps(json.dumps({"pem": key.decode()}))
    assert all(failing(text) for text in texts)
    monkeypatch.setitem(PUBLISHED, digest(key.rstrip()), "a test")
    assert not any(failing(text) for text in texts)


def account(phrase: str, index: int) -> str:
    """The private key of an account of Ethereum, made from a recovery phrase as BIP 39, 32 and 44 say."""
    seed = hashlib.pbkdf2_hmac("sha512", phrase.encode(), b"mnemonic", 2048)
    node = hmac.digest(b"Bitcoin seed", seed, "sha512")
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    for step in (44 + (1 << 31), 60 + (1 << 31), 1 << 31, 0, index):
        secret = int.from_bytes(node[:32], "big")
        point = ec.derive_private_key(secret, ec.SECP256K1()).public_key()
        public = point.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
        parent = b"\0" + node[:32] if step >> 31 else public
        child = hmac.digest(node[32:], parent + step.to_bytes(4, "big"), "sha512")
        node = ((int.from_bytes(child[:32], "big") + secret) % order).to_bytes(32, "big") + child[32:]
    return "0x" + node[:32].hex()


@pytest.mark.parametrize("index", range(10))
@pytest.mark.parametrize(
    "phrase", ["test " * 11 + "junk", "myth like bonus scare over problem client lizard pioneer submit female collect"]
)
def test_the_accounts_of_local_chains_are_published(phrase: str, index: int) -> None:
    key = account(phrase, index)
    assert is_published(key.encode())
    assert hits(f"PRIVATE_KEY={key}")
    assert failing(f"PRIVATE_KEY={key}") == set()


def encoded_compact(document: object) -> str:
    text = json.dumps(document, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_every_published_value_says_where() -> None:
    assert all(len(key) == len(digest(b"")) and set(key) <= set(HEX) for key in PUBLISHED)
    assert all(len(where) > 10 for where in PUBLISHED.values())


def test_an_unknown_doubt_is_refused_by_name(tmp_path: Path) -> None:
    table = '[[pattern]]\nid = "x"\nanchors = ["abcd"]\nregex = "abcd"\nconfidence = "likely"\ndoubts = ["none"]\n'
    (tmp_path / "x.toml").write_text(table)
    with pytest.raises(ValueError, match="'none'"):
        load_patterns(tmp_path)


def test_a_token_that_is_its_tables_whole_match_can_be_asked_whether_it_is_a_tests() -> None:
    """Some tables name their value in one alternative only; in the other it is all that matched."""
    token = fill("HRKU-AA<<b64url:58>>", random.Random(3))
    assert hits(f"key: {token}") == [(token, "likely")]
    assert hits(token) == [(token, "likely")]
