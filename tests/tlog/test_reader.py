"""A reader of the log that knows nothing of this program, only the C2SP texts: what other tools do, they can do here.

It is given the folder as a web server would publish it, the log's verifier key as text, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from auditor.attest import PublicKey, Signer
from auditor.tlog import append, note_key, prove

from .conftest import ORIGIN


class Reader:
    """``signed-note``, ``tlog-checkpoint``, ``tlog-tiles`` and ``tlog-proof``, as short as they can be written."""

    def __init__(self, folder: Path, vkey: str) -> None:
        self.folder = folder
        name, key_id, material = vkey.split("+", 2)
        raw = base64.b64decode(material)
        assert raw[0] == 1 and len(raw) == 33
        assert hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] == key_id
        self.name, self.key_id, self.key = name, key_id, Ed25519PublicKey.from_public_bytes(raw[1:])

    def head(self, note: bytes) -> tuple[int, bytes]:
        text, _, signatures = note.decode().rpartition("\n\n")
        text += "\n"
        for line in signatures.splitlines():
            dash, name, signature = line.split(" ")
            raw = base64.b64decode(signature)
            assert dash == "\u2014"
            if name == self.name and raw[:4].hex() == self.key_id:
                self.key.verify(raw[4:], text.encode())
                break
        else:
            raise AssertionError("not signed by the log")
        origin, size, root = text.splitlines()[:3]
        assert origin == self.name
        return int(size), base64.b64decode(root)

    def path(self, level: object, index: int, width: int) -> Path:
        digits = f"{index:0{-(-len(str(index)) // 3) * 3}}"
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        name = "/".join([*("x" + group for group in groups[:-1]), groups[-1]])
        return self.folder / "tile" / str(level) / (name if width == 256 else f"{name}.p/{width}")

    def entries(self, size: int) -> list[bytes]:
        found = []
        for start in range(0, size, 256):
            width = min(256, size - start)
            bundle = self.path("entries", start // 256, width).read_bytes()
            for _ in range(width):
                length = bundle[0] << 8 | bundle[1]
                found.append(bundle[2 : 2 + length])
                bundle = bundle[2 + length :]
            assert not bundle
        return found

    def tile(self, level: int, index: int, width: int) -> list[bytes]:
        content = self.path(level, index, width).read_bytes()
        assert len(content) == 32 * width
        return [content[at : at + 32] for at in range(0, len(content), 32)]


def h(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def mth(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return h(b"\x01" + mth(hashes[:k]) + mth(hashes[k:]))


@pytest.mark.parametrize("size", [1, 5, 256, 300, 777])
def test_an_independent_reader_reads_all_of_it(size: int, log: Path, signer: Signer, key: PublicKey) -> None:
    given = [b"leaf %d" % number for number in range(size)]
    append(log, given[: size // 2], signer)
    append(log, given, signer)
    reader = Reader(log, note_key(ORIGIN, key).text)
    found, root = reader.head((log / "checkpoint").read_bytes())
    assert found == size
    assert reader.entries(size) == given
    leaves = [h(b"\x00" + entry) for entry in given]
    assert mth(leaves) == root
    for level in range(3):
        count = size // 256**level
        for start in range(0, count, 256):
            width = min(256, count - start)
            span = 256**level
            expected = [mth(leaves[at * span : (at + 1) * span]) for at in range(start, start + width)]
            assert reader.tile(level, start // 256, width) == expected


@pytest.mark.parametrize("index", [0, 99, 255, 256, 299])
def test_an_independent_reader_follows_a_proof(index: int, log: Path, signer: Signer, key: PublicKey) -> None:
    given = [b"leaf %d" % number for number in range(300)]
    append(log, given, signer)
    header, number, *lines = prove(log, given[index]).decode().split("\n")
    assert (header, number) == ("c2sp.org/tlog-proof@v1", f"index {index}")
    gap = lines.index("")
    path = [base64.b64decode(line) for line in lines[:gap]]
    size, root = Reader(log, note_key(ORIGIN, key).text).head("\n".join(lines[gap + 1 :]).encode())

    def climb(start: int, end: int, path: list[bytes]) -> bytes:
        """Rebuild the root from the top, as RFC 6962 cuts the tree."""
        if end - start == 1:
            assert not path
            return h(b"\x00" + given[index])
        k = 1
        while 2 * k < end - start:
            k *= 2
        if index < start + k:
            return h(b"\x01" + climb(start, start + k, path[:-1]) + path[-1])
        return h(b"\x01" + path[-1] + climb(start + k, end, path[:-1]))

    assert climb(0, size, path) == root


def test_a_record_is_json_that_anyone_can_read(log: Path, signer: Signer, key: PublicKey) -> None:
    append(log, [json.dumps({"run_id": "r"}).encode()], signer)
    (entry,) = Reader(log, note_key(ORIGIN, key).text).entries(1)
    assert json.loads(entry) == {"run_id": "r"}
