"""Fake credentials, made up at run time so that no file of the repository holds one."""

from __future__ import annotations

import base64
import json
import random
import re
import string
import zlib
from collections.abc import Callable

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_MIXED = string.ascii_letters + string.digits
_ALPHABETS = {
    "alnum": _MIXED,
    "letters": string.ascii_letters,
    "lowercase": string.ascii_lowercase,
    "lower": string.ascii_lowercase + string.digits,
    "upper": string.ascii_uppercase + string.digits,
    "base32": string.ascii_uppercase + "234567",
    "b32lower": string.ascii_lowercase + "234567",
    "hex": "0123456789abcdef",
    "digits": string.digits,
    "b64": _MIXED + "+/",
    "b64url": _MIXED + "-_",
    "secret40": _MIXED + "+/",
    "bech32": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "password": _MIXED + "!+._~",
}


def pick(alphabet: str, length: int, rng: random.Random) -> str:
    """`length` random characters of the named alphabet; both cases and a digit where it has them."""
    letters = _ALPHABETS[alphabet]
    while True:
        text = "".join(rng.choices(letters, k=length))
        kinds = [string.digits, string.ascii_lowercase, string.ascii_uppercase]
        if length < 12 or all(set(text) & set(kind) for kind in kinds if set(letters) & set(kind)):
            if text[0] in "-_" or text[-1] in "-_.!~+/":
                continue
            return text


def encoded(document: object) -> str:
    """A JSON document as the unpadded base64url that tokens are made of."""
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def jwt(rng: random.Random) -> str:
    """A JSON Web Token of the usual three parts."""
    header, body = {"alg": "HS256", "typ": "JWT"}, {"sub": pick("digits", 10, rng), "iat": 1516239022}
    return f"{encoded(header)}.{encoded(body)}.{pick('b64url', 43, rng)}"


def basic(rng: random.Random) -> str:
    """``user:password`` in base64, as a Basic header carries it."""
    return base64.b64encode(f"robot:{pick('alnum', 16, rng)}".encode()).decode()


def discord_id(rng: random.Random) -> str:
    """The first part of a Discord token: a bot's numeric id in base64."""
    return base64.b64encode(("1" + pick("digits", 17, rng)).encode()).decode()


def with_crc(prefix: str, rng: random.Random) -> str:
    """A token in the form that GitHub and npm share, with its checksum right."""
    body = pick("alnum", 30, rng)
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return f"{prefix}{body}{digits.rjust(6, '0')}"


def words(count: int, rng: random.Random) -> str:
    """`count` words of a recovery phrase."""
    return " ".join("".join(rng.choices(string.ascii_lowercase, k=rng.randint(3, 8))) for _ in range(count))


_MAKERS: dict[str, Callable[[random.Random], str]] = {"jwt": jwt, "basic": basic, "discord": discord_id}


def fill(template: str, rng: random.Random) -> str:
    """`template` with every ``<<kind:length>>`` replaced by a fake of that kind."""

    def one(match: re.Match[str]) -> str:
        kind, length = match[1], match[2]
        if kind == "words":
            return words(int(length), rng)
        return pick(kind, int(length), rng) if length else _MAKERS[kind](rng)

    return re.sub(r"<<(\w+)(?::(\d+))?>>", one, template)
