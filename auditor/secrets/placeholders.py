"""Telling a value from what merely stands where a value would: masks, variables, examples, and code.

A key that says FAKE and still has the right form counts as a value: whoever plants such keys wants them found.
"""

from __future__ import annotations

import re

from auditor.expressions import expression

_LITERALS = (
    *(
        b"example",
        b"your",
        b"placeholder",
        b"redacted",
        b"filtered",
        b"scrubbed",
        b"insert_",
        b"insert-",
        b"[truncated",
    ),
    *(b"change" + joint + b"me" for joint in (b"", b"_", b"-")),
    *(b"replace" + joint + what for joint in (b"", b"_", b"-") for what in (b"me", b"with", b"this")),
    *(what + joint + b"here" for what in (b"key", b"token") for joint in (b"", b"_", b"-")),
    *(b"xxxxx", b"***", b"...", b"\xe2\x80\xa6", b"\xe2\x80\xa2", b"______", b"--------", b"000000000000"),
)
"""What stands in a placeholder, lower case."""
_ANY_LITERAL = expression(b"|".join(map(re.escape, _LITERALS)))
_LONG_VALUE = 300
"""Bytes from which on it costs less to look for each literal alone."""

_TAG = expression(rb"<[a-z]")
_TEMPLATE = expression(rb"\$\{[a-z_!][^{}<>]{0,80}(?:[{}]|\Z)|\{\{[^{}]{0,80}(?:\}\}|\Z)|\$\{\{")
"""A whole place holder of a template, or what is left of one that a pattern cut off; a lone brace is a password's."""
_VARIABLE = expression(
    rb"\d{4}-\d\d-\d\dT\d\d:\d\d|(?:op|vault|ssm|secret|file)://?|arn:aws|"
    rb"[$%<{\[(*&@!]|process\.env|os\.(?:environ|getenv)|env[.:(\[]|import\.meta|secrets\.|vars?\.|config[.(\[]|self\.|this\.",
    re.IGNORECASE,
)
_DIGEST = expression(
    rb"(?:sha(?:1|224|256|384|512)|md5)[-:=]|[0-9a-f]{32}\Z|[0-9a-f]{40}\Z|[0-9a-f]{64}\Z|[0-9a-f]{96}\Z|[0-9a-f]{128}\Z|"
    rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![.:][A-Za-z0-9+/=_.:-]{24})",
    re.IGNORECASE,
)
_ID = expression(rb"(?:call|toolu|msg|chatcmpl|resp|run|req|srvtoolu|item|rs|fc|gen|run|thread|asst|file|batch)[_-]")
_PATH = expression(rb"(?:[a-z]+:)?[.~]{0,2}/|[A-Za-z]:\\|[\w.-]+/[\w./-]+\Z|[\w-]+\.[a-z]{1,5}\Z")
_NAME = expression(
    rb"[A-Za-z_][a-z_]*\Z|[A-Z_]+\Z|[a-z]+(?:[A-Z][a-z]+)+[0-9]?\Z|(?:[A-Z][a-z]+)+\Z|[a-z]+(?:[-_.][a-z]+)+[0-9]?\Z"
)
_PROMISING = expression(rb"\A(?=\S*[0-9])\S{6,}\Z")
_SHAKEN = expression(rb"(?=(?:[A-Za-z_]{0,40}?[A-Z][a-z](?=[A-Z])){2})(?:[A-Za-z_]{0,40}?[A-Z][a-z]?(?=[A-Z])){4}")
"""Letters whose case changes as no name's does."""
_WORD = expression(rb"[A-Za-z]{8,32}\Z")
_LABEL = expression(
    rb"(?:new|old|current|confirm|enter|forgot|reset|repeat|change|update|show|hide|invalid|wrong|missing|incorrect|"
    rb"required|optional|undefined|encrypted|hashed|default|plaintext|string|function|boolean|username|"
    rb"fake|test|dummy|sample|mock|passwort|kennwort|wachtwoord|contrasena|motdepasse|doesnot)|"
    rb".*(?:required|optional|field|input|label|hash|type|param|value|string|reset|hidden|incorrect|invalid|credentials?)\Z",
    re.IGNORECASE,
)
"""What stands beside the word password in forms and in descriptions of data: words about one, not one."""
_KINDS_OF_SIGNS = 5
_SYNTAX = expression(
    rb"\(\?|\.[*+{]|\[(?:a-z|A-Z|0-9|\^)|=>|&&|\|\||\(\)|://|%[({]|</|function|return|\A[\^$({\[/]+\Z|\A\$\."
)
_DULL_PASSWORDS = frozenset(
    b"password passwd pass secret token pwd hunter2 user admin root test test1234 postgres mysql guest redis pass123 "
    b"password1 password123 username mypassword yourpassword x-oauth-basic".split()
)


