"""The signed envelope (DSSE) as one line of JSON: sealed with one key, opened only by a trusted one.

The signature covers the payload's type and its bytes (DSSE's pre-authentication encoding), so neither can be exchanged.
An envelope has one form: canonical JSON and a final newline. Anything else is refused before a signature is looked at, so
that a changed byte anywhere in the file is a refusal, and one file is one digest.
"""

from __future__ import annotations

import base64
import binascii
import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec

from auditor.attest import canonical
from auditor.attest.foreign import recognised
from auditor.attest.keys import PublicKey, Signer
from auditor.attest.refused import Refused, refusal
from auditor.errors import OperatorError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_BYTES = 1 << 27
"""An envelope of more bytes is neither written nor read: 128 MiB hold the manifest of half a million files."""

_SHOWN = 200
_LISTED = 5

_Base64 = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9+/]*={0,2}$")]


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: _Base64


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    payload: _Base64
    payload_type: str
    signatures: tuple[_Signature, ...]


class Opened(msgspec.Struct, frozen=True):
    """An envelope's payload, the trusted key whose signature verified (None: unsigned), and the other signers.

    `others` are key ids whose signatures were not counted: they belong to keys that were not given.
    """

    payload: bytes
    key_id: str | None
    others: tuple[str, ...]


def seal(payload: bytes, signer: Signer | None) -> bytes:
    """Return the envelope around `payload`: one line. Without a signer it has no signature, and proves nothing.

    Raise `OperatorError` where it would be larger than anybody reads.
    """
    from securesystemslib.dsse import Envelope  # noqa: PLC0415 - loads the cryptography

    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    if signer is not None:
        envelope.sign(signer)
    line = canonical.encode(envelope.to_dict()) + b"\n"
    if len(line) > MAX_BYTES:
        raise OperatorError(
            f"the attestation would be larger than {MAX_BYTES} bytes", "the run has too many files to be attested"
        )
    return line


def unseal(line: bytes, keys: Sequence[PublicKey], *, allow_unsigned: bool = False) -> Opened:
    """Return the payload of an envelope that at least one of `keys` signed; `Refused` says why not.

    With `allow_unsigned` an envelope that has no signature at all opens, too. A signature under one of `keys` that does
    not verify is always a refusal, whatever other signatures there are.
    """
    try:
        envelope = _parsed(line)
    except Refused as refused:
        raise (recognised(line) if len(line) <= MAX_BYTES else None) or refused from None
    payload = _decoded(envelope.payload, "payload")
    signatures = {each.keyid: _decoded(each.sig, "signature") for each in envelope.signatures}
    if len(signatures) != len(envelope.signatures):
        raise refusal("the envelope has two signatures under one key id", "ask its signer for the original")
    if envelope.payload_type != PAYLOAD_TYPE:
        raise refusal(
            f"the payload is of type {envelope.payload_type[:_SHOWN]!r}, not {PAYLOAD_TYPE}",
            "this is no attestation of a run",
        )
    if not signatures:
        if allow_unsigned:
            return Opened(payload, None, ())
        raise refusal(
            "the attestation is not signed: anyone could have written it",
            "attest again with a signing key, and verify with its public half",
        )
    trusted = {key.keyid: key for key in keys}
    for key_id in sorted(trusted.keys() & signatures.keys()):
        _check(payload, key_id, signatures[key_id], trusted[key_id])
    signed = sorted(trusted.keys() & signatures.keys())
    if not signed:
        raise refusal(
            f"no key that you trust signed this: it is signed under key id {_listed(signatures)}",
            f"your --key has id {_listed(trusted)}" if trusted else "name the signer's public key with --key",
        )
    return Opened(payload, signed[0], tuple(sorted(signatures.keys() - trusted.keys())))


def read_envelope(file: Path) -> bytes:
    """Return the content of an attestation's file, at most one byte more than `unseal` takes.

    Raise `OperatorError` where it cannot be read or is no regular file.
    """
    hint = "name the file that `cto-audit --attest` wrote"
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OperatorError(f"the attestation {file} is no regular file", hint)
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise OperatorError(f"the attestation {file} cannot be read: {reason}", hint) from error


def _parsed(line: bytes) -> _Envelope:
    """Return the envelope that is the whole of `line`, or refuse it."""
    if len(line) > MAX_BYTES:
        raise refusal(f"the file is larger than {MAX_BYTES} bytes", "this is no attestation of a run")
    if not line.endswith(b"\n"):
        raise refusal("the file does not end with a newline, as if it had been cut short", "get the whole file again")
    if line.count(b"\n") > 1:
        raise refusal("the file has more than one line: an attestation is one", "split it, and verify each line alone")
    try:
        value: Any = canonical.decode(line[:-1])
    except canonical.NotCanonical as fault:
        raise refusal(f"the envelope {fault}", "get the file again as `cto-audit --attest` wrote it") from None
    try:
        return msgspec.convert(value, _Envelope, strict=True)
    except msgspec.ValidationError:
        raise refusal(
            "the file is JSON, but no signed envelope (DSSE) as this program writes it: payload, payloadType, and"
            " signatures with keyid and sig, in standard base64",
            "name the file that `cto-audit --attest` wrote",
        ) from None


def _listed(key_ids: Iterable[str]) -> str:
    """Return key ids for a sentence: not yet verified, so anything may stand in them, at any length."""
    some = [key_id[:_SHOWN] or "(none)" for key_id in sorted(key_ids)[:_LISTED]]
    return ", ".join(some)


def _decoded(text: str, what: str) -> bytes:
    """Return base64's bytes; two texts for the same bytes would be two readings, so only the canonical one will do."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise refusal(f"the envelope's {what} is not base64", "get the file again") from None
    if base64.b64encode(data).decode() != text:
        raise refusal(f"the envelope's {what} is not canonical base64", "get the file again")
    return data


def _check(payload: bytes, key_id: str, signature: bytes, key: PublicKey) -> None:
    from securesystemslib.dsse import Envelope  # noqa: PLC0415 - loads the cryptography
    from securesystemslib.exceptions import VerificationError  # noqa: PLC0415
    from securesystemslib.signer import Signature  # type: ignore[attr-defined] # noqa: PLC0415 - it names no exports

    envelope = Envelope(payload, PAYLOAD_TYPE, {key_id: Signature(key_id, signature.hex())})
    try:
        envelope.verify([key], 1)
    except VerificationError:
        raise refusal(
            f"the signature does not verify under key {key_id}: the content was changed after it was signed, or another key"
            " made it",
            "get the file from its source again, and make sure that the public key is the signer's",
        ) from None
