"""A private key block is confirmed by its own lengths, and doubted where words or nothing secret stand in it."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from auditor.secrets.pem import _crc24, pem

RSA = rsa.generate_private_key(public_exponent=65537, key_size=1024)
KEYS: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey] = {
    "rsa": RSA,
    "ec": ec.generate_private_key(ec.SECP256R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
}
FORMATS = (serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.OpenSSH)


def block(kind: str, body: str) -> bytes:
    return f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----".encode()


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_a_whole_key_is_confirmed(name: str, form: serialization.PrivateFormat) -> None:
    text = KEYS[name].private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).strip()
    assert pem(text) == "confirmed"
    assert pem(text.replace(b"\n", b"\\n")) == "confirmed"
    assert pem(text.replace(b"\n", b"\r\n    ")) == "confirmed"


@pytest.mark.parametrize("form", FORMATS, ids=str)
def test_a_key_cut_short_is_not_confirmed(form: serialization.PrivateFormat) -> None:
    text = RSA.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).strip()
    rows = text.split(b"\n")
    assert pem(b"\n".join((*rows[:-4], rows[-1]))) == "unknown"
    assert pem(b"\n".join((rows[0], rows[1][:44], rows[-1]))) == "doubtful"


@pytest.mark.parametrize("form", (*FORMATS[:1], serialization.PrivateFormat.TraditionalOpenSSL), ids=str)
def test_the_first_line_of_an_rsa_key_is_doubtful(form: serialization.PrivateFormat) -> None:
    rows = RSA.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).strip().split(b"\n")
    assert pem(b"\n".join((*rows[:2], rows[-1]))) == "doubtful"
    assert pem(b"\n".join((*rows[:3], rows[-1]))) == "unknown"


@pytest.mark.parametrize("size", [1024, 2048])
def test_an_rsa_public_key_is_doubtful_whatever_its_label(size: int) -> None:
    public = rsa.generate_private_key(public_exponent=65537, key_size=size).public_key()
    key = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    assert pem(block("RSA PRIVATE KEY", base64.encodebytes(key).decode().strip())) == "doubtful"


def test_the_first_line_of_an_elliptic_key_is_most_of_it() -> None:
    text = KEYS["ec"].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    rows = text.strip().split(b"\n")
    assert pem(b"\n".join((*rows[:2], rows[-1]))) == "unknown"


BEGIN, END = (f"-----{edge} RSA PRIVATE KEY-----" for edge in ("BEGIN", "END"))


@pytest.mark.parametrize(
    "text",
    [
        f"'{BEGIN}\\n'\n    encoded += b64encode(der_serialisation_of_it)\n    encoded += '{END}",
        f'"{BEGIN}\\n#{{Base64.strict_encode64(der).scan(/.{{1,64}}/).join("\\n")}}\\n{END}',
        f"'{BEGIN}\\n' + key.match(/.{{1,64}}/g).join('\\n') + '\\n{END}",
        f'f"{BEGIN}\\n{{textwrap.fill(private_key_b64_of_the_robot, 64)}}\\n{END}',
    ],
)
def test_a_program_that_makes_a_key_holds_none(text: str) -> None:
    assert pem(text.strip("'\"f").encode()) == "rejected"


@pytest.mark.parametrize("joint", ['"\n    key += "', '\\n",\n    "', '\\n" . # next\n  "', '" +\n  "'])
def test_a_key_that_a_program_puts_together_is_one(joint: str) -> None:
    whole = RSA.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert pem(whole.decode().strip().replace("\n", joint).encode()) in {"confirmed", "unknown"}


def test_a_key_with_a_password_is_confirmed_too() -> None:
    lock = serialization.BestAvailableEncryption(b"a long password")
    for form in (serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL):
        assert pem(RSA.private_bytes(serialization.Encoding.PEM, form, lock).strip()) == "confirmed"


def test_an_openpgp_block_is_confirmed_by_its_checksum() -> None:
    key = bytes((0xC5,)) + bytes(range(200))
    body = base64.encodebytes(key).decode().strip()
    right = base64.b64encode(_crc24(key)).decode()
    kind = "PGP PRIVATE KEY BLOCK"
    assert _crc24(b"123456789").hex() == "21cf02"
    assert pem(block(kind, f"Version: X\n\n{body}\n={right}")) == "confirmed"
    assert pem(block(kind, f"Version: X\n\n{body}\n=AAAA")) == "unknown"
    assert pem(block(kind, body)) == "unknown"


@pytest.mark.parametrize(
    "body",
    [
        "fake-key-content-for-the-unit-test-only-1234567890abcdefgh",
        "this is not a real key, only a sample of what one looks like",
        "ThisIsAFakePrivateKeyForTestingPurposesOnly",
        base64.b64encode(b"mock-private-key-content-for-testing").decode(),
        "fakekeydata1234567890fakekeydata1234567890",
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "A" * 44,
    ],
)
def test_words_in_place_of_a_key_are_doubtful(body: str) -> None:
    assert pem(block("RSA PRIVATE KEY", body)) == "doubtful"


@given(st.binary(max_size=600))
def test_any_bytes_can_be_asked_about(body: bytes) -> None:
    text = base64.encodebytes(body).decode().strip()
    for value in (body, block("PRIVATE KEY", text), block("PGP PRIVATE KEY BLOCK", text + "\n=abcd")):
        assert pem(value) in {"confirmed", "unknown", "doubtful", "rejected"}
