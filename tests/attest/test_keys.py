"""Keys: made privately, never overwritten, never shown; whatever is not one Ed25519 key in PEM is refused."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from auditor.attest import generate, public_key, signing_key
from auditor.attest.keys import VARIABLE
from auditor.errors import OperatorError

PKCS8 = PrivateFormat.PKCS8


def pem(key: Ed25519PrivateKey) -> bytes:
    """Return a private key as PEM."""
    return key.private_bytes(Encoding.PEM, PKCS8, NoEncryption())


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """Return its public half as PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def body(data: bytes) -> str:
    """Return the line of a PEM file that must never be seen."""
    return data.decode().splitlines()[1]


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_a_pair_signs_and_verifies(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        pair = generate(tmp_path / "auditor")
    finally:
        os.umask(before)
    assert (pair.private.name, pair.public.name) == ("auditor.key", "auditor.pub")
    assert stat.S_IMODE(pair.private.stat().st_mode) == 0o600
    assert stat.S_IMODE(pair.public.stat().st_mode) == 0o644
    signing = signing_key(pair.private, {})
    assert signing is not None
    assert (signing.key_id, signing.caution) == (pair.key_id, "")
    assert public_key(pair.public).keyid == pair.key_id
    public_key(pair.public).verify_signature(signing.signer.sign(b"x"), b"x")


def test_the_private_half_is_private_from_its_first_instant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []
    opened = os.open

    def watched(path: Path, flags: int, mode: int = 0o777) -> int:
        modes.append(mode)
        assert flags & os.O_EXCL
        assert flags & os.O_NOFOLLOW
        return opened(path, flags, mode)

    monkeypatch.setattr(os, "open", watched)
    generate(tmp_path / "k")
    assert modes[0] == 0o600


@pytest.mark.parametrize("ending", [".key", ".pub"])
@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "folder"])
def test_nothing_is_overwritten_and_nothing_left_behind(ending: str, kind: str, tmp_path: Path) -> None:
    there = tmp_path / f"k{ending}"
    aim = tmp_path / "aim"
    if kind == "folder":
        there.mkdir()
    elif kind == "file":
        there.write_text("mine")
    else:
        there.symlink_to(aim)
        aim.write_text("mine") if kind == "link" else None
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OperatorError, match=r"exists already|cannot be written"):
        generate(tmp_path / "k")
    assert sorted(tmp_path.iterdir()) == before
    assert kind not in ("file", "link") or there.read_text() == "mine"
    assert kind != "link" or aim.read_text() == "mine"


@pytest.mark.parametrize("prefix", ["nowhere/k", "a\0b", "/", "x" * 300])
def test_a_place_that_cannot_be_written(prefix: str, tmp_path: Path) -> None:
    with pytest.raises(OperatorError):
        generate(tmp_path / prefix)


def test_a_full_disk_leaves_no_half_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OperatorError, match="No space left"):
        generate(tmp_path / "k")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("mode", "unwise"), [(0o600, False), (0o400, False), (0o640, True), (0o644, True), (0o602, True)]
)
def test_a_key_that_others_can_read_is_told(mode: int, unwise: bool, tmp_path: Path) -> None:
    pair = generate(tmp_path / "k")
    pair.private.chmod(mode)
    signing = signing_key(pair.private, {})
    assert signing is not None
    assert bool(signing.caution) == unwise


def test_the_environment_holds_the_key_itself(tmp_path: Path) -> None:
    one, other = generate(tmp_path / "one"), generate(tmp_path / "other")
    variables = {VARIABLE: one.private.read_text()}
    from_environment = signing_key(None, variables)
    assert from_environment is not None
    assert from_environment.key_id == one.key_id
    given = signing_key(other.private, variables)
    assert given is not None
    assert given.key_id == other.key_id
    assert signing_key(None, {}) is None
    assert signing_key(None, {VARIABLE: ""}) is None


KEY = Ed25519PrivateKey.generate()
OTHER_KINDS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "prose": lambda: b"not a key",
    "bytes": lambda: bytes(range(256)),
    "a certificate": lambda: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "a torn key": lambda: pem(KEY)[:60],
    "a spoilt key": lambda: pem(KEY).replace(b"MC4C", b"MC4D"),
    "two keys": lambda: pem(KEY) * 2,
    "both halves": lambda: pem(KEY) + public_pem(KEY),
    "two public halves": lambda: public_pem(KEY) * 2,
    "a long file": lambda: pem(KEY) + b"\n" * 70_000,
    "an encrypted key": lambda: KEY.private_bytes(Encoding.PEM, PKCS8, BestAvailableEncryption(b"x")),
    "an elliptic key": lambda: ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PKCS8, NoEncryption()
    ),
    "a larger Edwards key": lambda: ed448.Ed448PrivateKey.generate().private_bytes(Encoding.PEM, PKCS8, NoEncryption()),
    "an RSA key": lambda: rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PKCS8, NoEncryption()),
    "an RSA public key": lambda: (
        rsa.generate_private_key(65537, 2048).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    ),
}


@pytest.mark.parametrize("kind", [*OTHER_KINDS, "a public key"])
def test_what_is_no_signing_key_is_refused_and_not_shown(kind: str, tmp_path: Path) -> None:
    data = public_pem(KEY) if kind == "a public key" else OTHER_KINDS[kind]()
    file = tmp_path / "k"
    file.write_bytes(data)
    text = data.decode("utf-8", "surrogateescape")
    for named in (file, None) if text else (file,):
        with pytest.raises(OperatorError) as caught:
            signing_key(named, {VARIABLE: text})
        told = caught.value.sentence + caught.value.hint
        assert caught.value.hint
        assert body(pem(KEY)) not in told


@pytest.mark.parametrize("kind", [*OTHER_KINDS, "a private key"])
def test_what_is_no_public_key_is_refused_and_not_shown(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "k"
    file.write_bytes(pem(KEY) if kind == "a private key" else OTHER_KINDS[kind]())
    with pytest.raises(OperatorError) as caught:
        public_key(file)
    assert body(pem(KEY)) not in caught.value.sentence + caught.value.hint


def test_a_private_key_is_called_by_its_name(tmp_path: Path) -> None:
    pair = generate(tmp_path / "k")
    with pytest.raises(OperatorError, match="is a private key"):
        public_key(pair.private)


@pytest.mark.parametrize("name", ["absent", "folder"])
def test_a_key_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OperatorError, match="cannot be read"):
        signing_key(tmp_path / name, {})
    with pytest.raises(OperatorError, match="cannot be read"):
        public_key(tmp_path / name)


def test_a_key_says_its_id_alone(tmp_path: Path) -> None:
    pair = generate(tmp_path / "k")
    signing = signing_key(pair.private, {})
    assert repr(signing) == f"SigningKey({pair.key_id})"


def test_the_id_is_the_one_that_other_tools_give() -> None:
    from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined] # noqa: PLC0415 - it names no exports

    loaded = signing_key(None, {VARIABLE: pem(KEY).decode()})
    assert loaded is not None
    assert loaded.key_id == SSlibKey.from_crypto(KEY.public_key()).keyid
