"""Vectorscan databases: compiled from literals, and kept beside Python's own compiled modules.

Compiling costs a process a fifth of a second, loading what was kept a millisecond. Who can write what is loaded can blind
the judge, so it lies where Python keeps the bytecode of this module: who can write there can change the judge himself.
What somebody else owns or may write is not loaded. Nothing is kept where nothing may be written, and nothing that was
made from a secret: the caller says what may be kept.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from auditor.drafts import replacing

if TYPE_CHECKING:
    import hyperscan


class Literal(msgspec.Struct, frozen=True):
    """One literal to look for; `caseless` ones are given in lower case.

    `then` is a class of bytes such as ``[0-9a-f]``, `count` of which must follow; they belong to the occurrence. They
    spare looking at every place where a short literal stands by chance. A `leading` one, of a single letter, stands where
    a run of that letter begins; otherwise a long run would hold it at each of its bytes.
    """

    text: bytes
    caseless: bool = False
    then: str = ""
    count: int = 0
    leading: bool = False

    @property
    def length(self) -> int:
        """The length of an occurrence in bytes."""
        return len(self.text) + self.count


_FORM = 3
"""How literals are told to vectorscan; a database that was kept in another form finds the same, but not as fast."""
_LARGEST = 1 << 26
_KEY = sha256().digest_size
"""What is kept begins with two digests: of what it was made from, and of itself."""


def kept(literals: Sequence[Literal]) -> hyperscan.Database | None:
    """Return the database that an earlier process kept for these literals; None if there is none, or none to trust."""
    import hyperscan  # noqa: PLC0415 - see `compile_all`

    data = _trusted(_place())
    body = data[2 * _KEY :]
    if data[: 2 * _KEY] != _key(literals) + sha256(body).digest():
        return None
    try:
        return hyperscan.loadb(cast("bytearray", body), hyperscan.HS_MODE_BLOCK)
    except hyperscan.HyperscanError:  # made by another version of the library, or for another processor
        return None


def compile_all(literals: Sequence[Literal], *, keep: bool = False) -> hyperscan.Database:
    """Compile a database that reports each occurrence of each literal by its index; with `keep`, for later processes too.

    Raises ImportError without a wheel of vectorscan.
    """
    import hyperscan  # noqa: PLC0415 - commands that scan nothing need not load it, and it may be missing

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    told = [
        (text, index) for index, each in enumerate(literals) for one in _spellings(each) for text in _expressions(one)
    ]
    database.compile(
        expressions=[text for text, _ in told],
        ids=[index for _, index in told],
        elements=len(told),
        flags=[hyperscan.HS_FLAG_CASELESS if literals[index].caseless else 0 for _, index in told],
    )
    if keep:
        body = bytes(hyperscan.dumpb(database))
        _keep(_place(), _key(literals) + sha256(body).digest() + body)
    return database


def _spellings(literal: Literal) -> list[Literal]:
    """Return literals that together occur where this one does.

    A single byte makes the search for all the others slower by a tenth. With each that may follow it, it does not.
    """
    if len(literal.text) > 1 or not literal.count:
        return [literal]
    then = re.compile(literal.then.encode())
    following = [byte for byte in (bytes((code,)) for code in range(256)) if then.fullmatch(byte)]
    return [msgspec.structs.replace(literal, text=literal.text + byte, count=literal.count - 1) for byte in following]


def _expressions(literal: Literal) -> list[bytes]:
    text = b"".join(b"\\x%02x" % byte for byte in literal.text)
    if literal.count:
        text += f"{literal.then}{{{literal.count}}}".encode()
    # Two of these are searched for twice as fast as one with an alternative.
    return [b"^" + text, b"[^%b]%b" % (text[:4], text)] if literal.leading else [text]


def _key(literals: Sequence[Literal]) -> bytes:
    return sha256(msgspec.json.encode((_FORM, os.uname().machine, literals))).digest()


def _place() -> Path:
    return Path(cache_from_source(__file__)).with_suffix(".hsdb")


def _trusted(path: Path) -> bytes:
    """Return the content of a file that only root and this user could have written; nothing if it is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        found = os.fstat(descriptor)
        strangers = found.st_uid not in {0, os.geteuid()} or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if strangers or not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
            return b""
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read()
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _keep(path: Path, data: bytes) -> None:
    """Put a file in its place whole, where that is allowed; many processes may do so at once."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as draft:
            os.fchmod(draft.fileno(), 0o644)  # whatever the process's mask: others must not be able to write it
            draft.write(data)
