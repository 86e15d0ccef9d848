"""What a JSON Web Token says of itself, and whether that makes it one of a manual, of a test or of everybody.

No clock is asked: a token that has run out is judged as on its first day, so that a verdict never changes with time.
"""

from __future__ import annotations

import base64
import binascii
import json
import re

from auditor.expressions import expression
from auditor.secrets.opinion import Opinion
from auditor.secrets.weak import is_test_token

_SAMPLE_KEYS = frozenset(("some", "hello", "name", "admin", "sub", "iat", "test", "foo", "data"))
_SAMPLE_ONLY = frozenset(("some", "hello", "test", "foo", "data"))
_SAMPLE_ISSUERS = frozenset(("joe", "supabase-demo"))

_IDENTITY = (
    *("sub", "user", "username", "user_name", "preferred_username", "unique_name", "login", "nickname"),
    *("name", "given_name", "family_name", "email"),
)
"""Claims that say whose token it is."""
_NOBODY = frozenset(("demo", "dummy", "example", "fake", "foo", "foobar", "bar", "baz", "mock", "sample", "subject"))
"""Who tokens in tests are given to."""
_NUMBER = expression(r"(?:[0-9]{1,6}|[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z")
"""A row's number in a database, which says nothing of whose it is."""
_RESERVED = expression(
    r"(?:[a-z]+://)?(?:[a-z0-9-]+\.)*(?:example(?:\.(?:com|org|net))?|test|invalid)(?::[0-9]+)?(?:/|\Z)", re.IGNORECASE
)
"""Names that RFC 2606 keeps free for examples."""
_OWN_MACHINE = expression(
    r"(?:[a-z]+://)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::[0-9]+)?(?:/|\Z)", re.IGNORECASE
)
_SHORT_LIFE = 3600
"""Seconds of a token that a server under test gives out; whoever wants a lasting one asks for more."""


_SENTENCE = expression(rb"[A-Za-z]{1,20}[.!?'a-z]{0,8}(?:[ ,][A-Za-z'-]{1,20}[.,!?]{0,3}){2,60}")
_HEAD = frozenset(("alg", "typ", "enc"))


def is_head(part: bytes) -> bool:
    """Say whether `part` is what a JSON Web Token begins with."""
    header = _json_object(part)
    return header is not None and not header.keys().isdisjoint(_HEAD)


def jwt(value: bytes) -> Opinion:
    """A JSON Web Token's first part is a JSON object that names its algorithm or type; a manual's sample is doubtful.

    TeamCity's tokens of the second version begin alike and are none: they have a table of their own.
    """
    parts = value.split(b".")
    header = _json_object(parts[0])
    if header is None or not header.keys() & _HEAD or header.get("typ") == "TCV2":
        return "rejected"
    if "enc" in header or len(parts) < 2:
        return "confirmed"
    # A signature of words is none.
    unsigned = _text(header, "alg").lower() == "none" or parts[-1].strip(b"=") == b"" or is_test_token(parts[-1])
    return "doubtful" if unsigned or _is_harmless(parts[1]) else "confirmed"


def _is_harmless(payload: bytes) -> bool:
    """Whether a token's second part is a manual's, a test's, or that of a key which every visitor is given."""
    claims = _json_object(payload)
    if claims is None:
        return _is_prose(_decoded(payload) or b"")
    issuer = _text(claims, "iss")
    if issuer in _SAMPLE_ISSUERS or _RESERVED.match(issuer):
        return True
    if _text(claims, "role") == "anon" and issuer in {"", "supabase"}:
        return True  # the key by which a page of Supabase's speaks for nobody
    if issuer == "auth.docker.io" and claims.get("sub") == "":
        return True  # to pull what is public
    own = _OWN_MACHINE.match(issuer) is not None
    return (own and _lives_shortly(claims)) or _is_sample(claims) or _is_nobodys(claims, local=own or "." not in issuer)


def is_sentence(value: bytes) -> bool:
    """Say whether `value` is base64 of words with blanks between them, as a manual encodes what is to look like a token."""
    text = _decoded(value.rstrip(b"=")) or b""
    return _SENTENCE.fullmatch(text) is not None


def _is_prose(text: bytes) -> bool:
    """Whether this can be read: in ASCII, or in words of which some letter or sign is in no ASCII."""
    try:
        said = text.decode()
    except UnicodeDecodeError:
        return False
    return said.isprintable() and (said.isascii() or " " in said) and said != ""


def _is_sample(claims: dict[str, object]) -> bool:
    """Whether these are John Doe's claims, ``{"some": "payload"}`` or ``{"key": "value"}``."""
    if claims == {"key": "value"}:
        return True
    if not claims or not claims.keys() <= _SAMPLE_KEYS:
        return False
    return _text(claims, "sub").startswith("123") if "sub" in claims else not _SAMPLE_ONLY.isdisjoint(claims)


def _is_nobodys(claims: dict[str, object], *, local: bool) -> bool:
    """Whether a token of no issuer with a domain is given to a test user, and to nobody else besides."""
    inner = claims.get("user")
    told = (claims, inner) if isinstance(inner, dict) else (claims,)
    people = [text for part in told for name in _IDENTITY if (text := _text(part, name))]
    named = [_person(text) for text in people if not _NUMBER.match(text)]
    return local and any(named) and None not in named


def _person(text: str) -> bool | None:
    """Whether somebody is called as tests call people; nothing if the name is one of its own."""
    name, at, domain = text.lower().partition("@")
    if at and not (_RESERVED.match(domain) or re.fullmatch(r"(?:test|foo|bar)\.com", domain)):
        return None
    if not is_test_token(name.encode("utf-8", "replace")):
        return None
    return any(word in _NOBODY or word.startswith("test") for word in re.findall(r"[a-z]+", name))


def _lives_shortly(claims: dict[str, object]) -> bool:
    begins, ends = claims.get("iat"), claims.get("exp")
    return isinstance(begins, int) and isinstance(ends, int) and 0 <= ends - begins <= _SHORT_LIFE


def _text(claims: dict[str, object], name: str) -> str:
    """Return a claim that is a text or a number as text; nothing for what is neither: a forger may write anything."""
    value = claims.get(name)
    return str(value) if isinstance(value, str | int) else ""


def _decoded(part: bytes) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except (ValueError, binascii.Error):
        return None


def _json_object(part: bytes) -> dict[str, object] | None:
    text = _decoded(part)
    try:
        found = None if text is None else json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
