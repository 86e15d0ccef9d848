"""Signed notes (C2SP ``signed-note``): text, an empty line, and lines of Ed25519 signatures.

A verifier knows a key by its name and a short key ID that is made from name and public key, so that the same key under
another name is another key. The format is that of Go's ``sumdb/note``; `NoteKey.text` is what its tools call a vkey.

The signing key may be the one that signs attestations: what DSSE signs begins with ``DSSEv1`` and a space, and the
first line of a checkpoint is the log's origin, which holds no space. Neither can be taken for the other.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from hashlib import sha256

import msgspec

from auditor.attest.keys import PublicKey, Signer
from auditor.attest.refused import refusal

MAX_NOTE_BYTES = 1 << 16
"""More than a checkpoint with dozens of witnesses takes."""

_MAX_SIGNATURES = 100
_WHOLE = "give the signed note as its signer wrote it"
_ED25519 = b"\x01"
_PUBLIC_BYTES = 32
_ID_BYTES = 4
_SIGNATURE_LINE = re.compile(r"— (\S+) (\S+)")
_NAME = re.compile(r"[^\s+]+")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


class NoteKey(msgspec.Struct, frozen=True):
    """A public key under the name that it signs notes with."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of the SHA-256 of name, newline, algorithm and key."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_ID_BYTES]

    @property
    def text(self) -> str:
        """The key as other tools take it: ``name+id+base64``."""
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.public).decode()}"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Tell whether the signature is this key's for this message."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - costs start-up
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):  # ValueError: no key at all
            return False
        return True


def note_key(name: str, key: PublicKey) -> NoteKey:
    """Return an Ed25519 key, as it verifies attestations, under the name that it signs notes with."""
    return NoteKey(name, bytes.fromhex(key.keyval["public"]))


def is_name(name: str) -> bool:
    """Tell whether a key, and so a log, may be called this: not empty, no space of any kind, no plus, no control."""
    return bool(_NAME.fullmatch(name)) and name.isprintable()


def read_key(text: str) -> NoteKey:
    """Return the key that ``name+id+base64`` describes; raise `Refused` if it contradicts itself."""
    name, _, rest = text.partition("+")
    hint, _, material = rest.partition("+")
    raw = unbase64(material)
    if not is_name(name) or raw is None or len(raw) != 1 + _PUBLIC_BYTES or raw[:1] != _ED25519:
        raise refusal("this is no Ed25519 verifier key", "a verifier key is written name+id+base64")
    key = NoteKey(name, raw[1:])
    if key.id.hex() != hint:
        raise refusal("the verifier key's ID does not belong to its name and key", "copy the whole key again")
    return key


def sign_note(text: str, name: str, signer: Signer) -> bytes:
    """Return the text as a note, signed under this name. The text ends in a newline."""
    signature = bytes.fromhex(signer.sign(text.encode()).signature)
    stated = b64encode(note_key(name, signer.public_key).id + signature).decode()
    return f"{text}\n— {name} {stated}\n".encode()


def open_note(note: bytes, keys: Sequence[NoteKey], what: str = "note") -> str:
    """Return the text of a note that at least one of the keys has signed; raise `Refused` otherwise.

    Signatures of unknown keys count for nothing. One by a known key that does not verify spoils the note, whatever the
    others say. `what` is what a refusal calls the note.
    """
    text, lines = split_note(note)
    known = {(key.name, key.id): key for key in keys}
    signed = False
    for line in lines:
        name, key_id, signature = _signature(line)
        key = known.get((name, key_id))
        if key is None:
            continue
        if not key.verifies(signature, text.encode()):
            raise refusal(
                f"the signature of {name} does not belong to the {what}",
                "it was changed after it was signed: bring it back from a copy of the log",
            )
        signed = True
    if not signed:
        raise refusal(
            f"no key that you trust has signed the {what}",
            "name the log's own public key; is it the log that you mean?",
        )
    return text


def split_note(note: bytes) -> tuple[str, list[str]]:
    """Return a note's text, with its last newline, and its signature lines. Nothing is verified."""
    if len(note) > MAX_NOTE_BYTES:
        raise refusal(f"a signed note of more than {MAX_NOTE_BYTES} bytes is not read", _WHOLE)
    try:
        whole = note.decode()
    except UnicodeDecodeError as error:
        raise refusal("a signed note is UTF-8, and this is not", _WHOLE) from error
    text, gap, signatures = whole.rpartition("\n\n")
    if _CONTROL.search(whole) or not gap or not text or not signatures.endswith("\n"):
        raise refusal("this is no signed note: text, an empty line, and signature lines", _WHOLE)
    lines = signatures[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise refusal(f"a note with more than {_MAX_SIGNATURES} signatures is not read", _WHOLE)
    return text + "\n", lines


def unbase64(text: str) -> bytes | None:
    """Return what standard base64 in its one canonical spelling stands for, or None."""
    try:
        raw = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return None
    return raw if b64encode(raw).decode() == text else None


def _signature(line: str) -> tuple[str, bytes, bytes]:
    """Return the key's name, its ID and the signature of one signature line."""
    match = _SIGNATURE_LINE.fullmatch(line)
    raw = unbase64(match[2]) if match else None
    if match is None or raw is None or len(raw) <= _ID_BYTES or not is_name(match[1]):
        raise refusal("the note has a signature line that cannot be read", _WHOLE)
    return match[1], raw[:_ID_BYTES], raw[_ID_BYTES:]
