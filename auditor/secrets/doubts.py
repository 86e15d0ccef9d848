"""Why a match in a sound format may still be no secret: doubts, which make a finding `possible` and never drop it.

Some hold of any value: it is counted out, published, a manual's token, or part of an address that is good for minutes.
Others hold only where a table asks for them in its `doubts`, since they read what its expression has named around the
value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import unquote_to_bytes

from auditor.expressions import expression
from auditor.secrets.claims import is_head, is_sentence, jwt
from auditor.secrets.decode import Buffer
from auditor.secrets.presigned import is_presigned
from auditor.secrets.published import is_published
from auditor.secrets.sequences import is_sequential
from auditor.secrets.weak import is_spoken, is_test_token, is_weak_password

Doubt: TypeAlias = Callable[[re.Match[bytes], Buffer], bool]
"""(match of a table's expression, the buffer it is in) -> whether there is reason to doubt it."""

EFFORT = 30
"""Units that doubting one match costs."""

_PART = 20
"""Characters of a part of a token from which on it carries the secret."""
_NEAR = 200
_NAME_REACH = 120
_BROWSER = expression(
    rb"INNERTUBE_API_KEY|WIZ_global_data|gapiKey|maps\.googleapis\.com|google\.[a-z.]{2,6}/maps/(?:api|embed)|"
    rb"firebaseapp\.com|storageBucket|messagingSenderId|mobilesdk_app_id|\"current_key|GCM_SENDER_ID"
)
"""What stands beside a key in a page, in the settings of Firebase that an application is delivered with, or in a map."""
_DELIVERED = expression(
    rb"(?<![A-Z0-9])(?:NEXT_PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|PUBLIC|VITE|REACT_APP|VUE_APP|GATSBY|STORYBOOK)_"
    rb"(?![A-Z0-9_]{0,60}(?:GEMINI|GENAI|GENERATIVE|GOOGLE_AI|AI_?STUDIO|PALM|VERTEX|LLM|SECRET|PRIVATE|ADMIN))"
    rb"[A-Z0-9_]{1,60}(?:\\*[\"'])?\s{0,3}[:=]\s{0,3}(?:\\*[\"'`])?\Z"
)
"""A name that a builder puts into what it delivers to browsers; a key of a model that is billed by use is no less one."""
_ADDRESS = expression(rb"https?:\\*/\\*/(?:[^\s/@\"']{0,80}@)?([A-Za-z0-9.\[\]:-]{1,253})")
_LOGIN = expression(rb"[ \t](?P<user>[\w.-]{1,64})@(?P<host>[A-Za-z0-9.-]{1,253})(?![\w@])")
_HOST = expression(rb"(?:host=|//)([A-Za-z0-9.-]{1,253})")
_SET = expression(rb"set(?:\\*[-_]|%2d)\Z", re.IGNORECASE)
_LOCAL_REGISTRY = expression(rb"//(?:localhost|127\.0\.0\.1)[:/][^\s\"']{0,100}\Z")


def is_doubtful(data: Buffer, start: int, end: int, value: bytes, prefix: int) -> bool:
    """Say whether `value`, found at ``data[start:end]`` with `prefix` bytes of its format's own, is no secret as it stands."""
    if value.startswith(b"eyJ") and jwt(value) == "doubtful":
        return True
    if is_sequential(value[prefix:]) or is_published(value) or is_presigned(data, start, end):
        return True
    parts = value.split(b".") if b"/" not in value else []
    return len(parts) > 1 and any(len(part) >= _PART and is_sequential(part) for part in parts)


def _named(match: re.Match[bytes], group: str) -> bytes:
    return match[group] or b"" if group in match.re.groupindex else b""


def weak_password(match: re.Match[bytes], _data: Buffer) -> bool:
    """An example's password, beside the ``user`` and the ``host``, or an address with it, that the expression names."""
    host = _named(match, "host")
    within = _HOST.search(host)
    return is_weak_password(match["v"], _named(match, "user"), within[1] if within is not None else host)


def command_password(match: re.Match[bytes], data: Buffer) -> bool:
    """As `weak_password`, given to a command whose address stands before or after it."""
    near = _ADDRESS.search(data, match.end(), match.end() + _NEAR) or _ADDRESS.search(match[0])
    user = _named(match, "user").strip(b"\\\"':")
    return is_weak_password(match["v"], user, near[1] if near is not None else b"")


def login_password(match: re.Match[bytes], data: Buffer) -> bool:
    """As `weak_password`, given to a command that logs in as a user of a machine, both named after it."""
    near = _LOGIN.search(data, match.end(), match.end() + _NEAR)
    return is_weak_password(match["v"], near["user"], near["host"]) if near is not None else weak_password(match, data)


def test_token(match: re.Match[bytes], _data: Buffer) -> bool:
    """A token that says in words that it is a test's, or one of three parts of which a later one does."""
    return _says_test(_named(match, "v") or match[0])


def _says_test(value: bytes) -> bool:
    """Also of a JSON Web Token's head alone, which says how a token would be signed, and of a sentence in base64."""
    if not value.startswith(b"eyJ"):
        return is_test_token(value) or is_sentence(value)
    head, *others = value.split(b".")
    return any(map(is_test_token, others)) or (not others and is_head(head))


def response_cookie(match: re.Match[bytes], data: Buffer) -> bool:
    """A cookie that a server hands to whoever asks: what anybody gets opens nothing yet."""
    return _SET.search(data, max(0, match.start() - 12), match.start()) is not None


def plain_cookie(match: re.Match[bytes], _data: Buffer) -> bool:
    """A cookie whose value is an address, a test's token or plain words, with or without a signature's mark before."""
    value = unquote_to_bytes(match["v"]).removeprefix(b"s:")
    return is_spoken(value) or _says_test(value)


def browser_key(match: re.Match[bytes], data: Buffer) -> bool:
    """A key that a page gives to every visitor, as its neighbours tell."""
    if _BROWSER.search(data, max(0, match.start() - _NEAR), match.end() + _NEAR) is not None:
        return True
    return _is_delivered(data, match.start())


def _is_delivered(data: Buffer, start: int) -> bool:
    """Whether the name that the value at `start` is given to is one for browsers."""
    return _DELIVERED.search(data, max(0, start - _NAME_REACH), start) is not None


def search_key(match: re.Match[bytes], data: Buffer) -> bool:
    """A key in the query by which a page of documentation searches itself, or named as one for searching only."""
    if _is_delivered(data, match.start("v")) or b"search" in data[match.start() : match.start("v")].lower():
        return True
    beside = (bytes(data[max(0, match.start() - 3) : match.start()]), bytes(data[match.end() : match.end() + 1]))
    return match[0].lower().startswith(b"algolia-api-key=") and (
        beside[0].endswith((b"?x-", b"&x-")) or beside[1] == b"&"
    )


def local_registry(match: re.Match[bytes], data: Buffer) -> bool:
    """A token for a registry on the own machine, which takes any."""
    return _LOCAL_REGISTRY.search(data, max(0, match.start() - 120), match.start()) is not None


DOUBTS: dict[str, Doubt] = {
    "browser_key": browser_key,
    "command_password": command_password,
    "local_registry": local_registry,
    "login_password": login_password,
    "plain_cookie": plain_cookie,
    "response_cookie": response_cookie,
    "search_key": search_key,
    "test_token": test_token,
    "weak_password": weak_password,
}
"""Those that a table can ask for, by name."""
