"""What was found in an artifact, remembered by its content: identical logs of many runs are read for secrets once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection, select

from auditor.store.tables import memo
from auditor.store.writing import CHUNK, add_missing


class MemoKey(msgspec.Struct, frozen=True):
    """An artifact by the digest of its content, what it was read as, and the digest of all that read it.

    `kind` tells apart readings of the same bytes, such as a trace and a log; `engine` is a digest over the secret engine
    and the rules, as hex or any other text. Nothing that is not in the key may have had a part in what is remembered.
    """

    sha256: str
    kind: str
    engine: str


def memo_get(connection: Connection, keys: Iterable[MemoKey]) -> dict[MemoKey, bytes]:
    """Return what is remembered, by key."""
    names = {_key(key): key for key in keys}
    digests = list(names)
    found: dict[MemoKey, bytes] = {}
    for at in range(0, len(digests), CHUNK):
        wanted = select(memo.c.key, memo.c.value).where(memo.c.key.in_(digests[at : at + CHUNK]))
        found.update((names[key], value) for key, value in connection.execute(wanted))
    return found


def memo_put(connection: Connection, found: Mapping[MemoKey, bytes]) -> None:
    """Remember each value under its key, unless there is one already."""
    rows = [{"key": _key(key), "engine": _engine(key.engine), "value": value} for key, value in found.items()]
    add_missing(connection, memo, rows)


def memo_trim(connection: Connection, engine: str) -> int:
    """Forget what was found by any other engine, and return how many entries that was."""
    return int(connection.execute(memo.delete().where(memo.c.engine != _engine(engine))).rowcount)


def _key(key: MemoKey) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(key), digest_size=16).digest()


def _engine(engine: str) -> bytes:
    return hashlib.blake2b(engine.encode(), digest_size=8).digest()
