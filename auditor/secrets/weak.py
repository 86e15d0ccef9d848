"""Passwords and tokens made of the words that examples are made of.

``postgres://app:app123@db`` and ``Bearer test-token-12345`` stand in every manual and every test suite. They are kept as
possible findings: some are in use, but none is worth failing a run for.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

_WORDS = frozenset(
    b"a abc access account admin admins aladdin alice anon anonymous api app aws bar baz bob changeme clear "
    b"cleartext com credential credentials ctf database db def default demo dev domain dummy example fake foo foobar "
    b"for ghi guest hello host hunter id in invalid is jkl key keys letme local localhost login machine mno mock "
    b"mongo mongodb my mysql name new nobody none of one open or oracle os pass passphrase passw passwd password "
    b"postgres postgresql proxy pw pwd qux qwerty rabbit rabbitmq redis refresh robot root sa sample secret secrets "
    b"secure sesame session some spam ssl swordfish temp test tester testing tests that the this tiger to token toor "
    b"uri url user username valid value welcome word world xyz".split()
)
"""What passwords in manuals and tests are made of: words for a secret, for a user, and names of what it opens."""
_PASSWORD_WORDS = frozenset((b"password", b"passwd", b"passw"))

_NAMED = 2
"""Pieces of a password that is the name of something and the word itself."""
_LEET = bytes.maketrans(b"01345@$", b"oieasas")
_MOST = 48
"""Characters of a password beyond which nobody writes words only."""

_TAIL = re.compile(rb"[^a-z]+\Z")
_JOINTS = re.compile(rb"[^a-z0-9]+")
_KINDS = re.compile(rb"[a-z]+|[0-9]+")
_MOST_DIGITS = 12
"""Digits that may stand beside words in a test's token; more of them may be its secret part."""

_LOCAL = re.compile(
    rb"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[?::1\]?|0\.0\.0\.0|[^.:]*|example\.[a-z]+|"
    rb"(?:.*\.)?(?:example(?:\.(?:com|org|net))?|test|invalid|localhost))(?::[0-9]*)?\Z",
    re.IGNORECASE,
)
_SHORT = 10
_WORDY = 16
"""Characters from which on a password without a digit may well have been drawn by chance."""
_PORT = 5


def is_weak_password(password: bytes, user: bytes = b"", host: bytes = b"") -> bool:
    """Say whether `password` is an example's: words only, the user's name, a number, or a short one of no real host.

    `user` and `host` are what stands beside it, empty where nothing does. Percent escapes are undone first.
    """
    password, user = unquote_to_bytes(password), unquote_to_bytes(user)
    if password == user or user.lower() == b"anonymous" or (password.isdigit() and len(password) <= _PORT):
        return True
    digit = re.search(rb"[0-9]", password) is not None
    if host and _LOCAL.match(host) and (len(password) < _SHORT or (len(password) < _WORDY and not digit)):
        return True
    return _wordy(password.lower()[: _MOST + 1], user.lower())


def _wordy(password: bytes, user: bytes) -> bool:
    if len(password) > _MOST:
        return False
    own = frozenset({user}) if len(user) > 2 else frozenset[bytes]()
    for text in (password, password.translate(_LEET), _TAIL.sub(b"", password).translate(_LEET)):
        pieces = _JOINTS.split(_TAIL.sub(b"", text))
        words = [word for piece in pieces if (word := _TAIL.sub(b"", piece))]
        if words and all(_glued(word, own) for word in words):
            return True
        # ``keystone_Passw0rd``: the name of what it opens, and the word itself.
        if len(pieces) == _NAMED and not _PASSWORD_WORDS.isdisjoint(pieces) and all(map(bytes.isalpha, pieces)):
            return True
    return False


def is_test_token(token: bytes) -> bool:
    """Say whether `token` is put together from words that tests use, and few digits: ``valid-token-123-abc``."""
    pieces = _KINDS.findall(token.lower()[: 2 * _MOST])
    words = [piece for piece in pieces if piece.isalpha()]
    digits = sum(len(piece) for piece in pieces if not piece.isalpha())
    if not words or len(token) > _MOST or digits > _MOST_DIGITS:
        return False
    return all(_glued(word, frozenset()) for word in words)


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
