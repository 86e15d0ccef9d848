"""Ed25519 keys as PEM: made once, private half readable by its owner alone, public half for everyone who verifies.

A key id is what `securesystemslib` gives a key: the SHA-256 of its public half in canonical JSON. Nothing here ever
quotes the content of a key file.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from auditor.errors import OperatorError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined] # it names no exports

    Signer: TypeAlias = CryptoSigner
    PublicKey: TypeAlias = SSlibKey
else:
    Signer = PublicKey = object

VARIABLE = "CTO_AUDIT_SIGNING_KEY"
"""The environment variable that may hold the private key: the PEM text itself, as a build server's secret store has it."""

_MAX_BYTES = 1 << 16
_PRIVATE, _PUBLIC = 0o600, 0o644
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")


class SigningKey(msgspec.Struct, frozen=True):
    """A private key ready to sign. `caution` says what is unwise about how it is kept, empty if nothing is."""

    signer: Signer
    key_id: str
    caution: str = ""

    def __repr__(self) -> str:
        """Name the key without a trace of its content."""
        return f"SigningKey({self.key_id})"


class KeyPair(msgspec.Struct, frozen=True):
    """The two files that `generate` wrote, and the key's id."""

    private: Path
    public: Path
    key_id: str


def generate(prefix: Path) -> KeyPair:
    """Write a new key pair: ``PREFIX.key`` (mode 0600 from its first instant) and ``PREFIX.pub``.

    Raise `OperatorError` where either exists already or cannot be written; then neither is left behind.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - slow to load
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    if not prefix.name:
        raise OperatorError(f"{prefix} names no file", "give a prefix such as keys/auditor")
    key = Ed25519PrivateKey.generate()
    private, public = (prefix.with_name(prefix.name + ending) for ending in (".key", ".pub"))
    _create(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), _PRIVATE)
    try:
        _create(public, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), _PUBLIC)
    except BaseException:
        with contextlib.suppress(OSError):
            private.unlink()
        raise
    return KeyPair(private, public, _signer(key).public_key.keyid)


def signing_key(file: Path | None, environment: Mapping[str, str] | None = None) -> SigningKey | None:
    """Return the private key in `file`, else the one in the environment variable `VARIABLE`, else None.

    Raise `OperatorError` for anything that is not one unencrypted Ed25519 private key in PEM.
    """
    variables = os.environ if environment is None else environment
    if file is not None:
        what = f"the signing key {file}"
        data, mode = _read(file, what)
        loose = stat.S_ISREG(mode) and mode & 0o077
        caution = f"{what} can be read or changed by others (mode {stat.S_IMODE(mode):04o})" if loose else ""
        return _signing(data, what, caution)
    if variables.get(VARIABLE):
        return _signing(variables[VARIABLE].encode("utf-8", "surrogateescape"), f"the signing key in {VARIABLE}", "")
    return None


def public_key(file: Path) -> PublicKey:
    """Return the Ed25519 public key in the PEM file `file`. Raise `OperatorError` for anything else, a private key too."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - slow to load
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415
    from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined] # noqa: PLC0415

    what = f"the public key {file}"
    data, _ = _read(file, what)
    if any(b"PRIVATE KEY" in label for label in _BLOCK.findall(data)):
        raise OperatorError(f"{what} is a private key", "give its public half, and keep the private one to yourself")
    _one_block(data, what)
    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        raise OperatorError(
            f"{what} is not readable as PEM", "give the .pub file that `cto-audit keygen` wrote"
        ) from None
    if not isinstance(key, Ed25519PublicKey):
        raise OperatorError(f"{what} is not an Ed25519 key", "give the .pub file that `cto-audit keygen` wrote")
    return SSlibKey.from_crypto(key)


def _signing(data: bytes, what: str, caution: str) -> SigningKey:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - slow to load
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    hint = "make one with `cto-audit keygen`"
    _one_block(data, what)
    try:
        key = load_pem_private_key(data, None)
    except TypeError:
        raise OperatorError(
            f"{what} is encrypted", "give an unencrypted one, kept where only you can read it"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise OperatorError(f"{what} is not readable as a private key in PEM", hint) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise OperatorError(f"{what} is not an Ed25519 key", hint)
    signer = _signer(key)
    return SigningKey(signer, signer.public_key.keyid, caution)


def _signer(key: Ed25519PrivateKey) -> Signer:
    from securesystemslib.signer import CryptoSigner  # type: ignore[attr-defined] # noqa: PLC0415 - slow to load

    return CryptoSigner(key)


def _one_block(data: bytes, what: str) -> None:
    """Refuse what is too long for a key or holds several: which one was meant would be a guess."""
    if len(data) > _MAX_BYTES:
        raise OperatorError(
            f"{what} is longer than 64 KiB, so it is no key", "give a file with one key and nothing else"
        )
    if len(_BLOCK.findall(data)) != 1:
        raise OperatorError(f"{what} does not hold exactly one PEM block", "give a file with one key and nothing else")


def _read(file: Path, what: str) -> tuple[bytes, int]:
    """Return the file's content, at most one byte more than a key may have, and its mode. A pipe will do."""
    try:
        with file.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            data = stream.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise OperatorError(f"{what} cannot be read: {reason}", "name a readable file") from error
    return data, mode


def _create(file: Path, data: bytes, mode: int) -> None:
    """Write a file that must not exist yet, durably, and readable by nobody else before it has its mode."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    except FileExistsError:
        raise OperatorError(f"{file} exists already, and a key is never overwritten", "give another prefix") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise OperatorError(f"{file} cannot be written: {reason}", "give a prefix in a folder of yours") from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            os.fchmod(descriptor, mode)
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
    except BaseException as error:
        with contextlib.suppress(OSError):
            file.unlink()
        if isinstance(error, OSError):
            reason = f"{file} cannot be written: {error.strerror}"
            raise OperatorError(reason, "free space, or give another prefix") from error
        raise