def is_placeholder(value: bytes, prefix: int = 0) -> bool:
    """Say whether `value`, whose first `prefix` bytes are its format's own, stands in for a value.

    True for masks (``***``, ``sk-...``, ``xxxxx``), documented examples and bodies of one or two characters repeated.
    """
    body = value[prefix:]
    lowered = value.lower()
    if _ANY_LITERAL.search(lowered) if len(lowered) < _LONG_VALUE else any(map(lowered.__contains__, _LITERALS)):
        return True
    if b"<" in lowered and _TAG.search(lowered):
        return True
    if b"{" in lowered and _TEMPLATE.search(lowered):
        return True
    return len(set(body.strip(b"-_=."))) <= 2


def is_plain_password(value: bytes) -> bool:
    """Say whether `value` may be a password a person typed: no variable, placeholder or word of documentation."""
    if is_placeholder(value) or value.lower() in _DULL_PASSWORDS or _VARIABLE.match(value):
        return False
    return not value.isalpha() or len(value) > 7


def is_random_value(value: bytes) -> bool:
    """Say whether `value`, given to a secret-sounding name, looks like a secret and not like code, a path or an id."""
    if _PROMISING.search(value) is None:
        return False
    if is_placeholder(value) or _VARIABLE.match(value) or _DIGEST.match(value) or _ID.match(value):
        return False
    if _PATH.match(value) or _NAME.match(value) or value.lower() in _DULL_PASSWORDS or not value.isascii():
        return False
    kinds = sum(re.search(kind, value) is not None for kind in (rb"[a-z]", rb"[A-Z]", rb"[0-9]", rb"[^A-Za-z0-9]"))
    code = re.search(rb"[(){}\[\]<>]|&&|\|\||->|::|==|\.\w+\.|https?:", value) is not None
    return kinds >= 2 and len(set(value)) >= 6 and not code and not value.isdigit()


_HEX = expression(rb"(?:0x)?(?:[0-9a-f]{20,160}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}[0-9a-f:-]{13,140})\Z", re.IGNORECASE)
_MARK = expression(rb"[0-9!#%^+?~@&=:;|]|(?<!\A)[$*]")
_CODE = expression(rb"[(){}\[\]<>]|&&|\|\||->|::|==[^=]|https?:")
_DOTTED = expression(rb"\.\w+\.[A-Za-z]")
_DRAWN = expression(rb"(?:\A|\.)(?=[\w-]{16})(?:[A-Za-z_-]{0,24}[0-9]{1,4}[A-Za-z]){3}")
"""A piece of a dotted value in which digits stand among the letters as in no name of code."""
_LONG = 24
"""Characters from which on a mix of both cases and digits is no name and no path."""


def is_key_value(value: bytes) -> bool:
    """Say whether `value` may be the value of a name that speaks of a key: random, or a run of hex digits or a UUID.

    Only a name makes a secret of hex digits, which are digests everywhere else.
    """
    if is_placeholder(value):
        return False
    if _HEX.match(value):
        return len(set(value)) >= 6
    every = all(re.search(kind, value) for kind in (rb"[a-z]", rb"[A-Z]", rb"[0-9]"))
    if every and len(value) >= _LONG and len(set(value)) >= _LONG // 2 and not _is_code(value.rstrip(b"=")):
        return not (_VARIABLE.match(value) or _DIGEST.match(value) or _ID.match(value))
    return is_random_value(value)


def _is_code(value: bytes) -> bool:
    """Whether `value` has signs of code, or is names joined by dots; a token's parts are joined so, too, but no names."""
    if _CODE.search(value):
        return True
    return _DOTTED.search(value) is not None and _DRAWN.search(value) is None


def is_quoted_password(value: bytes) -> bool:
    """Say whether `value`, which stands where a password stands, is one and no word, name or expression of code."""
    if is_placeholder(value) or _CODE.search(value) or _DOTTED.search(value):
        return False
    if _NAME.match(value) or _DIGEST.match(value):
        return False
    return _MARK.search(value) is not None and len(set(value)) > 3 and is_plain_password(value)


def is_option_password(value: bytes) -> bool:
    """As `is_quoted_password`, given to an option: letters whose case changes at random will do."""
    return is_quoted_password(value) or (_SHAKEN.match(value) is not None and is_plain_password(value))


def is_password_word(value: bytes) -> bool:
    """As `is_quoted_password`, where the place leaves no doubt: a plain word of eight letters will do."""
    if is_quoted_password(value):
        return True
    return _WORD.match(value) is not None and _LABEL.match(value) is None and is_plain_password(value)


def is_full_of_signs(value: bytes) -> bool:
    """Say whether `value` has signs of so many kinds that only a generator of passwords puts them together.

    Expressions of code, of templates and of the language of regular expressions have them too, and are told by theirs.
    """
    kinds = {sign for sign in value if not (sign == 95 or bytes((sign,)).isalnum() or sign in b".-/:,")}
    return len(kinds) >= _KINDS_OF_SIGNS and not is_placeholder(value) and _SYNTAX.search(value) is None
