"""Passwords and tokens made of the words that examples are made of.

``postgres://app:app123@db`` and ``Bearer test-token-12345`` stand in every manual and every test suite. They are kept as
possible findings: some are in use, but none is worth failing a run for.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

_WORDS = frozenset(
    b"a abc access account admin admins airflow aladdin alice anon anonymous another any api apikey app audience auth "
    b"aws azerty backend backup bad bar baz bearer blog bob carol cassandra change changeme charlie ci clave clear "
    b"cleartext clickhouse client clientid cluster com complex container contrasena cookie correct "
    b"correcthorsebatterystaple credential credentials ctf database db def default demo dev difficult django docker "
    b"doe domain dummy easy ecommerce elastic empty env eve example expired fake five fixme fixture flask foo foobar "
    b"foobared for four frontend geheim ghi gitea grafana guest hello host hunter id iloveyou in incorrect influxdb "
    b"initial insecure integration internal invalid is issuer jane jenkins jkl joe john jwt kafka kali key keycloak "
    b"keys lab langfuse laravel letme letmein local localhost login long machine mariadb me metabase mima minio mlflow "
    b"mno mock mongo mongodb more motdepasse my mysql name need needed new nextcloud no nobody node none not nota of "
    b"old one only open or oracle os other pass passphrase passw passwd password passwort pgpass pk placeholder "
    b"postgres postgresql prisma private prod production proxy public pw pwd qux qwerty rabbit rabbitmq random "
    b"readonly real redis refresh replace replication replicator robot root sa sample sandbox secret secrets secure "
    b"sekret senha server service sesame session set shop short signature signed simple sk some sonar sonarqube spam "
    b"ssl staging string strong stub student subject supabase super superset svc swordfish task temp temporary test "
    b"tester testing tests that the this three tiger to todo token tomcat toor top trustno two ubuntu unit unsafe uri "
    b"url user username v vagrant valid value vault very web welcome word wordpress worker workshop world wrong xyz "
    b"your".split()
)
"""What passwords in manuals and tests are made of: words for a secret, for a user, and names of what it opens."""
_PASSWORD_WORDS = frozenset((b"password", b"passwd", b"passw", b"pass", b"pwd", b"pw", b"secret"))

_NAMED = re.compile(rb"[a-z]{1,12}[_-][a-z]{1,12}[^a-z]*\Z")
"""A password that is the name of something and the word itself."""
_LEET = bytes.maketrans(b"01345@$", b"oieasas")
_LEET_DIGITS = bytes.maketrans(b"01345", b"oieas")
_MOST = 48
"""Characters of a password beyond which nobody writes words only."""

_TAIL = re.compile(rb"[^a-z]+\Z")
_JOINTS = re.compile(rb"[^a-z0-9]+")
_KINDS = re.compile(rb"[a-z]+|[0-9]+")
_DIGIT = re.compile(rb"[0-9]")
_MOST_DIGITS = 12
"""Digits that may stand beside words; more of them may be a secret part."""
_SHORT_TAIL = re.compile(rb"[-_.][0-9a-f]{2,6}\Z")
"""What makes a test's token different from the next one's, and is too short to keep a secret."""
_NOT_HEX = re.compile(rb"[g-z]{2}")
_PART = rb"(?:[a-z]{2,20}[0-9]?|[A-Z][a-z]{1,19}|v?[0-9]{1,4})"
_SPOKEN = re.compile(_PART + rb"(?:[-_. /:+]" + _PART + rb"){2,20}\Z")
_LOCATION = re.compile(rb"(?:[a-z][a-z0-9+.-]{1,12}:/)?/[A-Za-z]")

_LOCAL = re.compile(
    rb"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[?::1\]?|0\.0\.0\.0|[^.:]*|example\.[a-z]+|"
    rb"(?:.*\.)?(?:example(?:\.(?:com|org|net))?|test|invalid|localhost))(?::[0-9]*)?\Z",
    re.IGNORECASE,
)
_SHORT = 10
_WORDY = 16
"""Characters from which on a password without a digit may well have been drawn by chance."""
_PORT = 5
_WORD = 3
"""Letters without which a piece may be anything."""


def is_weak_password(password: bytes, user: bytes = b"", host: bytes = b"") -> bool:
    """Say whether `password` is an example's: words only, the user's name, a number, or a short one of no real host.

    `user` and `host` are what stands beside it, empty where nothing does. Percent escapes are undone first.
    """
    password, user = unquote_to_bytes(password), unquote_to_bytes(user)
    if password == user or user.lower() == b"anonymous" or (password.isdigit() and len(password) <= _PORT):
        return True
    digit = _DIGIT.search(password) is not None
    if host and _LOCAL.match(host) and (len(password) < _SHORT or (len(password) < _WORDY and not digit)):
        return True
    return _wordy(password.lower()[: _MOST + 1], user.lower())


def _wordy(password: bytes, user: bytes) -> bool:
    if len(password) > _MOST or len(_DIGIT.findall(password)) > _MOST_DIGITS:
        return False
    own = frozenset({user}) if len(user) > 2 else frozenset[bytes]()
    bare = _TAIL.sub(b"", password)
    for text in (password, password.translate(_LEET), bare.translate(_LEET), bare.translate(_LEET_DIGITS)):
        pieces = _JOINTS.split(_TAIL.sub(b"", text))
        words = [word for piece in pieces if (word := _TAIL.sub(b"", piece))]
        if words and all(_glued(word, own) for word in words):
            return True
        # ``keystone_Passw0rd``: the name of what it opens, and the word itself.
        if _NAMED.match(text) and not _PASSWORD_WORDS.isdisjoint(pieces):
            return True
    return _counted(password, own)


def is_test_token(token: bytes) -> bool:
    """Say whether `token` is put together from words that tests use, and few digits: ``valid-token-123-abc``."""
    if len(token) > _MOST:
        return False
    token = token.lower()
    if _counted(token, frozenset()):
        return True
    named = _SHORT_TAIL.sub(b"", token)
    # Words of hex digits only may be a part of what the tail ends.
    return named != token and _counted(named, frozenset()) and _NOT_HEX.search(named) is not None


def _counted(text: bytes, own: frozenset[bytes]) -> bool:
    """Whether all letters of `text` make words, of which one has three letters or more, with a few digits between."""
    pieces = _KINDS.findall(text)
    words = [piece for piece in pieces if piece.isalpha()]
    digits = sum(len(piece) for piece in pieces if not piece.isalpha())
    if digits > _MOST_DIGITS or max(map(len, words), default=0) < _WORD:
        return False
    return all(_glued(word, own) for word in words)


def is_spoken(value: bytes) -> bool:
    """Say whether `value` is an address or at least three words and numbers, as a page notes what a visitor chose.

    ``collapsed-left-panel-2024`` is; what is drawn at random has digits within its words, or capitals, or no joints.
    """
    return _SPOKEN.match(value) is not None or _LOCATION.match(value) is not None


@lru_cache(maxsize=1024)
def _glued(piece: bytes, own: frozenset[bytes]) -> bool:
    """Whether `piece` is one of the words, or several of them without a space between."""
    if piece in own or piece in _WORDS:
        return True
    ends = {0}
    for end in range(1, len(piece) + 1):
        # Words of one or two letters could spell anything; they stand alone only.
        if any(end - begin > 2 and (piece[begin:end] in _WORDS or piece[begin:end] in own) for begin in ends) or (
            any(piece[begin:end] in {b"my", b"pw", b"db"} for begin in ends)
        ):
            ends.add(end)
    return len(piece) in ends
